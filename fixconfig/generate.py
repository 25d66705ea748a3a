"""Write what follows from a version's table: quickfix's dictionary and the broker's tables.

`python -m fixconfig.generate` writes, `--check` only compares and exits 1 on a difference.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

from fixconfig.rules import rules
from fixconfig.table import Rows, Table, fields, read

HERE = Path(__file__).parent

HEAD = """\
<!--
Written by `python -m fixconfig.generate` from messages.toml and groups.toml. Do not edit.

Permissive on purpose. quickfix judges a message before the application sees it. A report with a
value outside an enumeration, an ill-formed or empty number, an undeclared repeated tag or a missing
required tag is answered with a Reject, its sequence number is used up, and its fill is lost. So:
  - no field has <value> children: every value reaches our decoder, which judges it;
  - only the fields of the header, the trailer and the session's own messages, lengths and data
    have their type, all others are STRING;
  - the messages that our decoder judges (3, 8, 9, j) require nothing: it reports what is missing;
  - all repeating groups that reports are known to carry are declared.
The session settings in session.toml belong to this: without them quickfix still refuses unknown
tags and empty values.
-->
"""


def _checked(table: Table) -> set[str]:
    """The fields that quickfix itself reads, whose form it may therefore check."""
    session = [m for key, m in table["messages"].items() if key in "A01245"]
    names = {name for message in session for name in message["fields"]}
    return names | set(table["header"]) | set(table["trailer"])


def _lines(table: Table, rows: Rows, also: list[str], judged: bool, pad: str) -> Iterator[str]:
    """<field> and <group> elements of a header, trailer or message."""
    for name, (need, _) in rows.items():
        if name in table["groups"]:
            yield from _group(table, name, pad)
        else:
            required = "Y" if need == "Y" and not judged else "N"
            yield f'{pad}<field name={quoteattr(name)} required="{required}"/>'
    for name in also:
        yield from _group(table, name, pad)


def _group(table: Table, name: str, pad: str) -> Iterator[str]:
    yield f'{pad}<group name={quoteattr(name)} required="N">'
    for member in (entry.split()[1] for entry in table["groups"][name]["members"]):
        if member in table["groups"]:
            yield from _group(table, member, pad + "  ")
        else:
            yield f'{pad}  <field name={quoteattr(member)} required="N"/>'
    yield f"{pad}</group>"


def _message(table: Table, key: str, message: Table) -> Iterator[str]:
    layer = "admin" if key in "A012345" else "app"
    yield f'    <message name="{message["name"]}" msgtype="{key}" msgcat="{layer}">'
    judged = message.get("judged_by") == "us"
    yield from _lines(table, message["fields"], message.get("also", []), judged, " " * 6)
    yield "    </message>"


def _declared(table: Table) -> Iterator[str]:
    checked = _checked(table)
    for name, (tag, kind) in sorted(fields(table).items(), key=lambda item: item[1][0]):
        shown = kind if name in checked or kind in ("LENGTH", "DATA") else "STRING"
        yield f'    <field number="{tag}" name={quoteattr(name)} type="{shown}"/>'


def dictionary(table: Table) -> str:
    """quickfix's data dictionary."""
    major, minor = table["begin_string"].split(".")[1:]
    lines = [f'<fix type="FIX" major="{major}" minor="{minor}" servicepack="0">', "  <header>"]
    lines += _lines(table, table["header"], [], False, " " * 4)
    lines += ["  </header>", "  <messages>"]
    for key, message in table["messages"].items():
        lines += _message(table, key, message)
    lines += ["  </messages>", "  <trailer>"]
    lines += _lines(table, table["trailer"], [], False, " " * 4)
    lines += ["  </trailer>", "  <components/>", "  <fields>", *_declared(table)]
    return HEAD + "\n".join([*lines, "  </fields>", "</fix>", ""])


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
    texts = {readme: readme.read_text("utf-8")}
    for folder in sorted(path.parent for path in root.glob("*/messages.toml")):
        table = read(folder)
        texts[folder / "dictionary.xml"] = dictionary(table)
        texts[readme] = _readme(texts[readme], folder.name, rules(table))
    return texts


def main(arguments: list[str] | None = None) -> int:
    """Write, or with --check compare; the exit code is 1 if a file differs from its table."""
    parser = argparse.ArgumentParser(prog="python -m fixconfig.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if outdated")
    checking = parser.parse_args(arguments).check
    stale = [(p, t) for p, t in outputs().items() if not p.exists() or p.read_text("utf-8") != t]
    for path, text in stale:
        sys.stderr.write(f"{'outdated' if checking else 'written'}: {path}\n")
        if not checking:
            path.write_text(text, "utf-8", newline="\n")
    return 1 if stale and checking else 0


if __name__ == "__main__":
    sys.exit(main())
