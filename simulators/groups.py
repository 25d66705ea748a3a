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
#: The same where a message has a group of other fields under the same count.
IN: dict[str, dict[int, tuple[int, ...]]] = {
    "E": {
        73: (
            *(11, 67, 1, 78, 63, 64, 21, 18, 55, 48, 22, 54, 114, 60, 38, 152, 40, 44, 99, 15, 59),
            *(528, 58),
        )
    },
    "N": {73: (11, 14, 39, 151, 84, 6, 103, 58)},
}


def build(text: str) -> fix.Message:
    """A message with its groups. ``text`` has them in the order of ``GROUPS``."""
    plain: list[str] = []
    entries: list[fix.Group] = []
    count, entry = 0, None
    found = pairs(text)
    groups = GROUPS | IN.get(dict(found)[35], {})
    for tag, value in found:
        if tag in groups:
            count = tag
        elif count and tag in groups[count]:
            if tag == groups[count][0]:
                entry = _entry(count, groups[count])
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


def _entry(count: int, fields: tuple[int, ...]) -> fix.Group:
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
