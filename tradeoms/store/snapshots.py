"""Snapshots: the whole state as bytes, so that a start need not read the whole journal.

A snapshot is only a short cut. One of another version of the code, or one whose bytes are not those
that were written, is passed over: the next older one, or the journal alone, gives the same state.
"""

from datetime import date, datetime
from hashlib import sha256
from typing import Any, Literal

import msgspec
import numpy as np
from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
)

from tradeoms import __version__
from tradeoms.model import columns
from tradeoms.model.breaks import Break, Reconciliation, Tolerance
from tradeoms.model.brokers import Broker
from tradeoms.model.crosses import Cross
from tradeoms.model.days import Close, Waiver
from tradeoms.model.deliveries import Delivery, DeliveryAnswer, DeliveryLine
from tradeoms.model.events import (
    AlertAttended,
    AlertRaised,
    AllocationReported,
    Answered,
    BlockAllocated,
    ConfirmationAnswered,
    ConfirmationsRequested,
    ExecutionSettled,
    HoldingsChanged,
    LotsBooked,
    LotsConverted,
    LotsWashed,
    ReportSettled,
    ReportUnmatched,
)
from tradeoms.model.executions import Execution
from tradeoms.model.fees import FeeVersion
from tradeoms.model.halts import Halt
from tradeoms.model.identifications import Identification
from tradeoms.model.lists import OrderList
from tradeoms.model.lot_actions import LotAction
from tradeoms.model.orders import Block, Order
from tradeoms.model.placements import MassCancel, Placement
from tradeoms.model.policies import AllocationPolicy
from tradeoms.model.posttrade import Confirmation, Instruction
from tradeoms.model.rate_cards import CardVersion, ResearchPayment
from tradeoms.model.reference import Account, Instrument, Limit, Price, Rate, Restriction
from tradeoms.model.settlement import CutOff, SettlementInstruction
from tradeoms.model.state import SessionState, State
from tradeoms.model.statements import PriceGroup
from tradeoms.store.readmodel import metadata

KEPT = 3
DATABASE: Literal["readmodel"] = "readmodel"  # where they lie: as derived as the rest of it

snapshots = Table(
    "snapshots",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("version", String(64), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("body", LargeBinary, nullable=False),
)


class Plain(Struct, frozen=True):
    """Everything of a State that is kept in dicts and tuples, by its own name."""

    seq: int
    business_date: date
    last_date: date
    counters: dict[str, int]
    instruments: dict[str, Instrument]
    accounts: dict[str, Account]
    brokers: dict[str, Broker]
    allocation_policies: dict[str, tuple[AllocationPolicy, ...]]
    turns: dict[str, int]
    price_groups: dict[str, PriceGroup]
    rate_cards: dict[str, tuple[CardVersion, ...]]
    fees: dict[str, tuple[FeeVersion, ...]]
    research: dict[str, int]
    research_paid: dict[int, ResearchPayment]
    errors: dict[str, None]
    holidays: dict[str, frozenset[date]]
    limits: dict[str, tuple[Limit, ...]]
    waivers: dict[str, tuple[Waiver, ...]]
    closes: dict[int, Close]
    closed: date | None
    undelivered: dict[str, None]
    delivered: dict[str, dict[str, DeliveryLine]]
    uncancelled: dict[str, tuple[DeliveryLine, ...]]
    deliveries: dict[int, Delivery]
    delivery_answers: dict[int, DeliveryAnswer]
    breaks: dict[str, Break]
    tolerances: tuple[Tolerance, ...]
    reconciliations: dict[str, Reconciliation]
    restrictions: dict[str, tuple[Restriction, ...]]
    prices: dict[str, Price]
    last_prices: dict[str, Price]
    rates: dict[str, tuple[Rate, ...]]
    openings: dict[str, str]
    orders: dict[str, Order]
    baskets: dict[str, tuple[str, ...]]
    drafts: dict[str, list[str]]
    spending: dict[str, dict[str, int]]
    fingerprints: dict[str, tuple[tuple[datetime, str], ...]]
    blocks: dict[str, Block]
    placements: dict[str, Placement]
    placement_of: dict[str, str]
    executions: dict[str, Execution]
    execution_of: dict[str, str]
    executions_in: dict[str, list[str]]
    unmatched: dict[int, ReportUnmatched]
    settled_reports: dict[int, ReportSettled]
    settled_executions: dict[str, ExecutionSettled]
    pending: dict[str, int]
    mass_cancels: dict[str, MassCancel]
    halts: dict[str, Halt]
    lists: dict[str, OrderList]
    crosses: dict[str, Cross]
    crossing: dict[str, str]
    sessions: dict[str, SessionState]
    retention: int
    days: list[tuple[date, dict[str, int]]]
    finished: dict[str, date]
    retired_through: date
    worked: dict[str, None]
    allocations: dict[str, BlockAllocated]
    bookings: dict[str, LotsBooked]
    conversions: dict[str, LotsConverted]
    lot_actions: dict[str, LotAction]
    action_references: dict[str, str]
    bookings_of: dict[str, list[str]]
    booking_places: dict[str, dict[str, tuple[int, ...]]]
    last_places: dict[str, tuple[int, ...]]
    opened_on: dict[str, int]
    identical: dict[str, tuple[str, ...]]
    identical_of: dict[str, str]
    kin: dict[str, tuple[str, ...]]
    identified: dict[str, Identification]
    washes: dict[str, LotsWashed]
    loss_days: dict[str, int]
    holdings: dict[str, HoldingsChanged]
    shorted: dict[str, None]
    settlement_instructions: dict[str, tuple[SettlementInstruction, ...]]
    cut_offs: dict[str, CutOff]
    instructions: dict[str, Instruction]
    instructions_of: dict[str, tuple[str, ...]]
    allocation_reports: dict[str, AllocationReported]
    confirmations: dict[str, Confirmation]
    confirmed: dict[str, str]
    affirmations: dict[str, ConfirmationAnswered]
    confirmation_requests: dict[str, ConfirmationsRequested]
    outbox: dict[str, int]
    missed: set[str]
    alerts: dict[int, AlertRaised]
    attended: dict[int, AlertAttended]
    snoozed: dict[int, datetime]
    answers: dict[str, Answered]
    answer_days: list[tuple[date, list[str]]]


AXES = ("account_axis", "instrument_axis", "currency_axis")
GRIDS = ("position", "buying", "selling", "cash")
TABLES = ("lots", "realized", "flows")


class Body(Struct, frozen=True):
    """A State: names of axes in order, live cells of grids and columns of tables as int64 bytes."""

    plain: Plain
    axes: dict[str, tuple[str, ...]]
    grids: dict[str, bytes]
    tables: dict[str, dict[str, bytes]]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Body).decode


