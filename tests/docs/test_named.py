"""What the pages name is there: files of the tree, commands and options of the command line."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from tests.docs.console import ROOT
from tests.docs.test_complete import PAGES
from tradeoms.cli import app

FOLDERS = r"allocation|benchmarks|blotter|docs|fixconfig|simulators|tests|tradeoms"
FILE = re.compile(rf"`((?:{FOLDERS})/[\w./*]+)`")
LINE = re.compile(r"(?:^ *(?:\$ )?|`)(tradeoms (?!is )[^`\n]+)", re.MULTILINE)
READMES = [ROOT / name / "README.md" for name in ("fixconfig", "simulators")]


@pytest.mark.parametrize("page", [*PAGES, *READMES], ids=lambda path: path.parent.name + path.stem)
def test_what_a_page_names_is_there(page: Path) -> None:
    text = page.read_text().replace("\\\n", " ")
    named = {name for name in FILE.findall(text) if "my_" not in name and "VERSION" not in name}
    assert [name for name in sorted(named) if not list(ROOT.glob(name.rstrip("/")))] == []
    assert [line for line in LINE.findall(text) for _ in _unknown(line)] == []


def _unknown(line: str) -> Iterator[str]:
    """Words of a command line that are no command or no option."""
    words = shlex.split(re.split(r" [|&>;]", line.replace("'", ""))[0])[1:]
    command: Any = typer.main.get_command(app)
    while words and hasattr(command, "commands") and words[0] != "--help":
        if words[0] not in command.commands:
            yield words[0]
            return
        command = command.commands[words.pop(0)]
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    yield from (w for w in words if re.match(r"--?[a-zA-Z]", w) and w not in known | {"--help"})
