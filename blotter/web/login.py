"""Who may open the web blotter: passwords, the browsers that gave one, and who guesses."""

import hashlib
import hmac
import secrets
import time
from base64 import b64decode, b64encode
from collections.abc import Callable

COST = 2**15, 8, 1  # of scrypt: 32 MiB and about a tenth of a second a guess
MEMORY = 2**26
LASTS = 12 * 3600.0  # seconds after which a browser is asked again
TRIES, WITHIN, PAUSE = (
    3,
    60.0,
    180.0,
)  # so many wrong ones, in so many seconds: nobody may for so long


def hashed(password: str) -> str:
    """What of a password may stand in a file: scrypt$N$r$p$salt$hash."""
    salt = secrets.token_bytes(16)
    n, r, p = COST
    parts = (str(n), str(r), str(p), _text(salt), _text(_scrypt(password, salt, n, r, p)))
    return "$".join(("scrypt", *parts))


def matches(password: str, known: str) -> bool:
    """Whether it is the password of which `known` is the hash."""
    _, n, r, p, salt, digest = known.split("$")
    found = _scrypt(password, b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, b64decode(digest))


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=MEMORY)


def _text(data: bytes) -> str:
    return b64encode(data).decode()


class Visitors:
    """The browsers that are let in, by the secret in their cookie; and wrong tries, by address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self._wrong: dict[str, list[float]] = {}

    def welcome(self) -> str:
        """Let a browser in; the secret for its cookie."""
        now = self._clock()
        self._until = {known: until for known, until in self._until.items() if until > now}
        secret = secrets.token_urlsafe(32)
        self._until[secret] = self._clock() + LASTS
        return secret

    def known(self, secret: str) -> bool:
        """Whether the secret is that of a browser that was let in, and not too long ago."""
        return self._until.get(secret, 0.0) > self._clock()

    def leave(self, secret: str) -> None:
        """Let it in no more."""
        self._until.pop(secret, None)

    def tries(self, address: str) -> None:
        """Note a try as wrong before it is looked at, for many may come at the same time."""
        since = self._clock() - WITHIN - PAUSE
        self._wrong = {a: tries[-TRIES:] for a, tries in self._wrong.items() if tries[-1] > since}
        self._wrong.setdefault(address, []).append(self._clock())

    def right(self, address: str) -> None:
        """The last try was not wrong; nor does what was before count any more."""
        self._wrong.pop(address, None)

    def wait(self, address: str) -> float:
        """Seconds before this address may try again."""
        tries = self._wrong.get(address, [])[-TRIES:]
        if len(tries) < TRIES or tries[-1] - tries[0] > WITHIN:
            return 0.0
        return max(tries[-1] + PAUSE - self._clock(), 0.0)
