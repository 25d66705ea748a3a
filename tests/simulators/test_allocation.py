"""The broker's middle office: what it answers to allocations, and what it confirms."""

from decimal import ROUND_CEILING, Decimal
from pathlib import Path

import pytest

from simulators import ledger, wire
from simulators.wire import SOH, Fields
from tests.simulators.bench import CLOSES_CSV, Bench, broker, order, settings
from tests.simulators.client import client, serving
from tradeoms.demo.files import free_ports

PARTS = (("ACC1", 600), ("ACC2", 400))


def office(**more: object) -> tuple[Bench, str]:
    """A bench with one filled order, and its average price."""
    bench = Bench("ack_fill", **more)  # type: ignore[arg-type]
    fill = bench.tell(order("C1"))[-1]
    return bench, fill[6]


def instruction(
    px: str,
    alloc_id: str = "A1",
    kind: str = "0",
    parts: tuple[tuple[str, int], ...] = PARTS,
    qty: object = 1000,
    ref: str = "",
    cl_ord_id: str = "C1",
    prices: tuple[str, ...] = (),
) -> str:
    """An AllocationInstruction as it is on the wire."""
    text = f"35=J|34=9|70={alloc_id}|71={kind}|626=1|857=1|73=1|11={cl_ord_id}|54=1|55=AAPL|"
    text += f"72={ref}|" if ref else ""
    text += f"53={qty}|6={px}|75=20221228|78={len(parts)}|"
    own = iter(prices)
    for account, shares in parts:
        text += f"79={account}|80={shares}|" + (f"153={next(own)}|" if prices else "")
    return text.replace("|", SOH)


def say(bench: Bench, raw: str) -> list[Fields]:
    """All that follows from a message."""
    bench.desk.on_message(wire.parse(raw), bench.now, raw)
    return bench.hear() + bench.wait()


def simple(bench: Bench, **fields: str) -> list[Fields]:
    tags = {"kind": 35, "confirm": 664, "status": 940, "alloc": 70, "account": 79, "received": 87}
    return say(bench, SOH.join(f"{tags[name]}={value}" for name, value in fields.items()))


def acks(heard: list[Fields]) -> list[str]:
    return [each[87] for each in heard if each[35] == "P"]


def test_an_allocation_is_received_accepted_and_confirmed() -> None:
    bench, px = office(commission_per_share=Decimal("0.005"))
    received, accepted, first, second = say(bench, instruction(px))
    assert [received[tag] for tag in (35, 70, 87)] == ["P", "A1", "3"]
    assert [accepted[tag] for tag in (35, 70, 87)] == ["P", "A1", "0"]
    assert [first[tag] for tag in (35, 666, 665, 79, 80, 863)] == [
        *("AK", "0", "4", "ACC1", "600", "600")
    ]
    gross = 600 * Decimal(px)
    assert (Decimal(first[381]), Decimal(first[12])) == (gross, Decimal("3.00"))
    assert Decimal(first[118]) == gross + 3
    assert (Decimal(second[381]), second[12]) == (400 * Decimal(px), "2.00")
    book = bench.book()
    assert [part.AllocQty for part in book.allocations["A1"].parts] == [600, 400]
    assert list(book.confirmations) == [first[664], second[664]]


def test_a_seller_gets_less_by_the_commission() -> None:
    bench = Bench("ack_fill", commission_per_share=Decimal("0.01"))
    px = bench.tell(order("C1", side="2"))[-1][6]
    first = say(bench, instruction(px))[2]
    assert Decimal(first[118]) == 600 * Decimal(px) - 6


def test_accounts_may_have_prices_of_their_own_that_make_what_the_fills_cost() -> None:
    bench, px = office()
    less = f"{Decimal(px) - Decimal('0.03')}"
    _, _, first, second = say(
        bench, instruction(px, prices=(f"{Decimal(px) + 2}", f"{Decimal(px) - 3}"))
    )
    assert (Decimal(first[6]), Decimal(second[6])) == (Decimal(px) + 2, Decimal(px) - 3)
    assert Decimal(first[381]) == 600 * (Decimal(px) + 2)
    _, refused = say(bench, instruction(px, "A2", prices=(px, less)))
    assert refused[87] == "1"


