"""The table, what is generated from it, and the dialect agree with each other."""

import re
import shutil
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import quickfix

import fixconfig
from fixconfig import generate
from fixconfig.table import Table, fields, read

KINDS = {
    *("new", "trade", "cancelled", "replaced", "rejected", "done_for_day", "stopped", "suspended"),
    *("pending_new", "pending_cancel", "pending_replace", "restated", "expired", "calculated"),
    *("trade_correct", "trade_cancel", "status"),
}


@pytest.fixture
def table() -> Table:
    return read(fixconfig.path("FIX.4.4"))


@pytest.fixture
def dialect() -> dict[str, Any]:
    return fixconfig.dialect("FIX.4.4")


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
    monkeypatch.setattr(generate, "outputs", lambda: texts)

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
        for member in group["members"]:
            names[int(member.split()[0])].add(member.split()[1])
    assert {tag: found for tag, found in names.items() if len(found) > 1} == {}
    every = [name for found in names.values() for name in found]
    assert len(every) == len(set(every))


def test_names_and_tags_are_those_of_the_engine(table: Table) -> None:
    """quickfix ships the field classes of all versions; the last one keeps some newer names."""
    newer = {"UnderlyingSecurityIDSource", "AllocQty", "LegSettlType", "LegSettlDate"}
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


def test_dialect_knows_the_tags(dialect: dict[str, Any]) -> None:
    tags = dialect["tags"]
    expected = {"ClOrdID": 11, "ExecTransType": 20, "NoPartyIDs": 453, "PartyID": 448}
    assert {name: tags[name] for name in expected} == expected
    assert dialect["required"]["F"] == [
        "OrigClOrdID", "ClOrdID", "Symbol", "Side", "TransactTime", "OrderQty",
    ]  # fmt: skip


def test_exec_rules_are_whole(dialect: dict[str, Any], table: Table) -> None:
    assert {rule["kind"] for rule in dialect["exec"]} == KINDS
    assert set(dialect["expected"]) <= KINDS
    covered = set[str]()
    for rule in dialect["exec"]:
        assert set(rule["when"]) <= set(dialect["tags"])
        covered |= set(rule["when"].get("ExecType", []))
    assert covered >= set(table["values"]["ExecType"])


def test_every_status_has_a_word(dialect: dict[str, Any], table: Table) -> None:
    assert set(dialect["ord_status"]) >= set(table["values"]["OrdStatus"])


def test_what_we_send_is_described(dialect: dict[str, Any], table: Table) -> None:
    for name, values in dialect["supported"].items():
        assert set(values) <= set(table["values"][name]), name


def test_conditions_name_fields_of_their_messages(dialect: dict[str, Any], table: Table) -> None:
    for rule in dialect["conditional"] + dialect["forbidden"]:
        names = set(rule["when"]) | set(rule.get("any", [])) | set(rule.get("none", []))
        for key in rule["on"]:
            assert names <= set(table["messages"][key]["fields"])


def test_renamed_fields_are_known_by_our_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form in which an older version will be written."""
    (tmp_path / "messages.toml").write_text(
        '[fields]\nLastShares = [32, "QTY"]\n[messages.8]\n[messages.8.fields]\n'
        'LastShares = ["Y", ""]\n'
    )
    (tmp_path / "groups.toml").write_text("")
    (tmp_path / "dialect.toml").write_text('[names]\nLastQty = "LastShares"\n')
    monkeypatch.setattr(fixconfig, "path", lambda version: tmp_path)
    spoken = fixconfig.dialect("FIX.4.2")
    assert spoken["tags"] == {"LastQty": 32}
    assert spoken["required"] == {"8": ["LastQty"]}


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(ValueError, match=r"unknown FIX version '\.\.', known are FIX\.4\.4"):
        fixconfig.path("..")


def test_the_example_broker_follows_the_dialect(dialect: dict[str, Any]) -> None:
    file = fixconfig.path("FIX.4.4").parent / "brokers" / "EXAMPLE.toml"
    broker = tomllib.loads(file.read_text("utf-8"))
    names = set(dialect["tags"]) | set(broker["custom"])
    assert fixconfig.path(broker["version"]).is_dir()
    assert re.fullmatch(f"[{broker['ids']['charset']}]+", "20250103-AbC")
    for values in broker["defaults"].values():
        assert set(values) <= names
    for name, values in broker["supported"].items():
        assert set(values) <= set(dialect["supported"][name])
    for rule in broker["exec"] + broker["conditional"]:
        assert set(rule["when"]) | set(rule.get("any", [])) <= names
        assert rule.get("kind", "trade") in KINDS
