"""The writer stays on the processor that the configuration names; its reader takes what others leave."""

import os
from pathlib import Path

import pytest

from tests.crash.processes import Process, until
from tradeoms.demo.files import free_ports

if not hasattr(os, "sched_setaffinity"):
    pytest.skip("this system lets no program choose its processor", allow_module_level=True)


def test_the_reader_runs_wherever_the_server_was_allowed_to_and_gives_way(tmp_path: Path) -> None:
    commands, streams = free_ports(2)
    text = f'home = "h"\nwriter_cpu = 0\n[bus]\ncommands = "tcp://127.0.0.1:{commands}"\n'
    config = tmp_path / "tradeoms.toml"
    config.write_text(text + f'streams = "tcp://127.0.0.1:{streams}"\n')
    everywhere = os.sched_getaffinity(0)
    last = max(everywhere)
    os.sched_setaffinity(0, {last})
    with Process(tmp_path, "tradeoms", "serve", "--config", str(config)) as server:
        os.sched_setaffinity(0, everywhere)
        server.ready()
        until(server.descendants, "a reader")
        writer, (reader,) = server.child.pid, server.descendants()
        # It gives way once it has been loaded, which the writer does not wait for.
        nice = min(_nice(writer) + 5, 19)
        until(lambda: _nice(reader) == nice, "the reader gives way")
        assert (os.sched_getaffinity(writer), os.sched_getaffinity(reader)) == ({0}, {last})
        assert server.stop() == 0


def _nice(pid: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, pid)
