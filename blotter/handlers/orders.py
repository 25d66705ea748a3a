"""What is done with portfolio managers' orders."""

from collections.abc import Mapping, Sequence

from blotter.screens.ask import Ask
from blotter.screens.stage import StageTicket
from blotter.workplace import Workplace, described
from tradeoms.model import commands as c
from tradeoms.model.fields import Outcome


def named(rows: Sequence[str]) -> str:
    """A few names, or their number."""
    return ", ".join(rows) if len(rows) <= 5 else f"{len(rows)} {rows[0]} … {rows[-1]}"


async def block(place: Workplace) -> None:
    """Merge the orders; the server makes one block for each instrument, side, type and price."""
    names = tuple(row.key for row in place.grid.targets())
    if not names:
        return
    grid = place.grid
    answered = await place.send(f"block {named(names)}", c.BlockOrders(names))
    if answered is not None and answered.outcome is Outcome.Done:
        grid.clear_selection()


async def withdraw(place: Workplace) -> None:
    """Cancel the orders, with a reason."""
    names = [row.key for row in place.grid.targets()]
    if not names:
        return
    reason = await place.ask(Ask(f"Withdraw {named(names)}", "reason"))
    if reason:
        await place.send_all({f"withdraw {n}": c.CancelOrder(n, reason) for n in names})


async def stage(place: Workplace) -> None:
    """A new order by hand; a refused one comes back with its reasons."""
    text: Mapping[str, str] = {}
    problems: list[str] = []
    while True:
        ticket = StageTicket(_instruments(place), text, problems)
        order = await place.ask(ticket)
        if order is None:
            return
        text = ticket.sent
        answered = await place.send("stage", c.SubmitOrder(order))
        if answered is None or answered.outcome is Outcome.Done:
            return
        problems = [described(p.field, p.value, p.reason) for p in answered.problems]


def _instruments(place: Workplace) -> dict[str, str]:
    """Instrument -> Symbol, of those that have a price or an order."""
    known = {row.instrument: row.Symbol for row in place.rows("orders").values()}
    return known | {row.key: row.Symbol for row in place.rows("prices").values()}
