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
    """A D, F or G as it came, or an order by telephone, which has no MsgType. OrderID is the order
    it created, "" when it created none. Prices are decimal text.
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
    """A report that changed an order: its terms and state afterwards, in whole shares. What is said
    here is what the broker believes: a request that is pending does not show. ``Adjusted`` are
    shares of a corporate action, which nobody traded.
    """

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
    Adjusted: int = 0


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one account gets of an allocation, at a price of its own where there is one."""

    AllocAccount: str
    AllocQty: int
    IndividualAllocID: str = ""
    AllocAvgPx: str = ""


class Allocated(msgspec.Struct, frozen=True, tag="allocated", tag_field="kind", omit_defaults=True):
    """A J as it was answered in the end: AllocStatus(87), with Text(58) when it was refused."""

    at: str
    AllocID: str
    AllocTransType: str
    AllocStatus: str
    RefAllocID: str = ""
    Symbol: str = ""
    Side: str = ""
    Quantity: int = 0
    AvgPx: str = ""
    OrderIDs: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    Text: str = ""


class Confirmed(msgspec.Struct, frozen=True, tag="confirmed", tag_field="kind", omit_defaults=True):
    """An AK as it was sent; ``wrong`` names the number that is wrong on purpose."""

    at: str
    ConfirmID: str
    ConfirmTransType: str
    AllocID: str
    AllocAccount: str
    AllocQty: int
    AvgPx: str
    Commission: str
    NetMoney: str
    ConfirmRefID: str = ""
    wrong: str = ""


class Affirmed(msgspec.Struct, frozen=True, tag="affirmed", tag_field="kind", omit_defaults=True):
    """The client's word: AU on a confirmation (1 received, 2 rejected, 3 affirmed) or, with an
    AllocID, AT on our report.
    """

    at: str
    ConfirmID: str
    status: str
    AllocID: str = ""
    Text: str = ""


Line = Opened | Received | Changed | Allocated | Confirmed | Affirmed

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
