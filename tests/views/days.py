"""The end of a day in the random house: closed with what is let pass, and the next one opened."""

from datetime import timedelta
from typing import TYPE_CHECKING

from tradeoms.core.checklist import findings
from tradeoms.model import commands as c

if TYPE_CHECKING:
    from tests.views.house import House


def close(house: "House") -> None:
    """Somebody lets pass what is found, somebody else closes, the next day begins."""
    found = dict.fromkeys(f.check for f in findings(house.state) if f.blocks)
    for check in found:
        house.send(c.WaiveCheck(check, "seen"), "ops")
    day = house.state.business_date
    house.send(c.CloseDay(day), "otto")
    house.send(c.OpenDay(day + timedelta(house.random.choice((0, 1)))), "ops")

    house.settle()
