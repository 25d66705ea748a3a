"""A broker's ledger: an append-only file of JSON lines of what it received and did.

The loop writes a batch of lines to the operating system before it sends the answers of that batch,
so the ledger of a killed broker is never behind what its clients were told. It is not fsynced: it
survives the process, not the machine.
"""

import os
from pathlib import Path

import msgspec


class Opened(msgspec.Struct, frozen=True, tag="opened", tag_field="kind"):
    """The broker started, for the ``run``-th time; the commission is money per share."""

    broker: str
    run: int
    commission_per_share: str
    at: str


class Received(msgspec.Struct, frozen=True, tag="received", tag_field="kind", omit_defaults=True):
    """A D, F or G as it came. OrderID is the order it created, "" when it created none. Prices are
    decimal text.
    """

    at: str
    MsgType: str
    ClOrdID: str
    OrigClOrdID: str = ""
    OrderID: str = ""
    Symbol: str = ""
    Side: str = ""
    OrderQty: str = ""
    OrdType: str = ""
    Price: str = ""
    StopPx: str = ""
    TimeInForce: str = ""
    Account: str = ""
    PossDup: bool = False
    PossResend: bool = False


class Changed(msgspec.Struct, frozen=True, tag="changed", tag_field="kind", omit_defaults=True):
    """A report that changed an order: its terms and state afterwards, in whole shares."""

    at: str
    OrderID: str
    ClOrdID: str
    ExecID: str
    ExecType: str
    OrdStatus: str
    OrderQty: int
    CumQty: int
    LeavesQty: int
    LastQty: int = 0
    LastPx: str = ""
    ExecRefID: str = ""
    OrdType: str = ""
    TimeInForce: str = ""
    Price: str = ""
    StopPx: str = ""
    Text: str = ""


Line = Opened | Received | Changed

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Line)


class LedgerError(ValueError):
    """The file is no ledger, or its lines contradict each other."""


class Ledger:
    """The writing end: ``add`` remembers, ``flush`` hands over to the operating system."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        _drop_torn_line(path)
        self._file = path.open("ab", buffering=0)
        self._lines: list[Line] = []

    def add(self, line: Line) -> None:
        """Remember a line for the next flush."""
        self._lines.append(line)

    def flush(self) -> None:
        """Write what was added, whole or with an OSError."""
        if not self._lines:
            return
        data = memoryview(_encoder.encode_lines(self._lines))
        while data:
            data = data[self._file.write(data) :]
        self._lines.clear()

    def close(self) -> None:
        """Flush and close."""
        self.flush()
        self._file.close()


def lines(path: Path) -> list[Line]:
    """The whole lines of a ledger; a torn last line is passed over. Raises LedgerError with the
    number of a bad one.
    """
    if not path.exists():
        return []
    found: list[Line] = []
    for number, text in enumerate(path.read_bytes().split(b"\n")[:-1], start=1):
        try:
            found.append(_decoder.decode(text))
        except msgspec.MsgspecError as error:
            raise LedgerError(f"{path}:{number}: {error}") from None
    return found


def _drop_torn_line(path: Path) -> None:
    """Cut off what a killed process left of its last line: the next begins on its own."""
    if path.exists():
        whole = path.read_bytes().rfind(b"\n") + 1
        if whole != path.stat().st_size:
            os.truncate(path, whole)
