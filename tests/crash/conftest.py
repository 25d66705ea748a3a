"""What all crash tests share."""

import pytest

from tradeoms.bus import asked, followed


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """People who soon ask again: a crash test has many pauses."""
    monkeypatch.setattr(asked, "AGAIN", 0.5)
    monkeypatch.setattr(asked, "LATEST", 1.0)
    monkeypatch.setattr(followed, "SILENCE", 1.5)
    monkeypatch.setattr(followed, "LONGEST_SILENCE", 1.5)
