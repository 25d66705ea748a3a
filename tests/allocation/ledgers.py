"""Random histories of one taxpayer group."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import strategies as st

from allocation.lot_events import Buy, Event, Sell, Split, Transfer

START = date(2024, 1, 2)
ACCOUNTS = ("joint", "trust", "ira")
IRAS = frozenset({"ira"})


@st.composite
def ledgers(draw: st.DrawFn, most: int = 14, splits: bool = False, step: int = 20) -> list[Event]:
    """Buys, sales, transfers (and splits) that can all be booked, in whole shares."""
    events: list[Event] = []
    held: dict[str, Fraction] = dict.fromkeys(ACCOUNTS, Fraction(0))
    today = START
    for n in range(draw(st.integers(2, most))):
        today += timedelta(days=draw(st.integers(0, step)))
        account = draw(st.sampled_from(ACCOUNTS))
        kinds = ["buy", "buy", "sell", "sell", "transfer"] + ["split"] * splits
        kind = draw(st.sampled_from(kinds)) if held[account] else "buy"
        amount = draw(st.integers(1, 400))
        if kind == "split":
            new, old = draw(st.sampled_from([(2, 1), (3, 1), (1, 2), (3, 2)]))
            events.append(Split(date=today, symbol="X", new=new, old=old))
            held = {name: quantity * new / old for name, quantity in held.items()}
            continue
        if kind == "buy":
            quantity = Fraction(draw(st.integers(1, 6)))
            late = timedelta(days=draw(st.sampled_from([0, 0, 0, 45])))
            events.append(
                Buy(
                    date=today,
                    account=account,
                    symbol="X",
                    lot=f"L{n}",
                    quantity=quantity,
                    amount=amount,
                    acquired=today - late,
                    acquisition=draw(st.sampled_from(["", "", "block"])),
                )
            )
            held[account] += quantity
            continue
        whole = held[account].__floor__()
        quantity = Fraction(draw(st.integers(1, whole))) if whole else held[account]
        held[account] -= quantity
        if kind == "sell":
            events.append(
                Sell(date=today, account=account, symbol="X", quantity=quantity, amount=amount)
            )
        else:
            to = draw(st.sampled_from([name for name in ("joint", "trust") if name != account]))
            if account == "ira":  # what leaves an IRA is a distribution, not a transfer
                held[account] += quantity
                continue
            held[to] += quantity
            events.append(
                Transfer(date=today, account=account, to=to, symbol="X", quantity=quantity)
            )
    return events
