"""The archive keeps every byte, over restarts and files, and shows any change."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tradeoms.fix import archive
from tradeoms.fix.archive import Archive, ArchiveBroken, Stream, verify

SOH = "\x01"
SECOND = 1_000_000_000
NOON = 1_795_435_200 * SECOND  # 2026-11-23 12:00 UTC


def written(folder: Path, *texts: str, at: int = NOON, largest: int = archive.LARGEST) -> None:
    stream = Stream(folder / "S1", largest)
    for n, text in enumerate(texts):
        stream.write("I", at + n * SECOND, text)
    stream.close()


def files(folder: Path) -> list[Path]:
    return sorted((folder / "S1").iterdir())


def counted(folder: Path) -> list[tuple[str, int]]:
    return [(name, count) for name, count, _ in verify(folder)]


def test_lines_are_as_they_came(tmp_path: Path) -> None:
    odd = b"58=a\nb\\c\r\xe9".decode("utf-8", "surrogateescape")
    written(tmp_path, f"8=FIX.4.4{SOH}35=0{SOH}", odd)
    (file,) = files(tmp_path)
    assert file.name == "2026-11-23.0001.log"
    head, first, second = file.read_bytes().splitlines()
    assert head.endswith(b"H S1 after " + b"0" * 32)
    assert first.endswith(b" 2026-11-23T12:00:00.000000Z I 8=FIX.4.4\x0135=0\x01")
    assert second.endswith(b" 2026-11-23T12:00:01.000000Z I 58=a\\nb\\\\c\\r\xe9")
    assert counted(tmp_path) == [("S1", 3)]


def test_a_day_and_a_size_begin_a_file_and_the_chain_goes_on(tmp_path: Path) -> None:
    written(tmp_path, "a", "b", "c", largest=200)
    written(tmp_path, "d", at=NOON + 86_400 * SECOND)
    names = [file.name for file in files(tmp_path)]
    assert names == ["2026-11-23.0001.log", "2026-11-23.0002.log", "2026-11-24.0001.log"]
    assert counted(tmp_path) == [("S1", 7)]
    files(tmp_path)[0].unlink()  # the oldest may go
    assert counted(tmp_path) == [("S1", 4)]


def test_a_line_cut_short_by_a_crash_goes_and_the_rest_stays(tmp_path: Path) -> None:
    written(tmp_path, "a", "b")
    (file,) = files(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(whole[:-5])
    written(tmp_path, "c")
    assert counted(tmp_path) == [("S1", 4)]
    empty = tmp_path / "S1" / "2026-11-23.0003.log"
    empty.write_bytes(b"half a li")
    written(tmp_path, "d")
    assert counted(tmp_path) == [("S1", 6)]
    assert empty.with_suffix(".cut").read_bytes() == b"half a li"


@pytest.mark.parametrize("lost", [0, 1, 60])
@pytest.mark.parametrize("length", [20, 63, 64, 65, 300])
def test_however_long_the_last_line_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int, lost: int
) -> None:
    """Whole, it is followed; cut by a crash, only it goes."""
    monkeypatch.setattr(archive, "BLOCK", 64)
    written(tmp_path, "a", "b", "c" * length)
    (file,) = files(tmp_path)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) - lost])
    written(tmp_path, "d")
    assert file.read_bytes() == (b"".join(whole.splitlines(keepends=True)[:3]) if lost else whole)
    assert counted(tmp_path) == [("S1", 6 - bool(lost))]


def test_a_day_goes_on_where_its_first_file_was_moved_away(tmp_path: Path) -> None:
    for text in ("a", "b", "c"):
        written(tmp_path, text)
    files(tmp_path)[0].unlink()
    written(tmp_path, "d")
    names = ["2026-11-23.0002.log", "2026-11-23.0003.log", "2026-11-23.0004.log"]
    assert [file.name for file in files(tmp_path)] == names
    assert counted(tmp_path) == [("S1", 6)]


def altered(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], lines[2].replace(b"bb", b"bx"), *lines[3:]]


def rehashed(lines: list[bytes]) -> list[bytes]:
    """A line made to fit itself: the next one no longer fits."""
    before, rest = lines[1][:32], lines[2][33:-1].replace(b"bb", b"bx")
    return [*lines[:2], archive._chained(before, rest) + b" " + rest + b"\n", *lines[3:]]


def left_out(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], *lines[3:]]


def cut(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-1], lines[-1][:-1]]


@pytest.mark.parametrize(
    ("change", "line", "reason"),
    [
        (altered, 3, "altered"),
        (rehashed, 4, "altered"),
        (left_out, 3, "altered"),
        (cut, 4, "cut short"),
    ],
)
def test_every_change_is_named(
    tmp_path: Path, change: Callable[[list[bytes]], list[bytes]], line: int, reason: str
) -> None:
    written(tmp_path, "aa", "bb", "cc")
    (file,) = files(tmp_path)
    file.write_bytes(b"".join(change(file.read_bytes().splitlines(keepends=True))))
    with pytest.raises(ArchiveBroken, match=f"line {line} .*{reason}"):
        list(verify(tmp_path))


def test_a_file_that_is_gone_from_the_middle_is_missed(tmp_path: Path) -> None:
    written(tmp_path, "a", "b", "c", largest=100)
    files(tmp_path)[1].unlink()
    with pytest.raises(ArchiveBroken, match="line 1 does not follow"):
        list(verify(tmp_path))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"8=X{SOH}35=A{SOH}553=us{SOH}554=pw{SOH}925=new{SOH}", "553=us|554=***|925=***|"),
        (f"8=X{SOH}35=A{SOH}95=2{SOH}96=pw{SOH}", "95=2|96=***|"),
        (f"8=X{SOH}35=BE{SOH}554=pw{SOH}", "554=***|"),
        (f"8=X{SOH}35=8{SOH}58=554=1{SOH}", "58=554=1|"),
    ],
)
def test_secrets_are_masked(tmp_path: Path, text: str, kept: str) -> None:
    written(tmp_path, text)
    (file,) = files(tmp_path)
    assert file.read_text().replace(SOH, "|").endswith(kept + "\n")


def test_threads_put_and_the_archive_writes(tmp_path: Path) -> None:
    keeper = Archive(tmp_path)
    keeper.start()
    for n in range(1000):
        keeper.put("S1" if n % 2 else "S2", "O", str(n))
    keeper.stop()
    assert counted(tmp_path) == [("S1", 501), ("S2", 501)]
    assert files(tmp_path)[0].read_text().splitlines()[1].endswith(" O 1")
