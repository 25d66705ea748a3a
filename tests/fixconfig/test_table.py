"""The table, what is generated from it, and the dialect agree with each other."""

import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import quickfix

import fixconfig
from fixconfig import generate
from fixconfig.table import Table, fields, read

VERSIONS = tuple(fixconfig.folders())
KINDS = {
    *("new", "trade", "cancelled", "replaced", "rejected", "done_for_day", "stopped", "suspended"),
    *("pending_new", "pending_cancel", "pending_replace", "restated", "expired", "calculated"),
    *("trade_correct", "trade_cancel", "status"),
}


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def table(version: str) -> Table:
    return read(fixconfig.path(version))


@pytest.fixture
def dialect(version: str) -> dict[str, Any]:
    return fixconfig.dialect(version)


def _copy_table(root: Path) -> Path:
    folder = root / "FIX.4.4"
    folder.mkdir()
    for name in ("messages.toml", "groups.toml"):
        shutil.copy(fixconfig.path("FIX.4.4") / name, folder)
    return folder


def test_generated_files_are_those_of_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--check"]) == 0, capsys.readouterr().err


def test_check_finds_an_outdated_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    version = _copy_table(tmp_path)
    (tmp_path / "README.md").write_text("<!-- FIX.4.4: generated -->\n<!-- FIX.4.4: end -->\n")
    texts = generate.outputs(tmp_path)
    monkeypatch.setattr(generate, "outputs", lambda _: texts)

    assert generate.main(["--check"]) == 1
    assert "outdated" in capsys.readouterr().err
    assert not (version / "dictionary.xml").exists()
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0


def test_a_readme_without_marks_is_refused(tmp_path: Path) -> None:
    _copy_table(tmp_path)
    (tmp_path / "README.md").write_text("nothing\n")
    with pytest.raises(SystemExit, match=r"no marks for FIX\.4\.4"):
        generate.outputs(tmp_path)


def test_a_tag_has_one_name_and_a_name_one_tag(table: Table) -> None:
    names: dict[int, set[str]] = defaultdict(set)
    for name, (tag, _) in table["fields"].items():
        names[tag].add(name)
    for name, group in table["groups"].items():
        names[group["tag"]].add(name)
        others = [other["members"] for other in group.get("in", {}).values()]
        for member in sum(others, group["members"]):
            names[int(member.split()[0])].add(member.split()[1])
    assert {tag: found for tag, found in names.items() if len(found) > 1} == {}
    every = [name for found in names.values() for name in found]
    assert len(every) == len(set(every))


def test_names_and_tags_are_those_of_the_engine(table: Table) -> None:
    """quickfix ships the field classes of all versions; the last one keeps some newer names."""
    newer = {"UnderlyingSecurityIDSource", "AllocQty", "LegSettlType", "LegSettlDate"}
    newer |= {"AllocAccruedInterestAmt", "CopyMsgIndicator", "AllocSettlInstType", "MaturityDay"}
    for name, (tag, _) in fields(table).items():
        field = getattr(quickfix, name, None)
        assert (field is not None and field().getTag() == tag) or name in newer, name


def test_messages_use_known_fields(table: Table) -> None:
    known = fields(table)
    for message in [{"fields": table["header"]}, *table["messages"].values()]:
        assert set(message["fields"]) <= set(known)
        assert {need for need, _ in message["fields"].values()} <= {"Y", "N", "C"}
        assert set(message.get("also", [])) <= set(table["groups"])


def test_no_field_is_declared_in_vain(table: Table) -> None:
    used = set(table["header"]) | set(table["trailer"])
    for message in table["messages"].values():
        used |= set(message["fields"])
    assert set(table["fields"]) - used == set()


def test_values_describe_known_fields(table: Table) -> None:
    assert set(table["values"]) <= set(table["fields"])


def test_a_condition_is_said_in_words(table: Table) -> None:
    for key, message in table["messages"].items():
        for name, (need, says) in message["fields"].items():
            assert need != "C" or says, (key, name)


def test_dialect_knows_the_tags() -> None:
    dialect = fixconfig.dialect("FIX.4.4")
    tags = dialect["tags"]
    expected = {"ClOrdID": 11, "ExecTransType": 20, "NoPartyIDs": 453, "PartyID": 448}
    assert {name: tags[name] for name in expected} == expected
    assert dialect["required"]["F"] == [
        "OrigClOrdID", "ClOrdID", "Symbol", "Side", "TransactTime",
    ]  # fmt: skip


