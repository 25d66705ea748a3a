"""CURVE keys: a key belongs to a user, a user has roles and a set of accounts and desks.

`keys/server.toml` holds the server's pair, `keys/users/NAME.toml` what the server knows of a user,
`keys/NAME.toml` is the file to hand to the person: nobody else may read it.
"""

import os
import tomllib
from collections.abc import Iterable
from pathlib import Path

import msgspec
import zmq
from msgspec import Struct

from tradeoms.model.fields import Role


class User(Struct, frozen=True):
    """A person or program that may connect. Empty accounts or desks mean all of them."""

    user: str
    public: str
    roles: tuple[Role, ...]
    accounts: frozenset[str] = frozenset()
    desks: frozenset[str] = frozenset()


class Credentials(Struct, frozen=True):
    """What a client needs: its key pair, and the server's public key. Empty keys: plain text on loopback."""

    user: str
    public: str = ""
    secret: str = ""
    server: str = ""


class KeyStore:
    """The folder of keys. Users are read again when the folder changes, so a new key works at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stamp = -1
        self._users: dict[str, User] = {}

    def server(self) -> Credentials:
        """The server's key pair, made on first use."""
        path = self.folder / "server.toml"
        if not path.exists():
            public, secret = _pair()
            _write(path, {"user": "server", "public": public, "secret": secret, "server": public})
        return msgspec.toml.decode(path.read_bytes(), type=Credentials)

    def new(self, user: str, roles: Iterable[Role], accounts: Iterable[str] = (), desks: Iterable[str] = ()) -> Path:
        """Make a user's key pair; the path of the file for the person.

        Raises:
            FileExistsError: the user has a key already.
            ValueError: the name cannot be a file name.
        """
        if not user.replace("-", "").replace("_", "").replace(".", "").isalnum() or user == "server":
            raise ValueError(f"user {user!r} must be letters, digits, - _ . and not 'server'")
        private = self.folder / f"{user}.toml"
        if private.exists():
            raise FileExistsError(f"user {user} has a key already: {private}")
        public, secret = _pair()
        known = {
            "user": user,
            "public": public,
            "roles": [role.value for role in roles],
            "accounts": sorted(accounts),
            "desks": sorted(desks),
        }
        _write(private, {"user": user, "public": public, "secret": secret, "server": self.server().public})
        _write(self.folder / "users" / f"{user}.toml", known)
        return private

    def credentials(self, user: str) -> Credentials:
        """The file made by `new`, read back."""
        return msgspec.toml.decode((self.folder / f"{user}.toml").read_bytes(), type=Credentials)

    def users(self) -> dict[str, User]:
        """Users by public key."""
        folder = self.folder / "users"
        stamp = folder.stat().st_mtime_ns if folder.exists() else 0
        if stamp != self._stamp:
            found = [msgspec.convert(tomllib.loads(p.read_text()), User) for p in sorted(folder.glob("*.toml"))]
            self._users = {user.public: user for user in found}
            self._stamp = stamp
        return self._users

    def named(self, name: str) -> User | None:
        """A user by name."""
        return next((user for user in self.users().values() if user.user == name), None)


def _pair() -> tuple[str, str]:
    public, secret = zmq.curve_keypair()
    return public.decode(), secret.decode()


def _write(path: Path, content: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        # Texts and lists of texts are the same in JSON and in TOML.
        file.writelines(b"%s = %s\n" % (key.encode(), msgspec.json.encode(value)) for key, value in content.items())
