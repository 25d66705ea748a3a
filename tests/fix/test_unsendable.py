"""What cannot be said to a broker comes back with its reason and an alert; nothing else stops."""

from pathlib import Path

import fixconfig
from tests.builders import D, Desk, K, desk
from tests.fix.messages import AT, CLORDID
from tradeoms.fix.gateway import Gateway
from tradeoms.fix.sender import Outgoing
from tradeoms.fix.settings import SessionSettings
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.brokers import Broker
from tradeoms.model.fields import OrdType, Transmission


def floor(home: Path, text: str = "") -> tuple[Desk, list[Outgoing]]:
    """A desk with a gateway that is not connected, and what it would send."""
    file = home / "KING.toml"
    file.write_text(f'version = "FIX.4.4"\n{text}')
    broker = fixconfig.broker(file, "FIX.4.4", CLORDID)
    session = SessionSettings("S1", "US", "KING", "127.0.0.1", 1, home / "store", broker=broker)
    opened, sent = desk(), list[Outgoing]()
    opened.system(c.ChangeSession("S1", True))
    gateway = Gateway((session,), opened.engine.submit)
    gateway._sender.put = sent.append  # type: ignore[method-assign]
    opened.engine.consumers.append(gateway)
    return opened, sent


def test_an_order_that_the_broker_does_not_take_comes_back(tmp_path: Path) -> None:
    opened, sent = floor(tmp_path, '[supported]\nOrdType = ["2"]\n')
    block = opened.block(("A1", 300))
    routes = (
        c.Route("KING", D(100)),
        c.Route("KING", D(200), OrdType=OrdType.Limit, Price=D("10")),
    )
    market, limit = opened.done(c.RouteBlock(block, routes), "trader")
    back = opened.placement(market)
    assert back.transmission is Transmission.Unsent
    assert back.text == "cannot be said to the broker: OrdType '1': the broker takes 2 only"
    assert back.LeavesQty == 0
    assert [message.placement for message in sent] == [limit]
    assert opened.placement(limit).transmission is Transmission.Queued
    (alert,) = [a for a in opened.state.alerts.values() if a.kind == "message not sent"]
    assert (alert.subject, alert.text) == (
        "S1",
        f"{market} {back.ClOrdID}: OrdType '1': the broker takes 2 only",
    )


def test_a_change_that_the_broker_does_not_take_leaves_the_order(tmp_path: Path) -> None:
    opened, sent = floor(tmp_path, "[supports]\nreplace = false\n")
    block = opened.block(("A1", 100))
    (name,) = opened.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    opened.report(name, K.New)
    opened.done(c.ReplacePlacement(name, D(50)), "trader")
    live = opened.placement(name)
    assert live.transmission is Transmission.Acknowledged
    assert (live.OrderQty, live.requests) == (D(100), ())
    assert "supports.replace" in live.text
    assert len(sent) == 1


def test_what_may_be_there_already_keeps_its_quantity(tmp_path: Path) -> None:
    """PossResend is not heeded by this broker: a person decides, and nothing is given back."""
    opened, sent = floor(tmp_path, "[supports]\nposs_resend = false\n")
    block = opened.block(("A1", 100))
    (name,) = opened.done(c.RouteBlock(block, (c.Route("KING", D(100)),)), "trader")
    ClOrdID = opened.placement(name).ClOrdID
    record = e.Record(0, AT, e.Cause(), e.RequestResent(name, ClOrdID))
    opened.engine.consumers[0].consume([record], opened.state)
    opened.run()
    assert opened.placement(name).transmission is Transmission.Queued
    assert opened.alerts()[-1] == "message not sent"
    assert len(sent) == 1


def test_a_cancel_of_all_that_cannot_be_said_becomes_one_an_order(tmp_path: Path) -> None:
    opened, sent = floor(tmp_path, "[supports]\nmass_cancel = false\n")
    opened.done(c.DefineBrokers((Broker("KING", "King", "S1", knows_mass_cancel=True),)), "ops")
    names = [opened.working(), opened.working()]
    opened.done(c.CancelAll("halt", broker="KING"), "carl")
    cancels = [message for message in sent if "\x0135=F\x01" in message.text]
    assert [message.placement for message in cancels] == names
    assert not [message for message in sent if "\x0135=q\x01" in message.text]
    assert "supports.mass_cancel" in list(opened.state.alerts.values())[-1].text
