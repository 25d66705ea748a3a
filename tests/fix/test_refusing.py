"""What our own side refuses never reaches the book: a person must hear of it."""

import quickfix as fix

from tests.builders import desk
from tradeoms.fix.application import Application
from tradeoms.fix.gateway import Gateway

SOH = "\x01"


def test_a_refused_message_of_the_broker_is_kept_and_raises_an_alert() -> None:
    floor = desk()
    gateway = Gateway([], floor.engine.submit)
    ignored = lambda *_: None  # noqa: E731
    application = Application("S1", ignored, ignored, ignored, gateway._refused)
    text = "8=FIX.4.4|9=0|35=3|34=7|49=US|56=THEM|45=12|58=Tag appears more than once|10=000|"
    session = fix.SessionID("FIX.4.4", "US", "THEM")
    application.toAdmin(fix.Message(text.replace("|", SOH), False), session)
    application.toAdmin(fix.Message(text.replace("35=3", "35=0").replace("|", SOH), False), session)
    floor.run()
    (kept,) = floor.state.unmatched.values()
    assert kept.reason == "our side refused the broker's message 12: Tag appears more than once"
    assert "45=12" in kept.raw
    assert floor.alerts() == ["unknown report"]
    assert floor.state.sessions["S1"].in_seq == 0
