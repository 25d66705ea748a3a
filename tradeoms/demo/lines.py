"""The lines to the brokers: what was spoken on them, read from the archive."""

from collections import Counter

from msgspec import Struct

from tradeoms.demo import world
from tradeoms.demo.files import Run
from tradeoms.fix.archive import verify
from tradeoms.fix.dialect import dialect


class Spoken(Struct, frozen=True):
    """Messages on a line, by BeginString(8) and by MsgType(35) with I or O for in and out before it."""

    versions: Counter[bytes]
    kinds: Counter[str]


def spoken(run: Run) -> dict[str, Spoken]:
    """What the archive holds for each broker, its hashes checked. Raises ArchiveBroken."""
    archive = run.home / "archive"
    return {name: _spoken(run, name) for name, _, _ in verify(archive)}


def _spoken(run: Run, name: str) -> Spoken:
    found = Spoken(Counter(), Counter())
    for path in (run.home / "archive" / name).glob("*.log"):
        for line in path.read_bytes().splitlines():
            _, _, kind, text = line.split(b" ", 3)
            if kind in (b"I", b"O"):
                begin, _, rest = text.partition(b"\x01")
                found.versions[begin.removeprefix(b"8=")] += 1
                found.kinds[
                    kind.decode() + rest.split(b"\x0135=")[1].split(b"\x01")[0].decode()
                ] += 1
    return found


def each_in_its_version(found: dict[str, Spoken]) -> str:
    """On each line one version only was spoken, and that the right one."""
    for name, version in world.VERSIONS.items():
        right = dialect(version).begin_string.encode()
        if name not in found or set(found[name].versions) != {right}:
            return f"{name}: {found[name].versions if name in found else 'nothing'} on {version}"
    return ""
