"""Killed while books change hands: a cross, blocks at one average price, what issuers do to shares.

Everybody goes on asking until there is an answer, and the books end as those of a desk that nobody killed: to
the lot's number, nothing lost and nothing twice.
"""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tests.builders import Desk, K
from tests.crash import world
from tests.crash.bench import House, house, replay
from tests.crash.installation import Installation
from tests.crash.people import WARNINGS, Person
from tests.crash.processes import until
from tradeoms.model import commands as c
from tradeoms.model.fields import CrossState, Side
from tradeoms.model.lot_actions import ActionKind, CorporateAction
from tradeoms.model.openings import OpeningLot
from tradeoms.model.orders import Member, NewOrder
from tradeoms.model.policies import AllocationPolicy
from tradeoms.model.reference import Account, Limit, Price
from tradeoms.model.state import State

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]
D = Decimal
SEED, KILLS = 20261123, 3
DAY, (OLD, NEW, CROSSED) = world.DAY, ("AAPL", "GE", "AMD")
GRIDS, TABLES = ("position", "cash", "buying", "selling"), ("lots", "realized", "flows")
BOOKS = ("allocations", "bookings", "conversions", "washes", "crosses", "price_groups")
BOOKS += ("booking_places", "executions", "lot_actions", "turns")
Step = tuple[str, c.Command]  # who, what
_never = Event()


def morning() -> Iterator[Step]:
    """Who may cross, who shares prices, old dear lots, and two blocks at a broker that fills nothing."""
    names = world.ACCOUNTS[:5]
    rows = (Account(a, a, f"T{n % 3}", may_cross=True) for n, a in enumerate(names))
    yield "olga", c.DefineAccounts(tuple(rows))
    brokers = next(one for one in world.operations() if isinstance(one, c.DefineBrokers)).brokers
    yield "olga", c.DefineBrokers(tuple(replace(b, knows_price_groups=True) for b in brokers))
    at = f"{DAY}T15:59:30-05:00"
    sale = Price(CROSSED, D("60.05"), "tape", at, last=D("60.10"), last_at=at)
    yield "olga", c.MarkPrices((sale,))
    lots = (
        OpeningLot(a, t, D(40 + n), D(9_000 + 7 * n), DAY - timedelta(age))
        for t in (OLD, CROSSED)
        for n, a in enumerate(names)
        for age in (500, 10)
    )
    yield "olga", c.BookOpening("more", tuple(lots))
    price = {"most_age_seconds": 3600, "most_spread": "0.02"}
    yield "carl", c.SetLimits((Limit("cross_price", world.DAY - timedelta(300), price),))
    policy = AllocationPolicy("one", 1, DAY, house=True, average_blocks=True)
    yield "carl", c.DefineAllocationPolicies((policy,))
    for n, members in enumerate(({"A01": 11, "A02": 7, "A03": 3}, {"A02": 5, "A04": 13}), 1):
        yield "paula", _order(OLD, Side.Buy, members)
        yield "tom", c.BlockOrders((f"O{n}",))
        route = c.Route("ALPHA", D(sum(members.values())))
        yield "tom", c.RouteBlock(f"B{n}", (route,), WARNINGS)


def _order(instrument: str, side: Side, members: dict[str, int]) -> c.SubmitOrder:
    rows = tuple(Member(account, D(quantity)) for account, quantity in members.items())
    name = f"{instrument}/{side.name}/{'/'.join(members)}"
    return c.SubmitOrder(NewOrder(instrument, side, rows, reference=name))


