"""The tables of keys in the documentation, drawn from the registry like the footer and the help."""

import sys

from blotter.actions import ACTIONS, GROUPS
from blotter.registry import Action

PAGE = """# Keys of the blotter

Generated from `blotter/actions.py` by `python docs/generate.py`. Any key can be changed in
`blotter.toml`, by the action's name; see [the blotter](blotter.md). An action without a key is on the
palette (`^p`). Every action can be clicked: in the footer, on the palette, in the tables' headers.
"""
HEAD = "| key | action | what it does | where |\n|---|---|---|---|\n"


def page() -> str:
    """All actions."""
    parts = [f"\n## {title}\n\n{HEAD}{_lines(actions)}" for title, actions in GROUPS.items()]
    return PAGE + "".join(parts)


def short() -> str:
    """Those of the footer, for the README."""
    return HEAD + _lines(tuple(action for action in ACTIONS.values() if action.footer))


def _lines(actions: tuple[Action, ...]) -> str:
    return "".join(
        f"| {f'`{action.label}`' if action.label else ''} | `{action.name}` | {action.help}"
        f" | {', '.join(sorted(action.tables))} |\n"
        for action in actions
    )


if __name__ == "__main__":
    sys.stdout.write(short())
