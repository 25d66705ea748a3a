"""Reports from the command line."""

from datetime import UTC, date, datetime
from pathlib import Path

from tradeoms.config import Settings
from tradeoms.reports import REPORTS
from tradeoms.store import readmodel
from tradeoms.store.migrate import upgrade
from tradeoms.store.readmodel import ReadModel


def write_report(settings: Settings, name: str, day: date, folder: Path) -> list[Path]:
    """Write a report of a day from the read model.

    Raises:
        KeyError: there is no such report; it holds the known names.
    """
    if name not in REPORTS:
        raise KeyError(", ".join(REPORTS))
    engine = readmodel.connect(settings.readmodel_url)
    upgrade(engine, "readmodel")
    folder.mkdir(parents=True, exist_ok=True)
    return REPORTS[name].write(ReadModel(engine), day, folder, datetime.now(UTC))
