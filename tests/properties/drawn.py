"""What the random desk draws: who, how many, which side, at which price, for how long."""

from decimal import Decimal

from hypothesis import strategies as st

from tradeoms.model.fields import Side, TimeInForce

INSTRUMENTS, ACCOUNTS = ("ACME", "BOLT"), ("A1", "A2", "A3", "A4")
picks, quantities = st.integers(0, 10**6), st.integers(1, 90)
members = st.lists(
    st.tuples(st.sampled_from(ACCOUNTS), quantities),
    min_size=1,
    max_size=4,
    unique_by=lambda m: m[0],
)
sides = st.sampled_from((Side.Buy, Side.Buy, Side.Sell, Side.SellShort))
prices = st.integers(4900, 5100).map(lambda cents: Decimal(cents).scaleb(-2))
lasting = st.sampled_from((TimeInForce.Day, TimeInForce.GoodTillCancel))
