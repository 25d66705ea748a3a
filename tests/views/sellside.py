"""Brokers and lines of the random firm: answers, fills, busts, lost lines, strange messages."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.executions import Report
from tradeoms.model.fields import Effect, OrdStatus, ReportKind
from tradeoms.model.placements import Placement

if TYPE_CHECKING:
    from tests.views.house import House

D = Decimal


def any_placement(house: "House") -> Placement | None:
    """Any placement at a broker, one with something left rather than another."""
    every = [p for p in house.state.placements.values() if p.session]
    live = [p for p in every if p.LeavesQty and p.transmission != "unsent"]
    if live and house.random.random() < 0.9:
        return house.random.choice(live)
    return house.random.choice(every) if every else None


def gateway(house: "House") -> None:
    """Messages leave, or cannot."""
    waiting = [p for p in house.state.placements.values() if p.requests]
    for placement in house.random.sample(waiting, min(2, len(waiting))):
        ClOrdID, session = placement.requests[-1].ClOrdID, placement.session
        number = house.state.sessions[session].out_seq + 1
        if house.random.random() < 0.9:
            house.engine.submit(c.ConfirmSent(session, (number,), (ClOrdID,)), e.Cause())
        else:
            unsent = c.ReturnUnsent(ClOrdID, placement.placement, "queue full")
            house.engine.submit(unsent, e.Cause())


def session(house: "House") -> None:
    name = house.random.choice(tuple(house.incoming))
    up = house.random.random() < 0.8
    house.engine.submit(c.ChangeSession(name, up, "" if up else "line lost"), e.Cause())


def report(house: "House") -> None:
    """An answer to a request, or the broker's own idea."""
    placement = any_placement(house)
    if placement is None:
        return
    asked = placement.requests[-1] if placement.requests else None
    kinds = {
        None: [
            (ReportKind.Canceled, OrdStatus.Canceled),
            (ReportKind.DoneForDay, OrdStatus.DoneForDay),
        ],
        "new": [(ReportKind.New, OrdStatus.New)] * 4 + [(ReportKind.Rejected, OrdStatus.Rejected)],
        "cancel": [
            (ReportKind.Canceled, OrdStatus.Canceled),
            (ReportKind.PendingCancel, OrdStatus.PendingCancel),
            (ReportKind.CancelReject, None),
        ],
        "replace": [(ReportKind.Replaced, OrdStatus.New), (ReportKind.MessageReject, None)],
    }[asked.kind.value if asked else None]
    kind, status = house.random.choice(kinds)
    quantity = asked.OrderQty if asked and kind is ReportKind.Replaced else placement.OrderQty
    said = Report(
        kind=kind.value,
        ClOrdID=asked.ClOrdID if asked else placement.ClOrdID,
        OrderID=f"X{placement.placement}",
        OrdStatus=status,
        OrderQty=quantity if status else None,
        Text=house.random.choice(("", "because")),
    )
    house.hear(placement.session, said)


def fill(house: "House") -> None:
    """A fill: mostly in order, now and then too much, twice, or of another instrument."""
    if placement := any_placement(house):
        r = house.random
        quantity = min(D(r.randint(1, 60)), placement.LeavesQty) or D(r.randint(1, 5))
        after = placement.CumQty + quantity
        said = Report(
            kind=ReportKind.Trade.value,
            ClOrdID=placement.ClOrdID,
            OrderID=f"X{placement.placement}",
            ExecID=f"E{len(house.state.executions) + r.choice((0, 0, 0, -1))}",
            OrdStatus=OrdStatus.PartiallyFilled if after < placement.OrderQty else OrdStatus.Filled,
            Symbol="WRONG" if r.random() < 0.03 else placement.Symbol,
            Side=placement.Side.value,
            OrderQty=placement.OrderQty,
            LastQty=quantity,
            LastPx=D(r.randint(4900, 5100)).scaleb(-2),
            CumQty=after,
            TransactTime="20260302-14:30:00.123",
            LastMkt=r.choice(("XNYS", "ARCX")),
        )
        house.hear(placement.session, said)


def amend(house: "House") -> None:
    """A bust or a correction of a booked execution."""
    fills = house.state.executions.values()
    booked = [x for x in fills if x.effect is Effect.Booked and not x.cross]
    if booked:
        target = house.random.choice(booked)
        placement = house.state.placements[target.placement]
        correct = house.random.random() < 0.5
        said = Report(
            kind=(ReportKind.TradeCorrect if correct else ReportKind.TradeCancel).value,
            ClOrdID=placement.ClOrdID,
            ExecID=f"M{len(house.journal.records)}",
            ExecRefID=target.ExecID,
            OrdStatus=OrdStatus.PartiallyFilled,
            LastQty=target.LastQty if correct else None,
            LastPx=target.LastPx + D("0.01") if correct else None,
            TransactTime="20260302-15:00:00",
        )
        house.hear(placement.session, said)


def strange(house: "House") -> None:
    unknown = Report(kind="trade", ClOrdID="nobody", ExecID="Z", LastQty=D(1), LastPx=D(2))
    house.hear("S1", house.random.choice((None, unknown)), "8=FIX.4.4|<raw>")


ACTIONS: dict[Callable[["House"], None], int] = {
    gateway: 10,
    session: 2,
    report: 30,
    fill: 40,
    amend: 3,
    strange: 1,
}
