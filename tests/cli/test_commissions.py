"""What a person types about commissions, and the command that is sent."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from msgspec.structs import replace

from tests.cli.client import Client, typed
from tests.docs.console import ROOT
from tradeoms.model import commands as c
from tradeoms.model.brokers import CommissionSchedule, CommissionTier
from tradeoms.model.fees import Fee
from tradeoms.model.rate_cards import RateCard

DAY = date(2026, 3, 2)


def rate(value: str, basis: str = "unit") -> CommissionSchedule:
    return CommissionSchedule(basis, (CommissionTier(Decimal(0), Decimal(value)),))


LINES: dict[str, c.Command] = {
    "card define eu --version 1 --effective 2026-03-02 --group eu --group uk --research 0": (
        c.DefineRateCards((RateCard("eu", 1, DAY, groups=("eu", "uk"), research=rate("0")),))
    ),
    "card define s --version 2 --effective 2026-03-02 --account A1 --broker KING "
    "--execution 2.5bp --research 0.01": c.DefineRateCards(
        (
            RateCard(
                *("s", 2, DAY, ("A1",), (), ("KING",)),
                execution=rate("2.5", "value"),
                research=rate("0.01"),
            ),
        )
    ),
    "fee define sec --version 1 --effective 2026-03-02 --rate 0.278bp --sells --market XNYS "
    "--rounding up --type 1": c.DefineFees(
        (
            Fee(
                *("sec", 1, DAY, rate("0.278", "value")),
                sells=True,
                markets=("XNYS",),
                rounding="up",
                MiscFeeType="1",
            ),
        )
    ),
    "fee define taf --version 3 --effective 2026-03-02 --rate 0.000166 --buys --sells "
    "--minimum 0.01 --maximum 8.30 --instrument KO --per placement --exempt A1": c.DefineFees(
        (
            Fee(
                *("taf", 3, DAY),
                replace(rate("0.000166"), minimum=Decimal("0.01"), maximum=Decimal("8.30")),
                buys=True,
                sells=True,
                instruments=("KO",),
                per="placement",
                exempt=("A1",),
            ),
        )
    ),
    "research pay KING 12.50 USD Deep -r March": c.PayResearch(
        "KING", "USD", Decimal("12.50"), "Deep", "March"
    ),
}


@pytest.mark.parametrize(("line", "command"), LINES.items())
def test_a_line_is_a_command(line: str, command: c.Command, client: Client) -> None:
    typed(line)
    assert client.sent == [command]


def test_a_rate_that_is_none_is_said() -> None:
    line = "card define eu --version 1 --effective 2026-03-02 --group eu --research free"
    assert typed(line, 2) == "research 'free' is no number\n"


def test_the_example_is_a_command() -> None:
    text = (ROOT / "docs/examples/rate-cards.json").read_bytes()
    (command,) = msgspec.json.decode(text, type=list[c.PersonCommand])
    assert [card.name for card in command.cards] == ["eu-clients/1", "smith/1"]  # type: ignore[union-attr]


def test_the_example_of_fees_is_a_command() -> None:
    text = (ROOT / "docs/examples/fees.json").read_bytes()
    (command,) = msgspec.json.decode(text, type=list[c.PersonCommand])
    assert [fee.name for fee in command.fees] == ["sec/1", "stamp/1", "exchange/1"]  # type: ignore[union-attr]
