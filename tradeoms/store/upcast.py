"""Events written by older versions, brought to today's form when they are read."""

from collections.abc import Callable
from typing import Any

Upcast = Callable[[dict[str, Any]], dict[str, Any]]

#: For an event type, the steps from version 1 to 2, 2 to 3, and so on: its version is 1 + their
#: number.
UPCASTS: dict[str, tuple[Upcast, ...]] = {}


def version_of(kind: str) -> int:
    """The version in which events of this type are written today."""
    return 1 + len(UPCASTS[kind]) if kind in UPCASTS else 1


def upcast(kind: str, version: int, body: dict[str, Any]) -> dict[str, Any]:
    """The body as today's version has it."""
    for step in UPCASTS.get(kind, ())[version - 1 :]:
        body = step(body)
    return body
