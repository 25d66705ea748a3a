"""Processes that can be killed, and patience."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

ROOT = Path(__file__).parents[2]
#: Seconds; nothing waits as long when all is well. One wait spans the restarts after several kills, each of
#: which takes some ten seconds where others want the processors too.
PATIENCE = 180.0
_never = Event()


class Waited(AssertionError):
    """Something did not come true in time."""


def until(true: Callable[[], Any], what: str, pause: float = 0.002) -> None:
    """Return as soon as something is true; Waited after PATIENCE."""
    end = monotonic() + PATIENCE
    while not true():
        if monotonic() > end:
            raise Waited(f"waited in vain for: {what}")
        _never.wait(pause)


class Process:
    """A child in a process group of its own, so that a kill takes its children too."""

    def __init__(self, folder: Path, *module: str) -> None:
        self._log = (folder / f"{module[0]}.log").open("ab")
        self._ready = False
        self.child = subprocess.Popen(
            [sys.executable, "-m", *module],
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=ROOT,
            env=os.environ | {"PYTHONFAULTHANDLER": "1"},
            start_new_session=True,
        )

    def ready(self) -> "Process":
        """Wait for its word; Waited where it ends without it."""
        assert self.child.stdout is not None
        if self._ready:
            return self
        self._ready = self.child.stdout.readline() == b"ready\n"
        if not self._ready:
            raise Waited(f"{self.child.args!r} ended with {self.child.wait()} before it was ready")
        return self

    def kill(self, group: bool = True) -> None:
        """SIGKILL: to the whole group, or to the first process alone."""
        if self.child.poll() is None:
            (os.killpg if group else os.kill)(self.child.pid, signal.SIGKILL)
        self.child.wait(PATIENCE)
        self._close()

    def stop(self) -> int:
        """SIGTERM, as an operator would; the exit code. Where it hangs, its log tells where."""
        if self.child.poll() is None:
            self.child.terminate()
        try:
            return self.child.wait(PATIENCE / 2)
        except subprocess.TimeoutExpired:
            self.child.send_signal(signal.SIGABRT)
            return self.child.wait(PATIENCE)
        finally:
            self._close()

    def descendants(self) -> list[int]:
        """Process ids of its living children, whichever thread started them."""
        tasks = Path(f"/proc/{self.child.pid}/task").glob("*/children")
        return [int(pid) for path in tasks for pid in path.read_text().split()]

    def _close(self) -> None:
        assert self.child.stdout is not None
        self.child.stdout.close()
        self._log.close()

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing running, whatever happened."""
        if self.child.poll() is None:
            self.kill()
        self._close()
