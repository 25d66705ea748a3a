"""`make soak`: sessions of every version in one server, on bad lines, for a long time.

Orders flow in and out while the lines are cut, lose, garble, delay and double what is said. At the end
our book must be the brokers', and the memory of the server and its reader must be what their state
needs, which a fresh process that reads the journal shows.
"""

import argparse
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from msgspec import Struct
from rich.console import Console
from rich.table import Table

from benchmarks.soak_books import Book, differences
from benchmarks.soak_days import FULL, RETENTION, Days
from benchmarks.soak_desk import TABLES, Desk, Stuck
from benchmarks.soak_house import USER, House, build, child, cpu, reference, rss
from benchmarks.whole_path import process
from tradeoms import core
from tradeoms.bus.client import Client
from tradeoms.bus.keys import KeyStore
from tradeoms.model import commands as c
from tradeoms.model import events as e
from tradeoms.model.fields import Effect, Outcome
from tradeoms.model.state import State
from tradeoms.reader import Reader
from tradeoms.store import snapshots
from tradeoms.store.journal import SqlJournal, connect

SESSIONS, RATE, SEED = 20, 2.0, 7  # RATE: orders a second for each session
WARM_UP = 0.25  # of the run
#: How much more than its state a process may grow after warming up, and by how many bytes anyway.
MOST, SLACK = 1.25, 24 << 20
#: How much it may grow over days of which as much leaves as comes.
MOST_FLAT = 1.1
SNAPSHOT = 64 << 20  # bytes that the reader needs for a moment, and malloc then keeps
DAY = 40.0  # seconds that the desk trades before it ends the day
MB = 1 << 20


class Sample(Struct, frozen=True):
    """A moment: seconds, orders entered, bytes of the writer and of its reader, days that have ended."""

    at: float
    orders: int
    writer: int
    reader: int
    days: int = 0


def soak(
    folder: Path,
    seconds: float,
    sessions: int,
    rate: float,
    console: Console,
    seed: int = SEED,
    day: float = DAY,
) -> list[str]:
    """Run; everything that is wrong at the end. Prints a table."""
    house = build(folder.absolute(), sessions, seed)
    config, sim = str(folder / "tradeoms.toml"), str(folder / "sim.toml")
    samples: list[Sample] = []
    wrong: list[str] = []
    with (
        process("simulators", "--config", sim) as brokers,
        process("tradeoms", "serve", "--config", config) as server,
    ):
        credentials = KeyStore(house.home / "keys").credentials(USER)
        with Client(house.commands, house.streams, credentials) as client:
            _set_up(client, house)
            desk, book = Desk(client, rate * sessions, seed, day), Book(house)
            began, reader = time.monotonic(), child(server.pid)

            def sample() -> None:
                if not Path(f"/proc/{reader}").exists():
                    raise Stuck("the reader died")
                at = time.monotonic() - began
                used = rss(server.pid), rss(reader)
                samples.append(Sample(at, desk.orders, *used, desk.days.ended))
                if len(samples) % 30 == 0:
                    _progress(console, samples[-1])

            try:
                desk.run(seconds, sample, book.agrees)
            except Stuck as stuck:
                wrong.append(f"stuck: {stuck}")
            used = cpu(server.pid), cpu(child(server.pid)), cpu(brokers.pid)
    state = book.read_on()
    wrong += differences(house, state)
    wrong += _flat(samples) if samples[-1].days > FULL else _memory(house, samples)
    _summary(console, house, state, samples, used)
    _print_days(console, samples, desk.days)
    return wrong


def _set_up(client: Client, house: House) -> None:
    for command in reference(house):
        answer = client.submit(command)
        assert answer.outcome is Outcome.Done, answer.problems
    client.submit(c.SetRetention(RETENTION))
    client.follow(*TABLES)
    rows = client.tables["sessions"]
    client.until(lambda: sum(row.up for row in rows.values()) == len(house.versions), 60)


def _progress(console: Console, now: Sample) -> None:
    console.print(
        f"{now.at:5.0f} s  {now.orders:7,} orders  writer {now.writer // MB} MB  "
        f"reader {now.reader // MB} MB",
        highlight=False,
    )


def _flat(samples: list[Sample]) -> list[str]:
    """Growth since the first day on which as much left as came; what came since needs much more."""
    last = samples[-1]
    full = next(one for one in samples if one.days >= FULL)
    wrong = []
    for name, before, now, slack in (
        ("writer", full.writer, last.writer, SLACK),
        ("reader", full.reader, last.reader, SNAPSHOT),
    ):
        if now > MOST_FLAT * before + slack:
            wrong.append(
                f"the {name} grew from {before // MB} to {now // MB} MB over "
                f"{last.days - full.days} days and {last.orders - full.orders:,} orders"
            )
    return wrong


