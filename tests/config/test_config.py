"""A configuration is right, or every mistake in it is named with its key, value and reason."""

import os
from pathlib import Path

import pytest

from tradeoms import config
from tradeoms.bus.sockets import NotLoopback, require_loopback
from tradeoms.config import BadConfig, Settings, load

SESSION = """
[[session]]
name = "ALPHA"
SenderCompID = "US"
TargetCompID = "ALPHA"
port = 9001
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Write a file and load it; no variable of whoever runs the tests gets in."""
    for name in [name for name in os.environ if name.upper().startswith("TRADEOMS_")]:
        monkeypatch.delenv(name)

    def write(text: str) -> Settings:
        path = tmp_path / "tradeoms.toml"
        path.write_text(text)
        return load(path)

    return write


def mistakes(write, text: str) -> list[str]:
    with pytest.raises(BadConfig) as error:
        write(text)
    return str(error.value).splitlines()


def test_an_empty_file_is_all_defaults(write, tmp_path: Path) -> None:
    settings = write("")
    assert settings.home == tmp_path / "var" / "tradeoms"
    assert settings.journal_url == f"sqlite:///{tmp_path}/var/tradeoms/journal.db"
    assert settings.readmodel_url == f"sqlite:///{tmp_path}/var/tradeoms/readmodel.db"
    assert settings.session == ()
    assert not settings.bus.insecure


def test_everything_can_be_said(write) -> None:
    settings = write(
        'home = "/srv/oms"\njournal = "postgresql+psycopg://db/oms"\nlog_level = "debug"\n'
        '[bus]\ncommands = "tcp://0.0.0.0:1"\nstreams = "tcp://*:65535"\n'
        + SESSION
        + 'host = "fix.example"\nlog = true\n[session.overrides]\nHeartBtInt = "10"\n'
    )
    assert settings.home == Path("/srv/oms")
    assert settings.journal_url == "postgresql+psycopg://db/oms"
    assert settings.session[0].overrides == {"HeartBtInt": "10"}


def test_five_mistakes_are_five_lines(write) -> None:
    lines = mistakes(
        write,
        'hoem = "x"\nlog_level = "loud"\n[bus]\ncommands = "localhost:5701"\n'
        + SESSION.replace("9001", "90010")
        + SESSION.replace('"US"', '"US2"'),
    )
    assert len(lines) == 5
    for line, parts in zip(
        sorted(lines, key=lambda line: line.partition(": ")[2]),
        (
            ("bus.commands", "'localhost:5701'", "tcp://127.0.0.1:5701"),
            ("hoem", "'x'", "not permitted"),
            ("log_level", "'loud'", "'debug'"),
            ("session.0.port", "'90010'", "65535"),
            ("session.name", "'ALPHA'", "twice"),
        ),
        strict=True,
    ):
        assert all(part in line for part in parts), line
        assert "tradeoms.toml: " in line


def test_mistakes_of_all_kinds_come_together(write) -> None:
    lines = mistakes(write, '[bus]\ninsecure = true\ncommands = "tcp://0.0.0.0:1"\nport = 3\n')
    assert len(lines) == 2
    assert "bus.port = '3'" in lines[0]
    assert "bus.commands = 'tcp://0.0.0.0:1': only loopback" in lines[1]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('"ALPHA"\nport', '"BETA"\nport', "session.name = 'ALPHA': is used twice"),
        ('name = "ALPHA"', 'name = "BETA"', "= 'US -> ALPHA': is used twice"),
    ],
)
def test_sessions_differ(write, old: str, new: str, what: str) -> None:
    (line,) = mistakes(write, SESSION + SESSION.replace(old, new))
    assert line.endswith(what) or what in line


def test_two_sessions_with_one_broker_are_fine(write) -> None:
    other = SESSION.replace('name = "ALPHA"', 'name = "ALPHA-2"').replace('"US"', '"US2"')
    assert len(write(SESSION + other).session) == 2


