"""What every command and every event is."""

from msgspec import Struct


class Command(
    Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="type", tag=True
):
    """Base of all commands; the tag is the class's name. A misspelt field is a mistake, not a default."""


class Event(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="type", tag=True):
    """Base of all events; the tag is the class's name."""
