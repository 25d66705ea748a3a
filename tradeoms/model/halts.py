"""Halts: what may do no new work until two persons let it go on."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct


class Consent(Struct, frozen=True, gc=False):
    """One person's word that work may go on."""

    user: str
    reason: str
    at: datetime


class Halt(Struct, frozen=True, gc=False, omit_defaults=True):
    """A trader, a desk, an account, or without any of them the whole house.

    `consents` are those of the persons who would let it go on; `lifted` is when the second said so.
    """

    halt: str
    user: str
    reason: str
    at: datetime
    trader: str = ""
    desk: str = ""
    account: str = ""
    consents: tuple[Consent, ...] = ()
    lifted: datetime | None = None

    @property
    def scope(self) -> tuple[str, str, str]:
        """What is meant; all empty for the house."""
        return self.trader, self.desk, self.account

    @property
    def what(self) -> str:
        """The same in words."""
        named = (("trader", self.trader), ("desk", self.desk), ("account", self.account))
        return next((f"{kind} {name}" for kind, name in named if name), "the house")

    def covers(self, traders: Iterable[str], desks: Iterable[str], accounts: Iterable[str]) -> bool:
        """Whether work of these is halted."""
        if self.trader:
            return self.trader in traders
        if self.desk:
            return self.desk in desks
        return not self.account or self.account in accounts
