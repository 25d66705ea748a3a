"""Where the web blotter listens and who may open it: the `[web]` table of the configuration."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from tradeoms.config_session import Strict

#: What `tradeoms keys password` prints; what a guess costs is bounded on both sides.
Hash = Annotated[
    str,
    Field(
        pattern=r"^scrypt\$(16384|32768)\$8\$1\$[A-Za-z0-9+/]{16,}={0,2}\$[A-Za-z0-9+/]{43,}={0,2}$"
    ),
]


class Web(Strict):
    """`passwords`: user -> hash. Beyond this machine a password and a certificate are needed."""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    certificate: Path | None = None
    key: Path | None = None
    passwords: dict[str, Hash] = {}
