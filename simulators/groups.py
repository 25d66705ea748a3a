"""Messages with repeating groups. quickfix without a dictionary sorts the fields of a message and
pulls its groups apart: they have to be put together with their structure, and read by counting.
"""

import quickfix as fix

from simulators.wire import SOH, pairs

#: Count -> the fields of one entry; the first begins it.
GROUPS: dict[int, tuple[int, ...]] = {
    73: (11, 37),
    78: (79, 80, 467, 12, 13, 153, 154, 776, 58),
    124: (32, 17, 31),
    862: (528, 863),
}


def build(text: str) -> fix.Message:
    """A message with its groups. ``text`` has them in the order of ``GROUPS``."""
    plain: list[str] = []
    entries: list[fix.Group] = []
    count, entry = 0, None
    for tag, value in pairs(text):
        if tag in GROUPS:
            count = tag
        elif count and tag in GROUPS[count]:
            if tag == GROUPS[count][0]:
                entry = _entry(count)
                entries.append(entry)
            assert entry is not None, text
            entry.setField(tag, value)
        else:
            count = 0
            plain.append(f"{tag}={value}{SOH}")
    message = fix.Message("".join(plain), False)
    for each in entries:
        message.addGroup(each)
    return message


def _entry(count: int) -> fix.Group:
    fields = GROUPS[count]
    order = fix.IntArray(len(fields) + 1)
    for place, tag in enumerate(fields):
        order[place] = tag
    order[len(fields)] = 0
    return fix.Group(count, fields[0], order)


def entries(
    found: list[tuple[int, str]], count: int, fields: tuple[int, ...]
) -> list[dict[int, str]]:
    """The entries of a group in a message read without or with a dictionary: the nth of each of
    these fields. Raises ValueError where not every entry has the same ones.
    """
    number = next((value for tag, value in found if tag == count), "0")
    if not number.isdecimal() or int(number) > len(found):
        raise ValueError(f"{count}={number!r} is no number of entries")
    rows: list[dict[int, str]] = [{} for _ in range(int(number))]
    for field in fields:
        values = [value for tag, value in found if tag == field]
        if values and len(values) != len(rows):
            raise ValueError(f"{len(values)} fields {field} in {number} entries of {count}")
        for row, value in zip(rows, values, strict=False):
            row[field] = value
    return rows
