"""The yardstick: a bare quickfix initiator in Python, as its examples show it.

It builds orders field by field, reads reports field by field, keeps messages in memory, and stores
nothing. Run as a process of its own; prints one JSON line when all orders are filled.
"""

import json
import sys
import threading
import time

import quickfix as fix


class Bare(fix.Application):  # type: ignore[misc]
    """Counts fills; knows nothing else."""

    def __init__(self, orders: int) -> None:
        super().__init__()
        self.up, self.done = threading.Event(), threading.Event()
        self.orders, self.filled, self.session = orders, 0, None

    def onCreate(self, session: fix.SessionID) -> None:
        self.session = fix.SessionID(
            "FIX.4.4", session.getSenderCompID().getValue(), session.getTargetCompID().getValue()
        )

    def onLogon(self, session: fix.SessionID) -> None:
        self.up.set()

    def onLogout(self, session: fix.SessionID) -> None: ...

    def toAdmin(self, message: fix.Message, session: fix.SessionID) -> None: ...

    def toApp(self, message: fix.Message, session: fix.SessionID) -> None: ...

    def fromAdmin(self, message: fix.Message, session: fix.SessionID) -> None: ...

    def fromApp(self, message: fix.Message, session: fix.SessionID) -> None:
        for tag in (11, 37, 17, 150, 39, 14, 151, 6):
            message.getField(tag)
        if message.getField(150) == "F":
            message.getField(32), message.getField(31)
        if message.getField(39) == "2":
            self.filled += 1
            if self.filled == self.orders:
                self.done.set()


def order(number: int, symbol: str) -> fix.Message:
    """A limit order above the market, field by field."""
    message = fix.Message()
    message.getHeader().setField(fix.MsgType(fix.MsgType_NewOrderSingle))
    message.setField(fix.ClOrdID(f"221228{number:08d}"))
    message.setField(fix.Symbol(symbol))
    message.setField(fix.SecurityID("US0378331005"))
    message.setField(fix.SecurityIDSource("4"))
    message.setField(fix.Side(fix.Side_BUY))
    message.setField(fix.TransactTime())
    message.setField(fix.OrderQty(100))
    message.setField(fix.OrdType(fix.OrdType_LIMIT))
    message.setField(44, f"{50_000 + number}"[:-2] + "." + f"{50_000 + number}"[-2:])
    message.setField(fix.TimeInForce(fix.TimeInForce_DAY))
    message.setField(fix.HandlInst("1"))
    return message


def main(port: str, broker: str, orders: int, dictionary: str) -> None:
    """Send, wait, print orders per second."""
    settings = fix.SessionSettings()
    values = fix.Dictionary()
    for key, value in {
        "ConnectionType": "initiator",
        "SocketConnectHost": "127.0.0.1",
        "SocketConnectPort": port,
        "HeartBtInt": "30",
        "NonStopSession": "Y",
        "StartTime": "00:00:00",
        "EndTime": "00:00:00",
        "DataDictionary": dictionary,
        "SocketNodelay": "Y",
        "ReconnectInterval": "1",
    }.items():
        values.setString(key, value)
    settings.set(fix.SessionID("FIX.4.4", "BARE", broker), values)
    application, store = Bare(orders), fix.MemoryStoreFactory()
    initiator = fix.SocketInitiator(application, store, settings, None)
    initiator.start()
    assert application.up.wait(20), "no logon"
    symbols = ("AAPL", "MSFT", "JPM", "KO", "XOM")
    began = time.perf_counter()
    for number in range(orders):
        fix.Session.sendToTarget(order(number, symbols[number % 5]), application.session)
    assert application.done.wait(120), f"{application.filled} of {orders} filled"
    print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)
    initiator.stop(True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
