"""The soak's days: each is closed, handed over and followed by the next, so that finished work leaves."""

from collections.abc import Callable
from datetime import date, timedelta

from benchmarks.soak_house import MARKS
from tradeoms.bus.client import Client
from tradeoms.demo import world
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Outcome

RETENTION = 1  # opened days for which finished work is kept
#: Days after which as much leaves as comes: a trade settles on the next day but one, and then stays.
FULL = RETENTION + 4


class Days:
    """The business days as the desk ends them; `ended`, and how many of these could be `closed`."""

    def __init__(self, client: Client, ask: Callable[[c.Command], e.Answered]) -> None:
        self._client, self._ask = client, ask
        self.date, self.ended, self.closed = world.DAY, 0, 0
        self.held: list[int] = []  # blocks in memory as each day began, of an order each

    def end(self) -> None:
        """Look at all that waits for a person, hand over, close the day, open the next one.

        Where a line still owes us something the day is not closed, as where somebody forgets it.
        """
        for row in list(self._client.tables["unmatched"].values()):
            if row.status == "open" and row.reason.startswith("Invalid message"):
                self._done(c.DismissReport(int(row.key), "damaged on its way, and sent again"))
        for alert in list(self._client.tables["alerts"].values()):
            if alert.state not in ("acknowledged", "ended"):
                self._acknowledge(int(alert.key))
        self._hand_over()
        self.closed += self._ask(c.CloseDay(self.date)).outcome is Outcome.Done
        self.date, self.ended = _after(self.date), self.ended + 1
        self._done(c.OpenDay(self.date))
        self._done(MARKS)
        self.held.append(len(self._client.tables["blocks"]))

    def _acknowledge(self, number: int) -> None:
        """Its session may be up again meanwhile."""
        answer = self._ask(c.AcknowledgeAlert(number))
        ended = [problem.reason for problem in answer.problems] == ["has ended by itself"]
        assert answer.outcome is Outcome.Done or ended, (number, answer.problems)

    def _hand_over(self) -> None:
        """Accounting takes everything at once."""
        self._done(c.Deliver())
        number = str(self.ended + 1)
        while number not in self._client.tables["deliveries"]:
            self._done(c.SetRetention(RETENTION))  # any command: it takes a moment
        lines = range(1, self._client.tables["deliveries"][number].lines + 1)
        answer = "".join(f"{line},accepted,\n" for line in lines)
        text = f"line,status,reason\n{answer}"
        self._done(c.AcknowledgeDelivery(int(number), "answer.csv", text))

    def _done(self, command: c.Command) -> None:
        answer = self._ask(command)
        assert answer.outcome is Outcome.Done, (command, answer.problems)


def _after(day: date) -> date:
    ahead = day + timedelta(1)
    return ahead if ahead.weekday() < 5 else _after(ahead)
