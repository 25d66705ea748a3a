"""TLS on a session: which certificate we show, whom we trust, and files for trying it out.

Both sides prove who they are: `tunnel` refuses a broker whose certificate none of `authorities` has
signed, and the broker does the same with ours.
"""

import re
import shutil
import subprocess
from pathlib import Path

from msgspec import Struct

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
CURVE = "prime256v1"
DAYS = 825  # the longest that current systems accept for a server
OURS, BROKERS = "clientAuth", "serverAuth"  # what a certificate may be shown for


class Tls(Struct, frozen=True):
    """PEM files: who may sign the broker's certificate, our own certificate and its key; and the
    name that the broker's certificate must be made out to, empty where any will do.
    """

    authorities: Path
    certificate: Path
    key: Path
    name: str = ""


class NoOpenssl(Exception):
    """The command `openssl` is missing, or did not do what it was asked."""


class BadName(ValueError):
    """A name that is no name of a file."""


def missing() -> str:
    """Why there can be no certificates of our own making here; empty where there can be."""
    return "there is no command openssl" if shutil.which("openssl") is None else ""


def make(folder: Path, ours: tuple[str, ...], brokers: tuple[str, ...] = ()) -> list[Path]:
    """A private authority and certificates that it signs, one for each name, to try things out.

    NAME.crt is public, NAME.key readable by its owner only. A certificate of `ours` does not pass for
    a broker's, and the other way round. What exists already is kept, so that a later name is signed
    by the same authority.

    Raises:
        BadName: a name cannot be one of a file.
        NoOpenssl: there is no `openssl` command, or it failed; with its words.
    """
    for name in (*ours, *brokers):
        if not NAME.fullmatch(name) or name == "authority":
            raise BadName(f"{name!r}: letters, digits, dot, dash and underscore only")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = [] if (folder / "authority.crt").exists() else _authority(folder)
    for usage, names in ((OURS, ours), (BROKERS, brokers)):
        for name in names:
            if not (folder / f"{name}.crt").exists():
                made += _signed(folder, name, usage)
    return made


def _authority(folder: Path) -> list[Path]:
    config = _config(folder, "authority", "basicConstraints=critical,CA:TRUE")
    _key(folder / "authority.key")
    _openssl("req", "-x509", "-new", "-sha256", "-days", str(DAYS), "-extensions", "ext",
             "-config", config, "-key", folder / "authority.key",
             "-out", folder / "authority.crt")  # fmt: skip
    config.unlink()
    return [folder / "authority.crt", folder / "authority.key"]


def _signed(folder: Path, name: str, usage: str) -> list[Path]:
    key, request = folder / f"{name}.key", folder / f"{name}.csr"
    config = _config(
        folder,
        name,
        f"basicConstraints=CA:FALSE\nextendedKeyUsage={usage}\nsubjectAltName=DNS:{name}",
    )
    _key(key)
    _openssl("req", "-new", "-sha256", "-config", config, "-key", key, "-out", request)
    _openssl("x509", "-req", "-sha256", "-days", str(DAYS), "-in", request,
             "-CA", folder / "authority.crt", "-CAkey", folder / "authority.key",
             "-CAserial", folder / "authority.srl", "-CAcreateserial",
             "-extfile", config, "-extensions", "ext",
             "-out", folder / f"{name}.crt")  # fmt: skip
    config.unlink()
    request.unlink()
    return [folder / f"{name}.crt", key]


def _config(folder: Path, name: str, extensions: str) -> Path:
    path = folder / f"{name}.cnf"
    path.write_text(
        "[req]\ndistinguished_name=dn\nprompt=no\n"
        f"[dn]\nO=tradeoms test\nCN={name}\n[ext]\n{extensions}\n"
    )
    return path


def _key(path: Path) -> None:
    path.touch(mode=0o600)
    _openssl("ecparam", "-name", CURVE, "-genkey", "-noout", "-out", path)


def _openssl(*arguments: str | Path) -> None:
    if shutil.which("openssl") is None:
        raise NoOpenssl("there is no command openssl: install it, or bring your own certificates")
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False)
    if done.returncode:
        raise NoOpenssl(f"openssl {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
