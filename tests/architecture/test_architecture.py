"""What the shape of the code promises: tables are complete, documented and tested, files are small."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

import allocation
import blotter
import fixconfig
import simulators
import tradeoms
from allocation.methods import METHODS
from allocation.relief import ORDERS
from simulators.behaviours import BEHAVIOURS
from tradeoms import core
from tradeoms.bus.access import MAY
from tradeoms.compliance import RULES
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import ReportKind
from tradeoms.store.upcast import UPCASTS
from tradeoms.views import VIEWS

ROOT = Path(__file__).parents[2]
PACKAGES = (tradeoms, allocation, blotter, simulators, fixconfig)
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
#: Commands that the system gives itself: no person may send them.
OURS = {
    c.ReportReceived,
    c.ChangeSession,
    c.ConfirmSent,
    c.ReturnUnsent,
    c.AllocateBlock,
    c.AskDeferred,
    c.AveragePrices,
    c.MeasureBlock,
    c.BookLots,
    c.BookAction,
    c.MatchWashSales,
    c.ChangeHoldings,
    c.RetireWork,
    c.RequestMassStatus,
    c.CheckPending,
    c.FailMassCancel,
    c.CancelUnwanted,
    c.ReadReport,
    c.RefuseMalformed,
    c.ResetSequence,
    c.TellSession,
    c.InstructBrokers,
    c.VoidInstructions,
    c.ListStatusReceived,
    c.PostTradeReceived,
    c.ConfirmPostTrade,
    c.ReturnPostTrade,
    c.ResendPostTrade,
    c.CheckConfirmations,
    c.EnterOpeningOrders,
    c.EndCross,
    c.TakeBack,
}


def sources() -> list[Path]:
    """Every Python file of the product and its tests."""
    folders = [Path(package.__path__[0]) for package in PACKAGES]
    folders += [ROOT / "tests", ROOT / "benchmarks"]
    return sorted(file for folder in folders for file in folder.rglob("*.py"))


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


def modules() -> Iterator[Any]:
    for package in PACKAGES:
        yield package
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                yield importlib.import_module(module.name)


def tables() -> dict[str, dict[str, Any]]:
    """The extension points: the name of each row, and the function behind it."""
    found: dict[str, dict[str, Any]] = {
        "rules": {rule.name: rule.check for rule in RULES},
        "methods": dict(METHODS),
        "relief": dict(ORDERS),
        "behaviours": dict(BEHAVIOURS),
        "views": {name: view.row for name, view in VIEWS.items()},
    }
    reports = getattr(importlib.import_module("tradeoms.reports"), "REPORTS", {})
    return found | {"reports": dict(reports)}


ROWS = [(table, name) for table, rows in tables().items() for name in rows]


@pytest.mark.parametrize(("table", "name"), ROWS)
def test_a_row_says_what_it_is(table: str, name: str) -> None:
    row = tables()[table][name]
    text = inspect.getdoc(row) or inspect.getdoc(inspect.getmodule(row))
    assert text, f"{table}.{name} has no docstring"


@pytest.mark.parametrize(("table", "name"), ROWS)
def test_a_row_is_tested(table: str, name: str) -> None:
    own = Path(__file__)
    tests = [file for file in (ROOT / "tests").rglob("test_*.py") if file != own]
    assert any(name in file.read_text("utf-8") for file in tests), f"no test names {table}.{name}"


@pytest.mark.parametrize("file", [pytest.param(f, id=named(f)) for f in sources()])
def test_files_and_functions_are_small(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


def test_every_module_says_what_it_is() -> None:
    silent = [module.__name__ for module in modules() if not (module.__doc__ or "").strip()]
    assert silent == []


def test_every_command_is_decided_and_may_be_sent_by_somebody() -> None:
    commands = set(get_args(c.PersonCommand))
    assert set(MAY) == commands
    assert all(MAY.values())
    assert set(core.DECIDE) | set(core.SLICED) == commands | OURS
    assert not set(core.DECIDE) & set(core.SLICED)
    declared = {row for row in vars(c).values() if _is(row, c.Command)}
    assert declared == commands | OURS


def test_every_event_is_booked() -> None:
    events = set(get_args(e.AnyEvent))
    # Answers are booked by `core.apply` itself.
    assert set(core.APPLY) == events - {e.Answered}
    assert set(core.REACT) <= events
    assert {row for row in vars(e).values() if _is(row, e.Event)} == events
    assert set(UPCASTS) <= {event.__name__ for event in events}


def _is(row: object, base: type) -> bool:
    return isinstance(row, type) and issubclass(row, base) and row is not base


def test_every_noun_of_the_core_is_in_its_tables() -> None:
    nouns = {noun.__name__ for noun in core.NOUNS}
    for info in pkgutil.iter_modules(core.__path__, "tradeoms.core."):
        module = importlib.import_module(info.name)
        has = any(hasattr(module, table) for table in ("DECIDE", "APPLY", "REACT", "SLICED"))
        assert has == (info.name in nouns), info.name


def test_every_meaning_of_a_report_is_a_kind() -> None:
    rules = fixconfig.dialect("FIX.4.4")["exec"]
    assert {rule["kind"] for rule in rules} <= {kind.value for kind in ReportKind}


def test_no_two_kinds_of_things_have_the_same_names() -> None:
    """`X1` is one thing wherever it is read: in an alert, a message, a command."""
    named = re.compile(r'ctx\.name\("(\w+)", "(\w+)"\)')
    pairs = {
        (letter, kind)
        for path in (ROOT / "tradeoms" / "core").rglob("*.py")
        for kind, letter in named.findall(path.read_text(encoding="utf-8"))
    }
    letters = [letter for letter, _ in pairs]
    assert len(letters) > 6
    assert sorted(letters) == sorted(set(letters)), sorted(pairs)
