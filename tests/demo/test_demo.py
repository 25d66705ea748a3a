"""The demo: one run is OK over three versions of FIX and TLS, and its checks notice what is wrong."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from simulators.ledger import BrokerBook
from simulators.lines import Part
from tradeoms.demo import checks, world
from tradeoms.demo.checks import CHECKS, Stored
from tradeoms.demo.files import Run
from tradeoms.demo.run import Demo

CHECK = dict(CHECKS)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, str]:
    """A run, and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "run"
    with (folder.parent / "printed.txt").open("w+") as out:
        demo = Demo(folder, Console(file=out, width=100))
        code = demo.run()
        out.seek(0)
        printed = out.read()
    assert code == 0, printed
    return demo.files, printed


@pytest.fixture
def stored(played: tuple[Run, str]) -> Stored:
    return checks.load(played[0])


def test_it_ends_ok_with_a_broker_on_each_version(played: tuple[Run, str]) -> None:
    printed = played[1]
    assert printed.splitlines()[-1].startswith("demo: OK 4977 orders, 520 fills, 8 checks hold")
    for row in ("ALPHA   │ 4.2    │ plain", "BRAVO   │ 4.4    │ plain", "CHARLIE │ 5.0SP2 │ TLS "):
        assert row in printed
    assert "NO" not in printed
    assert "realized gains     │ 123,025,114.55 USD" in printed  # the same to the cent, every time
    assert re.search(r"affirmed\D+9948/9948", printed)


def test_the_secure_broker_was_told_of_its_certificates(played: tuple[Run, str]) -> None:
    files = played[0]
    assert files.papers is not None
    for text in (files.config.read_text(), files.sim.read_text()):
        assert text.count(str(files.papers)) >= 1
    assert f'tls = "{files.papers}"' in files.sim.read_text().split('name = "CHARLIE"')[1]


def book(stored: Stored) -> BrokerBook:
    return stored.books["CHARLIE"]


def lose_a_confirmation(stored: Stored) -> None:
    book(stored).confirmations.popitem()


def forget_an_affirmation(stored: Stored) -> None:
    book(stored).affirmed.popitem()


def confirm_more_money(stored: Stored) -> None:
    id, one = next(iter(book(stored).confirmations.items()))
    book(stored).confirmations[id] = msgspec.structs.replace(one, NetMoney="1.00")


def lose_an_instruction(stored: Stored) -> None:
    book(stored).allocations.popitem()


def give_another_account_one_share(stored: Stored) -> None:
    id, one = next(iter(book(stored).allocations.items()))
    first, *rest = one.parts
    first = Part(first.AllocAccount, first.AllocQty + 1)
    book(stored).allocations[id] = msgspec.structs.replace(one, parts=(first, *rest))


def speak_another_version(stored: Stored) -> None:
    stored.spoken["ALPHA"].versions.update(Counter({b"FIX.4.4": 1}))


def say_nothing(stored: Stored) -> None:
    del stored.spoken["BRAVO"]


def fill_one_share_more(stored: Stored) -> None:
    next(iter(book(stored).orders.values())).CumQty += 1


def lose_a_fill(stored: Stored) -> None:
    stored.state.executions.popitem()


def lose_an_allocation(stored: Stored) -> None:
    stored.state.allocations.pop(next(iter(stored.state.allocations)))


def allocate_one_share_more(stored: Stored) -> None:
    name, one = next(iter(stored.state.allocations.items()))
    first, *rest = one.quantities
    stored.state.allocations[name] = msgspec.structs.replace(one, quantities=(first + 1, *rest))


def find_a_cent(stored: Stored) -> None:
    stored.state.cash.cells.flat[0] += 1


def find_a_share(stored: Stored) -> None:
    stored.state.position.cells.flat[0] += 1


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        (lose_a_fill, "every fill allocated exactly once"),
        (lose_an_allocation, "every fill allocated exactly once"),
        (lose_an_allocation, "the brokers hold our split"),
        (allocate_one_share_more, "blocks = sum of their accounts"),
        (find_a_cent, "cash = the brokers' net"),
        (find_a_share, "positions = sum of lots"),
        (lose_a_confirmation, "each account confirmed and affirmed"),
        (forget_an_affirmation, "each account confirmed and affirmed"),
        (confirm_more_money, "each account confirmed and affirmed"),
        (lose_an_instruction, "the brokers hold our split"),
        (give_another_account_one_share, "the brokers hold our split"),
        (speak_another_version, "each broker in its FIX version"),
        (say_nothing, "each broker in its FIX version"),
        (fill_one_share_more, "our quantities = the brokers' books"),
    ],
)
def test_a_check_notices(stored: Stored, spoil: Callable[[Stored], None], check: str) -> None:
    assert CHECK[check](stored) == ""
    spoil(stored)
    assert CHECK[check](stored)


def test_each_broker_has_a_version_of_its_own() -> None:
    assert list(world.VERSIONS.values()) == ["FIX.4.2", "FIX.4.4", "FIX.5.0SP2"]
    assert world.SECURE == "CHARLIE"
    assert all(world.VERSIONS[name] != "FIX.4.2" for name in world.CONFIRMING)


def test_without_openssl_the_line_is_plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tradeoms.demo import files

    monkeypatch.setattr(files.tls.shutil, "which", lambda _: None)
    run = files.prepare(tmp_path / "run")
    assert run.papers is None
    assert "tls" not in run.config.read_text()
    assert 'tls = "' not in run.sim.read_text()
