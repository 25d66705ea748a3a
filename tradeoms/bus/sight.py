"""Who may see what: the one place where questions are checked and streams are filtered."""

from typing import Any

from tradeoms.bus.keys import User
from tradeoms.model.fields import Role
from tradeoms.model.state import State

#: Questions that not every role may ask.
MAY_ASK: dict[str, frozenset[Role]] = {
    "messages": frozenset({Role.PortfolioManager, Role.Trader, Role.Compliance, Role.Operations}),
    "preview": frozenset({Role.Operations}),
}

#: Tables whose rows belong to one account each.
BY_ACCOUNT = frozenset(
    {
        *("allocations", "positions", "pnl", "ladder", "lots", "realized", "cash", "confirmations"),
        *("statement_changes", "cross_parts", "action_lines"),
        *("delivery_lines", "breaks"),
    }
)
#: Tables of which a row shows an order, a block or something below a block.
BY_MEMBER = frozenset(
    {"orders", "blocks", "placements", "executions", "instructions", "bills", "fees"}
)
#: Tables that everybody sees.
BY_NOBODY = frozenset({"sessions", "prices", "rates"})
#: Questions about the one account that they name.
OF_ACCOUNT = frozenset({"relief"})
#: Questions about what everybody may know.
OF_NOBODY = frozenset({"instruments"})
#: Questions that are answered for the accounts that the user may see.
NARROWED = frozenset({"allocation"})


def may_ask(user: User, question: str, arguments: dict[str, Any]) -> bool:
    """Whether a question stays within the accounts that the user may see."""
    if not user.accounts or question in OF_NOBODY | NARROWED:
        return True
    if question == "headroom":
        asked = _asked(arguments.get("order"))
        return bool(asked) and asked <= set(user.accounts)
    return question in OF_ACCOUNT and arguments.get("account") in user.accounts


def narrowed(user: User, question: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments with the accounts to which the answer is limited, none for who sees them all;
    whatever the user says of that himself.
    """
    return arguments | {"accounts": sorted(user.accounts)} if question in NARROWED else arguments


def _asked(order: Any) -> set[str]:
    """The accounts of an order that somebody asks about, as far as it is one."""
    members = order.get("members") if isinstance(order, dict) else None
    rows = members if isinstance(members, list | tuple) else ()
    return {str(row.get("account") if isinstance(row, dict) else "") for row in rows}


def sees(user: User, state: State, table: str, row: Any) -> bool:
    """Whether a row may be shown: an account set limits a user to what touches these accounts."""
    if not user.accounts or table in BY_NOBODY:
        return True
    if table in BY_ACCOUNT:
        return row.account in user.accounts
    return table in BY_MEMBER and _has_any(user.accounts, _orders_of(state, table, row), state)


def _orders_of(state: State, table: str, row: Any) -> tuple[str, ...]:
    """The orders behind a row; of what has left memory meanwhile, none."""
    if table == "orders":
        return (row.key,)
    block = state.blocks.get(row.key if table == "blocks" else row.block)
    return block.orders if block is not None else ()


def _has_any(accounts: frozenset[str], orders: tuple[str, ...], state: State) -> bool:
    known = (state.orders[name] for name in orders if name in state.orders)
    return any(member.account in accounts for order in known for member in order.members)