@pytest.mark.parametrize("name", ["..", ".hidden", "a/b", "", "x" * 33, "é"])
def test_a_session_name_is_a_folder_name(write, name: str) -> None:
    (line,) = mistakes(write, SESSION.replace('name = "ALPHA"', f'name = "{name}"'))
    assert "session.0.name" in line


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1:5701",
        "tcp://:5701",
        "tcp://a",
        "tcp://a:0",
        "tcp://a:65536",
        "tcp://a:x",
        "tcp://",
    ],
)
def test_bad_addresses(write, address: str) -> None:
    (line,) = mistakes(write, f'[bus]\nstreams = "{address}"')
    assert f"bus.streams = '{address}'" in line


def test_a_processor_that_the_machine_has_not(write) -> None:
    with pytest.raises(BadConfig, match=r"writer_cpu = 99999: this machine has processors 0 to"):
        load(write("writer_cpu = 99999\n"))


def test_both_doors_on_one_address(write) -> None:
    (line,) = mistakes(write, '[bus]\nstreams = "tcp://127.0.0.1:5701"')
    assert "bus.streams" in line


@pytest.mark.parametrize(
    "address",
    [
        "tcp://127.0.0.1:1",
        "tcp://127.8.8.8:1",
        "tcp://localhost:1",
        "tcp://[::1]:1",
        "tcp://0.0.0.0:1",
        "tcp://*:1",
        "tcp://10.0.0.1:1",
        "tcp://example.com:1",
        "tcp://[::1:1",
    ],
)
def test_the_file_and_the_socket_agree_on_what_is_loopback(address: str) -> None:
    try:
        require_loopback(address)
        loopback = True
    except (NotLoopback, ValueError):
        loopback = False
    assert config._loopback(address) is loopback


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="there is no such file"):
        load(tmp_path / "absent.toml")
    with pytest.raises(BadConfig, match="irectory"):
        load(tmp_path)


def test_bad_toml(write, tmp_path: Path) -> None:
    (line,) = mistakes(write, "home = \n")
    assert "tradeoms.toml" in line
    assert "line 1" in line
    (tmp_path / "tradeoms.toml").write_bytes(b'home = "\xff"')
    with pytest.raises(BadConfig, match="utf-8"):
        load(tmp_path / "tradeoms.toml")


def test_the_environment_goes_first(write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRADEOMS_BUS__COMMANDS", "tcp://127.0.0.1:7000")
    monkeypatch.setenv("TRADEOMS_HOME", "elsewhere")
    monkeypatch.setenv("TRADEOMS_CONFIG", "the option of the same name")
    settings = write(
        'home = "here"\n[bus]\ncommands = "tcp://127.0.0.1:1"\nstreams = "tcp://127.0.0.1:2"'
    )
    assert settings.bus.commands == "tcp://127.0.0.1:7000"
    assert settings.bus.streams == "tcp://127.0.0.1:2"
    assert settings.home == tmp_path / "elsewhere"


def test_a_mistake_in_the_environment_names_the_variable(
    write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADEOMS_BUS__COMMANDS", "nonsense")
    monkeypatch.setenv("TRADEOMS_BUS__COMANDS", "misspelt")
    lines = mistakes(write, "")
    assert [line.partition(":")[0] for line in lines] == [
        "TRADEOMS_BUS__COMMANDS",
        "TRADEOMS_BUS__COMANDS",
    ]
    monkeypatch.delenv("TRADEOMS_BUS__COMANDS")
    monkeypatch.setenv("TRADEOMS_BUS__COMMANDS", "tcp://0.0.0.0:7")
    monkeypatch.setenv("TRADEOMS_BUS__INSECURE", "true")
    (line,) = mistakes(write, "")
    assert "bus.commands = 'tcp://0.0.0.0:7': only loopback" in line


def test_bad_json_in_the_environment(write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADEOMS_SESSION", "[{")
    (line,) = mistakes(write, "")
    assert line.startswith("environment: ")
    assert "session" in line


def test_a_home_of_a_person(write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert write('home = "~/oms"').home == Path("/home/somebody/oms")
