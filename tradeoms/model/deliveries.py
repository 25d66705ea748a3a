"""What is handed over to the books of others: numbered, line by line, and what they say of it."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct


class DeliveryLine(Struct, frozen=True, gc=False, omit_defaults=True):
    """An account's part of a block. `trade` names it for ever; `version` counts what was said of it.

    `action` new or correct: it holds from now on; cancel: the version before holds no more. Side is
    FIX's name, money to the cent in Currency; `research` is a part of `commission`,
    `fees` are in `net` besides. `order` is empty for the error
    account.
    """

    action: str
    trade: str
    version: int
    block: str
    order: str
    account: str
    instrument: str
    Side: str
    trade_date: date
    settle_date: date
    AllocQty: Decimal
    AvgPx: Decimal
    gross: Decimal
    commission: Decimal
    net: Decimal
    Currency: str
    research: Decimal = Decimal(0)
    price_group: str = ""
    fees: Decimal = Decimal(0)


class Delivery(Struct, frozen=True, gc=False):
    """All that has changed since the delivery before."""

    number: int
    business_date: date
    user: str
    at: datetime
    lines: tuple[DeliveryLine, ...]


class DeliveryAnswer(Struct, frozen=True, gc=False):
    """What became of a delivery: reasons by the number (from 1) of each line that was rejected.

    `digest` is that of the file that said so.
    """

    number: int
    rejected: dict[int, str]
    digest: str
    user: str
    at: datetime
