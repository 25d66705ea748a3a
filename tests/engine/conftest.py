"""A desk on which no batch ends because the machine is slow."""

import pytest

from tests.builders import Desk, desk
from tradeoms import engine


@pytest.fixture
def floor(monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(engine, "BATCH_SECONDS", 60)
    return desk()
