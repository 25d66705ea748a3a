"""Who may do what: the one place where commands are checked. Who may see what is in `sight`."""

from collections.abc import Iterable, Iterator
from typing import Any

from tradeoms.bus.keys import KeyStore, User
from tradeoms.model import commands as c
from tradeoms.model.fields import Role
from tradeoms.model.orders import NewOrder
from tradeoms.model.state import State

PM, TRADER = Role.PortfolioManager, Role.Trader
COMPLIANCE, OPERATIONS = Role.Compliance, Role.Operations

#: The roles that may send a command. A command without a row may be sent by nobody.
MAY: dict[type, frozenset[Role]] = {
    c.OpenDay: frozenset({OPERATIONS}),
    c.DefineInstruments: frozenset({OPERATIONS}),
    c.DefineAccounts: frozenset({OPERATIONS}),
    c.DefineBrokers: frozenset({OPERATIONS}),
    c.DefineAllocationPolicies: frozenset({COMPLIANCE}),
    c.DefineRateCards: frozenset({OPERATIONS}),
    c.DefineFees: frozenset({OPERATIONS}),
    c.PayResearch: frozenset({OPERATIONS}),
    c.DefineIdentical: frozenset({COMPLIANCE}),
    c.IdentifyLots: frozenset({PM, TRADER, OPERATIONS}),
    c.BookCorporateAction: frozenset({OPERATIONS}),
    c.TransferLots: frozenset({OPERATIONS}),
    c.GiftLots: frozenset({OPERATIONS}),
    c.ImportActions: frozenset({OPERATIONS}),
    c.ReverseAction: frozenset({OPERATIONS}),
    c.SetHolidays: frozenset({OPERATIONS}),
    c.MarkPrices: frozenset({OPERATIONS}),
    c.SetRates: frozenset({OPERATIONS}),
    c.BookOpening: frozenset({OPERATIONS}),
    c.ImportOpening: frozenset({OPERATIONS}),
    c.CloseDay: frozenset({OPERATIONS}),
    c.WaiveCheck: frozenset({OPERATIONS, COMPLIANCE}),
    c.AcknowledgeDelivery: frozenset({OPERATIONS}),
    c.Deliver: frozenset({OPERATIONS}),
    c.ExplainBreak: frozenset({OPERATIONS}),
    c.OwnBreak: frozenset({OPERATIONS}),
    c.Reconcile: frozenset({OPERATIONS}),
    c.SetTolerances: frozenset({OPERATIONS}),
    c.SetRetention: frozenset({OPERATIONS}),
    c.SetLimits: frozenset({COMPLIANCE}),
    c.Restrict: frozenset({COMPLIANCE}),
    c.OverrideViolation: frozenset({COMPLIANCE}),
    c.SubmitOrder: frozenset({PM}),
    c.SubmitBasket: frozenset({PM}),
    c.CancelOrder: frozenset({PM, TRADER}),
    c.BlockOrders: frozenset({TRADER}),
    c.DissolveBlock: frozenset({TRADER}),
    c.JoinBlock: frozenset({TRADER}),
    c.LeaveBlock: frozenset({TRADER}),
    c.ProposeCross: frozenset({TRADER}),
    c.ApproveCross: frozenset({COMPLIANCE}),
    c.RejectCross: frozenset({TRADER, COMPLIANCE}),
    c.BustCross: frozenset({TRADER, COMPLIANCE, OPERATIONS}),
    c.ApproveBust: frozenset({COMPLIANCE}),
    c.RouteBlock: frozenset({TRADER}),
    c.RouteBlocks: frozenset({TRADER}),
    c.RouteList: frozenset({TRADER}),
    c.RouteByPhone: frozenset({TRADER}),
    c.CancelPlacement: frozenset({TRADER, COMPLIANCE}),
    c.ReplacePlacement: frozenset({TRADER}),
    c.FinishBlock: frozenset({TRADER}),
    c.FinishBlocks: frozenset({TRADER}),
    c.ChangeSplit: frozenset({TRADER}),
    c.ApproveSplit: frozenset({COMPLIANCE}),
    c.BookError: frozenset({OPERATIONS}),
    c.MoveToError: frozenset({OPERATIONS}),
    c.RequestStatus: frozenset({TRADER, OPERATIONS}),
    c.CancelAll: frozenset({TRADER, COMPLIANCE, OPERATIONS}),
    c.Halt: frozenset({TRADER, COMPLIANCE, OPERATIONS}),
    c.Resume: frozenset({TRADER, COMPLIANCE, OPERATIONS}),
    c.AttachReport: frozenset({TRADER, OPERATIONS}),
    c.DismissReport: frozenset({TRADER, OPERATIONS}),
    c.BookExecution: frozenset({TRADER, OPERATIONS}),
    c.DismissExecution: frozenset({TRADER, OPERATIONS}),
    c.DontKnowTrade: frozenset({TRADER, OPERATIONS}),
    c.ClosePlacement: frozenset({TRADER, OPERATIONS}),
    c.EnterFill: frozenset({TRADER, OPERATIONS}),
    c.BustFill: frozenset({TRADER, OPERATIONS}),
    c.ControlSession: frozenset({OPERATIONS}),
    c.SetSequence: frozenset({OPERATIONS}),
    c.DefineSettlementInstructions: frozenset({OPERATIONS}),
    c.SetCutOffs: frozenset({OPERATIONS}),
    c.SendAllocation: frozenset({TRADER, OPERATIONS}),
    c.CancelAllocation: frozenset({OPERATIONS}),
    c.AffirmConfirmations: frozenset({OPERATIONS}),
    c.RejectConfirmation: frozenset({OPERATIONS}),
    c.RequestConfirmations: frozenset({OPERATIONS}),
    c.Claim: frozenset({TRADER}),
    c.Release: frozenset({TRADER}),
    c.Reassign: frozenset({TRADER}),
    c.HandOver: frozenset({TRADER}),
    c.AcknowledgeAlert: frozenset({TRADER, COMPLIANCE, OPERATIONS}),
    c.OwnAlert: frozenset({TRADER, COMPLIANCE, OPERATIONS}),
    c.SnoozeAlert: frozenset({TRADER, COMPLIANCE, OPERATIONS}),
}

