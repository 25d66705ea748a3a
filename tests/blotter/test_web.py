"""Who may open the web blotter, and from where."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientConnectorError, ClientError, ClientSession, web
from aiohttp.test_utils import TestClient, TestServer
from typer.testing import CliRunner

from blotter.web.login import LASTS, PAUSE, Visitors, hashed, matches
from blotter.web.server import Door, WebBlotter
from tradeoms.cli import app
from tradeoms.config import BadConfig, load
from tradeoms.demo.files import free_ports
from tradeoms.fix.tls import make

PAPERS = Path("us.crt"), Path("us.key")
HASH = hashed("correct horse")
EVIL = {"Origin": "https://evil.example"}


class Clock:
    """Time that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def visiting(door: Door, clock: Clock | None = None) -> AsyncIterator[TestClient]:
    """A browser that has not been here before."""
    server = WebBlotter(("true",), door)
    if clock is not None:
        server._visitors = Visitors(clock)
    async with TestClient(TestServer(await server.app())) as client:
        client.door = server._door
        yield client


async def enter(client: TestClient, password: str) -> int:
    answer = await client.post("/login", data={"password": password}, allow_redirects=False)
    return answer.status


def test_beyond_this_machine_a_login_and_a_certificate_are_needed() -> None:
    for host in ("127.0.0.1", "::1", "localhost", "127.0.0.2"):
        assert Door("tom", host).missing == []
    for host in ("0.0.0.0", "::", "192.0.2.7", "desk.example"):
        assert [line.rpartition(" and ")[2] for line in Door("tom", host).missing] == [
            "web.passwords.tom: is missing",
            "web.certificate, web.key: are missing",
        ]
        assert len(Door("tom", host, 8000, HASH).missing) == 1
        assert Door("tom", host, 8000, HASH, *PAPERS).missing == []


async def test_here_whoever_was_told_the_address_may_but_no_other_site() -> None:
    async with visiting(Door("tom")) as client:
        address = client.door.address
        assert address.startswith("http://127.0.0.1:8000/?token=")
        for way in ("/", "/?token=", "/?token=guess", "/?token=%C3%A9"):
            answer = await client.get(way, allow_redirects=False)
            assert (answer.status, answer.headers["Location"]) == (302, "/login"), way
        assert (await client.get("/ws")).status == 403
        answer = await client.get(address.removeprefix("http://127.0.0.1:8000"))
        page = await answer.text()
        assert str(answer.url.relative()) == "/"  # the token is not in what the browser keeps
        assert "tradeoms blotter of tom" in page
        assert "https://" not in page  # it asks no other machine for anything
        for headers in (EVIL, {"Host": "evil.example"}):
            for path in ("/", "/ws"):
                assert (await client.get(path, headers=headers)).status == 403
        assert (await client.get("/static/js/textual.js")).status == 200


async def test_with_a_password_nothing_is_shown_before_it_is_given() -> None:
    async with visiting(Door("tom", password=HASH)) as client:
        answer = await client.get("/", allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (302, "/login")
        for path in ("/ws", "/static/js/textual.js", "/download/x"):
            assert (await client.get(path)).status == 403
        assert (await client.post("/login", data={}, headers=EVIL)).status == 403
        assert await enter(client, "correct horsf") == 403
        assert await enter(client, "correct horse") == 302
        page = await client.get("/")
        assert "textual-terminal" in await page.text()


async def test_who_guesses_has_to_wait() -> None:
    clock = Clock()
    async with visiting(Door("tom", password=HASH), clock) as client:
        assert [await enter(client, "guess") for _ in range(4)] == [403, 403, 403, 429]
        assert await enter(client, "correct horse") == 429
        clock.now += PAUSE + 1
        assert await enter(client, "correct horse") == 302
        clock.now += LASTS + 1
        answer = await client.get("/", allow_redirects=False)
        assert answer.status == 302


async def test_guesses_at_the_same_time_are_counted_too() -> None:
    async with visiting(Door("tom", password=HASH)) as client:
        found = await asyncio.gather(*(enter(client, f"guess {n}") for n in range(9)))
        assert sorted(found) == [403] * 3 + [429] * 6


async def test_who_knows_the_password_may_say_it_often() -> None:
    async with visiting(Door("tom", password=HASH), Clock()) as client:
        assert [await enter(client, "correct horse") for _ in range(5)] == [302] * 5
        assert await enter(client, "guess") == 403


async def test_the_token_may_be_typed_too_and_is_another_one_each_time() -> None:
    async with visiting(Door("tom")) as client:
        assert await enter(client, "anything") == 403
        assert await enter(client, client.door.token) == 302
    doors = [WebBlotter(("true",), Door("tom"))._door for _ in range(2)]
    assert doors[0].token != doors[1].token
    assert len(doors[0].token) > 40


async def test_where_there_is_a_password_no_token_opens() -> None:
    async with visiting(Door("tom", password=HASH)) as client:
        door = client.door
        assert "token" not in door.address
        answer = await client.get(f"/?token={door.token}", allow_redirects=False)
        assert answer.headers["Location"] == "/login"
        assert await enter(client, door.token) == 403


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\nbroken"),
        ("multipart/form-data; boundary=b",
         b'--b\r\nContent-Disposition: form-data; name="password"; filename="f"\r\n\r\nx\r\n--b--'),
        ("application/x-www-form-urlencoded; charset=nope", b"password=x"),
        ("application/x-www-form-urlencoded", b"password=\xff\xfe"),
        ("application/x-www-form-urlencoded; charset=utf-7", b"password=+2AA-"),
    ],
)  # fmt: skip
async def test_a_body_that_is_no_form_is_refused(kind: str, body: bytes) -> None:
    async with visiting(Door("tom", password=HASH)) as client:
        answer = await client.post("/login", data=body, headers={"Content-Type": kind})
        assert answer.status == 400, await answer.text()


