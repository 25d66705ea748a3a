"""The tours, typed by a machine against real processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.docs.console import ROOT, missing, shell, steps

TOURS = sorted(path.name for path in ROOT.glob("docs/tour-*.md"))


@pytest.mark.slow
@pytest.mark.timeout(600)  # about 15 s alone; a machine that is busy with other tests takes longer
@pytest.mark.parametrize("name", TOURS)
def test_tour(name: str, tmp_path: Path) -> None:
    with shell(tmp_path) as typed:
        for step in steps(tmp_path / "docs" / name):
            printed, _ = typed.run(step.command)
            assert not missing(step.shown, printed), f"$ {step.command}\n{printed}"
            assert "Traceback" not in printed, f"$ {step.command}\n{printed}"


KILLED = """
import os, pathlib, sys
from tests.docs.console import Shell
shell = Shell(pathlib.Path(sys.argv[1]))
print(shell.run("sleep 1000 & sleep 1000 | sleep 1000 & jobs -p")[0], flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_tour_that_is_killed_leaves_no_process(tmp_path: Path) -> None:
    command = (sys.executable, "-c", KILLED, str(tmp_path))
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    groups = [int(line) for line in killed.stdout.split()]
    assert len(groups) == 2
    deadline = time.monotonic() + 60
    while any(_lives(group) for group in groups):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_is_missing_is_found() -> None:
    printed = "one  1\ntwo 2\nthree 3\n"
    assert missing(("one 1", "...", "three"), printed) == []
    assert missing(("t... 2",), printed) == []
    assert missing(("three 3", "one 1"), printed) == []
    assert missing(("one 1", "one 1"), printed) == ["one 1"]
    assert missing(("four",), printed) == ["four"]
