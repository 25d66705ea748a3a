"""``python -m simulators.play SCRIPT...``: be the broker of each script, for whoever connects."""

import argparse
import sys
import tempfile
from pathlib import Path

from simulators.forms import FORMS
from simulators.player import PATIENCE, Player, ScriptFailure, Stage
from simulators.script import Line, Script, ScriptError, read
from simulators.settings import BrokerSettings


def main(arguments: list[str] | None = None) -> int:
    """Play; 0 when all went as written, 1 when something else came, 2 for a script with mistakes."""
    options = _options().parse_args(arguments)
    scripts: list[Script] = []
    mistakes: list[str] = []
    for path in options.script:
        try:
            scripts.append(read(path))
        except ScriptError as error:
            mistakes += error.mistakes
    if mistakes:
        sys.stderr.write("\n".join(mistakes) + "\n")
        return 2
    return _play(scripts, options)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulators.play", description="A broker by script.")
    parser.add_argument("script", type=Path, nargs="+")
    parser.add_argument("--port", type=int, default=9101, help="where the client connects (9101)")
    parser.add_argument("--broker", default="ALPHA", help="our CompID (ALPHA)")
    parser.add_argument("--client", default="TRADEOMS", help="the client's CompID (TRADEOMS)")
    parser.add_argument("--version", choices=FORMS, help="only this version (all of the script)")
    parser.add_argument(
        "--dictionary", type=Path, help="to read groups (J, AS) with; needs --version"
    )
    parser.add_argument("--transport-dictionary", type=Path, help="beside it, for FIX.5.0SP2")
    parser.add_argument(
        "--patience", type=float, default=PATIENCE, help=f"seconds for an I line ({PATIENCE:g})"
    )
    return parser


def _play(scripts: list[Script], options: argparse.Namespace) -> int:
    failed = 0
    for script in scripts:
        for version in script.versions:
            if options.version in (None, version):
                failed += not _passed(script, version, options)
    return 1 if failed else 0


def _passed(script: Script, version: str, options: argparse.Namespace) -> bool:
    broker = BrokerSettings(
        options.broker,
        options.client,
        options.port,
        version=version,
        dictionary=options.dictionary,
        transport_dictionary=options.transport_dictionary,
    )
    stage = Stage(broker)
    player = Player(script, stage, _say, options.patience)
    _out(f"{script.path} {version}: listening on port {options.port}")
    # The sequence numbers of a script begin with 1: the client has to begin with it.
    with tempfile.TemporaryDirectory() as home, stage.open(Path(home)):
        try:
            player.logon(Line(0, "logon", "the first logon"))
            player.play()
        except ScriptFailure as failure:
            _out(f"FAILED {failure}")
            return False
    _out(f"ok {script.path} {version}")
    return True


def _say(line: Line, player: Player) -> None:
    _out(f"{line.number:4} {line.text}")


def _out(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
