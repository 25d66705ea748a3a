"""The settings file: right ones are typed, wrong ones are explained in full."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from simulators.settings import SettingsError, load
from tests.simulators.bench import CLOSES_CSV

GOOD = """
seed = 7
closes = "{home}/closes.csv"
date = "2022-12-28"
home = "{home}/var"
step_ms = 250
[delays]
fill = 1
[[broker]]
name = "ALPHA"
client = "TRADEOMS"
port = 9101
commission_per_share = "0.005"
behaviour = "partials"
[broker.nth]
3 = "reject"
[[broker]]
name = "BETA"
client = "TRADEOMS"
port = 9102
[broker.weights]
ack_fill = 9
bust = 1
"""

BAD = """
seed = "seven"
closes = "nowhere.csv"
date = "2022-13-28"
color = 1
[delays]
fill = -1
[[broker]]
name = "A/B"
client = "T"
port = 0
commission_per_share = 0.005
behaviour = "kind"
[broker.nth]
first = "reject"
[broker.weights]
bust = 0
[[broker]]
name = "A/B"
client = "T"
port = 0
"""


def write(tmp_path: Path, text: str) -> Path:
    (tmp_path / "closes.csv").write_text(CLOSES_CSV)
    path = tmp_path / "sim.toml"
    path.write_text(text.replace("{home}", str(tmp_path)))
    return path


def test_a_good_file(tmp_path: Path) -> None:
    settings = load(write(tmp_path, GOOD))
    assert (settings.seed, settings.date, settings.step_ms) == (7, date(2022, 12, 28), 250)
    assert (settings.delays.fill, settings.delays.slow_ack, settings.dictionary) == (1, 300, None)
    alpha, beta = settings.brokers
    assert (alpha.name, alpha.port, alpha.commission_per_share) == ("ALPHA", 9101, Decimal("0.005"))
    assert (alpha.behaviour, alpha.nth) == ("partials", {3: "reject"})
    assert (beta.weights, beta.commission_per_share) == ({"ack_fill": 9, "bust": 1}, Decimal(0))


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(write(tmp_path, BAD))
    keys = [mistake.key for mistake in caught.value.mistakes]
    assert sorted(keys) == [
        "broker[1].behaviour",
        "broker[1].behaviour",
        "broker[1].commission_per_share",
        "broker[1].name",
        "broker[1].nth.first",
        "broker[1].port",
        "broker[1].weights.bust",
        "broker[2].name",
        "broker[2].name",
        "broker[2].port",
        "broker[2].port",
        "closes",
        "color",
        "date",
        "delays.fill",
        "home",
        "seed",
    ]
    assert "broker[1].port = 0: must be a whole number from 1 to 65535" in str(caught.value)


@pytest.mark.parametrize("text", ["seed = ", "seed = 1"])
def test_a_file_that_is_no_settings(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError):
        load(write(tmp_path, text))


def test_a_day_the_closes_do_not_have(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no row for 2022-12-25"):
        load(write(tmp_path, GOOD.replace("2022-12-28", "2022-12-25")))
