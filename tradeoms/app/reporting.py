"""Reports from the command line."""

import time
from datetime import UTC, date, datetime
from pathlib import Path

from tradeoms.config import Settings
from tradeoms.reports import REPORTS
from tradeoms.store import readmodel
from tradeoms.store.migrate import upgrade
from tradeoms.store.readmodel import ReadModel

PATIENCE = 30.0  # seconds for the reader to have what was just answered


class NotThere(Exception):
    """The read model does not have it: is the server, with its reader, running?"""


def write_report(settings: Settings, name: str, day: date, folder: Path) -> list[Path]:
    """Write a report of a day from the read model.

    Raises:
        KeyError: there is no such report; it holds the known names.
    """
    if name not in REPORTS:
        raise KeyError(", ".join(REPORTS))
    return REPORTS[name].write(_model(settings), day, folder, datetime.now(UTC))


def write_reports(settings: Settings, day: date, folder: Path) -> list[Path]:
    """Write every report of a day that was just closed.

    Raises:
        NotThere: the read model has not seen the close in good time.
    """
    model, until = _model(settings), time.monotonic() + PATIENCE
    while not model.rows("closes", business_date=day):
        if time.monotonic() > until:
            raise NotThere(f"the read model has no close of {day}; write the reports later")
        time.sleep(0.05)
    now = datetime.now(UTC)
    return [path for one in REPORTS.values() for path in one.write(model, day, folder, now)]


def _model(settings: Settings) -> ReadModel:
    engine = readmodel.connect(settings.readmodel_url)
    upgrade(engine, "readmodel")
    return ReadModel(engine)
