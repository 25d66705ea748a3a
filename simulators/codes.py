"""The values of FIX fields the brokers use, by their FIX names."""

from typing import Final


class MsgType:
    """MsgType(35)."""

    REPORT: Final = "8"
    CANCEL_REJECT: Final = "9"
    ORDER: Final = "D"
    LIST: Final = "E"
    LIST_STATUS: Final = "N"
    CANCEL: Final = "F"
    REPLACE: Final = "G"
    STATUS: Final = "H"
    REJECT: Final = "3"
    ALLOCATION: Final = "J"
    ALLOCATION_ACK: Final = "P"
    ALLOCATION_REPORT: Final = "AS"
    ALLOCATION_REPORT_ACK: Final = "AT"
    CONFIRMATION: Final = "AK"
    CONFIRMATION_ACK: Final = "AU"
    CONFIRMATION_REQUEST: Final = "BH"
    BUSINESS_REJECT: Final = "j"


class ExecType:
    """ExecType(150) as FIX 4.4 has it; the forms of the versions translate."""

    NEW: Final = "0"
    DONE_FOR_DAY: Final = "3"
    CANCELED: Final = "4"
    REPLACED: Final = "5"
    PENDING_CANCEL: Final = "6"
    STOPPED: Final = "7"
    REJECTED: Final = "8"
    SUSPENDED: Final = "9"
    PENDING_NEW: Final = "A"
    EXPIRED: Final = "C"
    RESTATED: Final = "D"
    PENDING_REPLACE: Final = "E"
    TRADE: Final = "F"
    TRADE_CORRECT: Final = "G"
    TRADE_CANCEL: Final = "H"
    ORDER_STATUS: Final = "I"


class OrdStatus:
    """OrdStatus(39)."""

    NEW: Final = "0"
    PARTIALLY_FILLED: Final = "1"
    FILLED: Final = "2"
    DONE_FOR_DAY: Final = "3"
    CANCELED: Final = "4"
    REPLACED: Final = "5"
    PENDING_CANCEL: Final = "6"
    STOPPED: Final = "7"
    REJECTED: Final = "8"
    SUSPENDED: Final = "9"
    PENDING_NEW: Final = "A"
    EXPIRED: Final = "C"
    PENDING_REPLACE: Final = "E"


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
    ALREADY_PENDING: Final = "3"
    DUPLICATE: Final = "6"


class ExecRestatementReason:
    """ExecRestatementReason(378)."""

    CORPORATE_ACTION: Final = "0"
    RENEWAL: Final = "1"
    BROKER_OPTION: Final = "4"
    PARTIAL_DECLINE: Final = "5"


class AllocTransType:
    """AllocTransType(71)."""

    NEW: Final = "0"
    REPLACE: Final = "1"
    CANCEL: Final = "2"


class AllocStatus:
    """AllocStatus(87). FIX 4.2 has no account level and no incomplete: 2 is partly accepted there."""

    ACCEPTED: Final = "0"
    BLOCK_REJECT: Final = "1"
    ACCOUNT_REJECT: Final = "2"
    RECEIVED: Final = "3"
    INCOMPLETE: Final = "4"


class ConfirmTransType:
    """ConfirmTransType(666)."""

    NEW: Final = "0"
    REPLACE: Final = "1"
    CANCEL: Final = "2"


class AllocRejCode:
    """AllocRejCode(88)."""

    UNKNOWN_ACCOUNT: Final = "0"
    INCORRECT_QUANTITY: Final = "1"
    INCORRECT_AVERAGE: Final = "2"
    UNKNOWN_ORDER: Final = "5"
    OTHER: Final = "7"


SIDES: Final = frozenset({Side.BUY, Side.SELL, Side.SELL_SHORT, Side.SELL_SHORT_EXEMPT})
LIMITED: Final = frozenset({OrdType.LIMIT, OrdType.STOP_LIMIT})
STOPPED: Final = frozenset({OrdType.STOP, OrdType.STOP_LIMIT})
ORD_TYPES: Final = frozenset({OrdType.MARKET, OrdType.STOP}) | LIMITED
AT_ONCE: Final = frozenset({TimeInForce.IOC, TimeInForce.FOK})
TIMES_IN_FORCE: Final = frozenset({TimeInForce.DAY, TimeInForce.GTC}) | AT_ONCE
DEAD: Final = frozenset({OrdStatus.CANCELED, OrdStatus.REJECTED, OrdStatus.EXPIRED})


def leaves(status: str, tif: str, order_qty: int, cum_qty: int) -> int:
    """LeavesQty(151): nothing for a dead order and for a day order that is done for the day."""
    if status in DEAD or (status == OrdStatus.DONE_FOR_DAY and tif != TimeInForce.GTC):
        return 0
    return max(0, order_qty - cum_qty)
