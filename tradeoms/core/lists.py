"""Lists: several placements that a broker is given as one, and what it says of the whole.

An order of a list is a placement like any other. Its fills come as reports of its own; a ListStatus
books nothing. The ListID is of the ClOrdIDs' numbers, so that neither is ever taken for the other.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from tradeoms.core.attention import alert
from tradeoms.core.blocks import idle
from tradeoms.core.bounds import brief
from tradeoms.core.context import Context, Refusal, refuse
from tradeoms.core.measuring import idle_amount
from tradeoms.core.pending import ask
from tradeoms.core.retired import not_ours
from tradeoms.core.routing import route_blocks
from tradeoms.core.unknown import unknown
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.crosses import HOUSE
from tradeoms.model.executions import Report
from tradeoms.model.fields import BlockState, OrdStatus, ReportKind, RequestKind
from tradeoms.model.lists import ListedOrder, ListStatus, OrderList
from tradeoms.model.orders import ZERO
from tradeoms.model.placements import Placement, Request
from tradeoms.model.state import State

REJECT, ALERT = "7", "5"  # ListOrderStatus
NEW_LIST = "E"


def route_list(state: State, command: c.RouteList, ctx: Context) -> list[e.AnyEvent]:
    """What is idle of each block, to one broker, all or none."""
    if command.broker not in state.brokers or command.broker == HOUSE:
        raise refuse("broker", brief(command.broker), "unknown broker")
    if full := [
        _nothing_idle(n, name) for n, name in enumerate(command.blocks) if _full(state, name)
    ]:
        raise Refusal(*full)
    rows = tuple(
        c.RouteBlock(name, (_rest(state, name, command.broker),), command.acknowledged)
        for name in command.blocks
    )
    ListID = ctx.ClOrdID(state)
    events: list[e.AnyEvent] = []
    names: list[str] = []
    for event in route_blocks(state, c.RouteBlocks(rows), ctx):
        if isinstance(event, e.PlacementRouted):
            names.append(event.placement.placement)
            listed = replace(event.placement, ListID=ListID, ListSeqNo=len(names))
            event = replace(event, placement=listed)
        events.append(event)
    broker = state.brokers[command.broker]
    known = OrderList(
        ListID, broker.broker, broker.session, tuple(names), ctx.now, broker.knows_lists
    )
    return [*events, e.ListRouted(known)]


def _full(state: State, block: str) -> bool:
    """True for a live block of which nothing is idle; of others the route says what is wrong."""
    known = state.blocks.get(block)
    if known is None or known.state not in (BlockState.Open, BlockState.Working):
        return False
    return (idle(state, known) if known.CashOrderQty is None else idle_amount(state, known)) <= 0


def _rest(state: State, block: str, broker: str) -> c.Route:
    """All that is idle of a block, in units or in money."""
    known = state.blocks.get(block)
    if known is not None and known.CashOrderQty is not None:
        return c.Route(broker, CashOrderQty=idle_amount(state, known))
    return c.Route(broker, idle(state, known) if known else ZERO)


def _nothing_idle(n: int, block: str) -> c.Problem:
    return c.Problem(f"blocks[{n}]", block, "nothing of it is idle")


def unanswered(state: State, known: OrderList) -> Iterator[tuple[Placement, Request]]:
    """The orders of a list of which the broker has said nothing yet."""
    for name in known.placements:
        placement = state.placements[name]
        for request in placement.requests:
            if request.kind is RequestKind.New:
                yield placement, request


def meant(state: State, session: str, report: Report) -> OrderList | None:
    """The list that a reject (3, j) is about: by its ListID, or by the number it left with."""
    if report.kind != ReportKind.MessageReject or report.RefMsgType not in (NEW_LIST, ""):
        return None
    known = state.lists.get(report.ClOrdID)
    if known is not None:
        return known if known.session == session else None
    last = state.sessions[session].out_seq if session in state.sessions else 0
    if report.ClOrdID or not report.RefSeqNum or report.RefSeqNum > last:
        return None
    for known in state.lists.values():
        numbers = {request.MsgSeqNum for _, request in unanswered(state, known)}
        if known.whole and known.session == session and report.RefSeqNum in numbers:
            return known
    return None


def refused(state: State, known: OrderList, report: Report, ctx: Context) -> list[e.AnyEvent]:
    """The broker's engine refused the message: none of its orders lives."""
    reason = report.Text or f"reject of message {report.RefSeqNum}"
    left = list(unanswered(state, known))
    if report.RefSeqNum:  # not what was sent again by itself since
        left = [order for order in left if order[1].MsgSeqNum in (report.RefSeqNum, 0)]
    return _rejected(known, left, reason, ctx)


