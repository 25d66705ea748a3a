"""The tours, typed by a machine against real processes."""

from pathlib import Path

import pytest

from tests.docs.console import ROOT, missing, shell, steps

TOURS = sorted(path.name for path in ROOT.glob("docs/tour-*.md"))


@pytest.mark.slow
@pytest.mark.timeout(600)  # about 15 s alone; a machine that is busy with other tests takes longer
@pytest.mark.parametrize("name", TOURS)
def test_tour(name: str, tmp_path: Path) -> None:
    with shell(tmp_path) as typed:
        for step in steps(tmp_path / "docs" / name):
            printed, _ = typed.run(step.command)
            assert not missing(step.shown, printed), f"$ {step.command}\n{printed}"
            assert "Traceback" not in printed, f"$ {step.command}\n{printed}"


def test_what_is_missing_is_found() -> None:
    printed = "one  1\ntwo 2\nthree 3\n"
    assert missing(("one 1", "...", "three"), printed) == []
    assert missing(("t... 2",), printed) == []
    assert missing(("three 3", "one 1"), printed) == []
    assert missing(("one 1", "one 1"), printed) == ["one 1"]
    assert missing(("four",), printed) == ["four"]
