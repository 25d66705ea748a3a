"""Plays a script as the broker of a real session: sends its E lines, checks its I lines."""

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import quickfix as fix

from simulators import wire
from simulators.callbacks import Items, LoggedOn
from simulators.codes import ExecType, MsgType, OrdStatus
from simulators.script import Field, Line, Script
from simulators.sessions import listening, send, session_id, session_lines
from simulators.settings import BrokerSettings
from simulators.timing import utc_text

#: Seconds in which a message that is expected has to come.
PATIENCE = 20.0
#: PossDupFlag, PossResend and OrigSendingTime stand in the header.
HEADER = (43, 97, 122)
#: What FIX 4.4 says with ExecType, FIX 4.2 says with ExecTransType.
TRANSACTIONS = {ExecType.TRADE_CANCEL: "1", ExecType.TRADE_CORRECT: "2"} | {
    ExecType.ORDER_STATUS: "3"
}


class ScriptFailure(AssertionError):
    """What came is not what the script expects: file, line, field, expected and actual."""


class Stage:
    """A listening session with what came over it."""

    def __init__(self, broker: BrokerSettings) -> None:
        self.version = broker.version
        self.form = broker.form
        self.heard: list[str] = []
        self.logons = 0
        self.sent = 0
        self._broker = broker
        self._id = session_id(self.form, broker.name, broker.client)
        self._items: Items = queue.Queue()

    @contextmanager
    def open(self, home: Path) -> Iterator[None]:
        """Listen."""
        with listening(home, session_lines(self._broker), self._items, None):
            yield

    def send(self, text: str) -> None:
        """Send a message, or keep it for the resend; ``sent`` is then its MsgSeqNum."""
        self.sent = int(fix.Session.lookupSession(self._id).getExpectedSenderNum())
        send(self._id, text)

    def disconnect(self) -> None:
        """Cut the connection."""
        fix.Session.lookupSession(self._id).disconnect()

    def listen(self, until: Callable[[], bool], seconds: float) -> bool:
        """Take what comes until something is so; False when it is not in time."""
        end = time.monotonic() + seconds
        while not until():
            try:
                item = self._items.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                return False
            if isinstance(item, LoggedOn):
                self.logons += 1
            elif isinstance(item, str):
                self.heard.append(item)
            else:
                raise item
        return True


class Player:
    """One script on a stage. ``before`` is called with each line before it is played: that is where
    a test makes the client do what an I line expects.
    """

    def __init__(
        self,
        script: Script,
        stage: Stage,
        before: "Callable[[Line, Player], None]",
        patience: float = PATIENCE,
    ) -> None:
        self.script = script
        self.stage = stage
        self.values: dict[str, str] = {}
        self._before = before
        self._patience = patience
        self._exec_ids = 0
        self._steps = {
            "I": self._expect,
            "E": self._send,
            "show": _leave,
            "ask": _leave,
            "wait": lambda line: time.sleep(line.seconds),
            "quiet": self._quiet,
            "disconnect": self._disconnect,
            "logon": self.logon,
        }

    def play(self) -> None:
        """Every line, with a client that is logged on. Raises ScriptFailure."""
        for line in self.script.lines:
            self._before(line, self)
            self._steps[line.kind](line)

    def logon(self, line: Line) -> None:
        """Wait for the client."""
        if not self.stage.listen(lambda: self.stage.logons > 0, self._patience):
            raise self._failure(line, f"no logon within {self._patience:g} s")
        self.stage.logons -= 1

    def resolve(self, value: str) -> str:
        """A value with its variable put in."""
        return self.values.get(value[1:], value) if value.startswith("$") else value

    def _expect(self, line: Line) -> None:
        raw = self._next(self._patience)
        if raw is None:
            raise self._failure(line, f"nothing came within {self._patience:g} s")
        fields = wire.parse(raw)
        if fields[35] != line.MsgType:
            shown = raw.replace(wire.SOH, "|")
            raise self._failure(
                line, f"MsgType: expected {line.MsgType}, got {fields[35]}: {shown}"
            )
        pairs = wire.pairs(raw)
        wrong = [why for field in line.fields for why in self._compare(field, fields, pairs)]
        if wrong:
            raise self._failure(line, "; ".join(wrong))

    def _compare(
        self, field: Field, fields: wire.Fields, pairs: list[tuple[int, str]]
    ) -> list[str]:
        got = fields.get(field.tag, "")
        if field.nth:
            same = [value for tag, value in pairs if tag == field.tag]
            got = same[field.nth - 1] if field.nth <= len(same) else ""
        if field.variable and got and field.variable not in self.values:
            self.values[field.variable] = got
            return []
        wanted = self.resolve(field.value)
        if wanted == got or (wanted == "*" and got):
            return []
        return [f"{field.name}: expected {wanted or 'nothing'}, got {got or 'nothing'}"]

    def _send(self, line: Line) -> None:
        pairs = [(field.tag, self.resolve(field.value)) for field in line.fields]
        self._complete(line.MsgType, pairs)
        header = [pair for pair in pairs if pair[0] in HEADER]
        body = [pair for pair in pairs if pair[0] not in HEADER]
        text = "".join(f"{tag}={value}{wire.SOH}" for tag, value in header + body if value)
        self.stage.send(self.stage.form.message(line.MsgType, text))

    def _complete(self, msg_type: str, pairs: list[tuple[int, str]]) -> None:
        """Add what every report needs and the script does not say."""
        given = dict(pairs)
        if msg_type not in (MsgType.REPORT, MsgType.CANCEL_REJECT):
            return
        if 60 not in given:
            pairs.append((60, utc_text(datetime.now(UTC))))
        if msg_type == MsgType.REPORT and 17 not in given:
            self._exec_ids += 1
            pairs.append((17, f"{self.script.path.stem}-{self._exec_ids}"))
        if msg_type == MsgType.REPORT and self.stage.form.transactions and 20 not in given:
            pairs[:] = [pair for pair in pairs if pair[0] != 150] + _old(given)

    def _quiet(self, line: Line) -> None:
        raw = self._next(line.seconds)
        if raw is not None:
            raise self._failure(line, f"this came: {raw.replace(wire.SOH, '|')}")

    def _disconnect(self, line: Line) -> None:
        self.stage.disconnect()

    def _next(self, seconds: float) -> str | None:
        """The next application message, None when none comes in time."""
        heard = self.stage.heard
        return heard.pop(0) if self.stage.listen(lambda: bool(heard), seconds) else None

    def _failure(self, line: Line, why: str) -> ScriptFailure:
        place = f"{self.script.path}:{line.number}: {self.stage.version}"
        return ScriptFailure(f"{place}: {why}\n  {line.text}")


def _leave(line: Line) -> None:
    """What the client shows, or is asked for, is not on the wire."""


def _old(given: dict[int, str]) -> list[tuple[int, str]]:
    """ExecTransType and ExecType of FIX 4.2 for what is written in the words of FIX 4.4."""
    exec_type, status = given.get(150, ""), given.get(39, "")
    if exec_type in TRANSACTIONS:
        return [(20, TRANSACTIONS[exec_type]), (150, status)]
    if exec_type != ExecType.TRADE:
        return [(20, "0"), (150, exec_type)]
    full = given.get(14) == given.get(38) and 38 in given
    return [(20, "0"), (150, OrdStatus.FILLED if full else OrdStatus.PARTIALLY_FILLED)]
