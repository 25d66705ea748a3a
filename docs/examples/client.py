"""Sells a tenth of every KO position, as the portfolio manager paula."""

from pathlib import Path

from tradeoms.bus.client import Client
from tradeoms.bus.keys import KeyStore
from tradeoms.config import load
from tradeoms.model.commands import SubmitOrder
from tradeoms.model.fields import Side
from tradeoms.model.orders import Member, NewOrder

settings = load(Path("var/tour/tradeoms.toml"))
paula = KeyStore(settings.home / "keys").credentials("paula")
with Client(settings.bus.commands, settings.bus.streams, paula) as client:
    client.follow("positions")
    for row in list(client.tables["positions"].values()):
        if row.instrument == "KO":
            order = NewOrder("KO", Side.Sell, (Member(row.account, row.quantity // 10),))
            answer = client.submit(SubmitOrder(order))
            print(row.account, row.quantity // 10, answer.outcome, *answer.ids, *answer.problems)

# ruff: noqa: T201
