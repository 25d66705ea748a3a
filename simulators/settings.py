"""The simulator's TOML file as typed settings. All its mistakes are reported at once."""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from simulators.behaviours import BEHAVIOURS
from simulators.behaviours.steps import Delays
from simulators.faults import KINDS, Faults
from simulators.forms import FORMS, Form
from simulators.prices import load_closes

#: What a broker does with allocation instructions and with confirmations; the first is the rule.
ALLOCATIONS = ("accept", "block_reject", "account_reject", "incomplete", "silent")
CONFIRMATIONS = (
    *("right", "none"),
    *("wrong_price", "wrong_quantity", "wrong_commission", "wrong_net"),
)
#: What a broker does with a list of orders.
LISTS = ("work", "reject", "unsupported")


class Mistake(NamedTuple):
    """One thing that is wrong: where, what stands there, and why it cannot stay."""

    key: str
    value: object
    reason: str


class SettingsError(ValueError):
    """Everything that is wrong with a settings file, in ``mistakes``."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        super().__init__(
            "\n".join(f"{key} = {value!r}: {reason}" for key, value, reason in mistakes)
        )


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """One broker: its SenderCompID and TargetCompID, its commission in money per share.

    ``research_per_share`` is billed besides; ``rates`` are accounts with another commission, who pay
    for no research. ``buy_fee_bp`` and ``sell_fee_bp`` are basis points of what an account's part is
    worth, which a market or a state takes, rounded up to the cent.
    """

    name: str
    client: str
    port: int
    commission_per_share: Decimal = Decimal(0)
    behaviour: str = "ack_fill"
    nth: Mapping[int, str] = field(default_factory=dict)
    weights: Mapping[str, int] = field(default_factory=dict)
    version: str = "FIX.4.4"
    dictionary: Path | None = None
    transport_dictionary: Path | None = None
    BeginString: str = ""
    allocation: tuple[str, ...] = ("accept",)
    allocation_report: bool = False
    confirmation: tuple[str, ...] = ("right",)
    lists: str = LISTS[0]
    faults: Faults = field(default_factory=Faults)
    tls: Path | None = None
    research_per_share: Decimal = Decimal(0)
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    buy_fee_bp: Decimal = Decimal(0)
    sell_fee_bp: Decimal = Decimal(0)

    @property
    def form(self) -> Form:
        """How the broker writes."""
        form = FORMS[self.version]
        return replace(form, begin=self.BeginString) if self.BeginString else form


@dataclass(frozen=True, slots=True)
class Settings:
    """A simulated day with its brokers; with ``step_ms`` 0 markets move with the orders only."""

    seed: int
    closes: Path
    date: date
    home: Path
    brokers: tuple[BrokerSettings, ...]
    dictionary: Path | None = None
    log: Path | None = None
    steps: int = 390
    step_ms: int = 0
    delays: Delays = field(default_factory=Delays)


def load(path: Path) -> Settings:
    """Read a file; relative paths start at the working directory. Raises SettingsError."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError([Mistake(str(path), "", str(error))]) from None
    return parse(table)


def parse(table: dict[str, Any]) -> Settings:
    """Settings from a TOML table. Raises SettingsError."""
    mistakes: list[Mistake] = []
    top = _Table(table, "", mistakes)
    brokers = tuple(_broker(entry) for entry in top.tables("broker"))
    settings = Settings(
        seed=top.whole("seed", 0, -(2**63)),
        closes=top.file("closes") or Path(),
        date=top.day("date"),
        home=Path(top.text("home")),
        brokers=brokers,
        dictionary=top.file("dictionary", needed=False),
        log=Path(top.text("log")) if "log" in table else None,
        steps=top.whole("steps", 390, 1),
        step_ms=top.whole("step_ms", 0, 0),
        delays=_delays(_Table(top.table("delays"), "delays.", mistakes)),
    )
    top.nothing_else()
    _unique(brokers, mistakes)
    if settings.closes != Path() and not any(mistake.key == "date" for mistake in mistakes):
        try:
            load_closes(settings.closes, settings.date)
        except ValueError as error:
            mistakes.append(Mistake("closes", str(settings.closes), str(error)))
    if mistakes:
        raise SettingsError(mistakes)
    return settings


