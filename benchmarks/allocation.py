"""Account lines allocated a second, beside an idiomatic pandas groupby and a plain Python loop.

All three give the same result, to the unit, with the same ties; that is checked in the same run.
"""

import heapq
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TypeVar

import numpy as np
import pandas as pd

from allocation.exact import Int64, Ties
from allocation.methods import METHODS
from allocation.ragged import segment_ids
from allocation.rounding import ROUNDING, webster
from allocation.ties import tie_hash

BLOCKS, ACCOUNTS = 2_000, 1_000
LOOPED = 40  # blocks that the plain loop is timed on
FILL = 2_000  # accounts of the block that is filled bit by bit

T = TypeVar("T")
Columns = tuple[Int64, Int64, Int64, Ties]


def book(blocks: int, accounts: int, seed: int = 1) -> Columns:
    """Orders of 100 to 30,000 shares, each block filled to between a tenth and nine tenths."""
    rng = np.random.default_rng(seed)
    ordered = rng.integers(100, 30_000, blocks * accounts)
    offsets = np.arange(0, blocks * accounts + 1, accounts, dtype=np.int64)
    filled = ordered.reshape(blocks, accounts).sum(axis=1) * rng.integers(10, 91, blocks) // 100
    ids = segment_ids(offsets)
    return ordered, filled, offsets, tie_hash(ids, np.arange(len(ids)) % accounts, seed)


def frame(columns: Columns) -> pd.DataFrame:
    """The same as a table: one line an account."""
    ordered, filled, offsets, ties = columns
    ids = segment_ids(offsets)
    return pd.DataFrame({"block": ids, "ordered": ordered, "filled": filled[ids], "tie": ties})


def pandas_largest_remainder(table: pd.DataFrame) -> Int64:
    """Floors, then a unit each in the order of the remainders."""
    whole = table.groupby("block")["ordered"].transform("sum")
    product = table["ordered"] * table["filled"]
    units, rest = product // whole, product % whole
    left = table["filled"] - units.groupby(table["block"]).transform("sum")
    order = table.assign(rest=-rest).sort_values(["block", "rest", "tie"])
    place = order.groupby("block").cumcount()
    return (units + (place < left.loc[place.index]).reindex(units.index)).to_numpy(np.int64)


def pandas_webster(table: pd.DataFrame) -> Int64:
    """Rounded shares at a multiplier that is halved in on; what is left by the next claims."""
    blocks = table.groupby("block")
    whole, filled = blocks["ordered"].transform("sum"), blocks["filled"].first()

    def units(step: pd.Series) -> pd.Series:
        shifted = table["filled"] + table["block"].map(step)
        return (2 * table["ordered"] * shifted + whole) // (2 * whole)

    reach = (blocks.size() + 1) // 2
    low, high = -reach.clip(upper=filled), reach
    while (high - low > 1).any():
        middle = (low + high) // 2
        good = units(middle).groupby(table["block"]).sum() <= filled
        low, high = low.mask(good, middle), high.where(good, middle)
    held = units(low)
    left = table["filled"] - held.groupby(table["block"]).transform("sum")
    gains = table.assign(held=held, left=left)[units(low + 1) > held]
    gains["claim"] = [
        Fraction(2 * h + 1, w) for h, w in zip(gains["held"], gains["ordered"], strict=True)
    ]
    gains = gains.sort_values(["block", "claim", "tie"])
    served = gains.groupby("block").cumcount() < gains["left"]
    held.loc[served.index[served]] += 1
    return held.to_numpy(np.int64)


def loop_largest_remainder(ordered: list[int], filled: int, ties: list[int]) -> list[int]:
    """One block in plain Python."""
    whole = sum(ordered)
    units, claims = [], []
    for i, order in enumerate(ordered):
        share, rest = divmod(order * filled, whole)
        units.append(share)
        claims.append((-rest, ties[i], i))
    claims.sort()
    for _, _, i in claims[: filled - sum(units)]:
        units[i] += 1
    return units


