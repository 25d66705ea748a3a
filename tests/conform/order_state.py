"""The order state matrices, through the codec or over a real session."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.conform.codec import Codec
from tests.conform.house import Broken, House
from tests.conform.player import Line, Player
from tests.conform.scenarios import load, plays
from tests.conform.tally import Tally

Open = Callable[[House, tuple[str, ...], Path], Line]


def run(file: Path, opened: Open = Codec) -> Tally:
    """Play every scenario of a file, with each of its branches."""
    scenarios, tally = load(file), Tally()
    versions = tuple(sorted({scenario["fix_version"] for scenario in scenarios}))
    with tempfile.TemporaryDirectory() as folder:
        house = House(versions)
        line = opened(house, versions, Path(folder))
        try:
            for scenario in scenarios:
                tally.add(scenario["id"], _failure(house, line, scenario, tally))
        finally:
            line.close()
    return tally


def _failure(house: House, line: Line, scenario: dict[str, Any], tally: Tally) -> str:
    """What went otherwise in a scenario, at its first wrong row; empty where all is right."""
    for play in plays(scenario):
        tally.played += 1
        player = Player(house, line, play, tally.played)
        try:
            player.run()
        except Broken as broken:
            return str(broken)
        except Exception as error:  # noqa: BLE001 - one broken case must not hide the others
            return f"expected no error, actual {type(error).__name__}: {error}"
    return ""
