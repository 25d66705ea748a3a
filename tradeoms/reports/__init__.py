"""Reports: files for people and regulators, written from the read model. One themed file each.

A report is a function of the read model at one moment, a day and the time it is written at; it
puts its files into a folder and returns their paths.
"""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from tradeoms.reports import (
    allocation_changes,
    commissions,
    crosses,
    daily_blotter,
    day_close,
    hand_over,
    lot_actions,
    reconciliation,
)
from tradeoms.store.readmodel import ReadModel


class Report(NamedTuple):
    """One report: its name on the command line, its title, its function."""

    name: str
    title: str
    write: Callable[[ReadModel, date, Path, datetime], list[Path]]


_TABLE = (
    Report("daily-blotter", daily_blotter.TITLE, daily_blotter.write),
    Report("day-close", day_close.TITLE, day_close.write),
    Report("allocation-changes", allocation_changes.TITLE, allocation_changes.write),
    Report("commissions", commissions.TITLE, commissions.write),
    Report("crosses", crosses.TITLE, crosses.write),
    Report("lot-actions", lot_actions.TITLE, lot_actions.write),
    Report("hand-over", hand_over.TITLE, hand_over.write),
    Report("reconciliation", reconciliation.TITLE, reconciliation.write),
)
REPORTS: dict[str, Report] = {report.name: report for report in _TABLE}

__all__ = ["REPORTS", "Report"]
