"""The I/E language: what is wrong is named, and what is right is played on a real session."""

import subprocess
import sys
from pathlib import Path

import pytest

from simulators.player import Player, ScriptFailure, Stage
from simulators.script import Line, ScriptError, parse, read
from tests.simulators.bench import broker, order
from tests.simulators.client import PATIENCE, Client
from tradeoms.demo.files import free_ports

GOOD = """
# A fill, and what the client shows then.
versions FIX.4.4 FIX.4.2
I D ClOrdID=$id OrderQty=1000 Price= Symbol=*   # a market order
E 8 OrderID=O1 ExecType=0 OrdStatus=0 ClOrdID=$id Text="by hand, slowly" 38=1000 LeavesQty=1000 CumQty=0
show OrdStatus=0 unmatched=0
ask G OrderQty=900
wait 0.01
E 8 OrderID=O1 ExecType=F OrdStatus=2 ClOrdID=$id OrderQty=1000 LastQty=1000 CumQty=1000 LeavesQty=0
E 8 OrderID=O1 ExecType=H OrdStatus=0 ClOrdID=$id ExecID=own PossResend=Y
disconnect
logon
"""


def test_a_good_script() -> None:
    script = parse(GOOD, Path("good.script"))
    assert script.versions == ("FIX.4.4", "FIX.4.2")
    kinds = [line.kind for line in script.lines]
    assert kinds == ["I", "E", "show", "ask", "wait", "E", "E", "disconnect", "logon"]
    asked, new = script.lines[:2]
    assert (asked.number, asked.MsgType) == (4, "D")
    assert [field.tag for field in asked.fields] == [11, 38, 44, 55]
    assert [field.variable for field in asked.fields] == ["id", "", "", ""]
    assert ("Text", 58, "by hand, slowly", 0) in new.fields
    assert new.fields[5].tag == 38
    assert script.lines[4].seconds == 0.01


def test_a_script_without_versions_is_for_all() -> None:
    assert parse("wait 1", Path("x")).versions == ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")


BAD = """
versions FIX.9.9
X D
I
I DDD ClOrdID=1
I D Colour=red
I D ClOrdID
E 8 ClOrdID=$nobody
E 8 ClOrdID=*
E 8 Text="open
E 8 Text="Zürich"
I D ClOrdID=$1
wait soon
wait -1
wait
logon now
versions FIX.4.4
I D FieldBase=1
"""


def test_every_mistake_is_named_with_its_line() -> None:
    with pytest.raises(ScriptError) as caught:
        parse(BAD, Path("bad.script"))
    found = caught.value.mistakes
    lines = [mistake.split(":")[1] for mistake in found]
    assert lines == [str(n) for n in range(2, 19)]
    assert found[0].startswith("bad.script:2: versions: 'FIX.9.9' is none of FIX.4.2")
    assert found[4] == "bad.script:6: Colour: is no FIX field"
    assert found[6] == "bad.script:8: ClOrdID: $nobody was captured by no I line before"
    assert found[7].startswith("bad.script:9: ClOrdID: * is for")
    assert found[9].startswith("bad.script:11: Text: 'Zürich' has characters")
    assert found[11] == "bad.script:13: wait: 'soon' is no number of seconds up to 3600"


def test_versions_come_first_and_something_follows() -> None:
    with pytest.raises(ScriptError, match="x:2: versions: stands before the first step"):
        parse("wait 1\nversions FIX.4.4", Path("x"))
    with pytest.raises(ScriptError, match="x: has no steps"):
        parse("# nothing", Path("x"))
    with pytest.raises(ScriptError, match="nowhere"):
        read(Path("nowhere.script"))


def played(text: str, tmp_path: Path, version: str, patience: float = PATIENCE) -> Client:
    """The client of a played script, which sends an order at every I line but those of a J, and at
    every quiet one.
    """
    (port,) = free_ports(1)
    by_hand = broker(version=version, port=port)
    stage = Stage(by_hand)
    with stage.open(tmp_path / "stage"):
        client = Client((by_hand,), tmp_path)

        def act(line: Line, player: Player) -> None:
            if line.MsgType not in ("J", "E", "8") and line.kind in ("I", "quiet"):
                client.send(order("C1"))

        try:
            player = Player(parse(text, Path("some.script")), stage, act, patience)
            player.logon(Line(0, "logon", ""))
            player.play()
        finally:
            client.close()
    return client


@pytest.mark.parametrize("version", ["FIX.4.2", "FIX.4.4"])
def test_a_script_is_played(version: str, tmp_path: Path) -> None:
    new, fill, bust = played(GOOD, tmp_path, version).hear(3)
    assert [new[tag] for tag in (11, 17, 58, 38)] == ["C1", "some-1", "by hand, slowly", "1000"]
    assert (bust[17], bust[97], 60 in fill) == ("own", "Y", True)
    kinds = [(report.get(20), report[150]) for report in (new, fill, bust)]
    old = [("0", "0"), ("0", "2"), ("1", "0")]
    assert kinds == (old if version == "FIX.4.2" else [(None, "0"), (None, "F"), (None, "H")])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("I D OrderQty=999 Price=*", "OrderQty: expected 999, got 1000; Price: expected \\*, got"),
        ("I D OrderQty=", "OrderQty: expected nothing, got 1000"),
        ("I D ClOrdID=$a OrderQty=$a", "OrderQty: expected C1, got 1000"),
        ("I F", r"MsgType: expected F, got D: 8=FIX.4.4\|"),
        ("I D\nE 8 OrdStatus=0\nI J", r"some.script:3: FIX.4.4: nothing came within 0.5 s\n  I J"),
        ("quiet 9", r"this came: 8=FIX.4.4\|.*11=C1"),
    ],
)
def test_what_else_comes_is_a_failure(text: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(ScriptFailure, match=why):
        played(text, tmp_path, "FIX.4.4", patience=0.5)


def process(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "simulators.play", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE * 3, check=False
    )


def test_the_program_says_what_is_wrong_and_what_did_not_come(tmp_path: Path) -> None:
    bad, lonely = tmp_path / "bad.script", tmp_path / "lonely.script"
    bad.write_text("I D Colour=red\n")
    lonely.write_text("versions FIX.4.4\nI D\n")
    done = process(str(bad))
    assert (done.returncode, done.stderr) == (2, f"{bad}:1: Colour: is no FIX field\n")
    (port,) = free_ports(1)
    done = process(str(lonely), "--port", str(port), "--patience", "0.2")
    assert done.returncode == 1
    assert "FAILED" in done.stdout
    assert "no logon within 0.2 s" in done.stdout


def test_a_field_of_an_entry() -> None:
    script = parse("I E ClOrdID[2]=$b ClOrdID[1]=C1", Path("x"))
    assert [(field.tag, field.nth) for field in script.lines[0].fields] == [(11, 2), (11, 1)]
    with pytest.raises(ScriptError, match=r"x:1: ClOrdID\[1\]: \[n\] is for what is expected"):
        parse("E 8 ClOrdID[1]=C1", Path("x"))