def test_FIX_4_2_has_no_confirmations() -> None:
    bench, px = office(version="FIX.4.2")
    assert [each[35] for each in say(bench, instruction(px))] == ["P", "P"]
    assert simple(bench, kind="BH", alloc="A1")[0][35] == "j"
    quiet, px = office(version="FIX.4.2", allocation=("incomplete",))
    assert acks(say(quiet, instruction(px))) == ["3"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"qty": 900}, "1"),
        ({"qty": "many"}, "1"),
        ({"parts": (("ACC1", 600),)}, "1"),
        ({"parts": ()}, "1"),
        ({"cl_ord_id": "C9"}, "5"),
        ({"kind": "1", "ref": "A9"}, "7"),
        ({"kind": "2"}, "7"),
        ({"px": "129.00"}, "2"),
        ({"px": "dear"}, "2"),
    ],
)
def test_a_wrong_instruction_is_refused(change: dict[str, object], code: str) -> None:
    bench, px = office()
    received, refused = say(bench, instruction(**({"px": px} | change)))  # type: ignore[arg-type]
    assert (received[87], refused[87], refused[88]) == ("3", "1", code)
    assert refused[58]
    assert bench.book().allocations == {}


def test_an_average_price_may_be_rounded() -> None:
    bench = Bench("ack_fill")
    px = bench.tell(order("C1", 50_000))[-1][6]
    assert len(px.partition(".")[2]) > 4
    parts = (("ACC1", 50_000),)
    rounded = f"{round(Decimal(px), 4)}"
    assert acks(say(bench, instruction(rounded, parts=parts, qty=50_000))) == ["3", "0"]
    off = f"{round(Decimal(px), 4) + Decimal('0.0001')}"
    assert acks(say(bench, instruction(off, "A2", parts=parts, qty=50_000))) == ["3", "1"]


def test_behaviours_of_the_middle_office() -> None:
    choices = ("block_reject", "account_reject", "incomplete", "silent", "accept")
    bench, px = office(allocation=choices)
    heard = [acks(say(bench, instruction(px, f"A{n}"))) for n in range(6)]
    assert heard == [["3", "1"], ["3", "2"], ["3", "4"], [], ["3", "0"], ["3", "0"]]
    named, px = office(allocation=("account_reject",))
    rejected = say(named, instruction(px))[1]
    assert [rejected[tag] for tag in (78, 79, 776)] == ["1", "ACC1", "0"]


@pytest.mark.parametrize("wrong", ["price", "quantity", "commission", "net"])
def test_a_wrong_confirmation_is_replaced_when_it_is_rejected(wrong: str) -> None:
    bench, px = office(confirmation=(f"wrong_{wrong}", "right"), commission_per_share=Decimal(0))
    first = say(bench, instruction(px))[2]
    right = (px, "600", "0.00", f"{600 * Decimal(px):.2f}")
    told = (first[6], first[80], first[12], first[118])
    names = ("price", "quantity", "commission", "net")
    differ = {name: told[n] != right[n] for n, name in enumerate(names)}
    assert differ[wrong]
    assert [name for name, no in differ.items() if no] == [
        name for name in differ if name == wrong or (name == "net" and wrong != "net")
    ]
    assert simple(bench, kind="AU", confirm=first[664], status="1") == []
    (again,) = simple(bench, kind="AU", confirm=first[664], status="2")
    assert (again[666], again[772], again[79]) == ("1", first[664], "ACC1")
    assert (again[6], again[80], again[12], again[118]) == right
    assert simple(bench, kind="AU", confirm=again[664], status="3") == []
    book = bench.book()
    assert book.affirmed == {first[664]: "2", again[664]: "3"}
    assert [line.wrong for line in book.confirmations.values()] == [f"wrong_{wrong}", ""]


def test_what_is_confirmed_can_be_asked_for_again() -> None:
    bench, px = office()
    first = say(bench, instruction(px))[2]
    again = simple(bench, kind="BH", alloc="A1")
    assert [(each[666], each[79]) for each in again] == [("1", "ACC1"), ("1", "ACC2")]
    assert again[0][772] == first[664]
    (one,) = simple(bench, kind="BH", alloc="A1", account="ACC2")
    assert one[772] == again[1][664]
    assert simple(bench, kind="BH", alloc="A7")[0][380] == "2"
    late, px = office(confirmation=("none",))
    assert [each[35] for each in say(late, instruction(px))] == ["P", "P"]
    assert [each[666] for each in simple(late, kind="BH", alloc="A1")] == ["0", "0"]


