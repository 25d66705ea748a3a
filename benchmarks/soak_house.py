"""The soak's house: its folder, its brokers of every version behind bad lines, and who uses memory."""

import os
import resource
import shutil
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

import fixconfig
from tradeoms.bus.keys import KeyStore
from tradeoms.demo import world
from tradeoms.demo.files import free_ports
from tradeoms.fix import tls
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import Handling, Role

OURS, USER = "TRADEOMS", "soak"
VERSIONS = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")
#: Of so many brokers one speaks TLS.
TLS_EACH = 7
#: Of a thousand messages. A `reset` is not among them: what it takes away no engine asks for again.
FAULTS = {
    "disconnect": 2,
    "duplicate": 5,
    "gap": 4,
    "delay": 4,
    "garble": 3,
    "slow": 4,
    "silent": 1,
}
#: A heartbeat tells that the message before it was lost, where no other message does.
SESSION = 'overrides = { ReconnectInterval = "1", HeartBtInt = "5" }'
BEHAVIOURS = {
    "partials": 60,
    "ack_fill": 20,
    "slow": 6,
    "bust": 4,
    "correct": 4,
    "unsolicited_cancel": 3,
    "reject": 2,
    "poss_resend": 1,
}


MARKS = next(one for one in world.reference() if isinstance(one, c.MarkPrices))


class House(Struct, frozen=True):
    """Where everything lies; `versions` says what each broker speaks, `secure` who speaks TLS."""

    folder: Path
    versions: dict[str, str]
    secure: frozenset[str]
    commands: str
    streams: str

    @property
    def home(self) -> Path:
        """The server's home folder."""
        return self.folder / "home"

    @property
    def journal(self) -> str:
        """The journal's database."""
        return f"sqlite:///{self.home / 'journal.db'}"

    def ledger(self, broker: str) -> Path:
        """A broker's own book."""
        return self.folder / "sim" / f"{broker}.jsonl"


def build(folder: Path, sessions: int, seed: int, faults: Mapping[str, int] = FAULTS) -> House:
    """A fresh folder with settings, certificates and keys."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    names = [f"S{n:02d}" for n in range(1, sessions + 1)]
    secure = frozenset() if tls.missing() else frozenset(names[TLS_EACH - 1 :: TLS_EACH])
    first, second, *ports = free_ports(2 + sessions)
    house = House(
        folder,
        {name: VERSIONS[n % len(VERSIONS)] for n, name in enumerate(names)},
        secure,
        f"tcp://127.0.0.1:{first}",
        f"tcp://127.0.0.1:{second}",
    )
    if secure:
        tls.make(folder / "tls", (OURS,), tuple(sorted(secure)))
    (folder / "tradeoms.toml").write_text(_server(house, dict(zip(names, ports, strict=True))))
    (folder / "sim.toml").write_text(
        _brokers(house, dict(zip(names, ports, strict=True)), seed, faults)
    )
    KeyStore(house.home / "keys").new(USER, [Role.PortfolioManager, Role.Trader, Role.Operations])
    return house


def _server(house: House, ports: dict[str, int]) -> str:
    text = f'home = "home"\nlog_level = "warning"\n[bus]\ncommands = "{house.commands}"\nstreams = "{house.streams}"\n'
    papers = house.folder / "tls"
    for name, version in house.versions.items():
        text += f'[[session]]\nname = "{name}"\nSenderCompID = "{OURS}"\nTargetCompID = "{name}"\n'
        text += f'port = {ports[name]}\nversion = "{version}"\n{SESSION}\n'
        if name in house.secure:
            text += f'[session.tls]\nauthorities = "{papers}/authority.crt"\n'
            text += f'certificate = "{papers}/{OURS}.crt"\nkey = "{papers}/{OURS}.key"\n'
    return text


def _brokers(house: House, ports: dict[str, int], seed: int, faults: Mapping[str, int]) -> str:
    text = f'seed = {seed}\ncloses = "{world.CLOSES}"\ndate = "{world.DAY}"\nhome = "{house.folder / "sim"}"\n'
    for name, version in house.versions.items():
        folder = fixconfig.path(version)
        text += f'[[broker]]\nname = "{name}"\nclient = "{OURS}"\nport = {ports[name]}\n'
        text += f'version = "{version}"\ndictionary = "{folder / "dictionary.xml"}"\n'
        if (folder / "transport.xml").exists():
            text += f'transport_dictionary = "{folder / "transport.xml"}"\n'
        text += f'commission_per_share = "{world.COMMISSION}"\n'
        text += f'tls = "{house.folder / "tls"}"\n' if name in house.secure else ""
        text += _table("weights", BEHAVIOURS)
        text += _table("faults", faults)
    return text


def _table(name: str, values: Mapping[str, int]) -> str:
    return f"[broker.{name}]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())


def reference(house: House) -> list[c.Command]:
    """The demo's reference data with these brokers, who are told of allocations by themselves."""
    kept = [one for one in world.reference() if not isinstance(one, c.DefineBrokers)]
    return [*kept, c.DefineBrokers(tuple(_broker(*each) for each in house.versions.items()))]


def _broker(name: str, version: str) -> Broker:
    confirms = Handling.Outside if version == "FIX.4.2" else Handling.Automatic
    return Broker(
        *(name, f"Invented broker {name}", name, world.COMMISSION),
        allocations=Handling.Automatic,
        confirmations=confirms,
    )


def rss(pid: int | str = "self") -> int:
    """Bytes resident now."""
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return int(fields[1]) * resource.getpagesize()


def cpu(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def child(pid: int) -> int:
    """A process's only child: the server's reader."""
    found = [
        int(each)
        for task in Path(f"/proc/{pid}/task").glob("*/children")
        for each in task.read_text().split()
    ]
    assert len(found) == 1, found
    return found[0]
