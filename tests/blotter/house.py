"""A real house for the blotter to be tried in: processes of the server and of simulated brokers."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tradeoms.bus.client import Client
from tradeoms.bus.keys import KeyStore
from tradeoms.demo.files import Run
from tradeoms.model import commands as c
from tradeoms.model.fields import Outcome

PATIENCE = 60  # seconds for what takes one or two, on a machine that does much else


@contextmanager
def process(*module: str) -> Iterator[None]:
    """A child process that has said `ready`."""
    child = subprocess.Popen([sys.executable, "-m", *module], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout
        assert child.stdout.readline().strip() == "ready"
        yield
    finally:
        child.terminate()
        child.wait(PATIENCE)
        if child.stdout:
            child.stdout.close()


@contextmanager
def running(files: Run) -> Iterator[None]:
    """The simulated brokers and the server."""
    with process("simulators", "--config", str(files.sim)), process(*serve(files)):
        yield


def serve(files: Run) -> tuple[str, ...]:
    """The server's command."""
    return "tradeoms", "serve", "--config", str(files.config)


def do(files: Run, user: str, *commands: c.Command) -> None:
    """Send commands, all of which must be done."""
    keys = KeyStore(files.home / "keys").credentials(user)
    with Client(files.commands, files.streams, keys) as client:
        answers = client.submit_all(list(commands))
        assert [a.problems for a in answers if a.outcome is not Outcome.Done] == []
