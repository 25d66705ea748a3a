"""The settings file: right ones are typed, wrong ones are explained in full."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from simulators.faults import Faults
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


MODERN = """
[[broker]]
name = "GAMMA"
client = "TRADEOMS"
port = 9103
version = "FIX.5.0SP2"
dictionary = "{home}/closes.csv"
transport_dictionary = "{home}/closes.csv"
allocation = ["block_reject", "accept"]
allocation_report = true
confirmation = "wrong_net"
[broker.faults]
gap = 5
delay_ms = 50
"""


def test_a_broker_of_another_version(tmp_path: Path) -> None:
    gamma = load(write(tmp_path, GOOD + MODERN)).brokers[2]
    assert (gamma.form.begin, gamma.form.appl_ver_id) == ("FIXT.1.1", "FIX.5.0SP2")
    assert gamma.transport_dictionary == gamma.dictionary == tmp_path / "closes.csv"
    assert gamma.allocation == ("block_reject", "accept")
    assert (gamma.allocation_report, gamma.confirmation) == (True, ("wrong_net",))
    assert gamma.faults == Faults(gap=5, delay_ms=50)
    alpha = load(write(tmp_path, GOOD)).brokers[0]
    assert (alpha.form.begin, alpha.allocation, bool(alpha.faults)) == (
        "FIX.4.4",
        ("accept",),
        False,
    )
    more = MODERN.replace("port = 9103", 'port = 9103\nBeginString = "FIX.9.9"')
    assert load(write(tmp_path, GOOD + more)).brokers[2].form.begin == "FIX.9.9"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"FIX.5.0SP2"', '"FIX.6"', "version"),
        ('"FIX.5.0SP2"', '"FIX.4.4"', "transport_dictionary"),
        ('transport_dictionary = "{home}/closes.csv"', "", "transport_dictionary"),
        ('"block_reject"', '"lose"', "allocation"),
        ('["block_reject", "accept"]', "[]", "allocation"),
        ('"wrong_net"', "3", "confirmation"),
        ("allocation_report = true", 'allocation_report = "yes"', "allocation_report"),
        ("gap = 5", "gap = 1001", "faults.gap"),
        ("gap = 5", "gap = 900\ngarble = 900", "faults.disconnect"),
        ("gap = 5", "gup = 5", "faults.gup"),
        ("port = 9103", 'port = 9103\nBeginString = "FIX 9"', "BeginString"),
    ],
)
def test_a_wrong_broker_of_another_version(tmp_path: Path, old: str, new: str, key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(write(tmp_path, GOOD + MODERN.replace(old, new)))
    assert [mistake.key for mistake in caught.value.mistakes] == [f"broker[3].{key}"]


def test_tls_has_its_files(tmp_path: Path) -> None:
    (tmp_path / "closes.csv").write_text(CLOSES_CSV)
    papers = tmp_path / "tls"
    papers.mkdir()
    path = tmp_path / "sim.toml"
    good = GOOD.format(home=tmp_path).split('[[broker]]\nname = "BETA"')[0]
    secure = good.replace("port = 9101", f'port = 9101\ntls = "{papers}"')
    path.write_text(secure)
    with pytest.raises(SettingsError) as caught:
        load(path)
    reasons = [mistake.reason for mistake in caught.value.mistakes]
    assert reasons == [f"has no file {n}" for n in ("authority.crt", "ALPHA.crt", "ALPHA.key")]
    for name in ("authority.crt", "ALPHA.crt", "ALPHA.key"):
        (papers / name).touch()
    assert load(path).brokers[0].tls == papers
