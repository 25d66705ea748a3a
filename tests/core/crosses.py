"""A desk that may cross: accounts whose clients have agreed, a policy, a last sale and a quote."""

from datetime import UTC, datetime
from typing import Any

from tests.builders import DAY, D, Desk, desk, lot
from tradeoms.model import commands as c
from tradeoms.model.fields import Side
from tradeoms.model.reference import Account, Limit, Price

POLICY = Limit("cross_price", DAY, {"most_age_seconds": 3600, "most_spread": "0.02"})
AT = f"{DAY}T15:59:30-05:00"


def crossing() -> Desk:
    """A1 and A2 own ACME, A3 and A4 have agreed to crosses as they have; the last sale was at 50.10."""
    floor = desk((lot("A1", 1000, 40_000), lot("A2", 700, 30_000)))
    accounts = (
        Account(a, f"Name {a}", f"T{a}", may_short=True, may_cross=True)
        for a in ("A1", "A2", "A3", "A4")
    )
    floor.done(c.DefineAccounts(tuple(accounts)), "ops")
    floor.done(c.SetLimits((POLICY,)), "carl")
    mark(floor, last="50.10")
    return floor


def mark(floor: Desk, instrument: str = "ACME", **fields: Any) -> None:
    """A price of record; `last` of the open day, `bid` and `offer` of this moment."""
    values: dict[str, Any] = {"Px": D("50.05"), "source": "consolidated tape", "at": AT}
    for name in ("last", "bid", "offer"):
        if name in fields:
            values[name] = D(fields.pop(name))
    if "last" in values:
        values["last_at"] = f"{floor.state.business_date}T15:59:30-05:00"
    if "bid" in values:
        values["quoted_at"] = datetime.now(UTC).isoformat()
    floor.done(c.MarkPrices((Price(instrument, **(values | fields)),)), "ops")


def sell(floor: Desk, *members: tuple[str, Any], **fields: Any) -> str:
    """A staged order that sells."""
    return floor.order(*members, Side=Side.Sell, **fields)


def proposed(floor: Desk, *orders: str, **fields: Any) -> str:
    """A cross of these orders that waits for a second person."""
    (name,) = floor.done(c.ProposeCross(orders, **fields), "trader")
    return name


def approved(floor: Desk, *orders: str, **fields: Any) -> str:
    """The same, approved by the compliance officer."""
    name = proposed(floor, *orders, **fields)
    floor.done(c.ApproveCross(name, "fair"), "carl")
    return name


def busted(floor: Desk, name: str) -> None:
    """Taken back by two persons."""
    floor.done(c.BustCross(name, "wrong account"), "trader")
    floor.done(c.ApproveBust(name, "agreed"), "carl")


def total(floor: Desk, what: str, instrument: str = "ACME") -> int:
    """Shares, or cents, of all accounts."""
    every = floor.state.accounts
    if what == "shares":
        return sum(floor.held(name, instrument) for name in every)
    return sum(floor.cash(name) for name in every)
