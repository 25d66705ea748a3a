"""How the random firm has its blocks split, and where it books what is too much."""

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tradeoms.core.blocks import placements
from tradeoms.model import commands as c
from tradeoms.model.brokers import CommissionSchedule, CommissionTier
from tradeoms.model.fees import Fee
from tradeoms.model.fields import BlockState, Side, TaxStatus
from tradeoms.model.identifications import NamedLot
from tradeoms.model.policies import AccountWeight, AllocationPolicy
from tradeoms.model.rate_cards import RateCard
from tradeoms.model.reference import Account, IdenticalGroup
from tradeoms.views.lots import all_rows as all_lots

if TYPE_CHECKING:
    from tests.views.house import House

ACCOUNTS = ("A1", "A2", "A3", "A4")
METHODS = ("pro_rata", "equal", "nav", "priority", "drift", "rotation", "lottery")
RATE = CommissionSchedule(tiers=(CommissionTier(Decimal(0), Decimal("0.003")),))
LOTS = ("FIFO", "LIFO", "HIFO", "LOFO", "HIGHEST_COST", "MINTAX")


def rates(house: "House", version: int) -> None:
    """One broker bills for research, now and then; an account has rates of its own; a fee changes."""
    research = RATE if version % 2 else None
    house.send(c.DefineBrokers((replace(house.state.brokers["KING"], research=research),)), "ops")
    fee = Fee(
        *("levy", version, house.state.business_date),
        schedule=CommissionSchedule("value", (CommissionTier(Decimal(0), Decimal("2.5")),)),
        buys=bool(version % 2),
        sells=True,
        per="placement" if version % 3 else "account",
        rounding="up",
        exempt=("A3",),
    )
    house.send(c.DefineFees((fee,)), "ops")
    card = RateCard("own", version, house.state.business_date, ("A2",), execution=RATE)
    house.send(c.DefineRateCards((card,)), "ops")
    if "KING/USD" in house.state.research:
        pay = c.PayResearch("KING", "USD", Decimal("0.01"), "Deep Dives", "a note")
        house.send(pay, "ops")


def policy(house: "House") -> None:
    """Another version of the house's policy; accounts change their standing order for lots, and
    two instruments become the same to the taxman, or no longer are.
    """
    r = house.random
    method = r.choice(METHODS)
    weighed = method in ("priority", "drift")
    row = AllocationPolicy(
        policy="house",
        version=len(house.state.allocation_policies.get("house", ())) + 1,
        effective=house.state.business_date,
        method=method,
        rounding=r.choice(("largest_remainder", "webster")),
        minimum=Decimal(r.choice((0, 0, 5))),
        clients_first=r.random() < 0.5,
        weights=tuple(AccountWeight(a, Decimal(r.randint(0, 9))) for a in ACCOUNTS if weighed),
        house=True,
    )
    row = replace(row, average_blocks=row.version % 2 == 1)
    house.send(c.DefineAllocationPolicies((row,)), "compliance")
    mine = r.random() < 0.5
    accounts = [
        Account(
            a,
            f"Name {a}",
            "one" if a != "A4" else "two",
            lot_method=r.choice(LOTS),
            fund_lot_method="AVERAGE" if a in ("A1", "A3") else "",
            may_short=True,
            own=a == "A4" and mine,
            may_cross=True,
            tax=TaxStatus.IRA if a == "A3" else TaxStatus.Taxable,
        )
        for a in ACCOUNTS
    ]
    rates(house, row.version)
    error = Account("ERR", "Errors", "firm", may_short=True, error=True)
    house.send(c.DefineAccounts((*accounts, error)), "ops")
    same = r.choice((("ACME", "BOLT"), ()))
    house.send(c.DefineIdentical((IdenticalGroup("g", same),)), "compliance")


def error(house: "House") -> None:
    """What was filled beyond a block's orders, and the end of the block; and lots by name."""
    name_lots(house)
    for block in house.state.blocks.values():
        filled = sum(p.CumQty for p in placements(house.state, block))
        if block.state is BlockState.Working and filled > block.OrderQty:
            house.send(c.BookError(block.block, "filled twice"), "ops")
            house.send(c.FinishBlock(block.block, "as it is"), "trader")


def wrong(house: "House") -> None:
    """A client should never have got what it got last."""
    for name, event in reversed(house.state.allocations.items()):
        if event.orders[0] and event.quantities[0]:
            quantity = Decimal(event.quantities[0])
            house.send(c.MoveToError(name, event.accounts[0], quantity, "wrong account"), "ops")
            return


def deviate(house: "House") -> None:
    """What the first member of an allocated block got goes to the second, as far as it ordered more."""
    for name, event in reversed(house.state.allocations.items()):
        statement = house.state.blocks[name].statement
        if statement is None or len(event.orders) < 2 or not all(event.orders[:2]):
            continue
        moved = min(event.quantities[0], int(statement.quantities[1]) - event.quantities[1])
        rows = tuple(
            c.AccountQty(event.accounts[n], Decimal(event.quantities[n] + more), event.orders[n])
            for n, more in ((0, -moved), (1, moved))
        )
        if house.do(c.ChangeSplit(name, rows, "her letter"), "trader").outcome == "done":
            house.send(c.ApproveSplit(name), "compliance")
            return


def name_lots(house: "House") -> None:
    """The lots of a sale, newest first."""
    state = house.state
    orders = [o for o in state.orders.values() if o.Side is Side.Sell and o.block]
    if not orders:
        return
    order = orders[-1]
    (account, left), lots = (order.members[0].account, order.members[0].OrderQty), []
    for row in reversed([*all_lots(state)]):
        if (row.account, row.instrument, row.short) == (account, order.instrument, False) and left:
            lots.append(NamedLot(int(row.key), min(left, row.remaining)))
            left -= lots[-1].quantity
    house.send(c.IdentifyLots(order.order, account, tuple(lots)))


ACTIONS = {policy: 1, error: 3}
