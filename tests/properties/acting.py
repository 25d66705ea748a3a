"""Rules of a random machine that do nothing where there is nothing to do it to."""

import contextlib
import functools
from typing import Any

from hypothesis.stateful import rule


class Nothing(LookupError):
    """There is nothing yet that this could be done to."""


def among(names: list[Any], pick: int) -> Any:
    if not names:
        raise Nothing
    return names[pick % len(names)]


def act(**strategies: Any) -> Any:
    """A rule that does nothing where there is nothing to do it to."""

    def decorate(method: Any) -> Any:
        @functools.wraps(method)
        def tried(self: Any, **values: Any) -> None:
            with contextlib.suppress(Nothing):
                method(self, **values)

        return rule(**strategies)(tried)

    return decorate