def day() -> Iterator[Step]:
    """Fills by telephone, one price for both blocks, a cross, a split among them, and the way back."""
    told = "by telephone"
    yield "tom", c.EnterFill("P1", D(21), D("101.13"), told)
    yield "tom", c.FinishBlock("B1", told)
    yield "tom", c.EnterFill("P2", D(10), D("102.07"), told)
    yield "tom", c.EnterFill("P2", D(8), D("103.01"), told)
    yield "tom", c.FinishBlock("B2", told)
    yield "paula", _order(CROSSED, Side.Sell, {"A01": 30, "A02": 9})
    yield "paula", _order(CROSSED, Side.Buy, {"A03": 39})
    yield "tom", c.ProposeCross(("O3", "O4"), acknowledged=WARNINGS)
    yield "carl", c.ApproveCross("X1", "fair", WARNINGS)
    split = CorporateAction(ActionKind.Split, OLD, DAY, new=D(3), old=D(7), fraction_price=D(99))
    yield "olga", c.BookCorporateAction(split, "CA-1", "the issuer says so")
    yield "tom", c.BustFill("hand/M3", "never was")
    yield "tom", c.EnterFill("P2", D(8), D("100.03"), told)
    yield "tom", c.FinishBlock("B2", told)
    terms = {"new_instrument": NEW, "new": D(1), "old": D(4), "fraction_price": D(80)}
    spun = CorporateAction(ActionKind.SpinOff, OLD, DAY, basis_percent=D("12.5"), **terms)
    yield "olga", c.BookCorporateAction(spun, "CA-2", "the issuer says so")
    yield "tom", c.BustCross("X1", "wrong account")
    yield "carl", c.ApproveBust("X1", "agreed")
    yield "olga", c.ReverseAction("L2", "announced and withdrawn")


def undisturbed() -> State:
    """The same in this process."""
    floor = Desk()
    for command in world.operations():
        floor.done(command, "olga")
    floor.done(world.limits(), "carl")
    floor.incoming["ALPHA"] = 0
    floor.system(c.ChangeSession("ALPHA", True), "ALPHA")
    for user, command in morning():
        floor.done(command, user)
    for name in ("P1", "P2"):
        floor.report(name, K.New)
    for user, command in day():
        floor.done(command, user)
    return floor.state


def books(state: State) -> dict[str, Any]:
    """Everything that was booked, without the times of day."""
    found = {
        name: _timeless(
            msgspec.to_builtins(getattr(state, name), builtin_types=(datetime,), str_keys=True)
        )
        for name in BOOKS
    }
    found |= {name: getattr(state, name).cells.tolist() for name in GRIDS}
    tables = {name: getattr(state, name).arrays() for name in TABLES}
    return found | {
        f"{name}.{column}": values.tolist()
        for name, table in tables.items()
        for column, values in table.items()
    }


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _timeless(one) for name, one in value.items() if name != "TransactTime"}
    if isinstance(value, list | tuple):
        return [_timeless(one) for one in value]
    return None if isinstance(value, datetime) else value


def test_books_survive_kills(tmp_path: Path) -> None:
    draw = random.Random(SEED)
    steps = list(day())
    struck = set(draw.sample(range(len(steps)), KILLS))
    scene = Installation(tmp_path / "x", {"ALPHA": ("ack_only", {})})
    with house(scene) as found, ExitStack() as open_:
        people = {"paula": found.manager, "tom": found.trader}
        people |= {
            name: Person(open_.enter_context(scene.client(name))) for name in ("olga", "carl")
        }
        for n, (user, command) in enumerate(morning()):
            people[user].ask({f"m{n}": command})
        placed = found.tables["placements"]
        found.trader.until(lambda: sum(bool(p.OrdStatus) for p in placed.values()) == 2)
        for n, (user, command) in enumerate(steps):
            if n in struck:
                strike(found, people[user], f"d{n}", command, draw)
            people[user].ask({f"d{n}": command})
        assert found.server.stop() == 0
        state = replay(scene)
    mine, theirs = books(state), books(undisturbed())
    assert {name for name in mine if mine[name] != theirs[name]} == set()
    assert state.crosses["X1"].state is CrossState.Busted
    assert len(state.price_groups["B1"].blocks) == 2


def strike(found: House, person: Person, id: str, command: c.Command, draw: random.Random) -> None:
    """SIGKILL: some thousandths of a second after the command left, or when its first record is there."""
    found.watch.look()
    before = found.watch.seq
    person.client.send(command, id)
    person.client.poll()
    if draw.random() < 0.5:
        until(lambda: found.watch.look() and found.watch.seq > before, id, pause=0.0002)
    else:
        _never.wait(draw.choice((0, 0.002, 0.01)))
    found.restart()
