"""One random run of the house, shared by the tests of what is derived from it."""

import pytest

from tests.views.house import House


@pytest.fixture(scope="session")
def house() -> House:
    """A house after a few days of random business; do not change it."""
    house = House(11)
    house.open()
    for _ in range(200):
        house.step()
    house.settle()
    return house
