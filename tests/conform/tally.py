"""What passed, failed and was skipped."""

from collections.abc import Callable
from typing import Any


class Tally:
    """Results of one run, with a line for each case that did not pass."""

    def __init__(self) -> None:
        self.passed = self.failed = self.skipped = self.played = 0
        self.lines: list[str] = []
        self.failures: list[str] = []

    def add(self, case: str, failure: str) -> None:
        """A case that was played; `failure` says what went otherwise, empty where nothing."""
        if failure:
            self.failed += 1
            self.failures.append(case)
            self.lines.append(f"{case}: {failure}")
        else:
            self.passed += 1

    def play(self, case: str, check: Callable[[Any], None], given: Any) -> None:
        """A case whose check raises where something differs."""
        try:
            check(given)
        except AssertionError as error:
            self.add(case, f"expected {str(error).splitlines()[0]}" if str(error) else "differs")
        except Exception as error:  # noqa: BLE001 - one broken case must not hide the others
            self.add(case, f"expected no error, actual {type(error).__name__}: {error}")
        else:
            self.add(case, "")

    def skip(self, case: str, reason: str) -> None:
        """A case that could not be played, and why."""
        self.skipped += 1
        self.lines.append(f"{case}: skipped, {reason}")

    def summary(self) -> str:
        """The last line."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"
