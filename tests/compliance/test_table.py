"""Each row of the table has a docstring, a test and a line in the docs."""

import inspect
from pathlib import Path

import pytest

from tradeoms.compliance import RULES, Stage

HERE = Path(__file__).parent
DOCS = (HERE.parent.parent / "docs" / "compliance-rules.md").read_text()
ROWS = [line for line in DOCS.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_row(rule):
    assert "Source: " in (inspect.getdoc(rule.check) or "")
    assert rule.check.__module__ == f"tradeoms.compliance.rules.{rule.name}"
    assert (HERE / f"test_{rule.name}.py").exists()
    (row,) = [row for row in ROWS if row.startswith(f"| `{rule.name}` ")]
    assert rule.source in row
    assert all(f'`{p.name}` "{p.example}"' in row for p in rule.parameters)


def test_names_are_unique_and_the_docs_have_no_other_rows():
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names) == len(ROWS)


def test_every_stage_has_a_rule():
    assert {stage for rule in RULES for stage in rule.stages} == set(Stage)
