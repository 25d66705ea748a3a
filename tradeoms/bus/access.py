"""Who may do and see what: the one place where commands are checked and streams are filtered."""

from typing import Any

from tradeoms.bus.keys import User
from tradeoms.model import commands as c
from tradeoms.model.fields import Role
from tradeoms.model.state import State

PM, TRADER, COMPLIANCE, OPERATIONS = Role.PortfolioManager, Role.Trader, Role.Compliance, Role.Operations

#: The roles that may send a command. A command without a row may be sent by nobody.
MAY: dict[type, frozenset[Role]] = {
    c.OpenDay: frozenset({OPERATIONS}),
    c.DefineInstruments: frozenset({OPERATIONS}),
    c.DefineAccounts: frozenset({OPERATIONS}),
    c.DefineBrokers: frozenset({OPERATIONS}),
    c.SetHolidays: frozenset({OPERATIONS}),
    c.MarkPrices: frozenset({OPERATIONS}),
    c.BookOpening: frozenset({OPERATIONS}),
    c.SetLimits: frozenset({COMPLIANCE}),
    c.Restrict: frozenset({COMPLIANCE}),
    c.OverrideViolation: frozenset({COMPLIANCE}),
    c.SubmitOrder: frozenset({PM}),
    c.SubmitBasket: frozenset({PM}),
    c.CancelOrder: frozenset({PM, TRADER}),
    c.BlockOrders: frozenset({TRADER}),
    c.DissolveBlock: frozenset({TRADER}),
    c.RouteBlock: frozenset({TRADER}),
    c.CancelPlacement: frozenset({TRADER, COMPLIANCE}),
    c.ReplacePlacement: frozenset({TRADER}),
    c.FinishBlock: frozenset({TRADER}),
}

#: Tables whose rows belong to one account each.
BY_ACCOUNT = frozenset({"allocations", "positions", "lots", "realized", "cash"})
#: Tables of which a row shows an order, a block or something below a block.
BY_MEMBER = frozenset({"orders", "blocks", "placements", "executions"})


def forbidden(user: User, command: c.Command) -> str:
    """Why the user may not send this command; empty where the user may."""
    if not MAY.get(type(command), frozenset()) & set(user.roles):
        return f"role {', '.join(user.roles)} may not send {type(command).__name__}"
    orders = _new_orders(command)
    if user.accounts:
        foreign = sorted({m.account for order in orders for m in order.members} - user.accounts)
        if foreign:
            return f"accounts {', '.join(foreign[:5])} are not yours"
    if user.desks and any(order.desk not in user.desks for order in orders):
        return "the desk is not yours"
    return ""


def _new_orders(command: c.Command) -> tuple[c.NewOrder, ...]:
    if isinstance(command, c.SubmitOrder):
        return (command.order,)
    return command.orders if isinstance(command, c.SubmitBasket) else ()


def sees(user: User, state: State, table: str, row: Any) -> bool:
    """Whether a row may be shown: an account set limits a user to what touches these accounts."""
    if not user.accounts:
        return True
    if table in BY_ACCOUNT:
        return row.account in user.accounts
    if table in BY_MEMBER:
        return bool(user.accounts & _accounts(state, table, row))
    return table in ("sessions", "prices")


def _accounts(state: State, table: str, row: Any) -> set[str]:
    if table == "orders":
        names: tuple[str, ...] = (row.key,)
    else:
        names = state.blocks[row.key if table == "blocks" else row.block].orders
    return {member.account for name in names for member in state.orders[name].members}
