"""TLS both ways: each side proves who it is, and a stranger is refused on either."""

import socket
import ssl
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from simulators.tunnel import Papers, Tunnel
from tests.fix.counterparty import Counterparty, listening
from tests.fix.office import trading
from tests.simulators.bench import CLOSES_CSV, broker, settings
from tests.simulators.client import serving
from tradeoms.demo.files import free_ports
from tradeoms.fix import tls, trouble
from tradeoms.fix.tls import BadName, NoOpenssl, Tls, make
from tradeoms.model import events as e


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two authorities: `good` signed us and the broker, `bad` signed impostors of both."""
    folder = tmp_path_factory.mktemp("tls")
    for name in ("good", "bad"):
        make(folder / name, ("us", "client"), ("broker",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tls, "DAYS", -1)
        make(folder / "good", ("old-us",), ("old-broker",))
    return folder


@contextmanager
def secured(
    broker: Counterparty, port: int, store: Path, folder: Path, trusts: Path, name: str = "broker"
) -> Iterator[None]:
    """The broker behind TLS: shows a certificate, and asks for ours."""
    (far,) = free_ports(1)
    papers = Papers(folder / f"{name}.crt", folder / f"{name}.key", trusts / "authority.crt")
    with listening(broker, far, store):
        tunnel = Tunnel(port, far, papers)
        try:
            yield
        finally:
            tunnel.close()


def ours(folder: Path, trusts: Path, certificate: str = "us", name: str = "") -> Tls:
    shown = folder / f"{certificate}.crt", folder / f"{certificate}.key"
    return Tls(trusts / "authority.crt", *shown, name)


def test_a_session_over_tls(papers: Path, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    good, broker = papers / "good", Counterparty()
    with (
        secured(broker, port, tmp_path / "b", good, good),
        trading(tmp_path, port, tls=ours(good, good)) as office,
    ):
        office.until(e.SessionChanged, up=True)
        broker.report("1")
        office.until(e.ReportUnmatched)
        broker.engine.logout()
        office.until(e.SessionChanged, up=False)
        broker.engine.logon()
        office.until(e.SessionChanged, up=True)


def test_a_simulated_broker_speaks_tls_beside_a_plain_one(papers: Path, tmp_path: Path) -> None:
    (tmp_path / "closes.csv").write_text(CLOSES_CSV)
    secure, plain = free_ports(2)
    make(papers / "good", (), ("ALPHA",))
    brokers = (
        replace(broker("ack_fill", port=secure), tls=papers / "good"),
        broker("ack_fill", name="BRAVO", port=plain),
    )
    market = settings(*brokers, home=tmp_path)
    with serving(market):
        tls_files = ours(papers / "good", papers / "good")
        with trading(tmp_path / "us", secure, tls=tls_files) as office:
            office.until(e.SessionChanged, up=True)


REFUSED = {
    "an impostor": (
        "bad",
        "broker",
        "good",
        "us",
        "",
        "unable to get local issuer certificate",
    ),
    "unknown to the broker": (
        "good",
        "broker",
        "bad",
        "us",
        "",
        "it may not accept our certificate",
    ),
    "out of date": ("good", "old-broker", "good", "us", "", "certificate has expired"),
    "ours is out of date": (
        "good",
        "broker",
        "good",
        "old-us",
        "",
        "it may not accept our certificate",
    ),
    "another name": ("good", "broker", "good", "us", "alpha", "not valid for 'alpha'"),
}


@pytest.mark.parametrize(
    ("theirs", "shown", "mine", "certificate", "name", "why"), REFUSED.values(), ids=REFUSED
)
def test_a_wrong_certificate_is_refused_and_told(
    papers: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    theirs: str,
    shown: str,
    mine: str,
    certificate: str,
    name: str,
    why: str,
) -> None:
    """By the side that it is shown to; a person reads why, and no word of FIX was heard."""
    (port,) = free_ports(1)
    monkeypatch.setattr(trouble, "QUIET", 2.0)
    broker, good = Counterparty(), papers / "good"
    with (
        secured(broker, port, tmp_path / "b", papers / theirs, good, shown),
        trading(tmp_path, port, tls=ours(papers / mine, good, certificate, name)) as office,
    ):
        told = office.until(e.AlertRaised, kind="no logon")
        assert why in told.event.text
        assert not broker.heard


def test_the_name_agreed_on_is_the_certificate_s(papers: Path, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    good = papers / "good"
    with (
        secured(Counterparty(), port, tmp_path / "b", good, good),
        trading(tmp_path, port, tls=ours(good, good, name="broker")) as office,
    ):
        office.until(e.SessionChanged, up=True)


def test_who_shows_no_certificate_is_not_heard(papers: Path, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    good, broker = papers / "good", Counterparty()
    bare = ssl.create_default_context(cafile=str(good / "authority.crt"))
    with secured(broker, port, tmp_path / "b", good, good):
        assert _answer(port, bare) == b""
        bare.load_cert_chain(good / "us.crt", good / "us.key")
        assert _answer(port, bare).startswith(b"8=FIX.4.4\x01")
    assert len(broker.heard) == 1


def _answer(port: int, context: ssl.SSLContext) -> bytes:
    """What the broker says to a Logon; nothing where it hangs up."""
    now = f"{datetime.now(UTC):%Y%m%d-%H:%M:%S}"
    logon = f"35=A|34=1|49=TRADEOMS|52={now}|56=ALPHA|98=0|108=30|".replace("|", "\x01")
    text = f"8=FIX.4.4\x019={len(logon)}\x01{logon}"
    sealed = f"{text}10={sum(text.encode()) % 256:03d}\x01".encode()
    try:
        with (
            socket.create_connection(("127.0.0.1", port), 20) as line,
            context.wrap_socket(line, server_hostname="broker") as secure,
        ):
            secure.sendall(sealed)
            return secure.recv(4096)
    except OSError:
        return b""


def test_another_client_of_the_same_authority_does_not_pass_for_the_broker(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (port,) = free_ports(1)
    monkeypatch.setattr(trouble, "QUIET", 2.0)
    good, impostor = papers / "good", Counterparty()
    with (
        secured(impostor, port, tmp_path / "b", good, good, "client"),
        trading(tmp_path, port, tls=ours(good, good)) as office,
    ):
        told = office.until(e.AlertRaised, kind="no logon")
        assert told.event.text.startswith("cannot log on: TLS to 127.0.0.1")
        assert not impostor.heard


def test_who_speaks_plain_text_is_not_heard(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (port,) = free_ports(1)
    monkeypatch.setattr(trouble, "QUIET", 2.0)
    good, broker = papers / "good", Counterparty()
    with (
        secured(broker, port, tmp_path / "b", good, good),
        trading(tmp_path, port) as office,
    ):
        office.until(e.AlertRaised, kind="no logon")
        assert not broker.heard


def test_what_is_made_is_kept_and_private(papers: Path, tmp_path: Path) -> None:
    made = make(tmp_path / "t", ("us",))
    assert [path.name for path in made] == ["authority.crt", "authority.key", "us.crt", "us.key"]
    for path in made:
        private = stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
        assert private is (path.suffix == ".key")
    before = {path: path.read_bytes() for path in made}
    more = make(tmp_path / "t", ("us",), ("broker",))
    assert [path.name for path in more] == ["broker.crt", "broker.key"]
    assert {path: path.read_bytes() for path in made} == before
    ca, others = tmp_path / "t/authority.crt", [*tmp_path.glob("t/[ub]*.crt")]
    for purpose, wanted in (
        ((), 2),
        (("-purpose", "sslclient"), 1),
        (("-purpose", "sslserver"), 1),
    ):
        check = ["openssl", "verify", *purpose, "-CAfile", ca, *others]
        assert (
            subprocess.run(check, capture_output=True, check=False).stdout.count(b": OK") == wanted
        )


@pytest.mark.parametrize("name", ["../x", "", ".", "a/b", "authority", "-x"])
def test_a_name_is_a_file_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadName):
        make(tmp_path, (name,))
    assert list(tmp_path.iterdir()) == []


def test_without_openssl_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls.shutil, "which", lambda _: None)
    with pytest.raises(NoOpenssl, match="no command openssl"):
        make(tmp_path / "t", ("us",))
