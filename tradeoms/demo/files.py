"""The folder of a demo run: configuration of the server and of the simulated brokers, and keys."""

import shutil
import socket
from contextlib import suppress
from pathlib import Path
from random import SystemRandom

from msgspec import Struct

import fixconfig
from tradeoms.bus.keys import KeyStore
from tradeoms.demo import world
from tradeoms.fix import tls
from tradeoms.model.fields import Role

OURS = "TRADEOMS"
PORTS, TRIES = range(15_000, 32_000), 500  # below those that systems give to connections
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
    """Where a run lies and where it listens; `papers` are the certificates, where there are any."""

    folder: Path
    config: Path
    sim: Path
    commands: str
    streams: str
    ports: dict[str, int]
    papers: Path | None

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
    first, second, *others = free_ports(2 + len(world.BROKERS))
    run = Run(
        *(folder, folder / "tradeoms.toml", folder / "sim.toml"),
        *(f"tcp://127.0.0.1:{first}", f"tcp://127.0.0.1:{second}"),
        dict(zip(world.BROKERS, others, strict=True)),
        _papers(folder / "tls"),
    )
    run.config.write_text(_config(run))
    run.sim.write_text(_sim(run))
    keys = KeyStore(run.home / "keys")
    for user, role in USERS.items():
        keys.new(user, [role])
    return run


def _papers(folder: Path) -> Path | None:
    """Certificates for the encrypted line; None where nothing here can make or use them."""
    if tls.missing():
        return None
    tls.make(folder, (OURS,), (world.SECURE,))
    return folder


def _config(run: Run) -> str:
    text = f'home = "home"\nlog_level = "warning"\n\n[bus]\ncommands = "{run.commands}"\nstreams = "{run.streams}"\n'
    for broker, version in world.VERSIONS.items():
        text += f'\n[[session]]\nname = "{broker}"\nSenderCompID = "{OURS}"\nTargetCompID = "{broker}"\n'
        text += f'port = {run.ports[broker]}\nversion = "{version}"\n'
        if run.papers and broker == world.SECURE:
            text += f'[session.tls]\nauthorities = "{run.papers}/authority.crt"\n'
            text += f'certificate = "{run.papers}/{OURS}.crt"\nkey = "{run.papers}/{OURS}.key"\n'
    return text


def _sim(run: Run) -> str:
    text = f'seed = {world.SEED}\ncloses = "{world.CLOSES}"\ndate = "{world.DAY}"\nhome = "{run.folder / "sim"}"\n'
    for broker, version in world.VERSIONS.items():
        text += f'\n[[broker]]\nname = "{broker}"\nclient = "{OURS}"\nport = {run.ports[broker]}\n'
        text += f'version = "{version}"\n' + _dictionaries(version)
        text += f'tls = "{run.papers}"\n' if run.papers and broker == world.SECURE else ""
        text += (
            f'commission_per_share = "{world.COMMISSION}"\nbehaviour = "partials"\n[broker.nth]\n'
        )
        text += "".join(f'{n} = "{behaviour}"\n' for n, behaviour in SCENES[broker].items())
    return text


def _dictionaries(version: str) -> str:
    """Allocations have repeating groups, which quickfix reads with a dictionary only."""
    folder = fixconfig.path(version)
    text = f'dictionary = "{folder / "dictionary.xml"}"\n'
    transport = folder / "transport.xml"
    return text + (f'transport_dictionary = "{transport}"\n' if transport.exists() else "")


def free_ports(count: int) -> list[int]:
    """TCP ports of the loopback address that nobody listens on now, and that the system gives to no
    connection meanwhile.
    """
    found: list[int] = []
    for port in SystemRandom().sample(PORTS, TRIES):
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            return found
    raise OSError(f"no {count} ports are free of {TRIES} that were tried")
