"""Requests to the HR platform: signed in, repeated where that may help, with limits of size and time.

The interface (OAuth 2 client credentials) is described in ``docs/hr-platform.openapi.json``.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self

import httpx
import tenacity

from employment_warehouse.contract import PlatformResource, Words, reasons
from employment_warehouse.errors import UserError
from employment_warehouse.hr_platform.order import is_sorted
from employment_warehouse.hr_platform.pages import Page, PageBroken, parse_page

ATTEMPTS = 6
PAGE_SECONDS = 30.0
PAGE_BYTES = 64 * 1024 * 1024
PAGE_ITEMS = 100_000
LONGEST_WAIT = 120.0
TOO_MANY_REQUESTS = 429
COMPRESSIONS = ("gzip", "x-gzip", "deflate")
GZIP_OR_ZLIB = 47
TOKEN = re.compile(r"[!-~]{1,16384}")


class PlatformFault(UserError):
    """The HR platform did not give a complete and ordered response; nothing of this reading was ingested."""

    def __init__(self, code: str, where: str, **values: object) -> None:
        words = reasons().platform
        super().__init__(
            str(words.faults[code].filled(**values)),
            code=code,
            where=where,
            expected=str(words.expected),
            todo=str(words.todo),
        )


class CursorExpired(Exception):
    """The platform no longer knows a cursor (410)."""


class _TryAgain(Exception):
    """A request that may succeed the next time; ``seconds`` is how long the server wants us to wait, if it says so."""

    def __init__(self, code: str, seconds: float | None = None, **values: object) -> None:
        super().__init__(code)
        self.why = reasons().platform.responses[code].filled(**values)
        self.seconds = seconds


def _wait(state: tenacity.RetryCallState) -> float:
    """The server's own Retry-After, else an exponential wait with jitter; seconds."""
    fault = state.outcome.exception() if state.outcome else None
    if isinstance(fault, _TryAgain) and fault.seconds is not None:
        return fault.seconds
    return float(tenacity.wait_exponential_jitter(multiplier=0.2, max=20)(state))


@dataclass
class Requests:
    """A signed-in client of one HR platform. Use as a context manager: it holds connections.

    base_url: without a closing slash. read_seconds: from `start_clock` on, with every repetition and wait.
    page_seconds: for one response, from the request to its last byte.
    """

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    read_seconds: float
    page_seconds: float = PAGE_SECONDS

    def __post_init__(self) -> None:
        self._token: str | None = None
        self.start_clock()
        # Asynchronous, because only there a time limit holds for a response that arrives byte by byte.
        self._loop = asyncio.Runner()
        self._http = httpx.AsyncClient(
            base_url=self.base_url,
            timeout=httpx.Timeout(self.page_seconds, connect=5.0),
            follow_redirects=False,
            headers={"Accept-Encoding": "identity"},  # a proxy may compress responses nevertheless
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run(self._http.aclose())
        self._loop.close()

    def start_clock(self) -> None:
        """Let the time for all pages of a resource begin now."""
        self._deadline = time.monotonic() + self.read_seconds

    def page(self, resource: PlatformResource, since: datetime, cursor: str | None) -> Page:
        """The page at a cursor (None: the first). Raises CursorExpired, PlatformFault."""
        parameters = {"updated_since": since.isoformat(), "limit": str(resource.page_items)}
        if cursor is not None:
            parameters["cursor"] = cursor
        left = self._deadline - time.monotonic()
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((_TryAgain, httpx.HTTPError)),
            stop=tenacity.stop_any(tenacity.stop_after_attempt(ATTEMPTS), tenacity.stop_before_delay(max(left, 0.001))),
            wait=_wait,
        )
        try:
            return retrying(lambda: self._loop.run(self._ask(resource, parameters)))
        except tenacity.RetryError as gave_up:
            last = gave_up.last_attempt
            reason = last.exception()
            why: Words | str = reason.why if isinstance(reason, _TryAgain) else type(reason).__name__
            if last.attempt_number < ATTEMPTS:
                seconds = f"{self.read_seconds:.0f}"
                raise PlatformFault("platform_too_slow", resource.path, seconds=seconds, why=why) from None
            raise PlatformFault("platform_unavailable", resource.path, attempts=ATTEMPTS, why=why) from None

    async def _ask(self, resource: PlatformResource, parameters: dict[str, str]) -> Page:
        """One request, with the sign-in that it may need, within its time."""
        try:
            async with asyncio.timeout(max(0, min(self.page_seconds, self._deadline - time.monotonic()))):
                return await self._read_page(f"/v1/{resource.path}", resource, parameters)
        except TimeoutError:
            raise _TryAgain("slow") from None

    async def _read_page(self, path: str, resource: PlatformResource, parameters: dict[str, str]) -> Page:
        if self._token is None:
            self._token = await self._sign_in()
        headers = {"Authorization": f"Bearer {self._token}"}
        async with self._http.stream("GET", path, params=parameters, headers=headers) as response:
            if response.status_code == httpx.codes.UNAUTHORIZED:
                self._token = None
                raise _TryAgain("token_expired", seconds=0)
            if response.status_code == httpx.codes.GONE:
                raise CursorExpired
            _refuse_bad_status(response, path)
            body = await self._body(response, path)
        try:
            page = parse_page(body, PAGE_ITEMS)
        except PageBroken as error:
            raise _TryAgain(str(error)) from None
        if not is_sorted(page.items, resource):
            raise _TryAgain("unsorted")
        return page

    async def _sign_in(self) -> str:
        async with self._http.stream(
            "POST",
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(self.client_id, self.client_secret),
        ) as response:
            _refuse_bad_status(response, "/oauth/token")
            body = await self._body(response, "/oauth/token")
        try:
            token = json.loads(body)["access_token"]
        except (ValueError, KeyError, TypeError, RecursionError):
            token = None
        if not (isinstance(token, str) and TOKEN.fullmatch(token)):
            raise _TryAgain("no_token")
        return token

    @staticmethod
    async def _body(response: httpx.Response, path: str) -> bytes:
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("identity", *COMPRESSIONS):
            raise _TryAgain("unknown_compression")
        inflater = zlib.decompressobj(wbits=GZIP_OR_ZLIB) if encoding in COMPRESSIONS else None
        body = bytearray()
        async for piece in response.aiter_raw():
            try:
                body += inflater.decompress(piece, PAGE_BYTES + 1 - len(body)) if inflater else piece
            except zlib.error:
                raise _TryAgain("damaged_compression") from None
            if len(body) > PAGE_BYTES:
                raise PlatformFault("page_too_large", path, mebibytes=PAGE_BYTES >> 20)
        if inflater and not inflater.eof:
            raise _TryAgain("cut_compression")
        return bytes(body)


def _refuse_bad_status(response: httpx.Response, path: str) -> None:
    if response.status_code == httpx.codes.OK:
        return
    if response.status_code == TOO_MANY_REQUESTS or response.is_server_error:
        raise _TryAgain("bad_status", _retry_after(response), status=response.status_code)
    raise PlatformFault("platform_refuses", path, status=response.status_code)


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds that the server wants us to wait: seconds, or a date (RFC 9110); None where it names neither."""
    text = response.headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # asctime's form names no zone; HTTP means UTC. A moment that has passed, perhaps by another clock, means nothing.
    seconds = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(seconds, LONGEST_WAIT) if seconds > 0 else None
