"""The server and the simulated brokers as processes that can be killed and started again."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

from tests.crash import world
from tradeoms.bus.client import Client
from tradeoms.bus.keys import KeyStore
from tradeoms.model.fields import Role

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds; generous, because two cores may have much else to do
USERS = {
    "olga": Role.Operations,
    "carl": Role.Compliance,
    "paula": Role.PortfolioManager,
    "tom": Role.Trader,
}
#: What a broker does besides filling: by the number of the order it receives.
SCENES = {
    "ALPHA": ("ack_fill", {}),
    "BRAVO": ("partials", {3: "reject", 7: "bust", 12: "unsolicited_cancel", 17: "slow", 26: "bust"}),
    "CHARLIE": ("partials", {}),
}
BUSTS = 2
_never = Event()


class Waited(AssertionError):
    """Something did not come true in time."""


def until(true: Callable[[], Any], what: str, pause: float = 0.002) -> None:
    """Return as soon as something is true; Waited after a minute."""
    end = monotonic() + PATIENCE
    while not true():
        if monotonic() > end:
            raise Waited(f"waited in vain for: {what}")
        _never.wait(pause)


def free_ports(count: int) -> list[int]:
    """Ports nobody listens at now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Installation:
    """A folder with everything a server and its brokers need."""

    def __init__(self, folder: Path, scenes: Mapping[str, Any] = SCENES, more: str = "") -> None:
        self.folder, self.home = folder, folder / "home"
        self.config, self.sim = folder / "tradeoms.toml", folder / "sim.toml"
        commands, streams, *ports = free_ports(2 + len(scenes))
        self.commands, self.streams = (f"tcp://127.0.0.1:{port}" for port in (commands, streams))
        self.ports = dict(zip(scenes, ports, strict=True))
        folder.mkdir(parents=True, exist_ok=True)
        self.sim.write_text(self._sim(scenes, more))
        self.connect(self.ports)
        keys = KeyStore(self.home / "keys")
        for user, role in USERS.items():
            keys.new(user, [role])

    def connect(self, ports: Mapping[str, int]) -> None:
        """Write the server's configuration, with the port at which it finds each broker."""
        text = 'home = "home"\nlog_level = "warning"\n[bus]\n'
        text += f'commands = "{self.commands}"\nstreams = "{self.streams}"\n'
        for broker, port in ports.items():
            text += f'[[session]]\nname = "{broker}"\nSenderCompID = "TRADEOMS"\n'
            text += f'TargetCompID = "{broker}"\nport = {port}\n'
            text += 'overrides = { ReconnectInterval = "1" }\n'
        self.config.write_text(text)

    def _sim(self, scenes: Mapping[str, Any], more: str) -> str:
        text = f'seed = 5\ncloses = "{world.CLOSES}"\ndate = "{world.DAY}"\n'
        text += f'home = "{self.folder / "sim"}"\n{more}\n'
        for broker, (behaviour, nth) in scenes.items():
            text += f'[[broker]]\nname = "{broker}"\nclient = "TRADEOMS"\n'
            text += f'port = {self.ports[broker]}\nbehaviour = "{behaviour}"\n'
            text += f'commission_per_share = "{world.COMMISSION}"\n[broker.nth]\n'
            text += "".join(f'{n} = "{what}"\n' for n, what in nth.items())
        return text

    def ledger(self, broker: str) -> Path:
        """A broker's own book."""
        return self.folder / "sim" / f"{broker}.jsonl"

    def client(self, user: str) -> Client:
        """A client of the bus, with the user's keys."""
        return Client(
            self.commands, self.streams, KeyStore(self.home / "keys").credentials(user)
        )

    def server(self) -> "Process":
        """The server, not yet ready."""
        return Process(self.folder, "tradeoms", "serve", "--config", str(self.config))

    def brokers(self) -> "Process":
        """The simulated brokers, not yet ready."""
        return Process(self.folder, "simulators", "--config", str(self.sim))


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
            raise Waited(f"{self.child.args} ended with {self.child.wait()} before it was ready")
        return self

    def kill(self, group: bool = True) -> None:
        """SIGKILL: to the whole group, or to the first process alone."""
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