class _Table:
    """Reads a TOML table's keys, collects what is wrong and goes on with a stand-in."""

    def __init__(self, table: dict[str, Any], prefix: str, mistakes: list[Mistake]) -> None:
        self._table = table
        self._prefix = prefix
        self._mistakes = mistakes
        self._read: set[str] = set()

    def wrong(self, key: str, reason: str) -> None:
        self._mistakes.append(Mistake(self._prefix + key, self._table.get(key), reason))

    def get(self, key: str) -> Any:
        self._read.add(key)
        return self._table.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        value = self.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not value or not value.isprintable():
            self.wrong(key, "is missing" if value is None else "must be printable text")
            return ""
        return value

    def comp_id(self, key: str, default: str | None = None) -> str:
        text = self.text(key, default)
        # It becomes a file name and a line of quickfix's settings.
        if text and not re.fullmatch(r"[A-Za-z0-9._-]+", text):
            self.wrong(key, "must be letters, digits, ., _ and -")
        return text

    def whole(self, key: str, default: int | None, least: int, most: int = 2**63) -> int:
        value = self.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.wrong(
                key,
                "is missing" if value is None else f"must be a whole number from {least} to {most}",
            )
            return least
        return value

    def money(self, key: str) -> Decimal:
        value = self.get(key)
        try:
            amount = (
                Decimal(value) if isinstance(value, str) else Decimal(0 if value is None else "nan")
            )
        except InvalidOperation:
            amount = Decimal("nan")
        if not amount.is_finite() or amount < 0:
            self.wrong(key, 'must be an amount of money written as text, as "0.005"')
            return Decimal(0)
        return amount

    def day(self, key: str) -> date:
        value = self.get(key)
        try:
            return value if type(value) is date else date.fromisoformat(value)
        except (TypeError, ValueError):
            self.wrong(key, "must be a day as 2022-12-28")
            return date.min

    def file(self, key: str, *, needed: bool = True) -> Path | None:
        if not needed and self.get(key) is None:
            return None
        text = self.text(key)
        if text and not Path(text).is_file():
            self.wrong(key, "is no file")
            return None
        return Path(text) if text else None

    def behaviour(self, key: str, default: str) -> str:
        return self.choice(key, default, BEHAVIOURS)

    def choice(self, key: str, default: str, choices: Collection[str]) -> str:
        value = self.get(key)
        if value is None:
            return default
        if not isinstance(value, str) or value not in choices:
            self.wrong(key, "must be one of " + ", ".join(choices))
            return default
        return value

    def several(self, key: str, choices: tuple[str, ...]) -> tuple[str, ...]:
        """One of the choices or a list of them; the first one is the default."""
        value = self.get(key)
        found = [choices[0]] if value is None else [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not found or any(each not in choices for each in found):
            self.wrong(key, "must be one or a list of " + ", ".join(choices))
            return choices[:1]
        return tuple(found)

    def flag(self, key: str) -> bool:
        value = self.get(key)
        if value not in (None, True, False):
            self.wrong(key, "must be true or false")
        return value is True

    def table(self, key: str) -> dict[str, Any]:
        value = self.get(key)
        if value is None or isinstance(value, dict):
            return value or {}
        self.wrong(key, "must be a table")
        return {}

    def tables(self, key: str) -> list["_Table"]:
        value = self.get(key)
        if (
            not isinstance(value, list)
            or not value
            or not all(isinstance(entry, dict) for entry in value)
        ):
            self.wrong(key, "at least one [[broker]] is needed")
            return []
        return [
            self.below(entry, f"{key}[{number}].") for number, entry in enumerate(value, start=1)
        ]

    def below(self, table: dict[str, Any], prefix: str) -> "_Table":
        return _Table(table, self._prefix + prefix, self._mistakes)

    def nothing_else(self) -> None:
        for key in self._table.keys() - self._read:
            self.wrong(key, "is no setting")

    def names(self) -> list[str]:
        return list(self._table)


def _broker(table: _Table) -> BrokerSettings:
    nth = table.below(table.table("nth"), "nth.")
    weights = table.below(table.table("weights"), "weights.")
    if weights.names() and table.get("behaviour") is not None:
        table.wrong("behaviour", "is given beside weights: only one of them can choose")
    broker = BrokerSettings(
        name=table.comp_id("name"),
        client=table.comp_id("client"),
        port=table.whole("port", None, 1, 65_535),
        commission_per_share=table.money("commission_per_share"),
        research_per_share=table.money("research_per_share"),
        buy_fee_bp=table.money("buy_fee_bp"),
        sell_fee_bp=table.money("sell_fee_bp"),
        rates=_rates(table.below(table.table("rates"), "rates.")),
        behaviour=table.behaviour("behaviour", "ack_fill"),
        nth=_nth(nth),
        weights=_weights(weights),
        version=table.choice("version", "FIX.4.4", FORMS),
        dictionary=table.file("dictionary", needed=False),
        transport_dictionary=table.file("transport_dictionary", needed=False),
        BeginString=table.comp_id("BeginString", ""),
        allocation=table.several("allocation", ALLOCATIONS),
        allocation_report=table.flag("allocation_report"),
        confirmation=table.several("confirmation", CONFIRMATIONS),
        lists=table.choice("lists", LISTS[0], LISTS),
        faults=_faults(table.below(table.table("faults"), "faults.")),
        tls=_tls(table),
    )
    transport, fixt = broker.transport_dictionary, bool(broker.form.appl_ver_id)
    known = table.get("version") in (None, *FORMS)
    if transport and not fixt and known:
        table.wrong("transport_dictionary", "is for FIX.5.0SP2, whose transport is FIXT.1.1")
    if fixt and broker.dictionary and not transport:
        table.wrong("transport_dictionary", "is needed beside the dictionary of FIX.5.0SP2")
    table.nothing_else()
    return broker


def _tls(table: _Table) -> Path | None:
    """The folder of the broker's certificate and key and of the authority that it trusts."""
    if table.get("tls") is None:
        return None
    folder, name = Path(table.text("tls")), table.get("name")
    for file in ("authority.crt", f"{name}.crt", f"{name}.key"):
        if not (folder / file).is_file():
            table.wrong("tls", f"has no file {file}")
    return folder


def _faults(table: _Table) -> Faults:
    values = {
        each.name: table.whole(
            each.name, getattr(Faults(), each.name), 0, 1000 if each.name in KINDS else 3_600_000
        )
        for each in fields(Faults)
    }
    faults = Faults(**values)
    if sum(values[kind] for kind in KINDS) > 1000:
        table.wrong(KINDS[0], "and the others are more than 1000 of a thousand messages")
    table.nothing_else()
    return faults


def _nth(table: _Table) -> dict[int, str]:
    found: dict[int, str] = {}
    for key in table.names():
        if key.isdecimal() and int(key) > 0:
            found[int(key)] = table.behaviour(key, "ack_fill")
        else:
            table.wrong(key, "must be the number of an order, counted from 1")
    return found


def _rates(table: _Table) -> dict[str, Decimal]:
    return {account: table.money(account) for account in table.names()}


def _weights(table: _Table) -> dict[str, int]:
    for key in table.names():
        if key not in BEHAVIOURS:
            table.wrong(key, "must be one of " + ", ".join(BEHAVIOURS))
    return {key: table.whole(key, None, 1, 1_000_000) for key in table.names()}


def _delays(table: _Table) -> Delays:
    # An hour is the most: a plan that outlives the day is a mistake in the file.
    values = {
        key: table.whole(key, default, 0, 3_600_000) for key, default in Delays()._asdict().items()
    }
    table.nothing_else()
    return Delays(**values)


def _unique(brokers: tuple[BrokerSettings, ...], mistakes: list[Mistake]) -> None:
    for key in ("name", "port"):
        seen: set[object] = set()
        for number, broker in enumerate(brokers, start=1):
            value = getattr(broker, key)
            if value in seen:
                mistakes.append(
                    Mistake(f"broker[{number}].{key}", value, "belongs to another broker")
                )
            seen.add(value)
