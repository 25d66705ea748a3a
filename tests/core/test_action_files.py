"""Files of corporate actions and transfers: booked as a whole, every mistake with its line."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from tests.builders import DAY, Desk, desk, lot
from tests.core.corporate import corporate, lots
from tests.core.test_corporate_actions import checked
from tradeoms.core.context import Refusal
from tradeoms.core.previewing import preview
from tradeoms.model import commands as c
from tradeoms.model.fields import TimeInForce
from tradeoms.model.openings import OpeningFile

D = Decimal
ACTIONS = f"""reference,kind,instrument,day,new,old,new_instrument,fraction_price,basis_percent,before,after
CA-1,split,ACME,{DAY},3,2,,20,,105,
CA-2,spin_off,ACME,{DAY},1,10,BOLT,5,12.5,157,35
"""
TRANSFERS = f"""reference,instrument,day,account,to,quantity,basis,acquired,value
T-1,CORN,{DAY},,A2,30,899.99,2020-01-02,
T-1,CORN,{DAY},,A2,7,70,2021-01-02,
T-2,BOLT,{DAY},A1,A3,5,,,11
"""


def files(**contents: str) -> c.ImportActions:
    """The command."""
    given = tuple(OpeningFile(kind, f"{kind}.csv", text) for kind, text in contents.items())
    return c.ImportActions(given, "end of day")


def house() -> Desk:
    return desk((lot("A1", 105, 1050, 400), lot("A1", 20, 400, 300, "BOLT")))


def test_a_file_is_booked_in_its_order_with_its_totals() -> None:
    floor = house()
    ids = floor.done(files(actions=ACTIONS, transfers=TRANSFERS), "ops")
    assert ids == ("L1", "L2", "L3", "L4")
    assert floor.held("A1") == 157
    assert [row[:2] for row in lots(floor, "A2", "CORN")] == [(30, 89999), (7, 7000)]
    assert floor.held("A3", "BOLT") == 5
    assert floor.held("A1", "BOLT") == 30
    assert floor.done(files(actions=ACTIONS, transfers=TRANSFERS), "ops") == ()
    checked(floor)


def test_every_mistake_is_named_with_its_line() -> None:
    wrong = ACTIONS.replace(",3,2,", ",0,2,").replace("12.5", "112.5").replace("BOLT", "NONE")
    late = TRANSFERS.replace("2021-01-02", "2027-01-02").replace(",11", ",x")
    command = files(actions=wrong, transfers=late)
    with pytest.raises(Refusal, match="line 3: new_instrument = 'NONE': unknown instrument"):
        preview(house().state, command, "ops", datetime.now(UTC))
    assert house().refused(command, "ops") == {
        "actions.csv line 2: new": "must be above zero",
        "actions.csv line 3: new_instrument": "unknown instrument",
        "actions.csv line 3: basis_percent": "is beyond 100",
        "transfers.csv line 3: acquired": "is after the transfer",
        "transfers.csv line 4: value": "must be a plain number such as 1234.56",
    }
    assert house().refused(files(actions=ACTIONS.replace(",105,", ",106,")), "ops") == {
        "actions.csv line 2: before": "the accounts concerned hold 105 of ACME"
    }
    mixed = TRANSFERS.replace("T-1,CORN", "T-1,ACME", 1).replace("A3,5,,,", "A3,5,3,,")
    assert house().refused(files(transfers=mixed, other="x"), "ops") == {
        "transfers.csv line 3: instrument": "is not that of line 2",
        "transfers.csv line 4: basis": "stays as it is",
        "files[1].kind": "must be one of actions, transfers",
    }


def test_a_missing_reason_is_said_once() -> None:
    command = replace(files(actions=ACTIONS, transfers=TRANSFERS), reason=" ")
    assert list(house().refused(command, "ops")) == ["reason"]
    assert [p.field for p in house().do(command, "ops").problems] == ["reason"]


def previewed(floor: Desk, command: c.Command) -> list[tuple[str, ...]]:
    before, seq = floor.journal.replay(), floor.state.seq
    rows = preview(floor.state, command, "ops", datetime(2026, 3, 2, tzinfo=UTC))
    assert (floor.state.seq, before.counters) == (seq, floor.state.counters)
    return [(r.what, r.account, r.instrument, str(r.before), str(r.after), r.text) for r in rows]


def test_a_preview_shows_what_would_be_and_books_nothing() -> None:
    floor = house()
    order = floor.order(("A1", 10), Price="30", TimeInForce=TimeInForce.GoodTillCancel)
    later = DAY.replace(day=9)
    split = corporate("split", day=later, new=3, old=2, fraction_price=20)
    half = Decimal("1000010.25") - Decimal("1000000.25")
    assert previewed(floor, split) == [
        ("position", "A1", "ACME", "105", "157", ""),
        ("cash", "A1", "", "1000000.25", "1000010.25", "USD"),
        ("gain", "A1", "ACME", "0.00", str(half - Decimal("3.33")), ""),
        ("order", "", "ACME", "10", "15", f"{order} at 20"),
    ]
    assert floor.held("A1") == 105
    floor.done(c.OpenDay(later), "ops")
    floor.done(split, "ops")
    assert [row[:5] for row in previewed(floor, c.ReverseAction("L1", "wrong"))] == [
        ("position", "A1", "ACME", "157", "105"),
        ("cash", "A1", "", "1000010.25", "1000000.25"),
        ("gain", "A1", "ACME", "6.67", "0.00"),
    ]
    assert len(previewed(floor, files(transfers=TRANSFERS))) == 3
    with pytest.raises(Refusal, match="must be above zero"):
        previewed(floor, corporate("split", "CA-3", new=0))
