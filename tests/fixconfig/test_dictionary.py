"""quickfix reads the generated dictionary and lets every report through."""

import pytest
import quickfix as fix

import fixconfig
from tests.fixconfig import samples


@pytest.fixture(scope="module", params=samples.VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def permissive(version: str) -> fix.DataDictionary:
    return samples.dictionary(version)


def _validate(text: str, dictionary: fix.DataDictionary, version: str = "FIX.4.4") -> str:
    transport = samples.transport(version)
    message = fix.Message(samples.wire(text, version), *transport, dictionary, True)
    # A session's own dictionary is asked by the engine only: tests/fixconfig/test_session.py.
    dictionary.validate(message, bool(transport))
    return str(message.toString().replace("\x01", "|"))


def test_version_is_read(version: str) -> None:
    names = {"FIX.4.2": "FIX.4.2", "FIX.4.4": "FIX.4.4", "FIX.5.0SP2": "FIX.5.0"}
    assert samples.dictionary(version).getVersion() == names[version]
    for own in samples.transport(version):
        assert own.getVersion() == samples.begin_string(version) == "FIXT.1.1"


def test_an_order_passes_with_its_groups_whole(version: str) -> None:
    read = _validate(samples.order(version), samples.dictionary(version), version)
    assert ("|" + samples.PARTIES in read) == (version != "FIX.4.2")


def test_an_order_must_have_what_we_promise(version: str, permissive: fix.DataDictionary) -> None:
    with pytest.raises(fix.RequiredTagMissing):
        _validate(samples.order(version).replace("54=1|", ""), permissive, version)


@pytest.mark.parametrize("body", samples.EXOTIC.values(), ids=samples.EXOTIC.keys())
def test_an_exotic_report_passes(body: str, permissive: fix.DataDictionary, version: str) -> None:
    _validate("35=8|" + samples.HEADER + body, permissive, version)


def test_a_cancel_reject_passes(permissive: fix.DataDictionary, version: str) -> None:
    _validate(samples.CANCEL_REJECT, permissive, version)
    _validate("35=9|" + samples.HEADER + "39=ZZ|58=|", permissive, version)


def test_rejects_pass_whatever_they_lack(permissive: fix.DataDictionary, version: str) -> None:
    if not samples.transport(version):
        _validate("35=3|" + samples.HEADER + "58=|", permissive, version)
    _validate("35=j|" + samples.HEADER + "45=|58=|", permissive, version)


def test_a_group_in_the_header_passes(permissive: fix.DataDictionary, version: str) -> None:
    text = "35=8|" + samples.HEADER + "627=2|628=A|628=B|" + samples.FILL
    _validate(text, permissive, version)


@pytest.mark.parametrize(
    "data",
    [
        *("95=-1|96=a|", "93=-1|89=a|", "212=-5|213=x|", "354=99|355=a|", "618=-1|619=a|"),
        # One that is believed to the end of memory ends the whole process.
        *("354=2147483647|355=a|", "354=|355=a|", "95=x|96=a|", "212=99999999999999999999|213=x|"),
    ],
)
def test_a_length_is_not_believed(permissive: fix.DataDictionary, version: str, data: str) -> None:
    """quickfix would read as many bytes as a broker says, and die."""
    types = [file.read_text() for file in fixconfig.path(version).glob("*.xml")]
    assert 'type="DATA"' not in "".join(types), "quickfix would end this process"
    read = _validate("35=8|" + samples.HEADER + samples.FILL + data, permissive, version)
    for pair in data.split("|"):
        assert pair in read


def test_bytes_with_the_separator_are_read_as_fields(
    permissive: fix.DataDictionary, version: str
) -> None:
    """The price of it: such a message is not understood, and a person gets it to read."""
    with pytest.raises(fix.InvalidMessage):
        _validate("35=8|" + samples.HEADER + samples.FILL + "354=3|355=a|b|", permissive, version)


def test_the_settings_are_needed() -> None:
    """A control: with quickfix's own defaults the same dictionary refuses such reports."""
    strict = fix.DataDictionary(samples.dictionary_file())
    report = "35=8|" + samples.HEADER
    with pytest.raises(fix.InvalidTagNumber):
        _validate(report + samples.EXOTIC["a broker's own tag"], strict)
    with pytest.raises(fix.NoTagValue):
        _validate(report + samples.EXOTIC["empty Text"], strict)


def test_what_no_setting_lets_through(permissive: fix.DataDictionary, version: str) -> None:
    """Why groups.toml is long: a repeated tag outside a known group is always refused."""
    text = "35=8|" + samples.HEADER + samples.FILL + "7001=a|7001=b|"
    with pytest.raises(fix.RepeatedTag):
        _validate(text, permissive, version)


def test_what_follows_a_group_is_not_taken_into_it(
    permissive: fix.DataDictionary, version: str
) -> None:
    """An allocation's orders are not a list's: side, symbol and accounts come after them."""
    answer = "70=A1|73=2|11=C1|11=C2|54=1|55=VOD|78=1|79=ACC|80=5|87=3|75=20260302|60=x|"
    read = fix.Message(
        samples.wire("35=J|" + samples.HEADER + answer, version),
        *samples.transport(version),
        permissive,
        False,
    )
    assert (read.getField(54), read.getField(55), read.getField(78)) == ("1", "VOD", "1")
    orders = fix.Group(73, 11)
    read.getGroup(2, orders)
    assert (orders.getField(11), orders.isSetField(54)) == ("C2", False)
