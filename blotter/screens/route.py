"""The routing ticket: the idle quantity of one block, or of several, split over brokers."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from blotter import cells, notional, split
from blotter.entry import OF_INSTRUMENT, OF_PRICE, OF_QUANTITY
from blotter.screens.form import Form, Send
from tradeoms.model.commands import Problem, Route, RouteBlock
from tradeoms.views.blocks import BlockRow
from tradeoms.views.prices import PriceRow

#: All of a route is in one text; the first is what nothing else is told by.
TAKES: tuple[str, ...] = ("routes", "broker", "OrderQty", "CashOrderQty", "OrdType", "Price")
TAKES += ("StopPx", "TimeInForce", "ExecInst", *OF_QUANTITY, *OF_PRICE, *OF_INSTRUMENT)
_PART = re.compile(r"(?:blocks\[(?P<block>\d+)\]\.?)?(?:routes\[(?P<route>\d+)\])?")


class Split(NamedTuple):
    """What the trader typed, what it means, and what it is worth."""

    text: str
    blocks: tuple[RouteBlock, ...]
    value: str


class RouteTicket(Form[Split]):
    """Says at every key what would be sent; Enter sends it, if all of it can be sent.

    `brokers`: name -> whether its session is up. `prices`: of record, by instrument. `back`: what of
    a block came back from brokers, where that is split and not all that is idle.
    """

    def __init__(
        self,
        blocks: Sequence[BlockRow],
        brokers: Mapping[str, bool],
        prices: Mapping[str, PriceRow],
        send: Send[Split],
        back: Mapping[str, Decimal] | None = None,
    ) -> None:
        super().__init__(send, {"split": TAKES})
        self._blocks, self._brokers, self._prices = blocks, brokers, prices
        self._back = back or {}
        self._sent: Sequence[RouteBlock] = ()

    def compose(self) -> ComposeResult:
        """The blocks, the brokers, the input, what it means."""
        with Vertical(classes="dialog"):
            yield Static(self._title(), classes="title", markup=False)
            yield Static(self._facts(), id="facts")
            hint = "ALPHA 500, BRAVO 25%, CHARLY 2k @ 10.25, DELTA rest"
            yield Input(placeholder=hint, id="split", compact=True)
            yield self.reasons("split")
            yield self.reasons()
            with VerticalScroll(can_focus=False, classes="seen"):
                yield Static(id="meaning")
            yield Static("enter send   esc back", classes="hint")

    def on_mount(self) -> None:
        """Nothing is said yet."""
        self._explain()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what would be sent."""
        self._explain()

    def anew(self, blocks: Sequence[BlockRow]) -> None:
        """The blocks as they are now, while what was typed stays."""
        self._blocks = blocks
        if self.gone:
            return
        self.query_one(".title", Static).update(self._title())
        self.query_one("#facts", Static).update(self._facts())

    def read(self) -> tuple[Split | None, Sequence[Problem]]:
        """What would be sent, or why it cannot be."""
        text = self.typed("split")
        try:
            self._sent = self._parse(text)
        except split.BadSplit as error:
            return None, (Problem("split", "", str(error)),)
        return Split(text, self._sent, self._worth(self._sent)), ()

    def where(self, problem: Problem) -> tuple[str, str]:
        """With the block and the broker whose part of the text it is about."""
        place, said = super().where(problem)
        found = _PART.match(problem.field)
        if found is None or not self._sent:
            return place, said
        block = self._sent[int(found["block"] or 0)]
        whose = [block.block] if len(self._sent) > 1 else []
        whose += [block.routes[int(found["route"])].broker] if found["route"] else []
        return place, " ".join((*whose, said))

    def _parse(self, text: str) -> tuple[RouteBlock, ...]:
        return tuple(RouteBlock(block.key, self._routes(text, block)) for block in self._blocks)

    def _routes(self, text: str, block: BlockRow) -> tuple[Route, ...]:
        try:
            routes = split.parse(text, self._free(block), self._brokers, block.OrdType)
        except split.BadSplit as error:
            if len(self._blocks) == 1:
                raise
            raise split.BadSplit(f"{block.key} {block.Symbol}: {error}") from None
        if block.CashOrderQty is None:
            return routes
        return tuple(replace(r, OrderQty=Decimal(0), CashOrderQty=r.OrderQty) for r in routes)

    def _title(self) -> str:
        verb = "Route what came back of" if self._back else "Route"
        if len(self._blocks) > 1:
            return f"{verb} {len(self._blocks)} blocks: all of them, or none"
        (block,) = self._blocks
        return f"{verb} {block.key}  {cells.side(block.Side)} {block.Symbol}"

    def _facts(self) -> Text:
        text = self._many() if len(self._blocks) > 1 else self._one(self._blocks[0])
        text.append("brokers  ")
        names = [f"{name}{'' if up else ' (down)'}" for name, up in self._brokers.items()]
        return text.append(", ".join(names) or "none known")

    def _many(self) -> Text:
        freed = [replace(block, idle=self._free(block)) for block in self._blocks]
        total = notional.total(freed if self._back else self._blocks, "idle", self._prices)
        return Text(f"{'back' if self._back else 'idle':<9}≈ {total}\n", "bold")

    def _one(self, block: BlockRow) -> Text:
        text, price = Text(), self._prices.get(block.instrument)
        limit = f" {cells.number(block.Price)}" if block.Price is not None else ""
        text.append(f"{'order':<9}{cells.number(block.OrderQty):>14}   {block.OrdType}{limit}\n")
        text.append(f"{'filled':<9}{cells.number(block.filled):>14}\n")
        text.append(f"{'working':<9}{cells.number(block.working):>14}\n")
        if block.idle_amount is not None:
            text.append(f"{'amount':<9}{cells.number(block.CashOrderQty):>14}\n")
            idle = f"{cells.number(block.idle_amount):>14} {block.Currency}\n"
            return text.append(f"{'idle':<9}{idle}", "bold")
        free, word = self._free(block), "came back" if self._back else "idle"
        if self._back:
            text.append(f"{'idle':<9}{cells.number(block.idle):>14}   with what came back\n")
        text.append(f"{word:<9}{cells.number(free):>14}", "bold")
        at = f" at {cells.number(price.Px)}" if price is not None else ""
        return text.append(f"{self._value(block, free)}{at}\n")

    def _explain(self) -> None:
        sent, problems = self.read()
        self.explain(problems if self.typed("split") else (), focus=False)
        hint = Text("name at least one broker and quantity")
        said = hint if sent is None else self._meaning(sent.blocks)
        self.query_one("#meaning", Static).update(said)

    def _meaning(self, blocks: Sequence[RouteBlock]) -> Text:
        text = Text()
        if len(blocks) > 1:
            text.append(f"≈ {self._worth(blocks)} to send\n", "bold")
        for block, command in zip(self._blocks, blocks, strict=True):
            if len(blocks) > 1:
                text.append(f"{block.key} {cells.side(block.Side)} {block.Symbol}\n", "bold")
            self._describe(text, block, command.routes)
        text.rstrip()
        return text

    def _describe(self, text: Text, block: BlockRow, routes: Sequence[Route]) -> None:
        left = self._free(block)
        for route in routes:
            quantity = route.OrderQty if route.CashOrderQty is None else route.CashOrderQty
            left -= quantity
            limit = f" limit {cells.number(route.Price)}" if route.Price is not None else ""
            text.append(f"{route.broker:<9}{cells.number(quantity):>14}{limit}")
            text.append(
                f" {block.Currency}" if route.CashOrderQty else self._value(block, quantity)
            )
            text.append("" if self._brokers[route.broker] else "   session is down")
            text.append("\n")
        if left or len(self._blocks) == 1:
            text.append(f"{'left idle':<9}{cells.number(left):>14}\n")

    def _value(self, block: BlockRow, quantity: Decimal) -> str:
        """The quantity at the price of record, per unit of the instrument."""
        at = notional.price(block, self._prices)
        value = notional.amount(quantity, at, block.Currency)
        return f"   ≈ {value}" if value else ""

    def _worth(self, blocks: Sequence[RouteBlock]) -> str:
        """What would be sent, all together."""
        sums: dict[str, Decimal] = {}
        for block, command in zip(self._blocks, blocks, strict=True):
            at = notional.price(block, self._prices)
            before = sums.get(block.Currency, Decimal(0))
            amounts = [r.CashOrderQty for r in command.routes if r.CashOrderQty is not None]
            if amounts:
                sums[block.Currency] = before + sum(amounts)
            elif at is not None:
                sent = sum((route.OrderQty for route in command.routes), Decimal(0))
                sums[block.Currency] = before + sent * at
        return ", ".join(notional.amount(Decimal(1), v, name) for name, v in sorted(sums.items()))

    def _free(self, block: BlockRow) -> Decimal:
        """What is split: units that are idle, or came back; of a block in money its idle amount."""
        if block.idle_amount is not None:
            return block.idle_amount
        return min(self._back.get(block.key, block.idle), block.idle)
