"""A small house for the shorter crash tests: one broker, a few orders at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from tests.crash import world
from tests.crash.brokers import compare
from tests.crash.installation import Installation, Scene
from tests.crash.killer import Watch
from tests.crash.people import WARNINGS, Person
from tests.crash.processes import until
from tradeoms import core
from tradeoms.bus.client import Client
from tradeoms.model import commands as c
from tradeoms.model.fields import Side
from tradeoms.model.orders import Member, NewOrder
from tradeoms.model.state import State
from tradeoms.store import readmodel
from tradeoms.store.journal import SqlJournal, connect
from tradeoms.views import VIEWS

ONE_BROKER: dict[str, Scene] = {"ALPHA": ("partials", {})}
TABLES = ("orders", "blocks", "placements", "sessions")


def replay(installation: Installation) -> State:
    """The journal from its first record on, each hash checked."""
    engine = connect(f"sqlite:///{installation.home / 'journal.db'}")
    state = State()
    for record in SqlJournal(engine).read():
        core.apply(state, record)
    engine.dispose()
    return state


def read_model_is(installation: Installation, state: State) -> None:
    """After a clean stop every table on disk is the state's."""
    engine = readmodel.connect(f"sqlite:///{installation.home / 'readmodel.db'}")
    with readmodel.ReadModel(engine).reading() as reading:
        assert reading.seq == state.seq
        for name, view in VIEWS.items():
            stored = {row.key: row for row in reading.rows(name)}
            assert stored == {row.key: row for row in view.all_rows(state)}, name
    engine.dispose()


def set_up(installation: Installation) -> None:
    """Enter the reference data; the server must run."""
    with installation.client("olga") as olga, installation.client("carl") as carl:
        for command in world.operations():
            olga.submit(command)
        carl.submit(world.limits())


class House:
    """A running server that is killed and started, and the people before it."""

    def __init__(self, installation: Installation, paula: Client, tom: Client) -> None:
        self.installation = installation
        self.manager, self.trader = Person(paula), Person(tom)
        self.tables = tom.tables
        self.server = installation.server().ready()
        self.watch = Watch(installation.home / "journal.db")

    def restart(self) -> None:
        """SIGKILL to the server, which is then started again."""
        self.server.kill()
        self.server = self.installation.server().ready()

    def seen(self, kind: str, more: int = 1) -> None:
        """Wait until so many more records of a kind are on disk than when last looked at."""
        before = self.watch.kinds[kind]
        until(lambda: self.watch.look()[kind] >= before + more, kind, pause=0.0002)

    def follow(self) -> None:
        """The trader opens the blotter and waits until the broker is there."""
        self.trader.client.follow(*TABLES)
        self.trader.until(lambda: any(row.up for row in self.tables["sessions"].values()))

    def enter(self, tickers: tuple[str, ...], count: int = 6) -> dict[str, c.Command]:
        """Orders of several accounts, merged into a block a ticker; the commands that route them."""
        new = [
            NewOrder(t, Side.Buy, (Member(a, Decimal(10 + n)),), reference=f"{t}/{a}")
            for t in tickers
            for n, a in enumerate(world.ACCOUNTS[:count])
        ]
        self.manager.ask({f"order/{one.reference}": c.SubmitOrder(one) for one in new})
        names = tuple(self.manager.answers[f"order/{one.reference}"].ids[0] for one in new)
        id = f"block/{'/'.join(tickers)}"
        self.trader.ask({id: c.BlockOrders(names)})
        blocks = self.trader.answers[id].ids
        quantity = sum((one.members[0].OrderQty for one in new[:count]), Decimal(0))
        return {f"route/{b}": _route(b, quantity) for b in blocks}

    def send(self, commands: dict[str, c.Command]) -> None:
        """Let commands leave; nobody waits for their answers."""
        for id, command in commands.items():
            self.trader.client.send(command, id)
        self.trader.client.poll()

    def finish(self, commands: dict[str, c.Command]) -> None:
        """Ask until the routes are answered, wait until all is filled, allocate.

        Without a line a route comes back unsent; its shares are routed again, as a trader would.
        """
        self.trader.ask(commands)
        self.trader.until(lambda: self.filled(commands))
        self.trader.ask(self.finishing(commands))

    def finishing(self, routes: dict[str, c.Command]) -> dict[str, c.Command]:
        """The command that finishes the blocks of these routes."""
        blocks = tuple(_blocks(routes))
        return {f"finish/{'/'.join(blocks)}": c.FinishBlocks(blocks)}

    def filled(self, routes: dict[str, c.Command]) -> bool:
        """Whether their blocks are filled; what came back unsent is routed again."""
        rows = [self.tables["blocks"].get(name) for name in _blocks(routes)]
        shown = [row for row in rows if row]
        up = any(row.up for row in self.tables["sessions"].values())
        again = {
            f"again/{row.key}/{row.placements}": _route(row.key, row.idle)
            for row in shown
            if row.idle and row.placements and up
        }
        self.trader.ask(again)
        return shown == rows and all(r.filled == r.OrderQty and not r.live for r in shown)

    def close(self) -> State:
        """Stop cleanly and compare with the brokers' books; the state."""
        assert self.server.stop() == 0
        state = replay(self.installation)
        compare(self.installation, state)
        answers = self.manager.answers | self.trader.answers
        kept = {answered.id: answered for answered in state.answers.values()}
        assert {id: kept.get(id) for id in answers} == answers
        return state


def as_list(routes: dict[str, c.Command]) -> dict[str, c.Command]:
    """The same blocks in one list."""
    blocks = tuple(_blocks(routes))
    return {f"list/{'/'.join(blocks)}": c.RouteList("ALPHA", blocks, WARNINGS)}


def _blocks(routes: dict[str, c.Command]) -> list[str]:
    found: list[str] = []
    for route in routes.values():
        if isinstance(route, c.RouteList):
            found += route.blocks
        elif isinstance(route, c.RouteBlock):
            found.append(route.block)
    return found


def _route(block: str, quantity: Decimal) -> c.RouteBlock:
    return c.RouteBlock(block, (c.Route("ALPHA", quantity),), WARNINGS)


@contextmanager
def house(installation: Installation) -> Iterator[House]:
    """A house that is open for business, and is gone afterwards whatever happened."""
    brokers, paula, tom = installation.brokers(), *map(installation.client, ("paula", "tom"))
    with brokers, paula, tom:
        found = House(installation, paula, tom)
        try:
            set_up(installation)
            brokers.ready()
            found.follow()
            yield found
        finally:
            found.watch.close()
            found.server.__exit__()