def test_exec_rules_are_whole(dialect: dict[str, Any], table: Table) -> None:
    assert {rule["kind"] for rule in dialect["exec"]} == KINDS
    covered = set[str]()
    for rule in dialect["exec"]:
        assert set(rule["when"]) <= set(dialect["tags"])
        covered |= set(rule["when"].get("ExecType", []))
    assert covered >= set(table["values"]["ExecType"])


def test_every_status_has_a_word(dialect: dict[str, Any], table: Table) -> None:
    assert set(dialect["ord_status"]) >= set(table["values"]["OrdStatus"])


def test_what_we_send_is_described(dialect: dict[str, Any], table: Table) -> None:
    for name, values in dialect["supported"].items():
        theirs = dialect["names"].get(name, name)
        assert set(values) <= set(table["values"][theirs]), name


def test_conditions_name_fields_of_their_messages(dialect: dict[str, Any], table: Table) -> None:
    for rule in dialect["conditional"] + dialect["forbidden"]:
        names = set(rule["when"]) | set(rule.get("any", [])) | set(rule.get("none", []))
        for key in rule["on"]:
            theirs = {dialect["names"].get(name, name) for name in names}
            assert theirs & set(table["messages"][key]["fields"])
            assert set(rule["when"]) <= set(dialect["messages"][key])


def _write(folder: Path, messages: str, dialect: str = "[names]\n", groups: str = "") -> None:
    folder.mkdir()
    (folder / "messages.toml").write_text(messages)
    (folder / "dialect.toml").write_text(dialect)
    (folder / "groups.toml").write_text(groups)


def test_a_version_says_only_what_differs(tmp_path: Path) -> None:
    base = (
        'begin_string = "FIX.1.0"\n[header]\n[trailer]\n'
        '[fields]\nLastQty = [32, "QTY"]\nCumQty = [14, "QTY"]\nAvgPx = [6, "PRICE"]\n'
        'Side = [54, "CHAR"]\n'
        '[values.Side]\n1 = "Buy"\n2 = "Sell"\n3 = "Buy minus"\n'
        '[messages.8]\nname = "ExecutionReport"\ndirection = "in"\nabout = "LastQty counts."\n'
        '[messages.8.fields]\nLastQty = ["C", "less than CumQty"]\nCumQty = ["Y", ""]\n'
        'AvgPx = ["Y", ""]\nSide = ["Y", ""]\n[messages.9]\ndirection = "in"\n[messages.9.fields]\n'
    )
    _write(tmp_path / "FIX.1.0", base, groups='[NoFills]\ntag = 1362\nmembers = ["32 LastQty"]\n')
    own = (
        'base = "FIX.1.0"\nbegin_string = "FIX.0.9"\nnowhere = ["AvgPx"]\n'
        '[fields]\nLastShares = [33, "QTY"]\n'
        '[values.Side]\nonly = ["1", "2"]\n1 = "Purchase"\n'
        '[messages]\nwithout = ["9"]\n[messages.8.fields]\nCumQty = ["N", "if known"]\n'
    )
    _write(tmp_path / "FIX.0.9", own, '[names]\nLastQty = "LastShares"\n')
    table = read(tmp_path / "FIX.0.9")
    assert set(table["messages"]) == {"8"}
    assert table["messages"]["8"]["fields"] == {
        "LastShares": ["C", "less than CumQty"],
        "CumQty": ["N", "if known"],
        "Side": ["Y", ""],
    }
    assert table["messages"]["8"]["about"] == "LastShares counts."
    assert table["fields"] == {
        "LastShares": [33, "QTY"],
        "CumQty": [14, "QTY"],
        "Side": [54, "CHAR"],
    }
    assert table["values"] == {"Side": {"1": "Purchase", "2": "Sell"}}
    assert table["groups"]["NoFills"]["members"] == ["33 LastShares"]
    (tmp_path / "FIX.0.9" / "messages.toml").write_text('base = "FIX.0.9"\n')
    with pytest.raises(ValueError, match=r"base = 'FIX.0.9': there is no such version"):
        read(tmp_path / "FIX.0.9")


def test_an_unknown_version_is_refused(tmp_path: Path) -> None:
    known = r"known are FIX\.4\.2, FIX\.4\.4, FIX\.5\.0SP2$"
    with pytest.raises(ValueError, match=r"unknown FIX version '\.\.', " + known):
        fixconfig.path("..")
    _write(tmp_path / "FIX.9.9", "")
    assert fixconfig.path("FIX.9.9", tmp_path) == tmp_path / "FIX.9.9"
    with pytest.raises(ValueError, match=known):
        fixconfig.path("FIX.9.9")
