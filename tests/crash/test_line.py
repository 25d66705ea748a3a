"""What is lost on the line when the server dies, or the line itself, is neither lost nor doubled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.ledger import read
from tests.crash.bench import ONE_BROKER, House, house
from tests.crash.installation import Installation
from tests.crash.line import Line
from tests.crash.processes import until

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(600)]
TICKERS = ("AAPL", "GE", "KO")


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "x", ONE_BROKER)


@pytest.fixture
def line(installation: Installation) -> Iterator[Line]:
    with Line(installation.ports["ALPHA"]) as line:
        installation.connect({"ALPHA": line.port})
        yield line


@pytest.fixture
def open_house(installation: Installation, line: Line) -> Iterator[House]:
    with house(installation) as found:
        yield found


def filled(installation: Installation) -> bool:
    """The broker has worked every order."""
    orders = read(installation.ledger("ALPHA")).orders.values()
    return len(orders) == len(TICKERS) and not any(order.LeavesQty for order in orders)


def test_orders_that_left_but_never_arrived_are_sent_again(open_house: House, line: Line) -> None:
    routes = open_house.enter(TICKERS)
    line.to_broker = False
    open_house.send(routes)
    until(lambda: sum(b"\x0135=D\x01" in message for message in line.lost) == 3, "orders")
    open_house.server.kill()
    line.mend()
    open_house.restart()
    open_house.finish(routes)
    state = open_house.close()
    assert len(state.placements) == len(TICKERS)


def test_reports_that_were_sent_but_never_arrived_are_booked_once(
    open_house: House, line: Line
) -> None:
    routes = open_house.enter(TICKERS)
    line.to_server = False
    open_house.send(routes)
    until(lambda: filled(open_house.installation), "fills")
    open_house.server.kill()
    line.mend()
    open_house.restart()
    open_house.finish(routes)
    assert len(open_house.close().placements) == len(TICKERS)


def test_a_question_that_overtakes_the_request_for_a_resend_is_answered(
    open_house: House, line: Line
) -> None:
    """The broker must not take the question for one of the old messages that are passed over."""
    routes = open_house.enter(TICKERS)
    line.to_broker = False
    open_house.send(routes)
    until(lambda: sum(b"\x0135=D\x01" in message for message in line.lost) == 3, "orders")
    open_house.server.kill()
    line.mend()
    line.held, line.until = b"\x0135=2\x01", b"\x0135=H\x01"
    open_house.restart()
    open_house.finish(routes)
    open_house.close()


def test_a_line_that_breaks_under_a_living_server(open_house: House, line: Line) -> None:
    routes = open_house.enter(TICKERS)
    line.to_broker = False
    open_house.send(routes)
    until(lambda: sum(b"\x0135=D\x01" in message for message in line.lost) == 3, "orders")
    line.cut()
    line.mend()
    open_house.finish(routes)
    assert len(open_house.close().placements) == len(TICKERS)
