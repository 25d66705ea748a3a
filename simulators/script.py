"""The I/E text language: what a broker expects (I), what it sends (E), in the order of time.

``simulators/README.md`` describes it. Everything that is wrong with a file is reported at once.
"""

import re
import shlex
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

import quickfix as fix

from simulators.forms import FORMS


class Field(NamedTuple):
    """A field as it is written. In an I line a value of ``*`` is any, an empty one is none at all;
    ``nth``: the field of that entry of a group, counted from 1.
    """

    name: str
    tag: int
    value: str
    nth: int = 0

    @property
    def variable(self) -> str:
        """The name behind a ``$``, else nothing."""
        return self.value[1:] if self.value.startswith("$") else ""


class Line(NamedTuple):
    """One step: ``I``, ``E`` and ``ask`` have a MsgType and fields, ``show`` fields, ``wait`` and
    ``quiet`` seconds; ``disconnect`` and ``logon`` nothing.
    """

    number: int
    kind: str
    text: str
    MsgType: str = ""
    fields: tuple[Field, ...] = ()
    seconds: float = 0.0


class Script(NamedTuple):
    """The steps of a file and the versions it holds for."""

    path: Path
    versions: tuple[str, ...]
    lines: tuple[Line, ...]


class ScriptError(ValueError):
    """All that is wrong with a script, a line each: file, line number, field, reason."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes))


class _Wrong(ValueError):
    """One mistake in a line."""


_SECONDS = frozenset({"wait", "quiet"})
_PLAIN = frozenset({"disconnect", "logon"})
_KINDS = "I, E, ask, show, wait, quiet, disconnect, logon or versions"


def read(path: Path) -> Script:
    """A file. Raises ScriptError."""
    try:
        return parse(path.read_text(encoding="utf-8"), path)
    except (OSError, UnicodeDecodeError) as error:
        raise ScriptError([f"{path}: {error}"]) from None


def parse(text: str, path: Path) -> Script:
    """The text of a file. Raises ScriptError."""
    versions: tuple[str, ...] = tuple(FORMS)
    lines: list[Line] = []
    mistakes: list[str] = []
    known: set[str] = set()
    for number, raw in enumerate(text.splitlines(), start=1):
        try:
            words = shlex.split(raw, comments=True)
            if words and words[0] == "versions":
                versions = _versions(words[1:], lines)
            elif words:
                lines.append(line := _line(number, raw.strip(), words))
                mistakes += [f"{path}:{number}: {why}" for why in _unknown(line, known)]
        except ValueError as error:
            mistakes.append(f"{path}:{number}: {error}")
    if not lines and not mistakes:
        mistakes.append(f"{path}: has no steps")
    if mistakes:
        raise ScriptError(mistakes)
    return Script(path, versions, tuple(lines))


def tag_of(name: str) -> int:
    """The tag of a FIX field by its name or number. Raises ValueError for what is neither."""
    if name.isdecimal() and int(name):
        return int(name)
    field = getattr(fix, name, None) if name.isalnum() else None
    if isinstance(field, type) and issubclass(field, fix.FieldBase):
        try:
            return int(field().getTag())
        except TypeError:
            pass  # A base class: it has no tag of its own.
    raise _Wrong(f"{name}: is no FIX field")


def _versions(words: list[str], lines: list[Line]) -> tuple[str, ...]:
    if lines:
        raise _Wrong("versions: stands before the first step")
    wrong = [word for word in words if word not in FORMS]
    if wrong or not words:
        raise _Wrong(f"versions: {' '.join(wrong)!r} is none of {', '.join(FORMS)}")
    return tuple(words)


def _line(number: int, text: str, words: list[str]) -> Line:
    kind, rest = words[0], words[1:]
    if kind in ("I", "E", "ask"):
        if not rest or not re.fullmatch(r"[0-9A-Za-z]{1,2}", rest[0]):
            raise _Wrong(f"MsgType: {rest[:1]!r} is not a letter, a number or two of them")
        fields = tuple(_field(word, tag_of) for word in rest[1:])
        wrong = [f for f in fields if kind != "I" and (f.value == "*" or f.nth)]
        if wrong:
            what = "[n]" if wrong[0].nth else "*"
            raise _Wrong(f"{wrong[0].name}: {what} is for what is expected, not for what is sent")
        return Line(number, kind, text, rest[0], fields)
    if kind == "show":
        return Line(number, kind, text, "", tuple(_field(word, _shown) for word in rest))
    if kind in _SECONDS:
        return Line(number, kind, text, seconds=_seconds(kind, rest))
    if kind in _PLAIN:
        if rest:
            raise _Wrong(f"{kind}: {rest[0]!r} is too much")
        return Line(number, kind, text)
    raise _Wrong(f"{kind!r} is not {_KINDS}")


def _field(word: str, tag: Callable[[str], int]) -> Field:
    name, equals, value = word.partition("=")
    if not equals or not name:
        raise _Wrong(f"{word!r} is not Name=value")
    if not value.isprintable() or not value.isascii():
        raise _Wrong(f"{name}: {value!r} has characters that are no printable ASCII")
    if value.startswith("$") and not re.fullmatch(r"\$[A-Za-z_]\w*", value):
        raise _Wrong(f"{name}: {value!r} is no variable")
    indexed = re.fullmatch(r"(\w+)\[([1-9][0-9]?)\]", name)
    if indexed:
        return Field(name, tag(indexed[1]), value, int(indexed[2]))
    return Field(name, tag(name), value)


def _shown(name: str) -> int:
    """What the client shows need not be a FIX field; it has no tag."""
    return 0


def _seconds(kind: str, rest: list[str]) -> float:
    try:
        (word,) = rest
        seconds = Decimal(word)
        if not 0 < seconds <= 3600:
            raise ValueError
    except (ValueError, InvalidOperation):
        raise _Wrong(f"{kind}: {' '.join(rest)!r} is no number of seconds up to 3600") from None
    return float(seconds)


def _unknown(line: Line, known: set[str]) -> Iterator[str]:
    """Variables used before an I line captured them; those that this line captures become known."""
    for field in line.fields:
        if not field.variable:
            continue
        if line.kind == "I":
            known.add(field.variable)
        elif field.variable not in known:
            yield f"{field.name}: {field.value} was captured by no I line before"
