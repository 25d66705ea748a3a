"""The FIX versions and brokers' files that a configuration names: where they are, what is wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fixconfig
from fixconfig import BadBroker, Overlay
from fixconfig.versions import ROOT

#: The form of our ClOrdIDs: `Context.ClOrdID` makes them.
CLORDID = "26123100000001"


def place(folder: Path, given: str | Path | None) -> Path | None:
    """A path as the configuration in `folder` means it."""
    return (folder / Path(given).expanduser()).resolve() if given else None


def broker_file(folder: Path, broker: str) -> Path | None:
    """A broker's file: a path that ends in .toml, or the name of one that comes with us."""
    if broker and not broker.endswith(".toml"):
        return ROOT / "brokers" / f"{broker}.toml"
    return place(folder, broker)


def overlay(version: str, broker: Path | None, versions: Path | None) -> Overlay | None:
    """A broker's file, read and found to fit. Raises BadBroker."""
    return fixconfig.broker(broker, version, CLORDID, versions) if broker else None


def mistakes(content: dict[str, Any], folder: Path, source: Path) -> Iterator[str]:
    """What is wrong with the versions and files that the sessions name."""
    given = content.get("fix_versions")
    versions = place(folder, given) if isinstance(given, str | Path) else None
    if versions and not versions.is_dir():
        yield f"{source}: fix_versions = {str(given)!r}: is no folder"
        versions = None
    found = content.get("session", ())
    for number, session in enumerate(found if isinstance(found, list | tuple) else ()):
        if isinstance(session, dict):
            yield from _session(session, f"{source}: session.{number}", folder, versions)


def _session(
    session: dict[str, Any], where: str, folder: Path, versions: Path | None
) -> Iterator[str]:
    version, broker = session.get("version", "FIX.4.4"), session.get("broker", "")
    if not isinstance(version, str) or not isinstance(broker, str | Path):
        return  # said already
    if version not in fixconfig.folders(versions):
        known = ", ".join(fixconfig.folders(versions))
        yield f"{where}.version = {version!r}: unknown FIX version, known are {known}"
        return
    try:
        fixconfig.dialect(version, versions)
        overlay(version, broker_file(folder, str(broker)), versions)
    except BadBroker as error:
        yield from error.mistakes
    except (OSError, ValueError, KeyError) as error:
        yield f"{where}.version = {version!r}: {error}"
