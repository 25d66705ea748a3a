"""Confirmations taken back and answers repeated: what stands keeps standing, no answer is lost."""

import pytest

from tests.builders import Desk
from tests.core.after import OPS, accepted, allocated, confirm, office, replayed, right, say
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import ConfirmationState, Handling
from tradeoms.model.posttrade import Instruction

C = ConfirmationState


def affirmed() -> tuple[Desk, Instruction]:
    """An account whose confirmation C1 was affirmed by itself."""
    floor = office(confirmations=Handling.Automatic)
    block, _, _ = allocated(floor)
    known = accepted(floor, block)
    confirm(floor, known, "A1", ConfirmID="C1")
    return floor, known


def standing(floor: Desk, known: Instruction, account: str = "A1") -> tuple[str, str]:
    """What stands for an account, and its state."""
    key = floor.state.confirmed.get(f"{known.AllocID}/{account}", "")
    return key, floor.state.confirmations[key].state if key else ""


def cancel(floor: Desk, known: Instruction, ConfirmID: str) -> None:
    say(floor, right(known, "A1", "C9", ConfirmTransType="2", ConfirmRefID=ConfirmID))


def test_cancelling_a_rejected_duplicate_leaves_the_good_one() -> None:
    floor, known = affirmed()
    confirm(floor, known, "A1", ConfirmID="C2")
    cancel(floor, known, "C2")
    assert standing(floor, known) == ("S1/C1", C.Affirmed)
    assert floor.state.confirmations["S1/C2"].state is C.Cancelled
    assert "confirmation cancelled" not in floor.alerts()
    replayed(floor)


def test_cancelling_a_replaced_one_leaves_its_successor() -> None:
    floor, known = affirmed()
    confirm(floor, known, "A1", ConfirmID="C2", ConfirmTransType="1", ConfirmRefID="C1")
    cancel(floor, known, "C1")
    assert standing(floor, known) == ("S1/C2", C.Affirmed)
    assert "confirmation cancelled" not in floor.alerts()


def test_cancelling_the_one_that_stands_is_told() -> None:
    floor, known = affirmed()
    cancel(floor, known, "C1")
    assert standing(floor, known) == ("", "")
    assert floor.alerts()[-1] == "confirmation cancelled"


def test_cancelling_a_mismatch_leaves_other_accounts() -> None:
    floor, known = affirmed()
    confirm(floor, known, "A2", ConfirmID="C2", Currency="EUR")
    say(floor, right(known, "A2", "C9", ConfirmTransType="2", ConfirmRefID="C2"))
    assert standing(floor, known, "A2") == ("", "")
    assert standing(floor, known) == ("S1/C1", C.Affirmed)


def test_a_replacement_ends_nothing_of_another_account() -> None:
    floor, known = affirmed()
    confirm(floor, known, "A2", ConfirmID="C2", ConfirmTransType="1", ConfirmRefID="C1")
    assert standing(floor, known) == ("S1/C1", C.Affirmed)
    assert standing(floor, known, "A2") == ("S1/C2", C.Affirmed)


def twice_answered() -> Desk:
    """Received, then affirmed by a person: both answers are with the gateway."""
    floor = office()
    block, _, _ = allocated(floor)
    found = confirm(floor, accepted(floor, block), "A1", ConfirmID="C1")
    assert list(floor.state.outbox) == ["AU/S1/C1"]
    floor.done(c.AffirmConfirmations((found.key,)), OPS)
    assert list(floor.state.outbox) == ["AU1/S1/C1"], "the newest answer alone is owed"
    return floor


def resent(floor: Desk, seq: int) -> list[str]:
    found = (record.event for record in floor.journal.records[seq:])
    return [event.key for event in found if isinstance(event, e.PostTradeResent)]


def test_an_affirmation_outlives_the_answer_before_it() -> None:
    floor = twice_answered()
    floor.system(c.ConfirmPostTrade("S1", (11,), ("AU/S1/C1",)))
    floor.system(c.ReturnPostTrade("AU1/S1/C1", "the session is down"))
    floor.system(c.ChangeSession("S1", False, "lost"))
    seq = floor.state.seq
    floor.system(c.ChangeSession("S1", True))
    assert resent(floor, seq) == ["AU1/S1/C1"]
    floor.system(c.ConfirmPostTrade("S1", (12,), ("AU1/S1/C1",)))
    assert floor.state.outbox == {}
    replayed(floor)


@pytest.mark.parametrize("hopeless", [True, False])
def test_the_answer_before_it_may_be_lost(hopeless: bool) -> None:
    floor = twice_answered()
    floor.system(c.ReturnPostTrade("AU/S1/C1", "the session is down", hopeless))
    floor.system(c.ConfirmPostTrade("S1", (11,), ("AU1/S1/C1",)))
    assert floor.state.outbox == {}
    assert floor.alerts() == []
