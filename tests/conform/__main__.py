"""python -m tests.conform KIND FILE [--codec | --socket]: exit 1 where a case failed."""

import argparse
import sys
from pathlib import Path

from tests.conform import allocation, order_state, taxlots
from tests.conform.codec import Codec
from tests.conform.session import Sessions
from tests.conform.tally import Tally

KINDS = ("order-state", "taxlots", "allocation")


def main(arguments: list[str] | None = None) -> int:
    """Play a file and print what failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.conform", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("file", type=Path)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--codec", action="store_true", help="through quickfix's messages (default)")
    mode.add_argument("--socket", action="store_true", help="over real sessions")
    tally = _run(parser.parse_args(arguments))
    print("\n".join([*tally.lines, tally.summary()]))
    return 1 if tally.failed else 0


def _run(asked: argparse.Namespace) -> Tally:
    if asked.kind == "taxlots":
        return taxlots.run(asked.file)
    if asked.kind == "allocation":
        return allocation.run(asked.file)
    return order_state.run(asked.file, Sessions if asked.socket else Codec)


if __name__ == "__main__":
    sys.exit(main())
