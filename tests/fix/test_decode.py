"""Odd messages from brokers: each becomes a report, or a reason that a person can read."""

import pytest

import fixconfig
from tests.builders import D
from tradeoms.fix.application import Inbound, readable
from tradeoms.fix.decode import NUMBERS, TEXTS, Unreadable, decode, fields_of
from tradeoms.fix.dialect import dialect
from tradeoms.model.executions import Report
from tradeoms.model.fields import OrdStatus, ReportKind

FIX44 = dialect("FIX.4.4")
FILL = "35=8|34=2|37=O1|17=E1|11=C1|150=F|39=1|55=VOD|54=1|38=1000|32=100|31=1.25|151=900|14=100"


def report(text: str):
    return decode(FIX44, fields_of(text.replace("|", "\x01")))


def test_a_fill() -> None:
    seen = report(FILL)
    assert (seen.kind, seen.OrdStatus) == (ReportKind.Trade, OrdStatus.PartiallyFilled)
    assert (seen.LastQty, seen.LastPx, seen.CumQty, seen.OrderQty) == (100, D("1.25"), 100, 1000)


@pytest.mark.parametrize(
    ("transaction", "kind"), [("1", "trade_cancel"), ("2", "trade_correct"), ("3", "status")]
)
def test_a_broker_that_upgraded_half_way(transaction: str, kind: str) -> None:
    assert report(f"{FILL}|20={transaction}").kind == kind


@pytest.mark.parametrize("value", ["1", "2"])
def test_a_fill_in_the_words_of_an_older_version(value: str) -> None:
    assert report(FILL.replace("150=F", f"150={value}")).kind == ReportKind.Trade


UNREADABLE = {
    "another message": ("35=8", "35=B", "MsgType (35) 'B' is none that a broker sends us"),
    "an ExecType nobody knows": ("150=F", "150=z", "ExecType (150) 'z' is unknown"),
    "an OrdStatus nobody knows": ("39=1", "39=ZZ", "OrdStatus (39) 'ZZ' is unknown"),
    "a comma": ("31=1.25", "31=1,25", "LastPx '1,25' is no number"),
    "not a number": ("32=100", "32=NaN", "LastQty 'NaN' is no number"),
    "an exponent": ("32=100", "32=1e999999999", "LastQty '1e999999999' is no number"),
    "an underscore": ("32=100", "32=1_0", "LastQty '1_0' is no number"),
    "digits of another script": ("32=100", "32=١", "LastQty '١' is no number"),
    "endless digits": ("32=100", f"32={'9' * 50}", f"LastQty '{'9' * 50}' is no number"),
    "no ExecID": ("17=E1", "17=", "ExecID (17) is missing on a trade"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_unreadable(what: str) -> None:
    good, bad, reason = UNREADABLE[what]
    with pytest.raises(Unreadable) as error:
        report(FILL.replace(good, bad))
    assert str(error.value) == reason


def test_the_first_of_two_equal_tags_counts() -> None:
    assert report(f"{FILL}|11=OTHER").ClOrdID == "C1"


def test_a_report_that_is_sent_again_says_so() -> None:
    for flag, again in (("43=Y|", True), ("43=N|", False), ("", False)):
        text = f"8=FIX.4.4|9=5|35=8|34=77|{flag}17=E1|150=F|10=000|".replace("|", "\x01")
        inbound = Inbound("S1", text)
        assert (inbound.PossDup, inbound.MsgSeqNum, inbound.MsgType) == (again, 77, "8")


def test_a_cancel_reject() -> None:
    seen = report("35=9|34=2|37=O1|11=C2|41=C1|39=0|434=1|102=3|58=no")
    assert (seen.kind, seen.ClOrdID, seen.OrigClOrdID) == (ReportKind.CancelReject, "C2", "C1")
    assert (seen.CxlRejReason, seen.CxlRejResponseTo, seen.Text) == ("3", "1", "no")


def test_rejects_name_a_message() -> None:
    assert report("35=3|34=2|45=17|58=no such tag").RefSeqNum == 17
    assert report("35=j|34=2|45=17|372=D|379=C1").ClOrdID == "C1"
    assert report("35=j|34=2|45=17|372=H|379=C1").ClOrdID == ""


def test_a_bug_in_the_decoder_still_hands_the_message_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FIX44, "kind", lambda *_: 1 / 0)
    inbound = Inbound("S1", FILL.replace("|", "\x01"))
    assert inbound.decode(FIX44) == (None, "ZeroDivisionError: division by zero")


def test_text_that_is_not_utf8_can_be_kept() -> None:
    latin = "58=caf\xe9".encode("latin-1").decode("utf-8", "surrogateescape")
    assert readable(latin) == "58=caf\xe9"
    assert readable("58=café €") == "58=café €"


BYTES = "35=8|34=2|17=E1|150=F|39=1|58=a|354={length}|355={text}|32=100|31=1.25|10=000|"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("x|37=EVIL|14=999", 16),
        ("=|11=EVIL|6", 11),  # as many equals signs as separators
        ("caf\xe9|11=EVIL", 13),  # bytes of UTF-8
        ("caf\xe9|11=EVIL", 12),  # characters, where the broker sends Latin-1
        ("|355=|354=9|355=", 16),
        ("x|43=Y", 6),
    ],
)
def test_bytes_do_not_become_tags(text: str, length: int) -> None:
    raw = BYTES.format(text=text, length=length).replace("|", "\x01")
    fields = fields_of(raw)
    assert {"11", "14", "37", "43", "6"} & set(fields) == set()
    inbound = Inbound("S1", raw)
    seen, _ = inbound.decode(FIX44)
    assert seen is not None
    assert (inbound.PossDup, seen.ClOrdID, seen.ExecID) == (False, "", "E1")
    assert (fields["32"], fields["31"], fields["10"], fields["58"]) == ("100", "1.25", "000", "a")


