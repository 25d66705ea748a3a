"""When a session's message numbers last began anew, durable before the first message after that.

The journal hears of a broker's reset a little later, as of everything. Without this file, a crash in
between would leave quickfix's numbers after the reset and the journal's from before it, and no way
to see that they do not belong together.
"""

import os
from datetime import datetime
from pathlib import Path

NAME = "numbers-since"


def read(folder: Path) -> datetime | None:
    """The time that was written last; None where there never was a reset."""
    try:
        return datetime.fromisoformat((folder / NAME).read_text("ascii"))
    except FileNotFoundError:
        return None


def write(folder: Path, at: datetime) -> None:
    """Durable when this returns: the old time or the new one, never half of it."""
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f"{NAME}.new"
    with new.open("w", encoding="ascii") as file:
        file.write(at.isoformat())
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / NAME)
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
