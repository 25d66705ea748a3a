"""The server of the web blotter: textual-serve, with a guard at its door and pages of our own.

textual-serve starts one blotter for each page that is open, with the key of the one user whom this
server is for. Whoever reaches it trades, so nobody may whom it does not know: neither from another
machine, nor from another site's page in this machine's browser.
"""

import asyncio
import hmac
import secrets
import shlex
import ssl
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.server import Server

from blotter.web.login import LASTS, Visitors, matches

PAGES = Path(__file__).parent
COOKIE = "tradeoms"
LOGIN = "/login"
FORM = "application/x-www-form-urlencoded"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door(NamedTuple):
    """Where it listens and who may come in. No `password` (a hash): whoever has the `token`, which
    is another one each time, and in the address that the person is told.
    """

    user: str
    host: str = "127.0.0.1"
    port: int = 8000
    password: str = ""
    certificate: Path | None = None
    key: Path | None = None
    token: str = ""

    @property
    def address(self) -> str:
        """What one types into the browser first: where there is no password, with the token."""
        return self.url if self.password else f"{self.url}/?token={self.token}"

    @property
    def url(self) -> str:
        """Where it is."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"

    @property
    def tls(self) -> ssl.SSLContext | None:
        """How it is encrypted; None where no certificate is given."""
        if not self.certificate or not self.key:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificate, self.key)
        return context

    @property
    def missing(self) -> list[str]:
        """Why it may not be opened: what listens beyond this machine needs a login, encrypted."""
        if loopback(self.host):
            return []
        found = [] if self.password else [f"web.passwords.{self.user}: is missing"]
        found += [] if self.certificate and self.key else ["web.certificate, web.key: are missing"]
        return [f"web.host = {self.host!r}: other machines can reach it, and {f}" for f in found]


def loopback(host: str) -> bool:
    """Whether a name or address is this machine's own."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class WebBlotter(Server):
    """`command` starts the blotter of one page."""

    def __init__(self, command: Sequence[str], door: Door) -> None:
        title = f"tradeoms blotter of {door.user}"
        super().__init__(
            shlex.join(command), door.host, door.port, title, door.url, templates_path=PAGES
        )
        self._door, self._visitors = with_token(door), Visitors()

    async def app(self) -> web.Application:
        """The application with its guard."""
        app = await self._make_app()
        app.middlewares.append(self._guard)
        app.add_routes([web.get(LOGIN, self._ask), web.post(LOGIN, self._enter)])
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Say where it is."""
        self.console.print(
            f"the blotter of {self._door.user}: {self._door.address}", soft_wrap=True
        )

    def run(self) -> None:
        """Serve until it is stopped. OSError where the port is taken."""
        door = self._door
        web.run_app(
            self.app(),
            host=door.host,
            port=door.port,
            ssl_context=door.tls,
            print=None,
            access_log=None,
        )

    # ----------------------------------------------------------------------------------- guard

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let in whom the door knows; nobody else gets a page, a picture or a blotter."""
        self._same_site(request)
        if request.path == LOGIN or self._knows(request):
            return await handler(request)
        if request.path == "/":
            self._token(request)
            raise web.HTTPFound(LOGIN)
        raise web.HTTPForbidden(text="log in first")

    def _knows(self, request: web.Request) -> bool:
        return self._visitors.known(request.cookies.get(COOKIE, ""))

    def _token(self, request: web.Request) -> None:
        """Let in whoever came by the address that the person was told; then it is that of the page."""
        if not self._door.password and self._opens(request.query.get("token", "")):
            raise self._welcome(request)

    def _opens(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self._door.token.encode())

    def _same_site(self, request: web.Request) -> None:
        """Refuse what another site's page asks for, also under a name that it made ours."""
        origin = request.headers.get("Origin", "")
        if origin and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(text=f"not from {origin}")
        if not self._door.password and not loopback(urlsplit(f"//{request.host}").hostname or ""):
            raise web.HTTPForbidden(text=f"{request.host} is not a name of this machine")

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        """The page that asks for the password."""
        return self._login("")

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        """A password, right or wrong."""
        address, known = request.remote or "", self._door.password
        given = await _given(request)
        if wait := self._visitors.wait(address):
            return self._login(f"too many wrong ones: wait {wait:.0f} s", 429)
        self._visitors.tries(address)
        right = await asyncio.to_thread(matches, given, known) if known else self._opens(given)
        if not right:
            return self._login(f"that is not the {self._secret}", 403)
        self._visitors.right(address)
        raise self._welcome(request)

    def _welcome(self, request: web.Request) -> web.HTTPFound:
        """To the page, with a cookie of one's own."""
        answer = web.HTTPFound("/")
        secure = request.secure or request.headers.get("X-Forwarded-Proto") == "https"
        answer.set_cookie(
            COOKIE, self._visitors.welcome(), max_age=int(LASTS), httponly=True, samesite="Strict",
            secure=secure,
        )  # fmt: skip
        return answer

    @property
    def _secret(self) -> str:
        return "password" if self._door.password else "token"

    def _login(self, said: str, status: int = 200) -> web.StreamResponse:
        page = (PAGES / "login.html").read_text("utf-8")
        page = page.replace("{{ user }}", self._door.user).replace("{{ said }}", said)
        page = page.replace("{{ secret }}", self._secret.capitalize())
        return web.Response(text=page, content_type="text/html", status=status)


def with_token(door: Door) -> Door:
    """The door with a token nobody knows yet."""
    return door._replace(token=secrets.token_urlsafe(32))


async def _given(request: web.Request) -> str:
    """What was typed; a body that is no form of ours is refused."""
    if request.content_type != FORM:
        raise web.HTTPBadRequest(text=f"Content-Type {request.content_type}: must be {FORM}")
    try:
        given = str((await request.post()).get("password", ""))
        given.encode()
    except (ValueError, LookupError) as error:  # another character set, or bytes that are none
        raise web.HTTPBadRequest(text="password: is no text") from error
    return given
