"""What people settle, over a real session: the broker hears of it in the form of its version."""

from pathlib import Path

import pytest

from tests.conform.house import House, session_of
from tests.conform.session import Sessions
from tradeoms.model import commands as c
from tradeoms.model.fields import DKReason

TRADE = {"35": "8", "37": "X9", "17": "E9", "39": "1", "55": "ACME", "54": "1", "38": "100"}
NUMBERS = {"32": "40", "31": "10", "151": "60", "14": "40", "6": "10"}


@pytest.mark.parametrize("version", ["FIX.4.2", "FIX.4.4", "FIX.5.0SP2"])
def test_a_trade_that_we_do_not_know_is_told(version: str, tmp_path: Path) -> None:
    house, session = House((version,)), session_of(version)
    line = Sessions(house, (version,), tmp_path)
    kind = {"150": "1", "20": "0"} if version == "FIX.4.2" else {"150": "F"}
    try:
        line.say(session, TRADE | NUMBERS | kind)
        (number,) = house.state.unmatched
        house.done(c.DontKnowTrade("no order of ours", DKReason.Other, number=number), "trader")
        said = line.request(session, "Q")
    finally:
        line.close()
    assert (said["37"], said["17"], said["127"], said["58"]) == (
        *("X9", "E9", "Z"),
        "no order of ours",
    )
    assert (said["55"], said["54"], said["32"], said["31"]) == ("ACME", "1", "40", "10")
