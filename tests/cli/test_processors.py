"""The writer stays on the processor that the configuration names; its reader takes what others leave."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tradeoms.demo.files import free_ports

if not hasattr(os, "sched_setaffinity"):
    pytest.skip("this system lets no program choose its processor", allow_module_level=True)


def test_the_reader_runs_anywhere_and_gives_way(tmp_path: Path) -> None:
    commands, streams = free_ports(2)
    text = f'home = "h"\nwriter_cpu = 0\n[bus]\ncommands = "tcp://127.0.0.1:{commands}"\n'
    (tmp_path / "tradeoms.toml").write_text(text + f'streams = "tcp://127.0.0.1:{streams}"\n')
    serve = [sys.executable, "-m", "tradeoms", "serve"]
    with subprocess.Popen(serve, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        (reader,) = _children(server.pid)
        writer = os.sched_getaffinity(server.pid)
        # It gives way once it has been loaded, which the writer does not wait for.
        everywhere = os.sched_getaffinity(0)
        while os.sched_getaffinity(reader) != everywhere or _nice(reader) != min(
            _nice(server.pid) + 5, 19
        ):
            assert server.poll() is None
        server.terminate()
    assert writer == {0}


def _children(parent: int) -> list[int]:
    listed = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(child) for line in listed for child in line.read_text().split()]


def _nice(pid: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, pid)