def loop_webster(ordered: list[int], filled: int, ties: list[int]) -> list[int]:
    """One block in plain Python: floors, then unit by unit to the best claim."""
    whole = sum(ordered)
    # What the claims of so many units less give to all is theirs in any case.
    units = [w * max(filled - len(ordered), 0) // whole for w in ordered]
    claims = [
        (((2 * held + 1) << 80) // w, ties[i], i)
        for i, (held, w) in enumerate(zip(units, ordered, strict=True))
    ]
    heapq.heapify(claims)
    for _ in range(filled - sum(units)):
        i = claims[0][2]
        units[i] += 1
        heapq.heapreplace(claims, (((2 * units[i] + 1) << 80) // ordered[i], ties[i], i))
    return units


def looped(
    split: Callable[[list[int], int, list[int]], list[int]], columns: Columns, blocks: int
) -> list[int]:
    """The first blocks, one after another."""
    end = int(columns[2][blocks])
    ordered, filled, offsets, ties = (column[: max(end, blocks + 1)].tolist() for column in columns)
    result: list[int] = []
    for block in range(blocks):
        some = slice(offsets[block], offsets[block + 1])
        result += split(ordered[some], filled[block], ties[some])
    return result


def best(work: Callable[[], T], times: int = 5) -> tuple[float, T]:
    """Least seconds of several runs, and the result."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        result = work()
        taken.append(time.perf_counter() - start)
    return min(taken), result


def line(name: str, ours: float, against: str, theirs: float) -> dict[str, object]:
    """A line of `make bench`; both in account lines a second."""
    return {
        "name": name,
        "value": round(ours / 1e6, 2),
        "unit": "million account lines/s",
        "against": f"{against}, {theirs / 1e6:.3f}",
        "ratio": round(ours / theirs, 1),
    }


def whole_books() -> Iterator[dict[str, object]]:
    """2,000 blocks of 1,000 accounts in one call."""
    columns = book(BLOCKS, ACCOUNTS)
    table, lines, some = frame(columns), BLOCKS * ACCOUNTS, LOOPED * ACCOUNTS
    rivals = {
        "largest_remainder": (pandas_largest_remainder, loop_largest_remainder),
        "webster": (pandas_webster, loop_webster),
    }
    for name, (by_pandas, by_loop) in rivals.items():
        split = ROUNDING[name]
        took, ours = best(lambda split=split: split(*columns))
        took_pandas, theirs = best(lambda by_pandas=by_pandas: by_pandas(table), 1)
        took_loop, plain = best(lambda by_loop=by_loop: looped(by_loop, columns, LOOPED), 1)
        assert (ours == theirs).all()
        assert ours[:some].tolist() == plain
        yield line(f"allocate_{name}", lines / took, "pandas groupby", lines / took_pandas)
        yield line(f"allocate_{name}", lines / took, "a plain loop", some / took_loop)


def in_lots() -> dict[str, object]:
    """The legal allocation as the server calls it, in round lots of 100."""
    ordered, filled, offsets, ties = book(BLOCKS, ACCOUNTS)
    lot = np.full(BLOCKS, 100, np.int64)
    took, _ = best(lambda: METHODS["pro_rata"](ordered, filled, offsets, lot, ties), 3)
    ones, _ = best(lambda: ROUNDING["largest_remainder"](ordered, filled, offsets, ties), 3)
    lines = BLOCKS * ACCOUNTS
    return line("allocate_in_lots_of_100", lines / took, "without lots", lines / ones)


def one_fill() -> dict[str, object]:
    """One more fill of one block: everybody's share anew, and nobody's ever shrinks."""
    ordered, _, offsets, ties = book(1, FILL)
    fills = np.linspace(1, ordered.sum(), 300).astype(np.int64)
    before, taken = np.zeros_like(ordered), []
    for fill in fills:
        start = time.perf_counter()
        held = webster(ordered, np.array([fill]), offsets, ties)
        taken.append(time.perf_counter() - start)
        assert (held >= before).all()
        before = held
    middle = int(fills[150])
    plain = ordered.tolist(), middle, ties.tolist()
    took, loop = best(lambda: loop_webster(*plain), 3)
    assert loop == webster(ordered, fills[150:151], offsets, ties).tolist()
    ours = sorted(taken)[len(taken) // 2]
    return {
        "name": f"cumulative_fill_{FILL}_accounts",
        "value": round(ours * 1000, 3),
        "unit": "ms",
        "against": f"a plain loop, {took * 1000:.1f} ms; worst of 300: {max(taken) * 1000:.3f} ms",
        "ratio": round(ours / took, 3),
    }


def main() -> list[dict[str, object]]:
    """Six lines of `make bench`."""
    return [*whole_books(), in_lots(), one_fill()]


if __name__ == "__main__":
    for row in main():
        print(row)
