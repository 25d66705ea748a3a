"""The portfolio manager's program: looks at positions, works out the rebalance, sends three baskets."""

import json
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np

from tradeoms.bus.client import Client
from tradeoms.bus.keys import KeyStore
from tradeoms.demo import world
from tradeoms.model import commands as c
from tradeoms.model.fields import Outcome, Side
from tradeoms.model.orders import Member, NewOrder
from tradeoms.portfolio.rebalance import trades

LEAST = 50_000  # cents; smaller trades are not worth their ticket


def main(home: str, commands: str, streams: str) -> int:
    """Send the baskets; prints one JSON line: names of the baskets, number of orders."""
    with Client(commands, streams, KeyStore(Path(home) / "keys").credentials("paula")) as client:
        client.follow("positions", "cash", "prices")
        baskets = [rebalance(client, model) for model in world.MODELS]
        # One after the other: large ones are decided in turns, and a run has to repeat.
        answers = [client.submit(basket, timeout=120) for basket in baskets]
    for basket, answer in zip(baskets, answers, strict=True):
        if answer.outcome is not Outcome.Done:
            sys.stderr.write(f"{basket.basket}: {answer.problems[:5]}\n")
            return 1
    sent = sum(len(basket.orders) for basket in baskets)
    sys.stdout.write(json.dumps({"orders": sent, "baskets": len(baskets)}) + "\n")
    return 0


def rebalance(client: Client, model: str) -> c.SubmitBasket:
    """All trades of a model's accounts, an order for each account and instrument."""
    accounts = [one.account for one in world.clients() if one.model == model]
    names = list(world.ISINS)
    positions, cash, prices = (client.tables[table] for table in ("positions", "cash", "prices"))
    shares = np.array(
        [[_quantity(positions, account, name) for name in names] for account in accounts], np.int64
    )
    money = np.array([int(cash[f"{account}/USD"].amount * 100) for account in accounts], np.int64)
    cents = np.array([int(prices[name].Px * 100) for name in names], np.int64)
    weights = np.tile(
        np.array([world.weights(model)[name] for name in names], np.int64), (len(accounts), 1)
    )
    change = trades(shares, cents, money, weights, LEAST)
    rows, columns = np.nonzero(change)
    orders = tuple(
        NewOrder(
            instrument=names[j],
            Side=Side.Buy if change[i, j] > 0 else Side.Sell,
            members=(Member(accounts[i], Decimal(abs(int(change[i, j])))),),
            strategy=model,
            desk="equities",
            reason=f"rebalance to model {model}",
            reference=f"{model}/{accounts[i]}/{names[j]}",
        )
        for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
    )
    return c.SubmitBasket(f"rebalance {model} {world.DAY}", orders)


def _quantity(positions: dict, account: str, name: str) -> int:  # type: ignore[type-arg]
    row = positions.get(f"{account}/{name}")
    return int(row.quantity) if row else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
