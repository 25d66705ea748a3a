"""A broker's own calculation of an allocation (AS): compared, and answered (AT)."""

import pytest

from tests.builders import D
from tests.core.after import accepted, allocated, office, replayed, say
from tradeoms.model.posttrade import AllocationReport, Instruction, Row


def _report(known: Instruction, **fields: object) -> AllocationReport:
    values = {
        "AllocReportID": "R1",
        "AllocTransType": "0",
        "AllocReportType": "3",
        "AllocID": known.AllocID,
        "Side": "1",
        "Quantity": D(100),
        "AvgPx": D(50),
        "rows": (
            Row("A1", AllocQty=D(60), AllocNetMoney=D("3000.75")),
            Row("A2", AllocQty=D(40), AllocNetMoney=D("2000.50")),
        ),
    }
    return AllocationReport(**(values | fields))


@pytest.mark.parametrize(
    ("fields", "status", "code", "text"),
    [
        ({}, "0", "", ""),
        ({"AllocID": "", "ClOrdIDs": ("?", "26030200000001")}, "0", "", ""),
        ({"Quantity": D(90)}, "1", "1", "Quantity: yours 90, ours 100"),
        ({"AvgPx": D("50.01")}, "1", "2", "AvgPx: yours 50.01, ours 50"),
        ({"Side": "2"}, "1", "9", "Side: yours 2, ours 1"),
        (
            {"rows": (Row("A1", AllocQty=D(59)), Row("A2", AllocQty=D(40)))},
            "1",
            "8",
            "AllocQty of A1: yours 59, ours 60",
        ),
        (
            {"rows": (Row("A1", AllocQty=D(60), AllocNetMoney=D(3002)), Row("A2", AllocQty=D(40)))},
            "1",
            "9",
            "AllocNetMoney of A1: yours 3002, ours 3000.75",
        ),
        (
            {"rows": (Row("A1", AllocQty=D(60)), Row("A7", AllocQty=D(40)))},
            "1",
            "0",
            "AllocAccount: yours A7, ours (none); AllocAccount: yours (none), ours A2",
        ),
        ({"AllocTransType": "2", "Quantity": D(1)}, "0", "", ""),
    ],
)
def test_an_allocation_report_is_compared_and_answered(
    fields: dict[str, object], status: str, code: str, text: str
) -> None:
    floor = office()
    block, _, _ = allocated(floor)
    known = accepted(floor, block)
    say(floor, _report(known, **fields))
    (event,) = floor.state.allocation_reports.values()
    assert (event.AllocStatus, event.AllocRejCode, event.Text) == (status, code, text)
    assert list(floor.state.outbox) == ["AT/S1/R1"]
    assert floor.alerts() == (["allocation report differs"] if text else [])
    before = floor.state.seq
    say(floor, _report(known, **fields))
    assert floor.state.seq == before
    replayed(floor)


def test_a_report_on_what_is_void_is_rejected() -> None:
    floor = office()
    block, name, ExecID = allocated(floor)
    known = accepted(floor, block)
    floor.bust(name, ExecID)
    say(floor, _report(known))
    (event,) = floor.state.allocation_reports.values()
    assert event.AllocStatus == "1"
    say(floor, _report(known, AllocReportID="R2", AllocID="A8"))
    assert len(floor.state.allocation_reports) == 1
    assert len(floor.state.unmatched) == 1
