"""Whatever can be written as a command is done or refused, and what is done can be shown."""

import typing
from datetime import timedelta
from random import Random

import msgspec
import pytest

from tests.builders import DAY, Desk, desk, lot
from tests.properties import exotic
from tests.states import same
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Outcome
from tradeoms.model.state import State
from tradeoms.reader import Reader
from tradeoms.store import snapshots
from tradeoms.views import VIEWS

TRIES = 25
KINDS = sorted(typing.get_args(c.PersonCommand), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("part", range(4))
def test_done_or_refused_and_shown(part: int) -> None:
    """Some types in each part; a house of its own for each, which sees another day afterwards."""
    for kind in KINDS[part::4]:
        floor = desk((lot("A1", 1000, "30000"), lot("A2", 500, "700.30", name="BOLT")))
        floor.fill(floor.working(("A1", 100), ("A2", 50), Price="50"), 60)
        _tried(floor, kind)
        floor.do(c.OpenDay(DAY + timedelta(1)), "ops")
        _shown(floor)


def _tried(floor: Desk, kind: type[c.Command]) -> None:
    draw = Random(kind.__name__)
    for _ in range(TRIES):
        text = msgspec.json.encode(exotic.of(kind, draw))
        try:
            command = msgspec.json.decode(text, type=c.PersonCommand)
        except msgspec.ValidationError:
            continue  # refused at the door
        answer = floor.do(command, draw.choice(("pm", "trader", "ops")))
        assert answer.outcome is not Outcome.Internal, (command, answer.problems)


def _shown(floor: Desk) -> None:
    """A reader that heard all of it has every table, and a snapshot holds what the state does."""
    reader = Reader(State())
    for name in VIEWS:
        reader.rows(name)
    records = msgspec.json.encode(floor.journal.records)
    reader.follow(msgspec.json.decode(records, type=list[e.Record]))
    reader.take_unwritten()
    same(reader.state, floor.state)
    same(snapshots.decode(snapshots.encode(floor.state)), floor.state)