def test_who_came_and_who_guessed_long_ago_is_forgotten() -> None:
    clock = Clock()
    visitors = Visitors(clock)
    first = visitors.welcome()
    visitors.tries("a")
    clock.now += LASTS + 1
    second = visitors.welcome()
    visitors.tries("b")
    assert (list(visitors._until), list(visitors._wrong)) == ([second], ["b"])
    assert not visitors.known(first)


async def test_where_others_reach_it_it_speaks_tls_and_nothing_else(tmp_path: Path) -> None:
    make(tmp_path, ("us",), ("desk",))
    (port,) = free_ports(1)
    papers = tmp_path / "desk.crt", tmp_path / "desk.key"
    door = Door("tom", "0.0.0.0", port, HASH, *papers)
    assert door.missing == []
    assert door.tls.minimum_version is ssl.TLSVersion.TLSv1_2
    runner = web.AppRunner(await WebBlotter(("true",), door).app())
    await runner.setup()
    await web.TCPSite(runner, door.host, port, ssl_context=door.tls).start()
    ours = ssl.create_default_context(cafile=str(tmp_path / "authority.crt"))
    ours.check_hostname = False
    url = f"https://127.0.0.1:{port}/login"
    try:
        async with ClientSession() as client:
            async with client.get(url, ssl=ours) as answer:
                assert (answer.status, "Password of tom" in await answer.text()) == (200, True)
            async with client.post(
                url, ssl=ours, data={"password": "correct horse"}, allow_redirects=False
            ) as answer:
                assert answer.cookies["tradeoms"]["secure"]
            with pytest.raises(ClientConnectorError):  # a stranger's certificate
                await client.get(url, ssl=ssl.create_default_context())
            with pytest.raises(ClientError):  # not encrypted
                await client.get(url.replace("https", "http"))
    finally:
        await runner.cleanup()


def test_a_password_is_kept_as_a_hash_that_the_configuration_takes(tmp_path: Path) -> None:
    typed = "long enough\nlong enough\n"
    done = CliRunner().invoke(app, ["keys", "password", "tom"], input=typed)
    line = done.stdout.strip().splitlines()[-1]
    file = tmp_path / "tradeoms.toml"
    file.write_text(f"[web.passwords]\n{line}\n")
    assert matches("long enough", load(file).web.passwords["tom"])
    file.write_text('[web.passwords]\ntom = "long enough"\n')
    with pytest.raises(BadConfig, match=r"web\.passwords\.tom"):
        load(file)
    short = CliRunner().invoke(app, ["keys", "password", "tom"], input="short\nshort\n")
    assert (short.exit_code, "at least 8" in short.output) == (2, True)


def test_an_open_door_is_refused_with_every_reason(tmp_path: Path) -> None:
    file = tmp_path / "tradeoms.toml"
    file.write_text('[bus]\ninsecure = true\n[web]\nhost = "0.0.0.0"\n')
    done = CliRunner().invoke(app, ["blotter", "--web", "-u", "tom", "-c", str(file)])
    assert done.exit_code == 2
    assert "web.passwords.tom: is missing" in done.output
    assert "web.certificate, web.key: are missing" in done.output
