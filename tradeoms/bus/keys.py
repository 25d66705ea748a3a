"""CURVE keys: a key belongs to a user, a user has roles and a set of accounts and desks.

`keys/server.toml` holds the server's pair, `keys/users/NAME.toml` what the server knows of a user,
`keys/NAME.toml` is the file to hand to the person: nobody else may read it.
"""

import os
import re
import time
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import mkstemp
from threading import Lock

import msgspec
import structlog
import zmq
from msgspec import Struct

from tradeoms.model.fields import Role

log = structlog.get_logger("keys")

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
LOOK_AGAIN = 1.0  # seconds after which files that were edited in place are noticed
UNSURE = (
    100_000_000  # nanoseconds; file systems' clocks tick, so a change so young may hide another
)


class User(Struct, frozen=True, forbid_unknown_fields=True):
    """A person or program that may connect. Empty accounts or desks mean all of them."""

    user: str
    public: str
    roles: tuple[Role, ...]
    accounts: frozenset[str] = frozenset()
    desks: frozenset[str] = frozenset()


class Credentials(Struct, frozen=True):
    """A client's key pair and the server's public key. Empty keys: plain text on loopback."""

    user: str
    public: str = ""
    secret: str = ""
    server: str = ""


Mark = tuple[int, int, int]  # of a file's version: time of change, size, inode


class KeyStore:
    """The folder of keys. Any thread may ask; a new key works at once, a removed one no more."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._users = str(folder / "users")
        self._lock = Lock()
        self._stamp = -1
        self._sure_until = 0.0
        self._files: dict[str, tuple[Mark, User | None]] = {}
        self._by_key: dict[str, User] = {}
        self._by_name: dict[str, User] = {}

    def server(self) -> Credentials:
        """The server's key pair, made on first use."""
        path = self.folder / "server.toml"
        if not path.exists():
            public, secret = _pair()
            pair = {"user": "server", "public": public, "secret": secret, "server": public}
            try:
                _write(path, pair)
            except FileExistsError:
                log.info("another process made the server's key at the same time")
        return msgspec.toml.decode(path.read_bytes(), type=Credentials)

    def new(
        self,
        user: str,
        roles: Iterable[Role],
        accounts: Iterable[str] = (),
        desks: Iterable[str] = (),
    ) -> Path:
        """Make a user's key pair; the path of the file for the person.

        Raises:
            FileExistsError: the user has a key already.
            ValueError: the name cannot be a file name.
        """
        if not NAME.fullmatch(user) or user == "server":
            raise ValueError(f"user {user!r} must be letters, digits, - _ . and not 'server'")
        private, known = self.folder / f"{user}.toml", self.folder / "users" / f"{user}.toml"
        if private.exists() or known.exists():
            raise FileExistsError(f"user {user} has a key already: {private}")
        public, secret = _pair()
        server = self.server().public
        _write(private, {"user": user, "public": public, "secret": secret, "server": server})
        about = {
            "user": user,
            "public": public,
            "roles": [role.value for role in roles],
            "accounts": sorted(accounts),
            "desks": sorted(desks),
        }
        _write(known, about)
        return private

    def credentials(self, user: str) -> Credentials:
        """The file made by `new`, read back."""
        return msgspec.toml.decode((self.folder / f"{user}.toml").read_bytes(), type=Credentials)

    def users(self) -> dict[str, User]:
        """Users by public key."""
        self._look()
        return self._by_key

    def named(self, name: str) -> User | None:
        """A user by name."""
        self._look()
        return self._by_name.get(name)

    def _look(self) -> None:
        """Read what changed. Asked for every message: as a rule it costs one `stat`."""
        try:
            stamp = os.stat(self._users).st_mtime_ns
        except FileNotFoundError:
            stamp = 0
        if stamp == self._stamp and time.monotonic() < self._sure_until:
            return
        with self._lock:
            self._files = self._read() if stamp else {}
            users = [user for _, user in self._files.values() if user]
            self._by_key = {user.public: user for user in users}
            self._by_name = {user.user: user for user in users}
            quiet = time.time_ns() - stamp > UNSURE
            self._sure_until = time.monotonic() + LOOK_AGAIN if quiet else 0.0
            self._stamp = stamp

    def _read(self) -> dict[str, tuple[Mark, User | None]]:
        found: dict[str, tuple[Mark, User | None]] = {}
        for path in sorted((self.folder / "users").glob("[!.]*.toml")):
            try:
                stat = path.stat()
            except FileNotFoundError:
                continue
            mark = stat.st_mtime_ns, stat.st_size, stat.st_ino
            old = self._files.get(path.name)
            found[path.name] = old if old and old[0] == mark else (mark, _user(path))
        return found


def _user(path: Path) -> User | None:
    """The user of a file. A bad file locks out its user, and nobody else."""
    try:
        user = msgspec.convert(tomllib.loads(path.read_text()), User)
    except (OSError, ValueError) as error:
        log.error("bad user file, its user may not connect", file=str(path), reason=str(error))
        return None
    if user.user != path.stem:
        log.error("bad user file, it names another user", file=str(path), user=user.user)
        return None
    return user


def _pair() -> tuple[str, str]:
    public, secret = zmq.curve_keypair()
    return public.decode(), secret.decode()


def _write(path: Path, content: Mapping[str, object]) -> None:
    """Write a new file that nobody else may read and that nobody ever sees half written."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = mkstemp(prefix=".", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            # Texts and lists of texts are the same in JSON and in TOML.
            for key, value in content.items():
                file.write(b"%s = %s\n" % (key.encode(), msgspec.json.encode(value)))
        os.link(name, path)
    finally:
        os.unlink(name)
