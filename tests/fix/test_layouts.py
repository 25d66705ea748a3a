"""What is learned of messages changes how long it takes to read them, never what they say."""

from itertools import count

import pytest

from tradeoms.fix import decode, layouts
from tradeoms.fix.layouts import MOST, OFTEN, Layouts


def soh(text: str) -> str:
    return text.replace("|", "\x01")


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Layouts:
    monkeypatch.setattr(decode, "LAYOUTS", Layouts())
    return decode.LAYOUTS


def learn(known: Layouts, *tags: str) -> None:
    for _ in range(OFTEN):
        known.see(tags)


def test_a_layout_is_learned_when_it_has_come_often(fresh: Layouts) -> None:
    for number in range(1000, 1000 + OFTEN):
        raw = soh(f"35=8|34={number}|58=|10=000|")
        assert fresh.find(raw) is None
        assert decode.taken(raw) == (("35", "34", "58", "10"), ["8", str(number), "", "000"])
    raw = soh("35=8|34=7|58=a=b|10=000|")
    assert (
        fresh.find(raw) == decode.taken(raw) == (("35", "34", "58", "10"), ("8", "7", "a=b", "000"))
    )


@pytest.mark.parametrize(
    "text",
    [
        "35=8|34=7|11=x|10=000|",  # another tag
        "34=7|35=8|58=x|10=000|",  # another order
        "35=8|34=7|58=x|10=000",
        "35=8|34=7|58=x|10=000|1=2|",
        "35=8|34=7|58|10=000|",
        "35=8|95=3|96=x|34=9|",  # bytes with a separator
        "35=8|34=7|58=x\n|10=000|x",
    ],
)
def test_nothing_else_is_taken_for_it(fresh: Layouts, text: str) -> None:
    plain = decode.taken(soh(text))
    learn(fresh, "35", "34", "58", "10")
    assert fresh.find(soh(text)) is None
    assert decode.taken(soh(text)) == plain


def test_a_message_with_bytes_is_never_learned(fresh: Layouts) -> None:
    raw = soh("35=8|34=7|95=1|96=x|10=000|")
    for _ in range(OFTEN):
        decode.taken(raw)
    assert fresh.find(raw) is None


def test_the_newest_layouts_of_one_size_are_kept(fresh: Layouts) -> None:
    names = [str(number) for number in range(1, MOST + 2)]
    for name in names:
        learn(fresh, "35", name)
    assert [name for name in names if fresh.find(soh(f"35=8|{name}=x|"))] == names[1:]
    learn(fresh, "35", names[0])
    assert fresh.find(soh("35=8|1=x|"))


def test_what_is_counted_does_not_grow(fresh: Layouts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "WATCHED", 10)
    for number in range(1000):
        fresh.see((str(number),))
    assert len(fresh._seen) <= 10
    many = tuple(
        str(number) for number, _ in zip(count(1), range(layouts.LONGEST + 1), strict=False)
    )
    learn(fresh, *many)
    assert fresh.find(soh("".join(f"{tag}=x|" for tag in many))) is None


@pytest.mark.parametrize(
    ("tags", "same"),
    [
        (("8", "35", "34"), True),
        (("35", "31", "31"), False),
        (("35", "031"), False),
        (("",), False),
    ],
)
def test_where_the_order_of_fields_says_nothing(tags: tuple[str, ...], same: bool) -> None:
    assert decode.plain(tags) is same
