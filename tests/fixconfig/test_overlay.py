"""A broker's file: all of its mistakes are named, and all of it takes effect."""

from pathlib import Path

import pytest
import quickfix as fix

import fixconfig
from fixconfig import fitting
from fixconfig.versions import ROOT

CLORDID = "26030200000001"


def written(folder: Path, text: str, version: str = "FIX.4.4") -> Path:
    file = folder / "KING.toml"
    file.write_text(f'version = "{version}"\n{text}', "utf-8")
    return file


def read(folder: Path, text: str, version: str = "FIX.4.4") -> fixconfig.Overlay:
    return fixconfig.broker(written(folder, text, version), version, CLORDID)


def mistakes(folder: Path, text: str, version: str = "FIX.4.4") -> list[str]:
    with pytest.raises(fixconfig.BadBroker) as error:
        read(folder, text, version)
    return [line.partition("KING.toml: ")[2] for line in str(error.value).splitlines()]


def test_the_example_fits_its_version() -> None:
    example = fixconfig.broker(ROOT / "brokers" / "EXAMPLE.toml", "FIX.4.4", CLORDID)
    data = fixconfig.dialect("FIX.4.4", broker=example)
    assert data["exec"][0] == {"when": {"ExecType": "4", "OrdStatus": "C"}, "kind": "expired"}
    assert data["tags"]["LocateBroker"] == 5700
    assert data["tags"]["FeeAmount"] == 6003
    assert data["supported"]["OrdType"] == ["1", "2"]
    assert data["supported"]["HandlInst"] == ["1", "2", "3", "4"]
    assert data["defaults"]["D"] == {"OrderCapacity": "A", "ExecInst": "1"}
    assert data["defaults"]["G"] == {"OrderCapacity": "A"}
    assert data["defaults"]["F"] == {}
    assert data["fixed"]["D"] == {"HandlInst": "3"}
    assert data["ord_status"]["X"] == "suspended"
    assert data["header"] == {"OnBehalfOfCompID": "DESK7"}


def test_every_mistake_of_form_is_named(tmp_path: Path) -> None:
    text = (
        'misspelt = 1\n[ids]\nmax_length = "20"\n[supports]\nreplace = "yes"\nmagic = true\n'
        "[custom]\nLocateBroker = 5700.5\n[[exec]]\nkind = 1\n"
    )
    found = mistakes(tmp_path, text)
    assert len(found) == 7
    for start in (
        "misspelt = '1': Extra inputs",
        "ids.max_length = '20': Input should be a valid integer",
        "supports.replace = 'yes': Input should be a valid boolean",
        "supports.magic = 'True': Extra inputs",
        "custom.LocateBroker = '5700.5': Input should be a valid integer",
        "exec.0.when: Field required",
        "exec.0.kind = '1': Input should be a valid string",
    ):
        assert any(line.startswith(start) for line in found), start


