"""The columns of what takes two persons: halts and crosses."""

from blotter.column import clock, key, number, text, word

CROSSES = (
    key(6, "cross"),
    word("state", 13),
    text("Symbol", 10),
    number("OrderQty", 10),
    number("Px", 10),
    text("basis", 9),
    text("sellers", 16),
    text("buyers", 16),
    text("proposed_by", 11, "by"),
    clock("proposed"),
    text("answered_by", 11, "answer by"),
    text("answer", 20),
    text("bust_by", 10),
    text("source", 16),
    text("priced", 25),
    text("warnings", 24),
)
HALTS = (
    key(6, "halt"),
    text("what", 22),
    word("state", 10),
    clock("at"),
    text("user", 10, "by"),
    text("reason", 30),
    text("consents", 40),
    clock("lifted"),
)
