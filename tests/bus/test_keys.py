"""The folder of keys: made, read back, never half seen, and a person's own."""

import os
import stat
from pathlib import Path
from threading import Barrier, Thread

import pytest

from tradeoms.bus import keys as module
from tradeoms.bus.keys import Credentials, KeyStore
from tradeoms.model.fields import Role


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "keys")


def test_new(store: KeyStore) -> None:
    path = store.new("paula", [Role.PortfolioManager], ["A2", "A1"], ["equities"])
    credentials = store.credentials("paula")
    user = store.users()[credentials.public]
    assert store.named("paula") is user
    assert user.roles == (Role.PortfolioManager,)
    assert (user.accounts, user.desks) == ({"A1", "A2"}, {"equities"})
    assert credentials.server == store.server().public
    assert credentials.secret not in (store.folder / "users" / "paula.toml").read_text()
    for file in (path, store.folder / "server.toml", store.folder / "users" / "paula.toml"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert not list(store.folder.rglob(".*"))


def test_a_user_has_one_key(store: KeyStore) -> None:
    store.new("paula", [Role.Viewer])
    before = store.credentials("paula")
    with pytest.raises(FileExistsError, match="paula has a key already"):
        store.new("paula", [Role.Trader])
    (store.folder / "paula.toml").unlink()  # handed to the person and removed here
    with pytest.raises(FileExistsError):
        store.new("paula", [Role.Trader])
    assert store.users()[before.public].roles == (Role.Viewer,)


@pytest.mark.parametrize("name", ["", "server", ".", "..", "a/b", ".x", "a\0b", "é", "x" * 65, "-"])
def test_names(store: KeyStore, name: str) -> None:
    with pytest.raises(ValueError, match="must be letters"):
        store.new(name, [Role.Viewer])


def test_nobody_is_known_where_there_is_no_folder(store: KeyStore) -> None:
    assert store.users() == {}
    assert store.named("paula") is None


def test_other_rights_are_seen(store: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is edited in place does not change its folder."""
    monkeypatch.setattr(module, "LOOK_AGAIN", 0.0)
    store.new("paula", [Role.Viewer])
    assert store.named("paula")
    path = store.folder / "users" / "paula.toml"
    path.write_text(path.read_text().replace("viewer", "trader"))
    user = store.named("paula")
    assert user is not None
    assert user.roles == (Role.Trader,)


def test_a_quiet_folder_is_read_once(store: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.new("paula", [Role.Viewer])
    os.utime(store.folder / "users", (1, 1))
    store.users()
    monkeypatch.setattr(store, "_read", lambda: pytest.fail("read again"))
    for _ in range(100):
        assert store.named("paula")


def test_a_server_has_one_key_whoever_asks_first(tmp_path: Path) -> None:
    found: list[Credentials] = []
    start = Barrier(4)

    def ask() -> None:
        store = KeyStore(tmp_path)
        start.wait()
        found.append(store.server())

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.public for one in found}) == 1
    assert len(found) == 4


def test_half_a_file_is_never_seen(store: KeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def look(source: str, target: Path) -> None:
        assert store.named("paula") is None
        link(source, target)

    monkeypatch.setattr(os, "link", look)
    store.new("paula", [Role.Viewer])
    assert store.named("paula")
