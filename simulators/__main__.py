"""``python -m simulators --config sim.toml``: the brokers as a process, until SIGTERM or SIGINT."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from simulators import acceptor
from simulators.settings import SettingsError, load


def main() -> int:
    """Run; 0 after a clean stop, 2 for a settings file with mistakes or a port that is taken."""
    parser = argparse.ArgumentParser(prog="simulators", description="Simulated FIX brokers.")
    parser.add_argument("--config", type=Path, required=True, help="the TOML settings file")
    try:
        settings = load(parser.parse_args().config)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    stop = threading.Event()
    # After the import of quickfix, which puts the default SIGINT handler back.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        acceptor.run(settings, stop, _say_ready)
    except acceptor.PortBusy as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _say_ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