def _rejected(
    known: OrderList, orders: list[tuple[Placement, Request]], reason: str, ctx: Context
) -> list[e.AnyEvent]:
    """The end of these orders, and one alert for all of them."""
    if not orders:
        return [alert(ctx, "list rejected", known.ListID, f"{known.broker}: {reason}")]
    ended = [e.RequestRejected(p.placement, request.ClOrdID, reason) for p, request in orders]
    names = ", ".join(p.placement for p, _ in orders[:5]) + (" …" if len(orders) > 5 else "")
    count = f"{len(orders)} of {len(known.placements)} orders ({names})"
    text = f"{known.broker} rejects {count}: {reason}"
    return [*ended, alert(ctx, "list rejected", known.ListID, text)]


def receive(state: State, command: c.ListStatusReceived, ctx: Context) -> list[e.AnyEvent]:
    """How a list stands: nothing is booked; what the broker rejects ends, what differs is asked."""
    status = command.status
    if status is None:
        return unknown(command, command.error, ctx)
    known = state.lists.get(status.ListID)
    if known is None or known.session != command.session:
        return unknown(
            command, f"ListID {status.ListID} {not_ours(state, 'ClOrdID', status.ListID)}", ctx
        )
    events: list[e.AnyEvent] = [e.ListReported(known.ListID, status)]
    if status.ListOrderStatus == REJECT:
        reason = status.Text or "the list is rejected"
        events += _rejected(known, list(unanswered(state, known)), reason, ctx)
    else:
        events += _orders(state, known, status, ctx)
    if status.ListOrderStatus == ALERT:
        events.append(alert(ctx, "list alert", known.ListID, status.Text or "no text"))
    ours = {state.placement_of.get(order.ClOrdID) for order in status.orders}
    if not ours <= set(known.placements):
        strangers = [o.ClOrdID for o in status.orders if o.ClOrdID not in state.placement_of]
        reason = f"ClOrdID {', '.join(strangers[:5]) or 'of another list'} is not of the list"
        events += unknown(command, reason, ctx)
    return events


def _orders(state: State, known: OrderList, status: ListStatus, ctx: Context) -> list[e.AnyEvent]:
    """What the broker says of single orders, of those that it names."""
    named = {order.ClOrdID: order for order in status.orders}
    gone = [
        (placement, request)
        for placement, request in unanswered(state, known)
        if request.ClOrdID in named and named[request.ClOrdID].OrdStatus is OrdStatus.Rejected
    ]
    texts = [named[request.ClOrdID].Text for _, request in gone]
    reason = next(filter(None, texts), status.Text) or "no text"
    events = _rejected(known, gone, reason, ctx) if gone else []
    for order in status.orders:
        name = state.placement_of.get(order.ClOrdID, "")
        if name in known.placements:
            events += _compared(state, state.placements[name], order, ctx)
    return events


def _compared(
    state: State, placement: Placement, order: ListedOrder, ctx: Context
) -> list[e.AnyEvent]:
    """A question where the broker has filled more, or less, than what we booked."""
    if order.CumQty is None or order.CumQty == placement.CumQty:
        return []
    text = f"the list's CumQty is {order.CumQty}, our fills make {placement.CumQty}"
    told = [alert(ctx, "fill missing", placement.placement, text)]
    return ask(state, placement, ctx) or [*told]


def apply_routed(state: State, event: e.ListRouted) -> None:
    state.lists[event.order_list.ListID] = event.order_list


def apply_reported(state: State, event: e.ListReported) -> None:
    known, status = state.lists[event.ListID], event.status
    kept = status.ListOrderStatus or known.status
    state.lists[event.ListID] = replace(known, status=kept, text=status.Text or known.text)


DECIDE = {c.RouteList: route_list, c.ListStatusReceived: receive}
APPLY = {e.ListRouted: apply_routed, e.ListReported: apply_reported}
