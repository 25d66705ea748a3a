"""quickfix's data dictionaries of a version, from its table."""

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from fixconfig.table import Rows, Table, fields, members

SESSION = frozenset("A012345")  # the MsgTypes of the session's own messages

HEAD = """\
<!--
Written by `python -m fixconfig.generate` from messages.toml and groups.toml. Do not edit.

Permissive on purpose. quickfix judges a message before the application sees it. A report with a
value outside an enumeration, an ill-formed or empty number, an undeclared repeated tag or a missing
required tag is answered with a Reject, its sequence number is used up, and its fill is lost. So:
  - no field has <value> children: every value reaches our decoder, which judges it;
  - only the fields of the header, the trailer and the session's own messages have their type, all
    others are STRING;
  - so are all lengths and data: of a field that is data quickfix believes the length before it, and
    one below zero or beyond the message ends its thread, or the process;
  - the messages that our decoder judges (3, j, and all that we only receive) require nothing: it
    reports what is missing;
  - all repeating groups that reports are known to carry are declared.
The session settings in session.toml belong to this: without them quickfix still refuses unknown
tags and empty values.
-->
"""


def dictionaries(table: Table) -> dict[str, str]:
    """File name -> text: dictionary.xml, and transport.xml where sessions have a version of theirs."""
    messages = table["messages"]
    frame = (table["header"], table["trailer"])
    if "transport" not in table:
        return {"dictionary.xml": _text(table, table["begin_string"], 0, frame, messages)}
    session = {key: message for key, message in messages.items() if key in SESSION}
    rest = {key: message for key, message in messages.items() if key not in SESSION}
    spoken, pack = table["transport"]["application"], table["transport"]["service_pack"]
    return {
        "dictionary.xml": _text(table, spoken, pack, ({}, {}), rest),
        "transport.xml": _text(table, table["begin_string"], 0, frame, session),
    }


def _text(table: Table, version: str, pack: int, frame: tuple[Rows, Rows], messages: Table) -> str:
    kind, major, minor = version.split(".")
    opening = f'<fix type="{kind}" major="{major}" minor="{minor}" servicepack="{pack}">'
    lines = [opening, "  <header>", *_lines(table, "", frame[0], [], False), "  </header>"]
    lines += ["  <messages>"]
    for key, message in messages.items():
        lines += _message(table, key, message)
    lines += ["  </messages>", "  <trailer>", *_lines(table, "", frame[1], [], False)]
    lines += ["  </trailer>", "  <components/>", "  <fields>", *_declared(table)]
    return HEAD + "\n".join([*lines, "  </fields>", "</fix>", ""])


def _message(table: Table, key: str, message: Table) -> Iterator[str]:
    layer = "admin" if key in SESSION else "app"
    yield f'    <message name="{message["name"]}" msgtype="{key}" msgcat="{layer}">'
    judged = message.get("judged_by") == "us"
    yield from _lines(table, key, message["fields"], message.get("also", []), judged)
    yield "    </message>"


def _lines(table: Table, key: str, rows: Rows, also: list[str], judged: bool) -> Iterator[str]:
    """<field> and <group> elements of a message, or of the header and trailer (no key)."""
    pad = " " * (6 if key else 4)
    for name, (need, _) in rows.items():
        if name in table["groups"]:
            yield from _group(table, key, name, pad)
        else:
            required = "Y" if need == "Y" and not judged else "N"
            yield f'{pad}<field name={quoteattr(name)} required="{required}"/>'
    for name in also:
        yield from _group(table, key, name, pad)


def _group(table: Table, key: str, name: str, pad: str) -> Iterator[str]:
    yield f'{pad}<group name={quoteattr(name)} required="N">'
    for member in members(table, name, key):
        if member in table["groups"]:
            yield from _group(table, key, member, pad + "  ")
        else:
            yield f'{pad}  <field name={quoteattr(member)} required="N"/>'
    yield f"{pad}</group>"


def _declared(table: Table) -> Iterator[str]:
    checked = _checked(table)
    for name, (tag, kind) in sorted(fields(table).items(), key=lambda item: item[1][0]):
        shown = kind if name in checked and kind not in ("LENGTH", "DATA") else "STRING"
        yield f'    <field number="{tag}" name={quoteattr(name)} type="{shown}"/>'


def _checked(table: Table) -> set[str]:
    """The fields that quickfix itself reads, whose form it may therefore check."""
    # A Reject is judged by us: what it holds may be a broker's only word on an order.
    session = [m for key, m in table["messages"].items() if key in SESSION and key != "3"]
    names = {name for message in session for name in message["fields"]}
    return names | set(table["header"]) | set(table["trailer"])
