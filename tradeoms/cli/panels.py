"""The commands by what one wants to do: the panels of `tradeoms --help`, in this order."""

import typer

PANELS = {
    "Set up and run": "demo serve sim keys session archive verify",
    "Look": "blotter watch as-of messages positions pnl ladder report",
    "Orders and blocks": (
        "order cancel block merges join leave claim release reassign cross lots send"
    ),
    "At brokers": "route route-list replace status kill halt halts resume finish",
    "What waits for a person": (
        "attach dismiss book dontknow close by-phone fill bust error break reconcile"
    ),
    "Reference data and the day": "opening mark rates day policy card fee",
    "After the trade": "allocation confirmation handover actions research",
}


def arrange(app: typer.Typer) -> None:
    """Put each command into its panel; one that is in none is a KeyError, unless it is hidden."""
    panel_of = {name: panel for panel, names in PANELS.items() for name in names.split()}
    place = {name: n for n, name in enumerate(panel_of)}
    for known in (app.registered_commands, app.registered_groups):
        known.sort(key=lambda one: place.get(_name(one), len(place)))
        for one in known:
            one.rich_help_panel = None if one.hidden else panel_of[_name(one)]


def _name(one: typer.models.CommandInfo | typer.models.TyperInfo) -> str:
    if one.name:
        return str(one.name)
    assert isinstance(one, typer.models.CommandInfo)
    assert one.callback is not None
    return one.callback.__name__.replace("_", "-")
