"""Where the folder of a FIX version is."""

from pathlib import Path

ROOT = Path(__file__).parent


def folders(extra: Path | None = None) -> dict[str, Path]:
    """Every version known, by name; a folder in `extra` goes before one of ours."""
    found: dict[str, Path] = {}
    for root in (ROOT, extra):
        if root is not None:
            found |= {table.parent.name: table.parent for table in root.glob("*/messages.toml")}
    return dict(sorted(found.items()))


def path(version: str, extra: Path | None = None) -> Path:
    """The folder of a version such as "FIX.4.4"; `path(v) / "dictionary.xml"` is for quickfix.

    `extra` is a folder with more versions.

    Raises:
        ValueError: there is no such version; the text names those that there are.
    """
    known = folders(extra)
    if version not in known:
        raise ValueError(f"unknown FIX version {version!r}, known are {', '.join(known)}")
    return known[version]
