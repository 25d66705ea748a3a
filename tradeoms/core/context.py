"""What a decision may know besides the state: the time and the next numbers."""

from datetime import date, datetime
from functools import lru_cache

from tradeoms.model.commands import Problem
from tradeoms.model.orders import Violation
from tradeoms.model.state import State


class Context:
    """`now` is UTC, taken once per batch; `user` sent the command (empty: a broker or the clock).
    `PossDup`: it is a broker's message that may have been said before.

    Numbers go up and may have gaps where a command was discarded.
    """

    __slots__ = ("PossDup", "_counters", "now", "user")

    def __init__(
        self, now: datetime, user: str, counters: dict[str, int], PossDup: bool = False
    ) -> None:
        self.now = now
        self.user = user
        self.PossDup = PossDup
        self._counters = counters

    def of(self, user: str) -> "Context":
        """The same for what this user asked for before."""
        return Context(self.now, user, self._counters)

    def number(self, counter: str) -> int:
        """The next number of a counter."""
        number = self._counters[counter] = self._counters.get(counter, 0) + 1
        return number

    def name(self, counter: str, prefix: str) -> str:
        """The next name of a kind, such as O17."""
        return f"{prefix}{self.number(counter)}"

    def ClOrdID(self, state: State) -> str:
        """A ClOrdID no session has ever seen: day and a number that never restarts, 14 digits."""
        return f"{_digits(state.business_date)}{self.number('ClOrdID'):08d}"


@lru_cache(maxsize=1)
def _digits(day: date) -> str:
    return f"{day:%y%m%d}"


class Refusal(Exception):
    """A command that may not happen: every problem found, none of its effects."""

    def __init__(self, *problems: Problem, violations: tuple[Violation, ...] = ()) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems
        self.violations = violations


def refuse(field: str, value: object, reason: str) -> Refusal:
    """A refusal with one problem."""
    return Refusal(Problem(field, str(value), reason))
