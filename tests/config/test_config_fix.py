"""The FIX versions and brokers' files that a configuration names."""

import os
from pathlib import Path

import pytest
import quickfix as fix

from tests.builders import desk
from tests.fix.messages import AT
from tests.fix.test_new_version import made_up
from tradeoms import config_fix
from tradeoms.app.server import _session
from tradeoms.config import BadConfig, Settings, load
from tradeoms.core.context import Context
from tradeoms.fix.settings import quickfix_settings, spoken

SESSION = '[[session]]\nname = "ALPHA"\nSenderCompID = "US"\nTargetCompID = "ALPHA"\nport = 9001\n'


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Write a configuration beside a broker's file and load it."""
    for name in [name for name in os.environ if name.upper().startswith("TRADEOMS_")]:
        monkeypatch.delenv(name)

    def write(text: str, broker: str = "") -> Settings:
        (tmp_path / "KING.toml").write_text(broker)
        (tmp_path / "tradeoms.toml").write_text(text)
        return load(tmp_path / "tradeoms.toml")

    return write


def mistakes(write, tmp_path: Path, text: str, broker: str = "") -> list[str]:
    with pytest.raises(BadConfig) as error:
        write(text, broker)
    return [line.replace(f"{tmp_path}/", "") for line in str(error.value).splitlines()]


def test_a_broker_s_file_takes_effect(write, tmp_path: Path) -> None:
    file = 'version = "FIX.5.0SP2"\n[custom]\nMine = 5700\n[session]\nHeartBtInt = "17"\n'
    file += '[groups.NoFees]\ntag = 6001\nmembers = ["6002 FeeKind"]\n'
    named = 'version = "FIX.5.0SP2"\nbroker = "KING.toml"\n'
    settings = write(f'home = "{tmp_path}/home"\n' + SESSION + named, file)
    line = _session(settings, settings.session[0], {}, tmp_path / "tradeoms.toml")
    assert spoken(line).tags["Mine"] == "5700"
    held = quickfix_settings(line)
    told = held.get(fix.SessionID("FIXT.1.1", "US", "ALPHA"))
    assert told.getString("BeginString") == "FIXT.1.1"
    assert told.getString("DefaultApplVerID") == "9"
    assert told.getString("HeartBtInt") == "17"
    own = Path(told.getString("AppDataDictionary"))
    assert own.parent == tmp_path / "home" / "fix" / "ALPHA"
    assert 'name="FeeKind"' in own.read_text()
    assert "FIXT" in Path(told.getString("TransportDataDictionary")).read_text()


def test_mistakes_are_said_with_the_others(write, tmp_path: Path) -> None:
    text = 'log_level = "loud"\n' + SESSION + 'broker = "KING.toml"\n'
    second = SESSION.replace("ALPHA", "BETA") + 'version = "FIX.9"\n'
    third = SESSION.replace("ALPHA", "GAMMA") + 'broker = "NONE"\n'
    file = 'version = "FIX.4.4"\n[ids]\nmax_length = 10\n[custom]\nMine = 11\n'
    found = mistakes(write, tmp_path, text + second + third, file)
    assert found[0].startswith("tradeoms.toml: log_level = 'loud'")
    assert found[1:4] == [
        "KING.toml: ids = '26123100000001': our ClOrdIDs look like this: has 14 characters, the "
        "broker takes 10 (ids.max_length)",
        "KING.toml: custom.Mine = 11: is ClOrdID already",
        "tradeoms.toml: session.1.version = 'FIX.9': unknown FIX version, known are FIX.4.2, "
        "FIX.4.4, FIX.5.0SP2",
    ]
    assert found[4].endswith("fixconfig/brokers/NONE.toml: No such file or directory")
    assert len(found) == 5


def test_the_environment_may_name_the_versions(
    write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up(tmp_path / "versions")
    text = SESSION + 'version = "FIX.4.3"\n'
    assert "unknown FIX version" in mistakes(write, tmp_path, text)[0]
    monkeypatch.setenv("TRADEOMS_FIX_VERSIONS", str(tmp_path / "versions"))
    (tmp_path / "tradeoms.toml").write_text(text)
    assert load(tmp_path / "tradeoms.toml").fix_versions == tmp_path / "versions"


def test_versions_of_one_s_own(write, tmp_path: Path) -> None:
    made_up(tmp_path / "versions")
    settings = write('fix_versions = "versions"\n' + SESSION + 'version = "FIX.4.3"\n')
    line = _session(settings, settings.session[0], {}, tmp_path / "tradeoms.toml")
    assert spoken(line).begin_string == "FIX.4.3"
    found = mistakes(write, tmp_path, 'fix_versions = "nowhere"\n' + SESSION)
    assert found == ["tradeoms.toml: fix_versions = 'nowhere': is no folder"]
    (tmp_path / "versions" / "FIX.4.3" / "groups.toml").unlink()
    found = mistakes(write, tmp_path, 'fix_versions = "versions"\n' + SESSION.replace("9001", "0"))
    assert [line for line in found if "groups" in line] == []


def test_a_version_with_a_hole_is_named(write, tmp_path: Path) -> None:
    folder = made_up(tmp_path / "holed")
    (folder / "groups.toml").unlink()
    text = 'fix_versions = "holed"\n' + SESSION + 'version = "FIX.4.3"\n'
    (line,) = mistakes(write, tmp_path, text)
    assert line.startswith("tradeoms.toml: session.0.version = 'FIX.4.3': ")
    assert "groups.toml" in line


def test_our_ids_have_the_form_that_brokers_are_asked_about() -> None:
    made = Context(AT, "trader", {}).ClOrdID(desk().state)
    assert len(made) == len(config_fix.CLORDID)
    assert made.isdigit()
    assert config_fix.CLORDID.isdigit()
