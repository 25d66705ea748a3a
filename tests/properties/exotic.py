"""Commands of any type, with values that fit their types and little else."""

import enum
import types
import typing
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import msgspec

from tests.builders import DAY

#: What a number may look like and hardly any field takes.
EXOTIC = (
    "NaN",
    "sNaN",
    "Infinity",
    "-0",
    "1e30",
    "1e-30",
    "1E+9999999",
    "1E-9999999",
    "0." + "1" * 60,
)
NUMBERS = (
    *EXOTIC,
    *("-1", "0", "0.001", "1", "2", "10", "49.99", "50", "100", "1000", "123456789012345678901"),
)
TEXTS = (
    *(
        "A1",
        "A2",
        "ACME",
        "BOLT",
        "KING",
        "S1",
        "O1",
        "B1",
        "P1",
        "USD",
        "because",
        "split",
        "FIFO",
    ),
    *("", "/", "A1/USD", "..", "|", "\x01", "é", "a\nb", "x" * 600, "[bold]", "1", "0"),
)
WHOLE = (-1, 0, 1, 2, 5, 10, 1000, 2**62, 2**70)
DAYS = (date.min, date.max, *(DAY + timedelta(n) for n in (-400, -1, 0, 1, 7)))
PLAIN: dict[Any, tuple[Any, ...]] = {
    str: TEXTS,
    int: WHOLE,
    bool: (False, True),
    date: tuple(map(str, DAYS)),
    datetime: ("2026-03-02T14:30:00Z", "9999-12-31T23:59:59Z"),
    time: ("00:00:00", "17:30:00"),
    type(None): (None,),
    Any: ("0.05", 5, "x"),
}


def of(kind: Any, draw: Random) -> Any:
    """A value of a type, as JSON has it; most fields that may be left out are."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(kind, draw)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return draw.choice(list(kind)).value
    if kind in PLAIN:
        return draw.choice(PLAIN[kind])
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return of(draw.choice(inner), draw)
    if origin is typing.Literal:
        return draw.choice(inner)
    if origin is dict:
        return {str(of(inner[0], draw)): of(inner[1], draw) for _ in range(draw.randrange(3))}
    if origin is tuple:
        return [of(inner[0], draw) for _ in range(draw.choice((0, 1, 1, 2)))]
    return draw.choice(NUMBERS)


def _struct(kind: type[msgspec.Struct], draw: Random) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    found = {
        field.encode_name: of(hints[field.name], draw)
        for field in msgspec.structs.fields(kind)
        if field.required or draw.random() < 0.5
    }
    tag = kind.__struct_config__.tag
    return found | {"type": tag} if tag else found
