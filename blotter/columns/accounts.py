"""The columns of what accounts have and what it is worth."""

from blotter.column import day, flag, key, money, number, text, total

POSITIONS = (
    text("account", 12),
    text("Symbol", 8),
    total("quantity", 12),
    total("buying", 11),
    total("selling", 11),
    number("Px", 11),
    money("market_value", 17),
    text("Currency", 8),
    total("start", 12),
    total("traded", 11),
    total("settled", 12),
    text("instrument", 16),
)
PNL = (
    text("account", 12),
    text("Symbol", 8),
    total("quantity", 12),
    money("day", 14),
    money("unrealized", 15),
    text("Currency", 8),
    money("realized_short", 15),
    money("realized_long", 15),
    money("realized_today", 15),
    money("market_value", 17),
    money("cost", 17),
    number("Px", 11),
    number("close", 11),
    text("base", 5),
    number("base_day", 14),
    number("base_unrealized", 15),
    number("base_realized_short", 19),
    number("base_realized_long", 19),
    text("instrument", 16),
)
RATES = (
    text("Currency", 8),
    text("base", 5),
    number("rate", 14),
    day("day"),
    text("source", 20),
)
LOTS = (
    key(7, "lot"),
    text("account", 12),
    text("Symbol", 8),
    flag("short", 6),
    day("acquired"),
    total("remaining", 12),
    money("open_basis", 15),
    text("Currency", 8),
    total("size", 12),
    money("basis", 15),
    text("instrument", 16),
)
PRICES = (
    text("Symbol", 10),
    number("Px", 12),
    text("Currency", 8),
    number("ADV", 13),
    text("source", 16),
    text("at", 20),
    text("key", 16, "instrument"),
)
CASH = (text("account", 12), text("Currency", 8), money("amount", 17))
REALIZED = (
    key(6, "block", "block"),
    text("account", 12),
    text("Symbol", 8),
    total("quantity", 12),
    money("gain", 15),
    money("proceeds", 15),
    money("basis", 15),
    text("Currency", 8),
    flag("long_term", 9),
    day("acquired"),
    day("sold"),
)
LADDER = (
    text("account", 12),
    text("Currency", 8),
    day("day"),
    money("opening", 17),
    money("bought", 16),
    money("sold", 16),
    money("commission", 12),
    money("fees", 12),
    money("other", 14),
    number("balance", 17),
)
