"""The program itself in a terminal, as a person starts it, against a real server: a day by key."""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.blotter.house import PATIENCE
from tradeoms.demo import world
from tradeoms.demo.files import Run

TMUX = shutil.which("tmux")
ASK = (sys.executable, "-m", "tradeoms", "messages", "P1")
SYMBOL = next(iter(world.ISINS))
pytestmark = pytest.mark.skipif(
    TMUX is None, reason="needs tmux, and there is none on this machine"
)


class Terminal:
    """A tmux server of its own with one window: keys go in, the text of the screen comes out."""

    def __init__(self, folder: Path, command: str) -> None:
        self._tmux = (str(TMUX), "-u", "-f", "/dev/null", "-S", str(folder / "tmux"))
        # COLUMNS and LINES of whoever runs the tests say nothing about this window.
        command = f"env -u COLUMNS -u LINES LC_ALL=C.UTF-8 {command}"
        self._do("new-session", "-d", "-x", "150", "-y", "40", "-c", str(folder), command)

    def _do(self, *words: str) -> str:
        done = subprocess.run(
            (*self._tmux, *words), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        return done.stdout

    @property
    def screen(self) -> str:
        """What a person sees."""
        return self._do("capture-pane", "-p")

    def key(self, *keys: str) -> None:
        """Press keys, one after the other."""
        self._do("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type letters, none of which is a key's name."""
        self._do("send-keys", "-l", text)

    def until(self, *patterns: str) -> str:
        """Wait until all of these are on the screen; what it says then."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            screen = self.screen
            if all(re.search(pattern, screen) for pattern in patterns):
                return screen
            time.sleep(0.1)
        raise AssertionError(f"{patterns} never came; the screen:\n{self.screen}")

    def close(self) -> None:
        """End the window and its program."""
        self._do("kill-server")


def _stage(terminal: Terminal) -> None:
    terminal.key("s")
    terminal.until("Stage an order")
    for text in ("C001", SYMBOL, "buy", "600"):
        terminal.type(text)
        terminal.key("Enter")
    terminal.until("600", "≈", "C001 holds")
    terminal.key("C-s")
    terminal.until(rf"O1 +{SYMBOL} +BUY +600 .*staged")


def _route(terminal: Terminal) -> None:
    terminal.key("r")
    terminal.until("Route B1", "idle")
    terminal.type("BRAVO rest")
    terminal.until(r"left idle +0")
    terminal.key("Enter")
    # The order may be warned about; what is warned about is read, and acknowledged.
    if "Acknowledge" in terminal.until(r"Acknowledge and send|route B1: done"):
        terminal.key("y")
    terminal.until("route B1: done")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_stage_block_route_fill_allocate_done(house: Run, tmp_path: Path) -> None:
    blotter = f"{sys.executable} -m tradeoms blotter --user tina --config {house.config}"
    terminal = Terminal(tmp_path, f"TRADEOMS_BLOTTER={tmp_path} {blotter}")
    try:
        terminal.until("live", "tina", "0 orders")
        terminal.key("9")
        terminal.until(r"BRAVO +.*up")
        terminal.key("1")
        _stage(terminal)
        terminal.key("b")
        terminal.until("O1.*in block")
        terminal.key("2")
        terminal.until(rf"B1 +{SYMBOL}.*open")
        _route(terminal)
        terminal.until(rf"B1 +{SYMBOL} +BUY +600 +0 +0 +600 +working")
        terminal.key("3")
        terminal.until(rf"P1 +BRAVO +{SYMBOL} .*600 +600 +0 +.*Filled")
        terminal.key("2")
        terminal.key("d")
        terminal.until("600 of 600 are filled")
        terminal.key("y")
        terminal.until("finish B1: done", rf"B1 +{SYMBOL}.*allocated")
        terminal.key("5")
        terminal.until(rf"B1 +C001 +{SYMBOL} +BUY +600 ")
        asked = (*ASK, "--user", "tina", "--config", str(house.config))
        said = subprocess.run(asked, capture_output=True, text=True, timeout=PATIENCE, check=True)
        first, *more = said.stdout.splitlines()
        assert re.search(r"Z out 8=FIX.4.4\|.*\|35=D\|", first)
        assert re.search(r"Z in  8=FIX.4.4\|.*\|35=8\|", more[0])
        terminal.key("q")
        terminal.until(r"\A\Z")
    finally:
        terminal.close()
