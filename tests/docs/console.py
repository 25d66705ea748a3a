"""Runs the ```console blocks of a page in one shell, as a reader would type them."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from tradeoms.demo.files import free_ports

ROOT = Path(__file__).parents[2]
PATIENCE = 90  # seconds for one command; one of them starts a whole house
PORTS = ("5701", "5702", "9101", "9102")
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Step(NamedTuple):
    """A command and the lines that the page shows below it."""

    command: str
    shown: tuple[str, ...]


def steps(page: Path) -> list[Step]:
    """Commands begin with `$ `, go on at `> `, and are followed by what they print."""
    found: list[Step] = []
    for block in BLOCK.findall(page.read_text()):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(Step(line[2:], ()))
            elif line.startswith("> "):
                found[-1] = Step(f"{found[-1].command}\n{line[2:]}", found[-1].shown)
            elif line.strip():
                found[-1] = Step(found[-1].command, (*found[-1].shown, line))
    return found


def missing(shown: tuple[str, ...], printed: str) -> list[str]:
    """Lines of the page that were not printed. `...` stands for anything; rows of a table may come
    in another order.
    """
    lines, absent = [_plain(line) for line in printed.splitlines()], []
    for line in shown:
        if line.strip() == "...":
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in _plain(line).split("...")))
        found = next((n for n, text in enumerate(lines) if pattern.search(text)), None)
        if found is None:
            absent.append(line)
        else:
            del lines[found]
    return absent


def _plain(line: str) -> str:
    return " ".join(line.split())


class Shell:
    """A bash that reads commands; `%1` and `%2` are its first and second background job."""

    def __init__(self, folder: Path) -> None:
        self._out = folder / "out.txt"
        env = os.environ | {
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "160",
            "NO_COLOR": "1",
        }
        for name in [name for name in env if name.startswith("TRADEOMS_")]:
            del env[name]
        with self._out.open("wb") as out:
            self._process = subprocess.Popen(
                ["bash", "--norc"],
                cwd=folder,
                env=env,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pids: set[int] = set()
        # It ends at the end of its input, also when whoever types was killed, and leaves nothing.
        self._tell("set -m\ntrap 'for job in $(jobs -p); do kill -KILL -- -$job; done' EXIT")

    def run(self, command: str) -> tuple[str, int]:
        """What the command printed, and its exit code; a job in the background runs until `ready`."""
        start, mark = self._out.stat().st_size, f"--- {time.monotonic_ns()} "
        self._tell(f"{command}\necho '{mark}'$?' '$(jobs -p)")
        end = time.monotonic() + PATIENCE
        waits = command.rstrip().endswith("&")
        while time.monotonic() < end:
            printed = self._out.read_bytes()[start:].decode()
            before, _, after = printed.partition(mark)
            if after.endswith("\n") and (not waits or "ready\n" in printed):
                status, *pids = after.splitlines()[0].split()
                self.pids |= set(map(int, pids))
                return before + "\n".join(after.splitlines()[1:]), int(status)
            time.sleep(0.02)
        raise TimeoutError(f"{command}\n{self._out.read_bytes()[start:].decode()}")

    def close(self) -> None:
        """End the shell and everything it started, also by a command that never came back."""
        for pid in self._session():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in self.pids:
            try:
                os.killpg(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._process.kill()
        self._process.wait()
        assert self._process.stdin
        self._process.stdin.close()

    def _session(self) -> list[int]:
        shown = subprocess.run(["ps", "-A", "-o", "pid=,sess="], stdout=subprocess.PIPE, check=True)
        rows = (line.split() for line in shown.stdout.decode().splitlines())
        return [int(pid) for pid, session in rows if session == str(self._process.pid)]

    def _tell(self, text: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{text}\n".encode())
        self._process.stdin.flush()


@contextmanager
def shell(folder: Path) -> Iterator[Shell]:
    """A shell in a folder that looks like the top of the repository, on ports of its own."""
    _lay_out(folder)
    running = Shell(folder)
    try:
        yield running
    finally:
        running.close()


def _lay_out(folder: Path) -> None:
    for name in ("simulators", "tradeoms", "tests", "LICENSE"):
        (folder / name).symlink_to(ROOT / name)
    ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=shutil.ignore_patterns("pictures"))
    for path in folder.glob("docs/**/*.*"):
        text = path.read_text()
        path.write_text(re.sub("|".join(PORTS), lambda found: ports[found.group()], text))
    for command in ("tradeoms", "python"):
        path = folder / "bin" / command
        path.parent.mkdir(exist_ok=True)
        module = " -m tradeoms" if command == "tradeoms" else ""
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}"{module} "$@"\n')
        path.chmod(0o755)
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "activate").touch()