#: Commands that touch every account: not for who is limited to some.
HOUSE = (
    c.Halt,
    c.Resume,
    c.OpenDay,
    c.DefineInstruments,
    c.DefineAccounts,
    c.DefineBrokers,
    c.DefineAllocationPolicies,
    c.DefineRateCards,
    c.DefineFees,
    c.PayResearch,
    c.DefineIdentical,
    c.SetHolidays,
    c.MarkPrices,
    c.SetRates,
    c.ImportOpening,
    c.BookCorporateAction,
    c.ImportActions,
    c.ReverseAction,
    c.CloseDay,
    c.WaiveCheck,
    c.AcknowledgeDelivery,
    c.Deliver,
    c.ExplainBreak,
    c.OwnBreak,
    c.Reconcile,
    c.SetTolerances,
    c.SetRetention,
    c.SetLimits,
    c.Restrict,
    c.ControlSession,
    c.SetSequence,
    c.DefineSettlementInstructions,
    c.SetCutOffs,
    c.AttachReport,
    c.DismissReport,
    c.AcknowledgeAlert,
    c.OwnAlert,
    c.SnoozeAlert,
)
OF_PLACEMENT = (
    c.CancelPlacement,
    c.ReplacePlacement,
    c.RequestStatus,
    c.ClosePlacement,
    c.EnterFill,
)
OF_BLOCK = (
    c.DissolveBlock,
    c.LeaveBlock,
    c.RouteBlock,
    c.RouteByPhone,
    c.FinishBlock,
    c.ChangeSplit,
    c.ApproveSplit,
    c.BookError,
    c.MoveToError,
    c.SendAllocation,
)


def forbidden(user: User, command: c.Command, state: State) -> str:
    """Why the user may not send this command; empty where the user may.

    `state` may be a little old: an order's accounts and desk never change, and what it does not
    know yet is nobody's, so that a user with an account set may not touch it.
    """
    if not MAY.get(type(command), frozenset()) & set(user.roles):
        return f"role {', '.join(user.roles)} may not send {type(command).__name__}"
    if not user.accounts and not user.desks:
        return ""
    if isinstance(command, HOUSE) or _of_nobody(command):
        return f"{type(command).__name__} touches the whole house: you may see only a part"
    try:
        touched = list(_touched(command, state))
    except KeyError as error:
        return f"{error.args[0]} is unknown, or not yours"
    foreign = sorted({account for _, accounts in touched for account in accounts} - user.accounts)
    if user.accounts and foreign:
        return f"accounts {', '.join(foreign[:5])} are not yours"
    desks = {desk for desk, _ in touched if desk is not None}
    if user.desks and not desks <= user.desks:
        return "the desk is not yours"
    return ""


def stranger(command: c.Command, keys: KeyStore, state: State) -> str:
    """Why work may not go to who shall get it, or a halt would meet nobody; else empty.

    Who is no user any more may be halted for as long as there is work of theirs.
    """
    if isinstance(command, c.Halt):
        if command.desk:
            return "" if _is_desk(command.desk, keys, state) else _unknown("desk", command.desk)
        field, name = "trader", command.trader
        if not name or (keys.named(name) is None and _has_work(name, state)):
            return ""
    elif isinstance(command, c.Reassign):
        field, name = "trader", command.trader
    elif isinstance(command, c.HandOver):
        field, name = "to", command.to
    else:
        return ""
    user = keys.named(name)
    if user is None:
        return _unknown(field, name)
    return "" if TRADER in user.roles else f"{field} {name}: is no trader"


