"""Reference data and a broker's file must say the same of what the broker can do."""

from pathlib import Path

import pytest

from tests.builders import Desk
from tests.fix.messages import brokers_dialect
from tests.fix.test_unsendable import floor
from tradeoms.fix.abilities import PROMISES, contradictions
from tradeoms.fix.dialect import dialect
from tradeoms.model import commands as c
from tradeoms.model.brokers import Broker

ALL = Broker("KING", "King", "S1", knows_mass_status=True, knows_mass_cancel=True, knows_lists=True)


@pytest.mark.parametrize(
    ("promise", "key"),
    [
        ("knows_status_requests", "status"),
        ("knows_mass_status", "mass_status"),
        ("knows_mass_cancel", "mass_cancel"),
        ("knows_lists", "lists"),
    ],
)
def test_a_promise_that_the_file_denies(promise: str, key: str, tmp_path: Path) -> None:
    spoken = brokers_dialect(tmp_path, f"[supports]\n{key} = false\n")
    assert list(contradictions(ALL, spoken)) == [
        f"KING: {promise} is true in the reference data, but supports.{key} is false in its file:"
        " never asked"
    ]


def test_what_is_not_promised_may_be_denied(tmp_path: Path) -> None:
    every = "\n".join(f"{key} = false" for key in ("status", "mass_status", "mass_cancel", "lists"))
    spoken = brokers_dialect(tmp_path, f"[supports]\n{every}\n")
    modest = Broker("KING", "King", "S1", knows_status_requests=False)
    assert list(contradictions(modest, spoken)) == []
    assert len(list(contradictions(ALL, spoken))) == len(PROMISES)


def test_a_promise_that_the_version_cannot_keep() -> None:
    for version, few in (("FIX.4.2", 2), ("FIX.4.4", 0), ("FIX.5.0SP2", 0)):
        assert len(list(contradictions(ALL, dialect(version)))) == few, version
    assert "FIX.4.2 has no message AF" in next(contradictions(ALL, dialect("FIX.4.2")))


def told(desk: Desk) -> list[str]:
    desk.run()
    return [a.subject for a in desk.state.alerts.values() if a.kind == "contradiction"]


def test_a_person_hears_of_it_when_it_is_said_and_at_each_start(tmp_path: Path) -> None:
    desk, _ = floor(tmp_path, "[supports]\nmass_cancel = false\n")
    assert told(desk) == []
    desk.done(c.DefineBrokers((ALL, Broker("ELSE", "Else", "S9", knows_mass_cancel=True))), "ops")
    assert told(desk) == ["S1"]
    (gateway,) = desk.engine.consumers
    gateway.start(desk.state)  # type: ignore[attr-defined]
    gateway.stop()  # type: ignore[attr-defined]
    assert told(desk) == ["S1", "S1"]
