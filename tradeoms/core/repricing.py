"""A price of record that was carried over from the last day, after a split: in new shares."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from tradeoms.model import events as e
from tradeoms.model.lot_actions import CorporateAction, LotAction
from tradeoms.model.reference import Price
from tradeoms.model.state import State
from tradeoms.views.splits import carried, since_close


def repriced(
    state: State, actions: Iterable[LotAction], back: bool = False
) -> Iterator[e.AnyEvent]:
    """By actions of today; what was marked today is of today's shares already."""
    before, after = since_close(state), since_close(state)
    for one in actions:
        terms = one.terms
        if isinstance(terms, CorporateAction) and terms.day > state.last_date:
            after[terms.instrument] *= 1 / terms.shares if back else terms.shares
    for name, shares in after.items():
        close = state.last_prices.get(name)
        if close is not None and shares != before[name] and _is_carried(state, name, before[name]):
            yield e.PricesMarked((carried(close, shares),), state.business_date)


def closed_late(state: State, prices: Iterable[Price]) -> list[e.AnyEvent]:
    """Closes of the last day go on in shares of today where nothing was marked since."""
    splits = since_close(state)
    found = tuple(
        carried(one, splits[one.instrument])
        for one in prices
        if splits[one.instrument] != 1
        and _is_carried(state, one.instrument, splits[one.instrument])
    )
    return [e.PricesMarked(found, state.business_date)] if found else []


def _is_carried(state: State, name: str, shares: Fraction) -> bool:
    close = state.last_prices.get(name)
    return state.prices.get(name) == (None if close is None else carried(close, shares))
