"""The folder of a demo run: configuration of the server and of the simulated brokers, and keys."""

import shutil
import socket
from pathlib import Path

from msgspec import Struct

from tradeoms.bus.keys import KeyStore
from tradeoms.demo import world
from tradeoms.model.fields import Role

USERS = {
    "olga": Role.Operations,
    "carl": Role.Compliance,
    "paula": Role.PortfolioManager,
    "tom": Role.Trader,
    "vera": Role.Viewer,
}

#: What the simulated brokers do besides filling in parts, by the number of the order they receive.
SCENES = {"ALPHA": {4: "reject"}, "BRAVO": {6: "unsolicited_cancel"}, "CHARLIE": {8: "bust"}}


class Run(Struct, frozen=True):
    """Where a run lies and where it listens."""

    folder: Path
    config: Path
    sim: Path
    commands: str
    streams: str

    @property
    def home(self) -> Path:
        """The server's home folder."""
        return self.folder / "home"

    def ledger(self, broker: str) -> Path:
        """A simulated broker's own book."""
        return self.folder / "sim" / f"{broker}.jsonl"


def prepare(folder: Path) -> Run:
    """A fresh folder with everything that the processes need; what an earlier run left is removed."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    ports = free_ports(2 + len(world.BROKERS))
    commands, streams = (f"tcp://127.0.0.1:{port}" for port in ports[:2])
    run = Run(folder, folder / "tradeoms.toml", folder / "sim.toml", commands, streams)
    run.config.write_text(_config(run, ports[2:]))
    run.sim.write_text(_sim(run, ports[2:]))
    keys = KeyStore(run.home / "keys")
    for user, role in USERS.items():
        keys.new(user, [role])
    return run


def _config(run: Run, ports: list[int]) -> str:
    text = f'home = "home"\nlog_level = "warning"\n\n[bus]\ncommands = "{run.commands}"\nstreams = "{run.streams}"\n'
    for broker, port in zip(world.BROKERS, ports, strict=True):
        text += f'\n[[session]]\nname = "{broker}"\nSenderCompID = "TRADEOMS"\nTargetCompID = "{broker}"\nport = {port}\n'
    return text


def _sim(run: Run, ports: list[int]) -> str:
    text = f'seed = {world.SEED}\ncloses = "{world.CLOSES}"\ndate = "{world.DAY}"\nhome = "{run.folder / "sim"}"\n'
    for broker, port in zip(world.BROKERS, ports, strict=True):
        text += f'\n[[broker]]\nname = "{broker}"\nclient = "TRADEOMS"\nport = {port}\n'
        text += (
            f'commission_per_share = "{world.COMMISSION}"\nbehaviour = "partials"\n[broker.nth]\n'
        )
        text += "".join(f'{n} = "{behaviour}"\n' for n, behaviour in SCENES[broker].items())
    return text


def free_ports(count: int) -> list[int]:
    """TCP ports of the loopback address that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
