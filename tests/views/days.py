"""The end of a day in the random house: closed with what is let pass, and the next one opened."""

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tests.views import issuers, splits
from tradeoms.core.checklist import findings
from tradeoms.model import commands as c
from tradeoms.model.breaks import Tolerance
from tradeoms.model.fields import Handling

if TYPE_CHECKING:
    from tests.views.house import House


def close(house: "House") -> None:
    """Somebody lets pass what is found, somebody else closes, the next day begins; then trades are
    handed over, of which some are rejected.
    """
    found = dict.fromkeys(f.check for f in findings(house.state) if f.blocks)
    for check in found:
        house.send(c.WaiveCheck(check, "seen"), "ops")
    day = house.state.business_date
    house.send(c.CloseDay(day), "otto")
    house.send(c.OpenDay(day + timedelta(house.random.choice((0, 1)))), "ops")

    house.settle()
    house.do(c.Deliver(), "ops")
    lines = house.state.deliveries[1].lines
    answer = [
        f"{n},{'rejected,why' if n % 3 == 1 else 'accepted,'}" for n, _ in enumerate(lines, 1)
    ]
    text = "\n".join(["line,status,reason", *answer])
    house.do(c.AcknowledgeDelivery(1, "answer.csv", text), "ops")
    for key in tuple(house.state.breaks)[:2]:
        house.do(c.OwnBreak(key), "ops")
    house.do(c.Deliver(), "ops")
    house.do(c.SetTolerances((Tolerance("fills", Decimal("0.005")),)), "ops")
    fills = "ExecID,instrument,Side,LastQty,LastPx\nX1,ACME,Buy,100,50"
    today = house.state.business_date
    house.do(c.Reconcile("fills", "KING", today, "fills.csv", fills), "ops")
    splits.deviate(house)
    house.do(c.OpenDay(house.state.business_date + timedelta(3)), "ops")
    issuers.split(house)
    splits.wrong(house)
    house.settle()


def quiet(house: "House") -> None:
    """Brokers are told outside FIX, all is looked at and handed over, and what is done leaves memory."""
    outside = {"allocations": Handling.Outside, "confirmations": Handling.Outside}
    brokers = tuple(replace(one, **outside) for one in house.state.brokers.values())
    house.do(c.DefineBrokers(brokers), "ops")
    house.do(c.SetRetention(1), "ops")
    for number in house.state.alerts.keys() - house.state.attended.keys():
        house.send(c.AcknowledgeAlert(number), "ops")
    for _ in range(5):
        house.send(c.Deliver(), "ops")
        house.do(c.OpenDay(house.state.business_date + timedelta(1)), "ops")
