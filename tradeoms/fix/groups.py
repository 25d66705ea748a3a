"""Repeating groups as wire text, and back: a list of entries, by our names, in FIX's order."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tradeoms.fix.decode import without_data
from tradeoms.fix.dialect import SOH, Dialect
from tradeoms.model.commands import Problem

Entry = Mapping[str, "str | Sequence[Entry]"]
Groups = Mapping[str, Sequence[Entry]]
"""Our name of the group, such as NoAllocs -> its entries."""

Pairs = list[tuple[str, str]]


def written(dialect: Dialect, MsgType: str, name: str, entries: Sequence[Entry]) -> str:
    """A group with its count, without a separator at the end. What is empty is left out."""
    count = f"{dialect.tags[name]}={len(entries)}"
    return SOH.join([count, *_members(dialect, MsgType, name, entries)])


def _members(dialect: Dialect, MsgType: str, name: str, entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        # An engine knows where an entry ends by the order of its members.
        for member in dialect.groups[MsgType][name]:
            value = entry.get(member)
            if value and isinstance(value, str):
                yield f"{dialect.tags[member]}={value}"
            elif value:
                yield written(dialect, MsgType, member, value)


def problems(
    dialect: Dialect, MsgType: str, name: str, entries: Sequence[Entry]
) -> Iterator[Problem]:
    """Members that the group does not have, entries that do not begin as they must."""
    members = dialect.groups.get(MsgType, {}).get(name)
    if members is None:
        yield Problem(name, "", f"a message {MsgType} has no such group")
        return
    for number, entry in enumerate(entries, 1):
        where = f"{name}[{number}]"
        if not entry.get(members[0]):
            yield Problem(f"{where}.{members[0]}", "", "is missing: it begins the entry")
        for member, value in entry.items():
            if member not in members:
                yield Problem(f"{where}.{member}", "", f"is no member of {name}")
            elif not isinstance(value, str):
                yield from problems(dialect, MsgType, member, value)
            elif not (value.isascii() and (value.isprintable() or not value)):
                yield Problem(f"{where}.{member}", value[:40], "only printable ASCII is sent")


def entries_of(dialect: Dialect, raw: str, name: str) -> list[dict[str, Any]]:
    """The entries of a group in a message; none where it is not there. Nested groups are lists."""
    parted = (field.partition("=") for field in without_data(raw).split(SOH))
    pairs: Pairs = [(tag, value) for tag, _, value in parted]
    MsgType = next((value for tag, value in pairs if tag == "35"), "")
    count = dialect.tags.get(name, "")
    at = next((i for i, (tag, _) in enumerate(pairs) if tag == count), None)
    if at is None or name not in dialect.groups.get(MsgType, {}):
        return []
    return _read(dialect, MsgType, name, pairs, at + 1)[0]


def _read(
    dialect: Dialect, MsgType: str, name: str, pairs: Pairs, at: int
) -> tuple[list[dict[str, Any]], int]:
    """The entries from `at` on, and where they end: at the first tag that is no member."""
    groups = dialect.groups[MsgType]
    members = {dialect.tags[member]: member for member in groups[name]}
    begins = pairs[at][0] if at < len(pairs) else ""
    entries: list[dict[str, Any]] = []
    while at < len(pairs) and (member := members.get(pairs[at][0])):
        # What comes first begins each entry, whatever the order; so does what comes again.
        if pairs[at][0] == begins or member in entries[-1]:
            entries.append({})
        if member in groups:
            entries[-1][member], at = _read(dialect, MsgType, member, pairs, at + 1)
        else:
            entries[-1][member] = pairs[at][1]
            at += 1
    return entries, at