def _unknown(field: str, name: str) -> str:
    what = "desk of a user or an order" if field == "desk" else "user"
    return f"{field} {ascii(name)[:60]}: there is no such {what}"


def _is_desk(desk: str, keys: KeyStore, state: State) -> bool:
    """True where a user is of the desk, or an order."""
    if any(desk in user.desks for user in keys.users().values()):
        return True
    return any(order.desk == desk for order in list(state.orders.values()))


def _has_work(trader: str, state: State) -> bool:
    placed = any(placement.trader == trader for placement in list(state.placements.values()))
    return placed or bool(state.work_of(trader))


#: A desk (empty: outside of all, None: that of the block, seen to already) and accounts.
Touched = tuple[str | None, Iterable[str]]


def _of_nobody(command: c.Command) -> bool:
    """True where a command acts on what belongs to no account yet, or on everybody's orders."""
    if isinstance(command, c.CancelAll):
        return not command.block
    return isinstance(command, c.DontKnowTrade) and bool(command.number)


def _touched(command: c.Command, state: State) -> Iterator[Touched]:
    """What a command would act upon; KeyError for an order, block or placement that is unknown."""
    if isinstance(command, c.SubmitOrder):
        yield _of_order(command.order)
    elif isinstance(command, c.SubmitBasket):
        yield from map(_of_order, command.orders)
    elif isinstance(command, c.BookOpening):
        yield "", [lot.account for lot in command.lots]
        yield "", [cash.account for cash in command.cash]
    elif isinstance(command, c.BookError | c.MoveToError):
        yield None, _error_accounts(command, state)
    elif isinstance(command, c.TransferLots | c.GiftLots):
        yield "", [name for name in (command.terms.account, command.terms.to) if name]
    for name in _orders(command, state):
        yield _of_order(state.orders[name])


def _error_accounts(command: c.BookError | c.MoveToError, state: State) -> list[str]:
    """Where the error would go: as named, where the block's errors are, else the house's only one."""
    if command.account:
        return [command.account]
    if (known := state.blocks[command.block].error) is not None:
        return [known.account]
    return [account.account for account in list(state.accounts.values()) if account.error]


def _of_order(order: NewOrder | Any) -> Touched:
    return order.desk, [member.account for member in order.members]


def _orders(command: c.Command, state: State) -> tuple[str, ...]:
    """The orders that a command names, by themselves or through their block."""
    if isinstance(command, c.CancelOrder | c.OverrideViolation | c.IdentifyLots):
        return (command.order,)
    if isinstance(command, c.BlockOrders | c.ProposeCross):
        return command.orders
    if isinstance(command, c.ApproveCross | c.RejectCross | c.BustCross | c.ApproveBust):
        return state.crosses[command.cross].orders
    if isinstance(command, c.JoinBlock):
        return (*state.blocks[command.block].orders, *command.orders)
    if isinstance(command, c.Claim | c.Release | c.Reassign):
        return _claimable(command.names, state)
    if isinstance(command, c.HandOver):
        return _claimable([one.name for one in state.work_of(command.trader)], state)
    if isinstance(command, c.RouteBlocks):
        return tuple(name for row in command.blocks for name in state.blocks[row.block].orders)
    if isinstance(command, c.RouteList | c.FinishBlocks):
        return tuple(name for block in command.blocks for name in state.blocks[block].orders)
    if isinstance(command, OF_BLOCK):
        return state.blocks[command.block].orders
    if isinstance(command, c.CancelAll):
        return state.blocks[command.block].orders
    if isinstance(command, c.BookExecution | c.DismissExecution | c.BustFill | c.DontKnowTrade):
        return state.blocks[state.executions[command.execution].block].orders
    if isinstance(command, c.CancelAllocation | c.RequestConfirmations):
        return state.blocks[state.instructions[command.AllocID].block].orders
    if isinstance(command, c.AffirmConfirmations | c.RejectConfirmation):
        return _confirmed(command, state)
    if isinstance(command, OF_PLACEMENT):
        return state.blocks[state.placements[command.placement].block].orders
    return ()


def _claimable(names: Iterable[str], state: State) -> tuple[str, ...]:
    """Orders by name, and those of blocks."""
    found = (state.blocks[n].orders if n in state.blocks else (n,) for n in names)
    return tuple(name for orders in found for name in orders)


def _confirmed(
    command: c.AffirmConfirmations | c.RejectConfirmation, state: State
) -> tuple[str, ...]:
    """The orders behind confirmations."""
    if isinstance(command, c.RejectConfirmation):
        keys: tuple[str, ...] = (command.confirmation,)
    else:
        keys = command.confirmations
    names = (state.instructions[state.confirmations[key].AllocID].block for key in keys)
    return tuple(order for name in names for order in state.blocks[name].orders)
