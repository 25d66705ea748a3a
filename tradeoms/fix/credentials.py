"""What a broker asks of us at the Logon, and how it is kept out of everything that is written down."""

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

SOH = "\x01"
RAW_DATA_LENGTH, RAW_DATA, USERNAME, PASSWORD = 95, 96, 553, 554
#: Messages that may carry a secret, and the fields that do.
LOGON, USER_REQUEST = f"{SOH}35=A{SOH}", f"{SOH}35=BE{SOH}"
SECRETS = re.compile(rf"(?<={SOH})(96|554|925|1402|1404)=[^{SOH}]*")


class BadSecret(Exception):
    """A secret that is missing, readable by others, or no text; never with the secret itself."""


class Secret:
    """A text that shows itself to nobody by accident."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"


def from_environment(variable: str, environment: Mapping[str, str] = os.environ) -> Secret:
    """A variable's content."""
    if variable not in environment:
        raise BadSecret(f"the environment has no variable {variable}")
    return _checked(environment[variable], f"variable {variable}")


def from_file(path: Path) -> Secret:
    """A file's first line. Nobody but its owner may be able to read the file."""
    try:
        mode = path.stat().st_mode
        text = path.read_text("utf-8")
    except OSError as error:
        raise BadSecret(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadSecret(f"{path}: is no UTF-8 text") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadSecret(f"{path}: others may read it (mode {mode & 0o777:o}); make it 600")
    return _checked(text.removesuffix("\n"), str(path))


def _checked(text: str, where: str) -> Secret:
    if not text or not text.isprintable():
        raise BadSecret(f"{where}: must be one line of printable characters")
    return Secret(text)


class Credentials(NamedTuple):
    """What to say in the Logon: Username, Password, and RawData where a broker wants that."""

    username: str = ""
    password: Secret | None = None
    raw_data: Secret | None = None


def logon_fields(credentials: Credentials) -> dict[int, str]:
    """The fields to add to a Logon. RawDataLength counts bytes."""
    found = {USERNAME: credentials.username} if credentials.username else {}
    if credentials.password:
        found[PASSWORD] = credentials.password.reveal()
    if credentials.raw_data:
        found[RAW_DATA_LENGTH] = str(len(credentials.raw_data.reveal().encode()))
        found[RAW_DATA] = credentials.raw_data.reveal()
    return found


def masked(text: str) -> str:
    """A message's text with the secrets of a Logon replaced."""
    if LOGON in text or USER_REQUEST in text:
        return SECRETS.sub(r"\1=***", text)
    return text
