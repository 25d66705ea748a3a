"""TLS both ways: each side proves who it is, and a stranger is refused on either."""

import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fix.counterparty import Counterparty, listening
from tests.fix.office import trading
from tests.simulators.bench import CLOSES_CSV, broker, settings
from tests.simulators.client import free_ports, serving
from tradeoms.fix import tls, trouble
from tradeoms.fix.tls import BadName, NoOpenssl, Tls, make
from tradeoms.model import events as e


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two authorities: `good` signed us and the broker, `bad` signed impostors of both."""
    folder = tmp_path_factory.mktemp("tls")
    for name in ("good", "bad"):
        make(folder / name, ("us", "client"), ("broker",))
    return folder


def server(folder: Path, trusts: Path, name: str = "broker") -> dict[str, str]:
    """The broker's side: shows its certificate, and asks for ours."""
    return {
        "ServerCertificateFile": str(folder / f"{name}.crt"),
        "ServerCertificateKeyFile": str(folder / f"{name}.key"),
        "CertificationAuthoritiesFile": str(trusts / "authority.crt"),
        "CertificateVerifyLevel": "1",
    }


def ours(folder: Path, trusts: Path) -> Tls:
    return Tls(trusts / "authority.crt", folder / "us.crt", folder / "us.key")


def test_a_session_over_tls(papers: Path, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    good, broker = papers / "good", Counterparty()
    with (
        listening(broker, port, tmp_path / "b", **server(good, good)),
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


@pytest.mark.parametrize(
    ("theirs", "mine", "why"),
    [
        pytest.param("bad", "good", "TLS to 127.0.0.1", id="an impostor"),
        pytest.param("good", "bad", "", id="unknown to the broker"),
    ],
)
def test_a_wrong_certificate_is_refused_and_told(
    papers: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    theirs: str,
    mine: str,
    why: str,
) -> None:
    (port,) = free_ports(1)
    monkeypatch.setattr(trouble, "QUIET", 2.0)
    broker = Counterparty()
    side = server(papers / theirs, papers / "good")
    with (
        listening(broker, port, tmp_path / "b", **side),
        trading(tmp_path, port, tls=ours(papers / mine, papers / "good")) as office,
    ):
        told = office.until(e.AlertRaised, kind="no logon")
        assert told.event.text.startswith(f"cannot log on: {why}")
        assert not broker.heard


def test_another_client_of_the_same_authority_does_not_pass_for_the_broker(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (port,) = free_ports(1)
    monkeypatch.setattr(trouble, "QUIET", 2.0)
    good, impostor = papers / "good", Counterparty()
    with (
        listening(impostor, port, tmp_path / "b", **server(good, good, "client")),
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
        listening(broker, port, tmp_path / "b", **server(good, good)),
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
