"""quickfix reads the generated dictionary and lets every report through."""

import pytest
import quickfix as fix

import fixconfig
from tests.fixconfig import samples


@pytest.fixture(scope="module")
def permissive() -> fix.DataDictionary:
    return samples.dictionary()


def _validate(text: str, dictionary: fix.DataDictionary) -> str:
    message = fix.Message(samples.wire(text), dictionary, True)
    dictionary.validate(message)
    return str(message.toString().replace("\x01", "|"))


def test_version_is_read(permissive: fix.DataDictionary) -> None:
    assert permissive.getVersion() == fixconfig.dialect("FIX.4.4")["begin_string"]


def test_an_order_passes_with_its_groups_whole(permissive: fix.DataDictionary) -> None:
    read = _validate(samples.ORDER, permissive)
    assert "|453=2|448=A|447=D|452=1|448=B|447=D|452=3|" in read


def test_an_order_must_have_what_we_promise(permissive: fix.DataDictionary) -> None:
    with pytest.raises(fix.RequiredTagMissing):
        _validate(samples.ORDER.replace("54=1|", ""), permissive)


@pytest.mark.parametrize("body", samples.EXOTIC.values(), ids=samples.EXOTIC.keys())
def test_an_exotic_report_passes(body: str, permissive: fix.DataDictionary) -> None:
    _validate("35=8|" + samples.HEADER + body, permissive)


def test_a_cancel_reject_passes(permissive: fix.DataDictionary) -> None:
    _validate(samples.CANCEL_REJECT, permissive)
    _validate("35=9|" + samples.HEADER + "39=ZZ|58=|", permissive)


def test_rejects_pass_whatever_they_lack(permissive: fix.DataDictionary) -> None:
    _validate("35=3|" + samples.HEADER + "58=|", permissive)
    _validate("35=j|" + samples.HEADER + "45=|58=|", permissive)


def test_a_group_in_the_header_passes(permissive: fix.DataDictionary) -> None:
    _validate("35=8|" + samples.HEADER + "627=2|628=A|628=B|" + samples.FILL, permissive)


def test_text_in_bytes_may_hold_the_separator(permissive: fix.DataDictionary) -> None:
    read = _validate("35=8|" + samples.HEADER + samples.FILL + "354=3|355=a|b|", permissive)
    assert "|354=3|355=a|b|" in read


def test_the_settings_are_needed() -> None:
    """A control: with quickfix's own defaults the same dictionary refuses such reports."""
    strict = fix.DataDictionary(samples.dictionary_file())
    report = "35=8|" + samples.HEADER
    with pytest.raises(fix.InvalidTagNumber):
        _validate(report + samples.EXOTIC["a broker's own tag"], strict)
    with pytest.raises(fix.NoTagValue):
        _validate(report + samples.EXOTIC["empty Text"], strict)


def test_what_no_setting_lets_through(permissive: fix.DataDictionary) -> None:
    """Why groups.toml is long: a repeated tag outside a known group is always refused."""
    with pytest.raises(fix.RepeatedTag):
        _validate("35=8|" + samples.HEADER + samples.FILL + "7001=a|7001=b|", permissive)
