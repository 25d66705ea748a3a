"""``python -m simulators --config sim.toml``: the brokers as a process, until SIGTERM or SIGINT."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable
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
        acceptor.run(settings, stop, _readiness())
    except acceptor.PortBusy as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _readiness() -> Callable[[], None]:
    """What says ``ready``, the only thing on standard output from now on: with TLS quickfix prints
    certificates there, and a pipe that nobody reads any more would stop it.
    """
    out = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)

    def say() -> None:
        os.write(out, b"ready\n")
        os.close(out)

    return say


if __name__ == "__main__":
    sys.exit(main())
