"""The values of FIX fields the brokers use, by their FIX names."""

from typing import Final


class MsgType:
    """MsgType(35)."""

    REPORT: Final = "8"
    CANCEL_REJECT: Final = "9"
    ORDER: Final = "D"
    CANCEL: Final = "F"
    REPLACE: Final = "G"
    STATUS: Final = "H"
    BUSINESS_REJECT: Final = "j"


class ExecType:
    """ExecType(150)."""

    NEW: Final = "0"
    CANCELED: Final = "4"
    REPLACED: Final = "5"
    REJECTED: Final = "8"
    TRADE: Final = "F"
    TRADE_CANCEL: Final = "H"
    ORDER_STATUS: Final = "I"


class OrdStatus:
    """OrdStatus(39)."""

    NEW: Final = "0"
    PARTIALLY_FILLED: Final = "1"
    FILLED: Final = "2"
    CANCELED: Final = "4"
    REJECTED: Final = "8"
    PENDING_NEW: Final = "A"


class Side:
    """Side(54). Everything but a buy (and a buy minus) sells."""

    BUY: Final = "1"
    SELL: Final = "2"
    SELL_SHORT: Final = "5"
    SELL_SHORT_EXEMPT: Final = "6"


class OrdType:
    """OrdType(40)."""

    MARKET: Final = "1"
    LIMIT: Final = "2"
    STOP: Final = "3"
    STOP_LIMIT: Final = "4"


class TimeInForce:
    """TimeInForce(59)."""

    DAY: Final = "0"
    GTC: Final = "1"
    IOC: Final = "3"
    FOK: Final = "4"


class OrdRejReason:
    """OrdRejReason(103)."""

    UNKNOWN_SYMBOL: Final = "1"
    UNKNOWN_ORDER: Final = "5"
    DUPLICATE: Final = "6"
    UNSUPPORTED: Final = "11"
    INCORRECT_QUANTITY: Final = "13"
    OTHER: Final = "99"


class CxlRejReason:
    """CxlRejReason(102)."""

    TOO_LATE: Final = "0"
    UNKNOWN_ORDER: Final = "1"
    BROKER_OPTION: Final = "2"
    DUPLICATE: Final = "6"


SIDES: Final = frozenset({Side.BUY, Side.SELL, Side.SELL_SHORT, Side.SELL_SHORT_EXEMPT})
LIMITED: Final = frozenset({OrdType.LIMIT, OrdType.STOP_LIMIT})
STOPPED: Final = frozenset({OrdType.STOP, OrdType.STOP_LIMIT})
ORD_TYPES: Final = frozenset({OrdType.MARKET, OrdType.STOP}) | LIMITED
AT_ONCE: Final = frozenset({TimeInForce.IOC, TimeInForce.FOK})
TIMES_IN_FORCE: Final = frozenset({TimeInForce.DAY, TimeInForce.GTC}) | AT_ONCE
DEAD: Final = frozenset({OrdStatus.CANCELED, OrdStatus.REJECTED})
