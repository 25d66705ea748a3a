"""The rules of engagement as Markdown tables, for README.md."""

from collections.abc import Iterator

from fixconfig.table import Rows, Table, fields


def _rows(table: Table, rows: Rows) -> Iterator[str]:
    yield "| Tag | Field | Required | What we send or expect |"
    yield "|---:|---|:---:|---|"
    tags = fields(table)
    for name, (need, says) in rows.items():
        yield f"| {tags[name][0]} | {name} | {need} | {says} |".replace("|  |", "| |")


def rules(table: Table) -> str:
    """The Markdown tables of the rules of engagement: messages, then the values' meanings."""
    way = {"out": "we send", "in": "we receive", "both": "both ways"}
    parts = ["### Header", _block(_rows(table, table["header"]))]
    parts += ["### Trailer", _block(_rows(table, table["trailer"]))]
    for key, message in table["messages"].items():
        parts.append(f"### {message['name']} ({key}), {way[message['direction']]}")
        parts += [message["about"], _block(_rows(table, message["fields"]))]
    parts += ["### Values", _block(_values(table))]
    return "\n\n".join(part for part in parts if part)


def _block(rows: Iterator[str]) -> str:
    return "\n".join(rows)


def _values(table: Table) -> Iterator[str]:
    yield "| Tag | Field | Values |"
    yield "|---:|---|---|"
    tags = fields(table)
    for name, values in sorted(table["values"].items(), key=lambda item: tags[item[0]][0]):
        yield f"| {tags[name][0]} | {name} | {', '.join(f'{k} {v}' for k, v in values.items())} |"
