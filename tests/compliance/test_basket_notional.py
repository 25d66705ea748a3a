"""The whole basket's gross notional, buys and sells added."""

from msgspec.structs import replace

from tradeoms.model.fields import Override, Severity, Side


def test_buys_and_sells_are_added(book):
    book.limit("basket_notional", most="10000000")
    book.mark("50.00")
    orders = [book.order(100_000, "52.00"), book.order(96_000, side=Side.Sell)]
    assert book.basket(*orders) == ()
    (violation,) = book.basket(*orders, book.order(1, "0.01"))
    assert (violation.rule, violation.severity, violation.override) == (
        "basket_notional",
        Severity.Block,
        Override.Never,
    )
    assert (
        violation.message == "the basket's gross notional is 10,000,000.01 USD, at most 10,000,000"
    )
    assert violation.facts["notional"] == "10000000.01"


def test_the_multiplier_counts(book):
    book.limit("basket_notional", most="10000000")
    assert book.basket(book.order(4000, "50", instrument="FUT")) == ()
    assert len(book.basket(book.order(4001, "50", instrument="FUT"))) == 1


def test_without_a_price_it_cannot_be_valued(book):
    book.limit("basket_notional", most="10000000")
    (violation,) = book.basket(book.order(1), book.order(1, "2.00"))
    assert violation.message == "the basket cannot be valued: no price of ABC; without them 2.00"
    assert (violation.severity, violation.override) == (Severity.Block, Override.Never)


def test_two_currencies_cannot_be_added(book):
    book.limit("basket_notional", most="10000000")
    book.state.instruments["FUT"] = replace(book.state.instruments["FUT"], Currency="EUR")
    (violation,) = book.basket(book.order(1, "2"), book.order(1, "2", instrument="FUT"))
    assert "it mixes USD, EUR" in violation.message


def test_a_row_cannot_make_it_liftable(book):
    book.limit("basket_notional", Severity.Warn, Override.One, most="1")
    (violation,) = book.basket(book.order(1, "2.00"))
    assert (violation.severity, violation.override) == (Severity.Block, Override.Never)


def test_without_a_row_or_orders_nothing_is_judged(book):
    assert book.basket(book.order(10**9, "2.00")) == ()
    book.limit("basket_notional", most="1")
    assert book.basket() == ()
