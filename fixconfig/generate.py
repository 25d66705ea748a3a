"""Write what follows from the versions' tables: quickfix's dictionaries and the brokers' tables.

`python -m fixconfig.generate` writes, `--check` only compares and exits 1 on a difference. With
`--root FOLDER` it writes the dictionaries of the versions in that folder, which needs no README.
"""

import argparse
import re
import sys
from pathlib import Path

from fixconfig.dictionary import dictionaries
from fixconfig.rules import rules
from fixconfig.table import read

HERE = Path(__file__).parent


def _readme(text: str, version: str, tables: str) -> str:
    """The README with the part between the version's two marks replaced."""
    start, end = f"<!-- {version}: generated -->", f"<!-- {version}: end -->"
    if start not in text or end not in text:
        raise SystemExit(f"README.md has no marks for {version}: add {start} and {end}")
    return re.sub(
        f"{re.escape(start)}.*{re.escape(end)}",
        lambda _: f"{start}\n\n{tables}\n\n{end}",
        text,
        flags=re.DOTALL,
    )


def outputs(root: Path = HERE) -> dict[Path, str]:
    """Every generated file with the text it must have."""
    readme = root / "README.md"
    texts = {readme: readme.read_text("utf-8")} if readme.exists() else {}
    for folder in sorted(path.parent for path in root.glob("*/messages.toml")):
        table = read(folder)
        texts |= {folder / name: text for name, text in dictionaries(table).items()}
        if readme in texts:
            texts[readme] = _readme(texts[readme], folder.name, rules(table))
    return texts


def main(arguments: list[str] | None = None) -> int:
    """Write, or with --check compare; the exit code is 1 if a file differs from its table."""
    parser = argparse.ArgumentParser(prog="python -m fixconfig.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if outdated")
    parser.add_argument("--root", type=Path, default=HERE, help="a folder with more versions")
    asked = parser.parse_args(arguments)
    texts = outputs(asked.root)
    stale = [(p, t) for p, t in texts.items() if not p.exists() or p.read_text("utf-8") != t]
    for path, text in stale:
        sys.stderr.write(f"{'outdated' if asked.check else 'written'}: {path}\n")
        if not asked.check:
            path.write_text(text, "utf-8", newline="\n")
    return 1 if stale and asked.check else 0


if __name__ == "__main__":
    sys.exit(main())