#: A part of a file -> what is said of it.
WRONG = {
    "[ids]\nmax_length = 13": "ids = '26030200000001': our ClOrdIDs look like this: has 14 "
    "characters, the broker takes 13 (ids.max_length)",
    '[ids]\ncharset = "A-Z"': "ids = '26030200000001': our ClOrdIDs look like this: the broker "
    "takes the characters A-Z only (ids.charset)",
    '[ids]\ncharset = "z-a"': "ids.charset = 'z-a': bad character range z-a at position 1",
    "[custom]\nMine = 11": "custom.Mine = 11: is ClOrdID already",
    "[custom]\nMine = 0": "custom.Mine = 0: a tag is a number from 1",
    "[custom]\nSide = 5700": "custom.Side = 5700: the version has Side as 54",
    "[custom]\nA = 5700\nB = 5700": "custom.B = 5700: is A already",
    '[groups.G]\ntag = 6000\nmembers = ["Fee"]': "groups.G.members = 'Fee': must look like "
    '"6001 FeeAmount"',
    '[groups.G]\ntag = 6000\nmembers = ["6001 Fee"]\non = ["ZZ"]': "groups.G.on = 'ZZ': FIX.4.4 "
    "has no such message",
    '[defaults.8]\nText = "x"': "defaults.8 = '8': is no message that we send",
    '[defaults.D]\nWhat = "x"': "defaults.D.What = 'x': the message has no such field",
    '[defaults.F]\nExecInst = "x"': "defaults.F.ExecInst = 'x': the message has no such field",
    '[defaults.D]\nText = ""': "defaults.D.Text = '': is empty",
    '[defaults.D]\nText = "é"': "defaults.D.Text = 'é': holds what is not printable ASCII",
    '[defaults.D]\nText = "a\\u0001b"': "defaults.D.Text = 'a\\x01b': holds what is not printable "
    "ASCII",
    '[defaults."*"]\nHandlInst = "9"': "defaults.*.HandlInst = '9': is none of 1, 2, 3",
    '[fixed.D]\nSide = "1"': "fixed.D.Side = '1': belongs to the order and is set nowhere else",
    '[supported]\nOrdTyp = ["1"]': "supported.OrdTyp = ['1']: is no field",
    '[supported]\nOrdType = ["1", "Z"]': "supported.OrdType = ['Z']: the version has 1, 2, 3, 4 "
    "only",
    "[supported]\nOrdType = []": "supported.OrdType = []: at least one value is needed",
    '[added]\nNope = ["1"]': "added.Nope = ['1']: is no field",
    '[[conditional]]\non = ["8"]\nwhen = {}\nany = ["Text"]': "conditional.on = '8': is no message "
    "that we send",
    '[[forbidden]]\non = ["D"]\nwhen = { Wat = "1" }\nnone = ["Text"]': "forbidden = 'Wat': is no "
    "field",
    '[[exec]]\nwhen = { ExecType = "4" }\nkind = "gone"': "exec[1].kind = 'gone': is none of "
    "calculated, cancelled, done_for_day, expired, new, pending_cancel, pending_new, "
    "pending_replace, rejected, replaced, restated, status, stopped, suspended, trade, "
    "trade_cancel, trade_correct",
    '[[exec]]\nwhen = { Exec = "4" }\nkind = "new"': "exec[1].when = 'Exec': is no field",
    '[ord_status]\nX = "odd"': "ord_status.X = 'odd': is none of accepted_for_bidding, "
    "calculated, cancelled, done_for_day, expired, filled, new, partially_filled, "
    "pending_cancel, pending_new, pending_replace, rejected, replaced, stopped, suspended",
    '[header]\nNope = "x"': "header.Nope = 'x': is no field",
    '[header]\nSenderSubID = "é"': "header.SenderSubID = 'é': holds what is not printable ASCII",
    '[header]\nSide = "1"': "header.Side = '1': is no field of the header",
    '[header]\nOrderQty = "9000"': "header.OrderQty = '9000': is no field of the header",
    '[session]\nSenderCompID = "US"': "session.SenderCompID = 'US': belongs to the server's "
    "configuration",
    '[session]\nValidateFieldsHaveValues = "Y"': "session.ValidateFieldsHaveValues = 'Y': may not "
    "be changed: a stricter check loses fills",
    '[session]\nHeartBeat = "30"': "session.HeartBeat = '30': is no setting of a session",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_mistake_is_named(text: str, tmp_path: Path) -> None:
    assert mistakes(tmp_path, text) == [WRONG[text]]


@pytest.mark.parametrize("name", sorted(fitting.FRAMING))
def test_what_the_engine_writes_is_set_by_no_file(name: str, tmp_path: Path) -> None:
    reason = "is written by the engine and set nowhere else"
    assert mistakes(tmp_path, f'[header]\n{name} = "7"') == [f"header.{name} = '7': {reason}"]


def test_what_is_agreed_may_be_in_the_header(tmp_path: Path) -> None:
    """And the list above has all of the header's other fields."""
    agreed = {f"{side}{part}ID" for side in ("Sender", "Target") for part in ("Sub", "Location")}
    agreed |= {
        f"{side}{part}ID" for side in ("OnBehalfOf", "DeliverTo") for part in ("Sub", "Comp")
    }
    agreed.add("MessageEncoding")
    assert set(fixconfig.dialect("FIX.4.4")["head"]) == agreed | fitting.FRAMING
    for name in agreed:
        assert read(tmp_path, f'[header]\n{name} = "X"').header == {name: "X"}


def test_mistakes_are_named_together(tmp_path: Path) -> None:
    both = [
        text for text in WRONG if text.startswith(("[custom]\nMine = 11", "[supported]\nOrdTyp "))
    ]
    assert mistakes(tmp_path, "\n".join(both)) == [WRONG[text] for text in both]


def test_another_version_or_no_file_is_a_mistake(tmp_path: Path) -> None:
    file = written(tmp_path, "", "FIX.4.2")
    with pytest.raises(
        fixconfig.BadBroker, match=r"version = 'FIX.4.2': the session speaks FIX.4.4"
    ):
        fixconfig.broker(file, "FIX.4.4", CLORDID)
    with pytest.raises(fixconfig.BadBroker, match=r"NONE.toml: No such file"):
        fixconfig.broker(tmp_path / "NONE.toml", "FIX.4.4", CLORDID)
    file.write_text("version = ")
    with pytest.raises(fixconfig.BadBroker, match=r"KING.toml: Invalid value"):
        fixconfig.broker(file, "FIX.4.4", CLORDID)


def test_the_settings_are_quickfix_s() -> None:
    values = (getattr(fix, name) for name in dir(fix) if name.isupper())
    known = {value for value in values if isinstance(value, str)}
    assert known >= fitting.SETTINGS | fitting.GIVEN | fitting.VALIDATION
    defaults = set(fixconfig.session_defaults())
    assert defaults <= fitting.SETTINGS | fitting.GIVEN | fitting.VALIDATION


def test_a_group_of_a_broker_s_own_reaches_us(tmp_path: Path) -> None:
    """A tag that comes twice outside a known group is refused by the engine, and a fill with it."""
    text = '[groups.NoFees]\ntag = 6001\nmembers = ["6002 FeeKind", "6003 FeeAmount"]\n'
    for version in fixconfig.folders():
        overlay = read(tmp_path, text, version)
        files = fixconfig.broker_dictionaries(version, overlay)
        assert set(files) == {file.name for file in fixconfig.path(version).glob("*.xml")}
        (tmp_path / "own.xml").write_text(files["dictionary.xml"])
        own = fix.DataDictionary(str(tmp_path / "own.xml"))
        assert own.isGroup("8", 6001)
        assert not own.isGroup("9", 6001)
