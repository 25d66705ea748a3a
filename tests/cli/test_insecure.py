"""The program as it is started: plain text on loopback, asked for by a flag and refused elsewhere; what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tradeoms.demo.files import free_ports

ROOT = Path(__file__).parents[2]
PLAIN = {"TRADEOMS_BUS__INSECURE": "true"}


def tradeoms(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tradeoms", *words]
    given = os.environ | environment
    return subprocess.run(
        command, cwd=folder, env=given, capture_output=True, text=True, timeout=50, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    commands, streams = free_ports(2)
    text = f'home = "h"\n[bus]\ncommands = "tcp://127.0.0.1:{commands}"\n'
    (tmp_path / "tradeoms.toml").write_text(text + f'streams = "tcp://127.0.0.1:{streams}"\n')
    (tmp_path / "day.json").write_text('{"type":"OpenDay","business_date":"2026-11-20"}')
    assert tradeoms(tmp_path, "keys", "new", "olga", "--role", "operations").returncode == 0
    return tmp_path


def test_a_command_without_keys(folder: Path) -> None:
    serve = [sys.executable, "-m", "tradeoms", "serve", "--insecure"]
    with subprocess.Popen(serve, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        done = tradeoms(folder, "send", "day.json", "--user", "olga", **PLAIN)
        stranger = tradeoms(folder, "send", "day.json", "--user", "nobody", **PLAIN)
        server.terminate()
    assert done.stdout == "OpenDay: done\n"
    assert stranger.returncode == 2
    assert "unknown user" in stranger.stderr


def test_an_archive_that_is_not_there(folder: Path) -> None:
    walked = tradeoms(folder, "archive", "verify")
    assert (walked.returncode, walked.stdout) == (2, "")
    assert "no server has run there" in walked.stderr


def test_small_commands_wait_for_no_engine() -> None:
    engines = {"numpy", "pandas", "quickfix", "sqlalchemy", "textual", "tradeoms.core"}
    program = f"import sys, tradeoms.cli, tradeoms.bus.client; print({engines} & set(sys.modules))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_no_plain_text_where_others_listen(folder: Path) -> None:
    everywhere = {"TRADEOMS_BUS__COMMANDS": "tcp://0.0.0.0:5701"}
    refused = tradeoms(folder, "serve", "--insecure", **everywhere)
    assert refused.returncode == 2
    assert "bus.commands" in refused.stderr
    assert "only loopback addresses may be insecure" in refused.stderr
