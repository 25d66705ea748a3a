"""The server of the web blotter: textual-serve, with a guard at its door and pages of our own.

textual-serve starts one blotter for each page that is open, with the key of the one user whom this
server is for. Whoever reaches it trades, so nobody may whom it does not know: neither from another
machine, nor from another site's page in this machine's browser.
"""

import asyncio
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
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door(NamedTuple):
    """Where it listens and who may come in. No `password` (a hash): whoever is on this machine."""

    user: str
    host: str = "127.0.0.1"
    port: int = 8000
    password: str = ""
    certificate: Path | None = None
    key: Path | None = None

    @property
    def url(self) -> str:
        """What one types into the browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"

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
        self._door, self._visitors = door, Visitors()

    async def app(self) -> web.Application:
        """The application with its guard."""
        app = await self._make_app()
        app.middlewares.append(self._guard)
        app.add_routes([web.get(LOGIN, self._ask), web.post(LOGIN, self._enter)])
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Say where it is."""
        self.console.print(f"the blotter of {self._door.user}: {self._door.url}", soft_wrap=True)

    def run(self) -> None:
        """Serve until it is stopped. OSError where the port is taken."""
        door = self._door
        tls = None
        if door.certificate and door.key:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(door.certificate, door.key)
        web.run_app(
            self.app(), host=door.host, port=door.port, ssl_context=tls, print=None, access_log=None
        )

    # ----------------------------------------------------------------------------------- guard

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let in whom the door knows; nobody else gets a page, a picture or a blotter."""
        self._same_site(request)
        if request.path == LOGIN or self._knows(request):
            return await handler(request)
        if request.path == "/":
            raise web.HTTPFound(LOGIN)
        raise web.HTTPForbidden(text="log in first")

    def _knows(self, request: web.Request) -> bool:
        return not self._door.password or self._visitors.known(request.cookies.get(COOKIE, ""))

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
        given = str((await request.post()).get("password", ""))
        if wait := self._visitors.wait(address):
            return self._login(f"too many wrong ones: wait {wait:.0f} s", 429)
        self._visitors.tries(address)
        if known and not await asyncio.to_thread(matches, given, known):
            return self._login("that is not the password", 403)
        self._visitors.right(address)
        answer = web.HTTPFound("/")
        secure = request.secure or request.headers.get("X-Forwarded-Proto") == "https"
        answer.set_cookie(
            COOKIE, self._visitors.welcome(), max_age=int(LASTS), httponly=True, samesite="Strict",
            secure=secure,
        )  # fmt: skip
        raise answer

    def _login(self, said: str, status: int = 200) -> web.StreamResponse:
        page = (PAGES / "login.html").read_text("utf-8")
        page = page.replace("{{ user }}", self._door.user).replace("{{ said }}", said)
        return web.Response(text=page, content_type="text/html", status=status)
