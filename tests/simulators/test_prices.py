"""Closes and the simulated day."""

import random
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from simulators.prices import Closes, load_closes, simulate
from simulators.ticks import average_text, exact_ticks, nearest_ticks, price_text, whole_shares
from simulators.venue import Venue
from tests.simulators.bench import CLOSES_CSV


def test_closes_are_rounded_to_the_tick(tmp_path: Path) -> None:
    path = tmp_path / "closes.csv"
    path.write_text(CLOSES_CSV)
    assert load_closes(path, date(2022, 12, 28)) == {
        "AAPL": Closes(12965, 12567),
        "GE": Closes(6456, 6388),
    }


@pytest.mark.parametrize("day", [date(2022, 12, 23), date(2022, 12, 25)])
def test_a_day_without_a_close_before_it_is_refused(tmp_path: Path, day: date) -> None:
    path = tmp_path / "closes.csv"
    path.write_text(CLOSES_CSV)
    with pytest.raises(ValueError, match="no row"):
        load_closes(path, day)


def test_the_day_leads_from_close_to_close() -> None:
    quotes = list(islice(simulate(Closes(12965, 12567), 390, random.Random(7)), 500))
    assert abs(quotes[0].bids[0][0] - 12965) <= 12
    assert all(abs(each.bids[0][0] - 12567) <= 12 for each in quotes[390:])
    for each in quotes:
        spread = each.asks[0][0] - each.bids[0][0]
        assert 1 <= spread <= 12965 * 5 // 10_000
        assert each.bids == sorted(each.bids, key=lambda level: -level[0])
        assert each.asks == sorted(each.asks, key=lambda level: level[0])
        assert sum(sorted(qty for _, qty in each.asks)[:6]) >= 50_000


def test_a_price_of_a_few_ticks_stays_a_price() -> None:
    for each in islice(simulate(Closes(3, 1), 10, random.Random(7)), 50):
        assert all(px > 0 for px, _ in each.bids + each.asks)


@pytest.mark.parametrize("buy", [True, False])
def test_a_large_order_moves_the_price_a_little(buy: bool) -> None:
    venue = Venue(simulate(Closes(12965, 12567), 390, random.Random(7)))
    best = venue.best(not buy)
    pieces = venue.take(buy, 50_000, None)
    assert 1 <= len(pieces) <= 6
    assert sum(piece.qty for piece in pieces) == 50_000
    assert pieces[0].px == best
    assert abs(pieces[-1].px - pieces[0].px) < 40


def test_ticks() -> None:
    assert nearest_ticks("129.655") == 12966
    assert exact_ticks("129.6500") == 12965
    assert price_text(12905) == "129.05"
    assert whole_shares("100.0") == 100
    for text in ("", "nan", "inf", "0", "-1", "1e400", "x"):
        with pytest.raises(ValueError):
            exact_ticks(text)


def test_averages_are_rounded_half_up_at_eight_places() -> None:
    assert average_text(0, 0) == "0"
    assert average_text(300, 2) == "1.50"
    assert average_text(100, 3) == "0.33333333"
    assert average_text(200, 3) == "0.66666667"
    assert average_text(1 + 2 * 64 * 10**4, 2 * 64 * 10**4) == "0.01000001"