def _version() -> str:
    """Changes with any field of any type in a snapshot, any column, and every release."""
    empty = State()
    names = {name: list(getattr(empty, name).arrays()) for name in TABLES}
    grids = {name: _axes(empty, getattr(empty, name)) for name in GRIDS}
    shape = [__version__, msgspec.json.schema(Body), names, grids]
    return sha256(msgspec.json.encode(shape, order="deterministic")).hexdigest()


def _axes(state: State, grid: columns.Grid) -> list[str]:
    return [name for name in AXES if getattr(state, name) in (grid.rows, grid.columns)]


VERSION = _version()


def encode(state: State) -> bytes:
    """The state as bytes; `decode` gives an equal one."""
    plain = Plain(**{name: getattr(state, name) for name in Plain.__struct_fields__})
    axes = {name: tuple(getattr(state, name).names) for name in AXES}
    grids = {name: _bytes(_live(getattr(state, name))) for name in GRIDS}
    tables = {
        name: {key: _bytes(column) for key, column in getattr(state, name).arrays().items()}
        for name in TABLES
    }
    return _encode(Body(plain, axes, grids, tables))


def _live(grid: columns.Grid) -> columns.Int64s:
    return grid.cells[: len(grid.rows.names), : len(grid.columns.names)]


def _bytes(cells: columns.Int64s) -> bytes:
    return np.ascontiguousarray(cells, "<i8").tobytes()


def decode(body: bytes) -> State:
    """The state behind the bytes.

    Raises:
        msgspec.DecodeError: the bytes are no snapshot of this version.
    """
    given, state = _decode(body), State()
    for name in Plain.__struct_fields__:
        setattr(state, name, getattr(given.plain, name))
    for name, names in given.axes.items():
        for entry in names:
            getattr(state, name).add(entry)
    for name, cells in given.grids.items():
        grid = getattr(state, name)
        grid.fit()
        live = _live(grid)
        live[:] = np.frombuffer(cells, "<i8").reshape(live.shape)
    for name, arrays in given.tables.items():
        table = {key: np.frombuffer(column, "<i8") for key, column in arrays.items()}
        getattr(state, name).replace(table)
    return state


def save(engine: Engine, seq: int, hash: bytes, body: bytes) -> None:
    """Keep a snapshot true as of `seq`, where the journal has `hash`; the oldest make room."""
    row = {
        "seq": seq,
        "version": VERSION,
        "hash": hash,
        "digest": sha256(body).digest(),
        "body": body,
    }
    with engine.begin() as connection:
        connection.execute(delete(snapshots).where(snapshots.c.seq == seq))
        connection.execute(insert(snapshots), row)
        newest = select(snapshots.c.seq).order_by(snapshots.c.seq.desc()).limit(KEPT)
        kept = [row.seq for row in connection.execute(newest)]
        connection.execute(delete(snapshots).where(snapshots.c.seq.not_in(kept)))


def latest(engine: Engine, most: int | None = None) -> tuple[int, bytes, State] | None:
    """The newest sound snapshot of this version of the code: its seq, its hash, the state.

    `most`: none after that record. The caller compares the hash with the journal's at that number
    before building on the state.
    """
    query = select(snapshots).where(snapshots.c.version == VERSION)
    if most is not None:
        query = query.where(snapshots.c.seq <= most)
    with engine.connect() as connection:
        for row in connection.execute(query.order_by(snapshots.c.seq.desc())):
            found = _sound(row)
            if found is not None:
                return row.seq, bytes(row.hash), found
    return None


def _sound(row: Any) -> State | None:
    body = bytes(row.body)
    return decode(body) if sha256(body).digest() == bytes(row.digest) else None
