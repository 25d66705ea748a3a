"""Where accounts settle, and until when brokers must have said yes."""

from datetime import date, time

from msgspec import Struct


class SettlementParty(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Who takes part in a settlement: FIX's SettlPartyRole (10 settlement location, 27 buyer or
    seller, 30 agent), SettlPartyID and SettlPartyIDSource (B: BIC, D: proprietary).
    """

    SettlPartyRole: str
    SettlPartyID: str
    SettlPartyIDSource: str = "D"


class SettlementInstruction(
    Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True
):
    """Where an account settles from a day on: everywhere, or in a market, a currency, with a broker.

    `name` is what custodian and broker call it. SettlDeliveryType 0: versus payment, 1: free.
    """

    account: str
    name: str
    effective: date
    expires: date | None = None
    market: str = ""
    Currency: str = ""
    broker: str = ""
    SettlDeliveryType: str = "0"
    parties: tuple[SettlementParty, ...] = ()


class CutOff(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """Until when, on the trade date, a market's blocks must be accepted and affirmed by brokers.

    An empty `market` (a SecurityExchange) is every market without a row of its own. `zone` is a
    name of the time zone database. What is not done is said `notice_minutes` before, and when it
    is late.
    """

    zone: str
    allocated: time
    affirmed: time
    market: str = ""
    notice_minutes: int = 30
