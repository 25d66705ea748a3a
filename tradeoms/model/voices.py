"""What was said by telephone."""

from datetime import datetime

from msgspec import Struct


class Voice(Struct, frozen=True, gc=False, omit_defaults=True):
    """Who of us gave a broker an order by telephone, to whom (empty: not said), when, and why so.

    `undoes`: the order stands for a fill that the broker takes back, so that nobody bills it.
    """

    user: str
    reason: str
    at: datetime
    spoke_to: str = ""
    undoes: bool = False

    @property
    def text(self) -> str:
        """In one line."""
        whom = f" told {self.spoke_to}" if self.spoke_to else ""
        return f"{self.user}{whom}, {self.at:%Y-%m-%d %H:%M} UTC: {self.reason}"
