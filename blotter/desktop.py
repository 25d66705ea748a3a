"""Notices outside of the terminal's window, for who looks elsewhere."""

import asyncio
import shutil
from collections.abc import Callable

from blotter.cells import printable

LONGEST = 200
TITLE = "tradeoms"


def _osc9(text: str) -> str:
    return f"\x1b]9;{TITLE}: {text}\x07"


def _osc777(text: str) -> str:
    return f"\x1b]777;notify;{TITLE};{text.replace(';', ',')}\x07"


#: How a terminal is asked: iTerm2, kitty, WezTerm, Windows Terminal; or urxvt, foot, Ghostty.
ESCAPES: dict[str, Callable[[str], str]] = {"osc9": _osc9, "osc777": _osc777}
PROGRAM = "notify-send"
WAYS = ("", *ESCAPES, PROGRAM)


def missing(way: str) -> str:
    """Why notices cannot go this way; empty where they can."""
    if way not in WAYS:
        return f"known are {', '.join(filter(None, WAYS))}"
    absent = way == PROGRAM and shutil.which(PROGRAM) is None
    return f"there is no program {PROGRAM} here" if absent else ""


async def notify(write: Callable[[str], None], way: str, text: str) -> None:
    """Show it; `write` is to the terminal. Brokers' texts are in it: nothing of them speaks to it."""
    text = printable(text)[:LONGEST]
    if way in ESCAPES:
        write(ESCAPES[way](text))
    elif way == PROGRAM:
        nobody = asyncio.subprocess.DEVNULL
        child = await asyncio.create_subprocess_exec(
            PROGRAM, "--", TITLE, text, stdout=nobody, stderr=nobody
        )
        await child.wait()