def test_a_separator_among_bytes_and_an_equals_sign_in_a_text_do_not_make_up_for_each_other() -> (
    None
):
    raw = "35=8|34=2|17=E1|39=1|58=a=b|150=F|354=3|355=x|y|10=000|".replace("|", "\x01")
    seen, why = Inbound("S1", raw).decode(FIX44)
    assert seen is not None, why
    assert (seen.kind, seen.ExecID, seen.Text) == (ReportKind.Trade, "E1", "a=b")


def test_a_wrong_length_of_bytes_hides_nothing_that_follows() -> None:
    raw = BYTES.format(text="abc", length=7)
    assert fields_of(raw.replace("|", "\x01"))["32"] == "100"


def test_an_equals_sign_in_a_value_belongs_to_it() -> None:
    assert report(f"{FILL}|58=a=b=|").Text == "a=b="
    assert report(f"{FILL}|58=a=b|").LastQty == 100


@pytest.mark.parametrize("text", ["+1.5", "-0.25", ".5", "7."])
def test_numbers_with_a_sign_or_a_bare_point(text: str) -> None:
    assert report(FILL.replace("31=1.25", f"31={text}")).LastPx == D(text)


@pytest.mark.parametrize("text", ["", "1.2.3", ".", "+", "--1", " 1", "1 ", "0x1"])
def test_what_is_nearly_a_number(text: str) -> None:
    broken = FILL.replace("31=1.25", f"31={text}|")
    if not text:
        assert report(broken).LastPx is None
        return
    with pytest.raises(Unreadable, match="LastPx"):
        report(broken)


def test_a_report_has_a_field_for_every_name() -> None:
    """Each field of a Report is read from the tag of its name: a new one needs no code here."""
    assert {"ClOrdID", "Text", "TradeDate"} <= set(TEXTS)
    assert {"OrderQty", "CumQty", "LastPx"} <= set(NUMBERS)
    for version in fixconfig.folders():
        assert set(TEXTS + NUMBERS) <= set(dialect(version).tags), version


def test_a_megabyte_is_no_value() -> None:
    """Free text is cut; an id that were cut might be taken for another's."""
    long = "x" * (1 << 20)

    def heard(text: str) -> tuple[Report | None, str]:
        raw = text.replace("|", "\x01") + "\x01"
        return Inbound("ALPHA", raw).decode(dialect("FIX.4.4"))

    seen, error = heard(f"{FILL}|58={long}|10=000")
    assert error == ""
    assert seen is not None
    assert (seen.ExecID, len(seen.Text), seen.Text[-4:]) == ("E1", 1000, "x...")
    assert heard(f"{FILL.replace('17=E1', f'17={long}')}|10=000") == (
        None,
        "tag 17 has 1,048,576 characters",
    )
    seen, _ = heard(f"{FILL}|9999={long}|10=000")
    assert seen is not None
    assert seen.ExecID == "E1"
