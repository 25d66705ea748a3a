"""Secrets come from where nobody else can read them, and show themselves to nobody."""

from pathlib import Path

import pytest

from tradeoms.fix.credentials import BadSecret, from_environment, from_file


def test_from_the_environment() -> None:
    secret = from_environment("PASSWORD", {"PASSWORD": "open sesame"})
    assert secret.reveal() == "open sesame"
    assert "sesame" not in f"{secret} {secret!r}"
    with pytest.raises(BadSecret, match="no variable OTHER"):
        from_environment("OTHER", {"PASSWORD": "x"})


def test_from_a_file_that_only_we_can_read(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("open sesame\n")
    path.chmod(0o600)
    assert from_file(path).reveal() == "open sesame"
    for mode in (0o640, 0o604, 0o620):
        path.chmod(mode)
        with pytest.raises(BadSecret, match=f"others may read it .mode {mode:o}.; make it 600"):
            from_file(path)


@pytest.mark.parametrize("text", ["", "\n", "two\nlines", "a\x01b", "bell\x07"])
def test_what_is_no_line_of_text_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "password"
    path.touch(mode=0o600)
    path.write_text(text)
    with pytest.raises(BadSecret, match=f"{path}: must be one line") as error:
        from_file(path)
    assert not text.strip() or text not in str(error.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadSecret, match="No such file"):
        from_file(tmp_path / "absent")
    (tmp_path / "bytes").touch(mode=0o600)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(BadSecret, match="no UTF-8"):
        from_file(tmp_path / "bytes")