def test_an_allocation_is_replaced_and_cancelled() -> None:
    bench, px = office()
    first = say(bench, instruction(px))[2:]
    heard = say(bench, instruction(px, "A2", "1", (("ACC3", 1000),), ref="A1"))
    assert acks(heard) == ["3", "0"]
    assert [(each[666], each[79]) for each in heard[2:]] == [
        *(("2", "ACC1"), ("2", "ACC2"), ("0", "ACC3"))
    ]
    assert heard[2][772] == first[0][664]
    assert list(bench.book().allocations) == ["A2"]
    heard = say(bench, instruction(px, "A3", "2", ref="A2"))
    assert [(each.get(666), each.get(87)) for each in heard[1:]] == [(None, "0"), ("2", None)]
    assert (bench.book().allocations, bench.book().confirmations) == ({}, {})


def test_an_AllocID_is_used_once() -> None:
    bench, px = office()
    say(bench, instruction(px))
    assert acks(say(bench, instruction(px))) == ["3", "1"]
    assert len(bench.book().confirmations) == 2


def test_a_restarted_middle_office_knows_what_is_in_force() -> None:
    old, px = office()
    first = say(old, instruction(px))[2]
    new = Bench(run=2)
    new.desk.restore(old.book())
    (again, _) = simple(new, kind="BH", alloc="A1")
    assert again[772] == first[664] != again[664]
    assert acks(say(new, instruction(px))) == ["3", "1"]


@pytest.mark.parametrize("version", ["FIX.4.4", "FIX.5.0SP2"])
def test_groups_survive_the_wire(version: str, tmp_path: Path) -> None:
    (tmp_path / "closes.csv").write_text(CLOSES_CSV)
    (port,) = free_ports(1)
    folder = Path(__file__).parents[2] / "fixconfig" / version
    more: dict[str, object] = {"dictionary": folder / "dictionary.xml"}
    if version == "FIX.5.0SP2":
        more["transport_dictionary"] = folder / "transport.xml"
    more |= {"version": version, "allocation": ("account_reject", "accept")}
    market = settings(broker(port=port, allocation_report=True, **more), home=tmp_path)
    with serving(market), client(market, tmp_path) as oms:
        oms.send(order("C1"))
        px = oms.hear(2)[-1][6]
        for name in ("A1", "A2"):
            oms.send_text(instruction(px, name))
        heard = oms.hear(7)
        rejected, report, first, second = [each for each in heard if each.get(87) != "3"][
            :1
        ] + heard[4:]
        assert (rejected[79], rejected[776]) == ("ACC1", "0")
        assert (report[35], report[78], report[79], report[80]) == ("AS", "2", "ACC2", "400")
        assert [each[79] for each in (first, second)] == ["ACC1", "ACC2"]
    book = ledger.read(market.home / "ALPHA.jsonl")
    assert [part.AllocAccount for part in book.allocations["A2"].parts] == ["ACC1", "ACC2"]


def test_an_account_may_have_a_rate_of_its_own_and_others_pay_for_research() -> None:
    rates = {"ACC2": Decimal("0.003")}
    more = {"commission_per_share": Decimal("0.005"), "research_per_share": Decimal("0.01")}
    bench, px = office(rates=rates, **more)
    first, second = say(bench, instruction(px))[2:]
    assert (first[12], second[12]) == ("9.00", "1.20")  # 600 at 0.015, 400 at 0.003


def test_a_fee_is_billed_on_its_side_and_named() -> None:
    bench, px = office(buy_fee_bp=Decimal("0.3"), sell_fee_bp=Decimal(50))
    first, second = say(bench, instruction(px))[2:]
    for each, qty in ((first, 600), (second, 400)):
        fee = (qty * Decimal(px) * 3 / 100_000).quantize(Decimal("0.01"), ROUND_CEILING)
        assert (each[136], each[137]) == ("1", str(fee))
        assert Decimal(each[118]) == Decimal(each[381]) + Decimal(each[12]) + fee


@pytest.mark.parametrize("tag", ["1731=G1|819=1", "196=G1"])
def test_several_instructions_may_share_one_price(tag: str) -> None:
    """The price that a client tells of a group lies between those of its orders."""
    bench, px = office()
    worst = bench.tell(order("C2", side="1", qty="1000"))[-1][6]
    low, high = sorted((Decimal(px), Decimal(worst)))
    shared = (low + high) / 2
    group = f"{tag}|".replace("|", SOH)
    for n, (name, price) in enumerate((("C1", shared), ("C2", shared))):
        raw = instruction(f"{price}", f"A{n}", cl_ord_id=name).replace("75=", f"{group}75=")
        heard = say(bench, raw)
        assert acks(heard) == ["3", "0"]
        assert {Decimal(each[6]) for each in heard if each[35] == "AK"} == {price}
    beyond = instruction(f"{high + 1}", "A9").replace("75=", f"{group}75=")
    assert acks(say(bench, beyond)) == ["3", "1"]