def _memory(house: House, samples: list[Sample]) -> list[str]:
    """Growth after warming up that the state of the orders entered since does not explain."""
    last = samples[-1]
    warm = next(one for one in samples if one.at >= last.at * WARM_UP)
    orders = last.orders - warm.orders
    wrong = []
    for name, grown in (
        ("writer", last.writer - warm.writer),
        ("reader", last.reader - warm.reader),
    ):
        if grown <= SLACK:
            continue
        needed = explained(house, name) * orders // last.orders
        if grown > MOST * needed + SLACK:
            wrong.append(
                f"the {name} grew by {grown // MB} MB over {orders:,} orders, "
                f"whose state needs {needed // MB} MB"
            )
    return wrong


def explained(house: House, process: str) -> int:
    """Bytes that what a process has to know at the end of the run needs in a fresh one."""
    command = [sys.executable, "-m", "benchmarks.soak", "--measure", process]
    command += ["--folder", str(house.folder)]
    return int(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def measure(process: str, folder: Path) -> int:
    """What reading the journal of a run adds to this process: the state, and for the reader the rows
    of the tables that somebody follows and the bytes of a snapshot, which malloc does not give back.
    """
    reader = Reader(State())
    records = SqlJournal(connect(f"sqlite:///{folder / 'home' / 'journal.db'}")).read()
    before = rss()
    for record in records:
        core.apply(reader.state, record)
    if process == "reader":
        kept = [*(reader.rows(table) for table in TABLES), snapshots.encode(reader.state)]
        assert kept[0]
    return rss() - before


def _summary(
    console: Console,
    house: House,
    state: State,
    samples: list[Sample],
    used: tuple[float, float, float],
) -> None:
    events = Counter[tuple[str, str]]()
    for record in SqlJournal(connect(house.journal)).read():
        if isinstance(record.event, e.SessionChanged) and record.event.up:
            events[house.versions[record.event.session], "logons"] += 1
    table = Table(title=f"Soak: {len(house.versions)} sessions, {samples[-1].at:.0f} s")
    for n, name in enumerate(
        ("FIX", "sessions", "TLS", "logons", "placements", "fills", "undone", "again", "asked")
    ):
        table.add_column(name, justify="right" if n else "left")
    for version in dict.fromkeys(house.versions.values()):
        names = {name for name, spoken in house.versions.items() if spoken == version}
        effects = Counter(x.effect for x in state.executions.values() if x.broker in names)
        again, asked = _archived(house, names)
        table.add_row(
            *(version.removeprefix("FIX."), str(len(names)), str(len(names & house.secure))),
            str(events[version, "logons"]),
            f"{sum(p.broker in names for p in state.placements.values()):,}",
            f"{effects[Effect.Booked]:,}",
            f"{effects[Effect.Busted] + effects[Effect.Corrected]:,}",
            *(f"{again:,}", f"{asked:,}"),
        )
    console.print(table)
    for kind, times in Counter(one.kind for one in state.alerts.values()).most_common():
        console.print(f"  {times:5} alerts: {kind}", highlight=False)
    last = samples[-1]
    console.print(
        f"  {last.orders:,} orders, writer {last.writer // MB} MB and {used[0]:.0f} s of CPU, "
        f"reader {last.reader // MB} MB and {used[1]:.0f} s, brokers {used[2]:.0f} s",
        highlight=False,
    )


def _print_days(console: Console, samples: list[Sample], days: Days) -> None:
    """What was in memory as each day began."""
    text = f"{days.ended} days have ended, {days.closed} of them closed; as each began:"
    console.print(f"  {text}", highlight=False)
    for day, held in enumerate(days.held, 1):
        began = next(one for one in samples if one.days >= day)
        console.print(
            f"  {day:4}  {held:6,} of {began.orders:6,} orders in memory, "
            f"writer {began.writer // MB} MB, reader {began.reader // MB} MB",
            highlight=False,
        )


def _archived(house: House, names: set[str]) -> tuple[int, int]:
    """Messages marked as sent again, and requests for that, both ways."""
    again = asked = 0
    for path in (house.home / "archive").glob("*/*.log"):
        if path.parent.name in names:
            text = path.read_bytes()
            again += text.count(b"\x0143=Y\x01")
            asked += text.count(b"\x0135=2\x01")
    return again, asked


def main() -> int:
    """0 where all is well; the last line begins with `soak:`."""
    parser = argparse.ArgumentParser(prog="benchmarks.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    parser.add_argument("--rate", type=float, default=RATE, help="orders a second and session")
    parser.add_argument("--day", type=float, default=DAY, help="seconds of a business day")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--folder", type=Path, default=Path("var/soak"))
    parser.add_argument("--measure", choices=("writer", "reader"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(measure(given.measure, given.folder))
        return 0
    console = Console(width=100)
    wrong = soak(
        given.folder, given.seconds, given.sessions, given.rate, console, given.seed, given.day
    )
    for line in wrong:
        console.print(f"  [red]NO[/] {line}", highlight=False, soft_wrap=True)
    text = f"FAILED {len(wrong)} things are wrong" if wrong else "OK"
    console.print(f"soak: {text}", highlight=False)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
