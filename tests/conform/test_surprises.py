"""State surprises beyond the published file, in its form and through the same player.

A row is one line. "> D X 10000 field=value" is our request, F and G name the old id after the new
one. "< F/1 X 10000 2000/8000" is a report: ExecType/OrdStatus, ClOrdID (Y<X with its OrigClOrdID, -
without any), OrderQty, CumQty/LeavesQty as printed, fields; "< 9/2 Y<X" is a Cancel Reject. "| day"
before a row is its session day. "= X 1 2000/8000" is what then shows; "= same" that nothing changed.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conform import order_state
from tests.conform.session import Sessions

SCENES = {
    "filled while a cancel is pending": """
        > D X 10000
        < 0/0 X 10000 0/10000 = X 0 0/10000
        > F Y X 10000
        < 6/6 Y<X 10000 0/10000 = X 6 0/10000
        < F/6 X 10000 10000/0 LastQty=10000 = X 6 10000/0
        < 9/2 Y<X CxlRejReason=0 = X 2 10000/0""",
    "a cancel of what never arrived": """
        > F Y X 10000
        < 9/8 Y<X CxlRejReason=1 = same""",
    "a filled order is replaced upwards": """
        > D X 10000
        < F/2 X 10000 10000/0 LastQty=10000 = X 2 10000/0
        > G Y X 12000
        < E/E Y<X 10000 10000/0 = X E 10000/0
        < 5/1 Y<X 12000 10000/2000 = X 1 10000/2000
        < F/2 Y 12000 12000/0 LastQty=2000 LastPx=11 = X 2 12000/0""",
    "a replace below what a crossing fill has done": """
        > D X 10000
        < 0/0 X 10000 0/10000 = X 0 0/10000
        < F/1 X 10000 8000/2000 LastQty=8000 = X 1 8000/2000
        > G Y X 7000
        < 5/2 Y<X 8000 8000/0 = X 2 8000/0""",
    "two replaces in flight, the first is rejected": """
        > D X 10000
        < 0/0 X 10000 0/10000 = X 0 0/10000
        > G Y X 8000
        > G Z Y 7000
        < 9/0 Y<X = X 0 0/10000
        < E/E Z<X 10000 0/10000 = X E 0/10000
        < 5/0 Z<X 7000 0/7000 = X 0 0/7000
        > G W Z 9000
        < 5/0 W<Z 9000 0/9000 = X 0 0/9000""",
    "two replaces in flight, the second is too early": """
        > D X 10000
        < 0/0 X 10000 0/10000 = X 0 0/10000
        > G Y X 8000
        > G Z Y 7000
        < E/E Y<X 10000 0/10000 = X E 0/10000
        < 9/E Z<X CxlRejReason=3 = X E 0/10000
        < 5/0 Y<X 8000 0/8000 = X 0 0/8000
        > F V Y 8000
        < 4/4 V<Y 8000 0/0 = X 4 0/0""",
    "a replace is followed by a cancel": """
        > D X 10000
        < 0/0 X 10000 0/10000 = X 0 0/10000
        > G Y X 8000
        > F Z Y 10000
        < 5/0 Y<X 8000 0/8000 = X 0 0/8000
        < 4/4 Z<Y 8000 0/0 = X 4 0/0""",
    "raised by telephone": """
        > D X 10000
        < F/1 X 10000 1000/9000 LastQty=1000 = X 1 1000/9000
        < D/1 X 11000 1000/0 ExecRestatementReason=2 = X 1 1000/10000""",
    "sent again without need": """
        > D X 10000
        < F/1 X 10000 1000/9000 LastQty=1000 = X 1 1000/9000
        > D X 10000 PossResend=Y
        < I/1 X 10000 1000/9000 = X 1 1000/9000
        > D Y 15000 PossResend=Y
        < 0/0 Y 15000 0/15000 = Y 0 0/15000""",
    "a split of an order that lives on": """
        | Day 1 > D X 10000 TimeInForce=1
        | Day 1 < F/1 X 10000 2000/8000 LastQty=2000 LastPx=30 = X 1 2000/8000 30
        | Day 1 < 3/3 X 10000 2000/8000 = X 3 2000/8000
        | Day 2 < D/1 X 20000 4000/16000 ExecRestatementReason=0 = X 1 4000/16000 15
        | Day 2 < F/1 X 20000 8000/12000 LastQty=4000 LastPx=17 = X 1 8000/12000 16""",
    "an order of yesterday is corrected and busted": """
        | Day 1 > D X 10000 TimeInForce=1
        | Day 1 < F/2 X 10000 10000/0 LastQty=10000 ExecID=A = X 2 10000/0
        | Day 2 < G/1 X 10000 9000/1000 LastQty=9000 ExecID=B ExecRefID=A = X 1 9000/1000
        | Day 3 < H/0 X 10000 0/10000 ExecID=C ExecRefID=B = X 0 0/10000""",
    "a fill and a bust after the cancel": """
        > D X 10000
        < 0/0 X 10000 0/10000 = X 0 0/10000
        > F Y X 10000
        < 4/4 Y<X 10000 0/0 = X 4 0/0
        < F/4 X 10000 5000/0 LastQty=5000 ExecID=A = X 4 5000/0
        < H/4 X 10000 0/0 ExecID=B ExecRefID=A = X 4 0/0""",
    "cancelled by a halt": """
        > D X 10000
        < 9/9 X 10000 0/10000 = X 9 0/10000
        < 4/4 X 10000 0/0 ExecRestatementReason=6 = X 4 0/0""",
    "expired": """
        > D X 10000 TimeInForce=3
        < F/1 X 10000 4000/6000 LastQty=4000 = X 1 4000/6000
        < C/C X 10000 4000/0 = X C 4000/0""",
    "a telephoned order whose first report is a fill": """
        < F/1 - 10000 2000/8000 LastQty=2000 = (telephone) 1 2000/8000
        < F/2 - 10000 10000/0 LastQty=8000 = (telephone) 2 10000/0""",
    "done for the day, filled on the next without a word": """
        | Day 1 > D X 10000 TimeInForce=1
        | Day 1 < 3/3 X 10000 0/10000 = X 3 0/10000
        | Day 2 < F/1 X 10000 2000/8000 LastQty=2000 = X 1 2000/8000""",
}
OF_42 = {
    "a guarantee is no trade": """
        > D X 10000
        < 0/0 X 10000 0/10000 ExecTransType=0 = X 0 0/10000
        < 7/7 X 10000 0/10000 ExecTransType=0 = X 7 0/10000
        < 1/7 X 10000 0/10000 ExecTransType=0 LastShares=1000 = X 7 0/10000
        < 1/1 X 10000 1000/9000 ExecTransType=0 LastShares=1000 = X 1 1000/9000""",
    "a fill and a bust under the id of the cancel": """
        > D X 10000
        < 0/0 X 10000 0/10000 ExecTransType=0 = X 0 0/10000
        > F Y X 10000
        < 4/4 Y<X 10000 0/0 ExecTransType=0 = X 4 0/0
        < 1/4 Y 10000 5000/0 ExecTransType=0 LastShares=5000 ExecID=A = X 4 5000/0
        < 1/4 Y 10000 0/0 ExecTransType=1 LastShares=0 ExecID=B ExecRefID=A = X 4 0/0""",
    "a status report repeats the last fill": """
        > D X 10000
        < 1/1 X 10000 5000/5000 ExecTransType=0 LastShares=5000 = X 1 5000/5000
        < 1/1 X 10000 5000/5000 ExecTransType=3 LastShares=5000 = X 1 5000/5000""",
}
OF_50 = {
    "at once in one report, what is left printed": """
        > D X 10000 TimeInForce=3
        < F/4 X 10000 1000/9000 LastQty=1000 = X 4 1000/0""",
}
ALL = [("FIX.4.4", n, s) for n, s in SCENES.items()] + [
    *(("FIX.5.0SP2", n, s) for n, s in (SCENES | OF_50).items()),
    *(("FIX.4.2", n, s) for n, s in OF_42.items()),
]


def scenario(version: str, name: str, text: str) -> dict[str, Any]:
    rows = [_row(number, line.strip()) for number, line in enumerate(text.strip().splitlines(), 1)]
    return {"id": f"{version} {name}", "fix_version": version, "rows": rows}


def _row(number: int, line: str) -> dict[str, Any]:
    time = str(number)
    if line.startswith("|"):
        _, word, count, line = line.split(" ", 3)
        time = f"{word} {count},{number}"
    said, _, shown = line[2:].partition(" = ")
    parts = said.split()
    fields = dict(part.split("=") for part in parts if "=" in part)
    words = [part for part in parts if "=" not in part]
    row = {"time": time, "recv": None, "sent": None, "alternative": False, "crosses": False}
    if line[0] == ">":
        return row | {"recv": said, "recv_fields": _request(words) | fields}
    return row | {"sent": _report(words) | fields, "expect": _expected(shown.split())}


def _request(words: list[str]) -> dict[str, Any]:
    names = ("MsgType", "ClOrdID", "OrderQty")
    if len(words) == 4:
        names = ("MsgType", "ClOrdID", "OrigClOrdID", "OrderQty")
    return dict(zip(names, words, strict=True))


def _report(words: list[str]) -> dict[str, Any]:
    kind, status = words[0].split("/")
    ClOrdID, _, OrigClOrdID = words[1].partition("<")
    ids = {"ClOrdID": None if ClOrdID == "-" else ClOrdID, "OrigClOrdID": OrigClOrdID or None}
    if len(words) == 2:
        return {"MsgType": "9", "OrdStatus": status, "CxlRejResponseTo": "2"} | ids
    CumQty, LeavesQty = words[3].split("/")
    numbers = {"OrderQty": words[2], "CumQty": CumQty, "LeavesQty": LeavesQty}
    return {"MsgType": "8", "ExecType": kind, "OrdStatus": status} | ids | numbers


def _expected(words: list[str]) -> dict[str, Any]:
    if words == ["same"]:
        return {"unchanged": True}
    CumQty, LeavesQty = words[2].split("/")
    shown = {"placement": words[0], "OrdStatus": words[1], "CumQty": CumQty, "LeavesQty": LeavesQty}
    return shown | ({"AvgPx": words[3]} if len(words) > 3 else {})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "surprises.json"
    path.write_text(json.dumps([scenario(*one) for one in ALL]))
    return path


@pytest.mark.parametrize("mode", ["codec", "socket"])
def test_surprises(mode: str, file: Path) -> None:
    tally = order_state.run(file) if mode == "codec" else order_state.run(file, Sessions)
    assert tally.lines == []
    assert tally.passed == len(ALL)
