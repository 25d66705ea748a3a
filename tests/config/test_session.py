"""Sessions in the configuration: hours, hosts, secrets and certificates, each mistake by its key."""

from datetime import time
from pathlib import Path

import pytest

from tradeoms.app.sessions import lines
from tradeoms.config import BadConfig, Settings, load
from tradeoms.fix.schedule import Reset, Schedule
from tradeoms.fix.tls import Tls

SESSION = """
[[session]]
name = "ALPHA"
SenderCompID = "US"
TargetCompID = "ALPHA"
port = 9001
"""


def loaded(folder: Path, text: str) -> Settings:
    (folder / "tradeoms.toml").write_text(SESSION + text)
    return load(folder / "tradeoms.toml")


def told(folder: Path, text: str) -> dict[str, object]:
    return lines(loaded(folder, text), folder / "tradeoms.toml")["ALPHA"]


def mistakes(folder: Path, text: str) -> str:
    with pytest.raises(BadConfig) as error:
        told(folder, text)
    return str(error.value)


def test_without_more_a_session_is_always_up_and_plain(tmp_path: Path) -> None:
    line = told(tmp_path, "")
    assert (line["schedule"], line["tls"], line["rate"], line["failover"]) == (None, None, 0, ())


def test_everything_can_be_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALPHA_PASSWORD", "s3cret")
    for name in ("a.crt", "us.crt", "us.key", "raw"):
        (tmp_path / name).write_text("-----BEGIN THING-----\n")
        (tmp_path / name).chmod(0o600)
    line = told(
        tmp_path,
        'failover = ["fix2.example:9102", "[::1]:9103"]\nrate = 50\nburst = 10\n'
        '[session.schedule]\nzone = "Europe/Zurich"\ndays = ["sun", "fri"]\nstart = "17:00"\n'
        'end = "16:30"\ncontinuous = true\nreset = "weekly"\nreset_at = "16:55"\n'
        'reset_day = "sun"\nreset_flag = true\n'
        '[session.credentials]\nusername = "us"\npassword_env = "ALPHA_PASSWORD"\n'
        'raw_data_file = "raw"\n'
        '[session.tls]\nauthorities = "a.crt"\ncertificate = "us.crt"\nkey = "us.key"\n',
    )
    assert line["failover"] == (("fix2.example", 9102), ("[::1]", 9103))
    assert (line["rate"], line["burst"], line["reset_flag"]) == (50, 10, True)
    assert line["schedule"] == Schedule(
        "Europe/Zurich", (6, 4), time(17), time(16, 30), True, Reset.Weekly, time(16, 55), 6
    )
    assert line["credentials"].username == "us"
    assert line["credentials"].password.reveal() == "s3cret"
    assert line["credentials"].raw_data.reveal() == "-----BEGIN THING-----"
    assert line["tls"] == Tls(tmp_path / "a.crt", tmp_path / "us.crt", tmp_path / "us.key")


def test_days_of_single_windows_may_stand_in_any_order(tmp_path: Path) -> None:
    schedule = told(tmp_path, '[session.schedule]\nzone = "UTC"\ndays = ["fri", "mon"]\n')
    assert schedule["schedule"].days == (0, 4)


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ('zone = "Mars/Base"', "session.0.schedule.zone = 'Mars/Base'", "is no time zone"),
        ('zone = "UTC"\ndays = ["mo"]', "session.0.schedule.days.0 = 'mo'", "'mon'"),
        ('zone = "UTC"\ndays = ["mon", "mon"]', "session.0.schedule", "days: one is there twice"),
        ('zone = "UTC"\nstart = "25:00"', "session.0.schedule.start = '25:00'", "time"),
        ('zone = "UTC"\nstart = "08:00:30"', "session.0.schedule.start", "must look like 08:30"),
        ('zone = "UTC"\nreset = "daily"', "session.0.schedule", "reset_at: is needed"),
        ('zone = "UTC"\nreset = "weekly"', "session.0.schedule", "reset_day: is needed"),
        ('zone = "UTC"\nstrat = "08:00"', "session.0.schedule.strat", "not permitted"),
    ],
)
def test_a_bad_schedule(tmp_path: Path, text: str, key: str, reason: str) -> None:
    said = mistakes(tmp_path, f"[session.schedule]\n{text}\n")
    assert key in said
    assert reason in said


@pytest.mark.parametrize("host", ["fix2.example", "fix2:0", "fix2:65536", ":9101", "fix2:port"])
def test_a_bad_host(tmp_path: Path, host: str) -> None:
    assert f"session.0.failover.0 = '{host}'" in mistakes(tmp_path, f'failover = ["{host}"]\n')


def test_every_missing_secret_and_file_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "us.key").write_text("-----BEGIN KEY-----")
    (tmp_path / "us.key").chmod(0o644)
    (tmp_path / "us.crt").write_text("no certificate")
    said = mistakes(
        tmp_path,
        '[session.credentials]\npassword_env = "NO_SUCH"\nraw_data_file = "raw"\n'
        '[session.tls]\nauthorities = "a.crt"\ncertificate = "us.crt"\nkey = "us.key"\n',
    ).splitlines()
    for line, parts in zip(
        said,
        (
            ("credentials.password_env", "NO_SUCH"),
            ("credentials.raw_data_file", "No such file"),
            ("tls.authorities", "a.crt: No such file"),
            ("tls.certificate", "us.crt: is no PEM file"),
            ("tls.key", "us.key: others may read it"),
        ),
        strict=True,
    ):
        assert all(part in line for part in ("session ALPHA: ", *parts)), line


@pytest.mark.parametrize("name", ["password", "raw_data"])
def test_a_secret_comes_from_one_place(tmp_path: Path, name: str) -> None:
    said = mistakes(tmp_path, f'[session.credentials]\n{name}_env = "A"\n{name}_file = "b"\n')
    assert "only one of them" in said
