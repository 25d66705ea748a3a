"""The server and the simulated brokers in a folder: settings, ports, keys."""

from collections.abc import Mapping
from pathlib import Path

import fixconfig
from tests.crash import world
from tests.crash.processes import Process
from tradeoms.bus.client import Client
from tradeoms.bus.keys import KeyStore
from tradeoms.demo.files import free_ports
from tradeoms.model.fields import Role

USERS = {
    "olga": Role.Operations,
    "carl": Role.Compliance,
    "paula": Role.PortfolioManager,
    "tom": Role.Trader,
}
Scene = tuple[str, dict[int, str]]  # what a broker does, and what with an order of a number
ODDITIES = {3: "reject", 7: "bust", 12: "unsolicited_cancel", 17: "slow", 26: "bust"}
#: What a broker does besides filling: by the number of the order it receives.
SCENES: dict[str, Scene] = {
    "ALPHA": ("ack_fill", {}),
    "BRAVO": ("partials", ODDITIES),
    "CHARLIE": ("partials", {}),
}
BUSTS = 2


class Installation:
    """A folder with everything a server and its brokers need."""

    def __init__(
        self, folder: Path, scenes: Mapping[str, Scene] = SCENES, more: str = "", rate: int = 0
    ) -> None:
        self.folder, self.home, self.rate = folder, folder / "home", rate
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
            text += f'TargetCompID = "{broker}"\nport = {port}\nrate = {self.rate}\n'
            text += 'overrides = { ReconnectInterval = "1" }\n'
        self.config.write_text(text)

    def _sim(self, scenes: Mapping[str, Scene], more: str) -> str:
        text = f'seed = 5\ncloses = "{world.CLOSES}"\ndate = "{world.DAY}"\n'
        text += f'home = "{self.folder / "sim"}"\n{more}\n'
        # Without one quickfix refuses a list, which is a repeating group.
        text += f'dictionary = "{fixconfig.path("FIX.4.4") / "dictionary.xml"}"\n'
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
        return Client(self.commands, self.streams, KeyStore(self.home / "keys").credentials(user))

    def server(self) -> Process:
        """The server, not yet ready."""
        return Process(self.folder, "tradeoms", "serve", "--config", str(self.config))

    def brokers(self) -> Process:
        """The simulated brokers, not yet ready."""
        return Process(self.folder, "simulators", "--config", str(self.sim))
