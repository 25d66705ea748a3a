"""What is no number is refused with its field, in every command that is otherwise as it should be."""

from collections import deque
from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tests.views.house import House
from tradeoms import core
from tradeoms.core.context import Context, Refusal
from tradeoms.model import commands as c

STEPS = 300
NONE = ("NaN", "sNaN", "Infinity", "-Infinity")


class Odd(House):
    """Before each command of a person the same one with something that is no number."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.chance = Random(f"odd {seed}")
        self.tried: set[str] = set()

    def send(self, command: c.Command, user: str = "pm") -> None:
        paths = list(numbers(command))
        if paths and self.decided(command, user) == []:
            path = self.chance.choice(paths)
            odd = changed(command, path, Decimal(self.chance.choice(NONE)))
            self.tried.add(f"{type(command).__name__}.{path[-1]}")
            fields = self.decided(odd, user)
            where = spelled(path)
            # Of a table of ticks the whole is named.
            named = [f for f in fields if where.endswith(f) or where.startswith(f"{f}[")]
            assert named, f"{where} of {odd}: {fields}"
        super().send(command, user)

    def decided(self, command: c.Command, user: str) -> list[str]:
        """The fields that are wrong."""
        now = self.engine._now
        ctx = Context(now, user, dict(self.engine._counters))
        decide = core.SLICED.get(type(command)) or core.DECIDE[type(command)]
        try:
            made = decide(self.state, command, ctx)
            deque(made, 0) if type(command) in core.SLICED else next(iter(made), None)
        except Refusal as refusal:
            return [problem.field for problem in refusal.problems] or ["violations"]
        return []


def numbers(value: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    """Where in a command something is said in numbers."""
    if isinstance(value, Decimal):
        if value:
            yield path
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from numbers(getattr(value, name), *path, name)
    elif isinstance(value, tuple):
        for n, one in enumerate(value):
            yield from numbers(one, *path, n)


def spelled(path: tuple[Any, ...]) -> str:
    """As refusals name it."""
    return "".join(f"[{x}]" if isinstance(x, int) else f".{x}" for x in path)[1:]


def changed(value: Any, path: tuple[Any, ...], number: Decimal) -> Any:
    """The same with another number there."""
    if not path:
        return number
    first, *rest = path
    if isinstance(value, tuple):
        inner = changed(value[first], tuple(rest), number)
        return (*value[:first], inner, *value[first + 1 :])
    return replace(value, **{first: changed(getattr(value, first), tuple(rest), number)})


@pytest.mark.parametrize("seed", range(2))
def test_what_is_no_number_is_refused_with_its_field(seed: int) -> None:
    house = Odd(seed)
    house.open()
    for _ in range(STEPS):
        house.step()
    assert len(house.tried) > 25
