"""Settlement instructions of accounts: by market, currency and broker, from a day on."""

from datetime import date

from tradeoms.core.bounds import brief
from tradeoms.core.context import Context, Refusal
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.settlement import SettlementInstruction
from tradeoms.model.state import State

LONGEST = 64  # characters of a name or an id
DELIVERIES = ("0", "1")


def define(state: State, command: c.DefineSettlementInstructions, ctx: Context) -> list[e.AnyEvent]:
    """Of accounts and brokers that are known; the same account, scope and day again replaces."""
    problems: list[c.Problem] = []
    for n, row in enumerate(command.instructions):
        problems += _problems(state, f"instructions[{n}].", row)
    if problems:
        raise Refusal(*problems)
    return [e.SettlementInstructionsDefined(command.instructions)]


def _problems(state: State, field: str, row: SettlementInstruction) -> list[c.Problem]:
    found = [
        (row.account not in state.accounts, "account", row.account, "unknown account"),
        (
            bool(row.broker) and row.broker not in state.brokers,
            "broker",
            row.broker,
            "unknown broker",
        ),
        (bad := _bad_text(row.name), "name", row.name, bad),
        (
            row.expires is not None and row.expires <= row.effective,
            "expires",
            row.expires,
            "is not after the effective day",
        ),
        (
            row.SettlDeliveryType not in DELIVERIES,
            "SettlDeliveryType",
            row.SettlDeliveryType,
            "must be 0 (versus payment) or 1 (free)",
        ),
    ]
    for n, party in enumerate(row.parties):
        for name in ("SettlPartyRole", "SettlPartyID", "SettlPartyIDSource"):
            value = getattr(party, name)
            found.append((bad := _bad_text(value), f"parties[{n}].{name}", value, bad))
    return [
        c.Problem(field + name, brief(value), why) for is_bad, name, value, why in found if is_bad
    ]


def _bad_text(text: str) -> str:
    """Why a text cannot go into a message; empty where it can."""
    if not text.strip():
        return "is needed"
    if len(text) > LONGEST:
        return f"is longer than {LONGEST} characters"
    return "" if text.isascii() and text.isprintable() else "may hold printable ASCII only"


def settlement(
    state: State, account: str, broker: str, instrument: str, day: date
) -> SettlementInstruction | None:
    """The account's instruction in force on `day` that fits best: broker before market before
    currency, the newest of equals. None where there is none: the broker uses what it has.
    """
    traded = state.instruments[instrument]
    wanted = (broker, traded.SecurityExchange, traded.Currency)
    fitting = [
        (tuple(bool(given) for given in scope), row.effective, row)
        for row in state.settlement_instructions.get(account, ())
        if row.effective <= day and (row.expires is None or day < row.expires)
        for scope in [_scope(row)]
        if all(given in ("", want) for given, want in zip(scope, wanted, strict=True))
    ]
    return max(fitting, key=lambda found: found[:2])[2] if fitting else None


def _scope(row: SettlementInstruction) -> tuple[str, str, str]:
    return row.broker, row.market, row.Currency


def apply_defined(state: State, event: e.SettlementInstructionsDefined) -> None:
    for row in event.instructions:
        kept = tuple(
            known
            for known in state.settlement_instructions.get(row.account, ())
            if (_scope(known), known.effective) != (_scope(row), row.effective)
        )
        state.settlement_instructions[row.account] = (*kept, row)


DECIDE = {c.DefineSettlementInstructions: define}
APPLY = {e.SettlementInstructionsDefined: apply_defined}
