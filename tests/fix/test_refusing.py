"""What our own side refuses never reaches the book: a person must hear of it."""

from pathlib import Path

import pytest
import quickfix as fix

from tests.builders import desk
from tradeoms.fix.application import Application
from tradeoms.fix.gateway import Gateway
from tradeoms.fix.settings import SessionSettings

SOH = "\x01"


@pytest.mark.parametrize("kind", ["3", "j"])
def test_a_refused_message_of_the_broker_is_kept_and_raises_an_alert(
    tmp_path: Path, kind: str
) -> None:
    floor = desk()
    settings = SessionSettings("S1", "US", "THEM", "127.0.0.1", 1, tmp_path)
    gateway = Gateway([settings], floor.engine.submit)
    application = Application("S1", gateway._lines["S1"].hearing)
    text = f"8=FIX.4.4|9=0|35={kind}|34=7|49=US|56=THEM|45=12|58=Tag appears more than once|10=000|"
    session = fix.SessionID("FIX.4.4", "US", "THEM")
    refuse = application.toAdmin if kind == "3" else application.toApp
    refuse(fix.Message(text.replace("|", SOH), False), session)
    heartbeat = text.replace(f"35={kind}", "35=0").replace("|", SOH)
    application.toAdmin(fix.Message(heartbeat, False), session)
    floor.run()
    (kept,) = floor.state.unmatched.values()
    assert kept.reason == "our side refused the broker's message 12: Tag appears more than once"
    assert "45=12" in kept.raw
    assert floor.alerts() == ["unknown report"]
    assert floor.state.sessions["S1"].in_seq == 0
