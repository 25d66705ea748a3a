"""Unknown reports, disputed fills, sessions, the kill switch: what a person settles."""

from collections.abc import Mapping
from typing import Any

from blotter import cells
from blotter.handlers.deeds import Deed, act, put
from blotter.handlers.orders import REASON
from blotter.screens.choose import Choice, Choose
from blotter.screens.preview import Asked, Preview, Said
from blotter.workplace import Workplace
from tradeoms.model import commands as c
from tradeoms.model.fields import DKReason, SessionAction

HOUSE = "*"
TYPED = "CANCEL"  # what one types to show that one means it


def _settled(row: Any) -> str:
    return "is settled already" if getattr(row, "settled", "") else ""


def _disputed(row: Any) -> str:
    return "" if row.effect == "disputed" else f"is {row.effect}, not disputed"


def _placement(text: str) -> str:
    if not text[:1].isalpha() or not text[1:].isdecimal():
        raise ValueError(f"“{text}” is not the name of a placement, such as P7")
    return text.upper()


def _dk(text: str) -> DKReason:
    found = [reason for reason in DKReason if text.upper() == reason.value or text == reason.name]
    if not found:
        known = ", ".join(f"{reason.value} {reason.name}" for reason in DKReason)
        raise ValueError(f"“{text}”: known are {known}")
    return found[0]


_DK = Asked(
    "DKReason", "A symbol, B side, C quantity, D no order, E price, Z other", _dk, first="Z"
)

attach = act(
    Deed(
        "attach",
        lambda row, said: c.AttachReport(int(row.key), said["reason"], said["placement"]),
        _settled,
        (Asked("placement", "the placement it belongs to, such as P7", _placement), REASON),
    )
)
mean = act(
    Deed(
        "take as",
        lambda row, said: c.AttachReport(int(row.key), said["reason"], execution=said["execution"]),
        _settled,
        (Asked("execution", "the fill it means, as the executions show its key"), REASON),
        note="A bust takes this fill back, a correction takes its place.",
    )
)
dismiss = act(
    Deed(
        "dismiss",
        lambda row, said: c.DismissReport(int(row.key), said["reason"]),
        _settled,
        (REASON,),
        note="Dismissed: it means nothing to our book.",
    )
)
dk_report = act(
    Deed(
        "DK",
        lambda row, said: c.DontKnowTrade(said["reason"], said["DKReason"], number=int(row.key)),
        asks=(_DK, REASON),
        note="The broker is told that we do not know the trade.",
    )
)
book = act(
    Deed(
        "book",
        lambda row, said: c.BookExecution(row.key, said["reason"]),
        _disputed,
        (REASON,),
    )
)
drop = act(
    Deed(
        "dismiss",
        lambda row, said: c.DismissExecution(row.key, said["reason"]),
        _disputed,
        (REASON,),
    )
)
dk_execution = act(
    Deed(
        "DK",
        lambda row, said: c.DontKnowTrade(said["reason"], said["DKReason"], execution=row.key),
        asks=(_DK, REASON),
    )
)
bust = act(
    Deed(
        "take back",
        lambda row, said: c.BustFill(row.key, said["reason"]),
        asks=(REASON,),
        note="Only fills that were entered by hand.",
    )
)


def session(action: SessionAction) -> Any:
    """The handler that asks something of the selected sessions."""

    def make(row: Any, said: Said) -> c.Command:
        return c.ControlSession(row.key, action, said["reason"])

    return act(Deed(action.value, make, asks=(REASON,)))


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ValueError(f"“{text}” is not a number from 1")
    return int(text)


def _sequence(row: Any, said: Said) -> c.Command:
    return c.SetSequence(row.key, said["next_in"], said["next_out"], said["reason"])


set_sequence = act(
    Deed(
        "set the sequence numbers of",
        _sequence,
        asks=(
            Asked("next_in", "the number of the next message in", _count),
            Asked("next_out", "the number of the next message out", _count),
            REASON,
        ),
        note=("Of a stopped session, and as agreed with the broker: a wrong number loses reports."),
    )
)


def _means_it(text: str) -> str:
    if text != TYPED:
        raise ValueError(f"type {TYPED}")
    return text


async def kill(place: Workplace) -> None:
    """Cancel everything of the house or of a broker; typed, for it is asked of every placement."""
    live = [row for row in place.rows("placements").values() if row.LeavesQty]
    brokers = sorted({row.broker for row in live})
    choices = [
        Choice(
            HOUSE,
            "everything",
            f"{cells.count(len(live), 'placement')} at {cells.count(len(brokers), 'broker')}",
        )
    ]
    for broker in brokers:
        count = sum(row.broker == broker for row in live)
        choices.append(Choice(broker, broker, cells.count(count, "placement")))
    broker = await place.ask(Choose("Cancel what is at …", choices))
    if broker is None:
        return
    whose = "the house" if broker == HOUSE else broker
    count = sum(broker in (HOUSE, row.broker) for row in live)
    note = f"{cells.count(count, 'placement')} of {whose} to cancel, as far as sessions are up."
    typed = Asked("confirm", f"type {TYPED}", _means_it)
    send = put(place, f"cancel all of {whose}", lambda said: _cancel_all(broker, said))
    title = f"Cancel all of {whose}"
    await place.ask(Preview(title, (), "Cancel all", send, (REASON, typed), note))


def _cancel_all(broker: str, said: Mapping[str, Any]) -> c.CancelAll:
    if broker == HOUSE:
        return c.CancelAll(said["reason"], everything=True)
    return c.CancelAll(said["reason"], broker)
