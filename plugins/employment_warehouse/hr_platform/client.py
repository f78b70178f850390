"""Reads pages of the HR platform: completely, in order, once, or not at all.

The interface (OAuth 2 client credentials, ``updated_since``, opaque ``cursor``) is described in
``docs/hr-platform.openapi.json``. A request that may succeed the next time is repeated, within limits of attempts and
time; everything else ends in a ``PlatformFault``, and the caller's transaction with it, so the watermark stays.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import count, pairwise

import httpx
import tenacity

from employment_warehouse.contract import PlatformResource
from employment_warehouse.errors import UserError
from employment_warehouse.hr_platform.pages import Item, Page, PageBroken, parse_page

ATTEMPTS = 6
PAGE_SECONDS = 30.0
READ_SECONDS = 240.0
PAGE_BYTES = 64 * 1024 * 1024
PAGE_ITEMS = 100_000
READ_CHARACTERS = 1 << 30
LONGEST_WAIT = 120.0
RESTARTS = 3
PAGES_WITHOUT_NEW_ITEMS = 10
TOO_MANY_REQUESTS = 429
CLOCK_SKEW = timedelta(days=1)
PACKINGS = ("gzip", "x-gzip", "deflate")
GZIP_OR_ZLIB = 47
TOKEN = re.compile(r"[!-~]{1,16384}")


class PlatformFault(UserError):
    """The HR platform did not give a complete and ordered answer; nothing of this reading was ingested."""

    def __init__(self, code: str, message: str, where: str) -> None:
        super().__init__(
            message,
            code=code,
            where=where,
            expected="符合接口约定的回答 (docs/hr-platform.openapi.json) | an answer as the interface describes it",
            todo="下次运行会从上次的位置重读；反复出现请联系平台运维"
            " | the next run reads again from the same position; if this repeats, contact the platform's operator",
        )


class _TryAgain(Exception):
    """A request that may succeed the next time; ``seconds`` is how long the server wants us to wait, if it says so."""

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class _CursorExpired(Exception):
    pass


def _wait(state: tenacity.RetryCallState) -> float:
    """The server's own Retry-After, else an exponential wait with jitter; seconds."""
    fault = state.outcome.exception() if state.outcome else None
    if isinstance(fault, _TryAgain) and fault.seconds is not None:
        return fault.seconds
    return float(tenacity.wait_exponential_jitter(multiplier=0.2, max=20)(state))


@dataclass
class Platform:
    """A signed-in client of one HR platform. Use as a context manager: it holds connections.

    base_url: without a closing slash. page_seconds: for one answer, from the request to its last byte. read_seconds:
    for all pages of a resource, with every repetition and wait.
    """

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    page_seconds: float = PAGE_SECONDS
    read_seconds: float = READ_SECONDS

    def __post_init__(self) -> None:
        self._token: str | None = None
        self._deadline = time.monotonic() + self.read_seconds
        # Asynchronous, because only there a time limit holds for an answer that arrives byte by byte.
        self._loop = asyncio.Runner()
        self._http = httpx.AsyncClient(
            base_url=self.base_url,
            timeout=httpx.Timeout(self.page_seconds, connect=5.0),
            follow_redirects=False,
            headers={"Accept-Encoding": "identity"},  # a proxy may pack answers all the same
        )

    def __enter__(self) -> Platform:
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run(self._http.aclose())
        self._loop.close()

    def items(self, resource: PlatformResource, since: datetime) -> Iterator[list[Item]]:
        """Pages of items updated at or after ``since``, in the server's order.

        An item may arrive twice (overlapping pages, restarts): it has the same key, and the later one counts.
        Raises ``PlatformFault`` for answers that cannot be trusted, never stops early without one.
        """
        self._deadline = time.monotonic() + self.read_seconds
        safe, stuck, characters = since, 0, 0
        for restart in count():
            # Whether pages are in order shows only in a walk from end to end: a reading that continues from a later
            # position never gets what is on a page that came too late. So the whole walk is tried first, and only
            # where cursors expire too soon the reading continues from where it was.
            reached, start = safe, since if restart < RESTARTS else safe
            try:
                for page in self._walk(resource, start):
                    characters += sum(len(item.text) for item in page)
                    if characters > READ_CHARACTERS:
                        raise PlatformFault("reading_too_large", "一次读取超过 1 GiB | more than 1 GiB", resource.path)
                    yield page
                    safe = max([safe, *instants_of(page, resource)])
                return
            except _CursorExpired:
                stuck = 0 if safe > reached else stuck + 1
            if stuck > RESTARTS:
                raise PlatformFault("cursor_expired", "翻页标记一再过期 | cursors keep expiring", resource.path)

    def _walk(self, resource: PlatformResource, since: datetime) -> Iterator[list[Item]]:
        cursor: str | None = None
        cursors: set[str] = set()
        known: set[Item] = set()
        before: list[Item] = []
        without_new_items = 0
        while True:
            page = self._page(resource, since, cursor)
            if not _is_sorted(before + _new_items(page.items, before, resource), resource):
                raise PlatformFault("pages_unsorted", "各页之间顺序错乱 | the pages are not in order", resource.path)
            without_new_items = without_new_items + 1 if known.issuperset(page.items) else 0
            if without_new_items > PAGES_WITHOUT_NEW_ITEMS:
                raise PlatformFault("pages_repeat", "一再翻页而没有新内容 | pages repeat without end", resource.path)
            yield page.items
            known.update(page.items)
            before = page.items or before
            cursor = page.next_cursor
            if cursor is None:
                return
            if cursor in cursors:
                raise PlatformFault("cursor_repeats", "翻页标记重复，永远读不完 | a cursor was repeated", resource.path)
            cursors.add(cursor)

    def _page(self, resource: PlatformResource, since: datetime, cursor: str | None) -> Page:
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
            text = str(reason) if isinstance(reason, _TryAgain) else type(reason).__name__
            if last.attempt_number < ATTEMPTS:
                raise PlatformFault(
                    "platform_too_slow",
                    f"读取超过 {self.read_seconds:.0f} 秒 | reading takes more than {self.read_seconds:.0f} s: {text}",
                    resource.path,
                ) from None
            raise PlatformFault(
                "platform_unavailable",
                f"{ATTEMPTS} 次请求都没有得到完整回答 | no complete answer in {ATTEMPTS} attempts: {text}",
                resource.path,
            ) from None

    async def _ask(self, resource: PlatformResource, parameters: dict[str, str]) -> Page:
        """One request, with the sign-in that it may need, within its time."""
        try:
            async with asyncio.timeout(max(0, min(self.page_seconds, self._deadline - time.monotonic()))):
                return await self._answer(f"/v1/{resource.path}", resource, parameters)
        except TimeoutError:
            raise _TryAgain("the answer takes too long") from None

    async def _answer(self, path: str, resource: PlatformResource, parameters: dict[str, str]) -> Page:
        if self._token is None:
            self._token = await self._sign_in()
        headers = {"Authorization": f"Bearer {self._token}"}
        async with self._http.stream("GET", path, params=parameters, headers=headers) as answer:
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                self._token = None
                raise _TryAgain("the token expired", seconds=0)
            if answer.status_code == httpx.codes.GONE:
                raise _CursorExpired
            _refuse_bad_status(answer, path)
            body = await self._body(answer, path)
        try:
            page = parse_page(body, PAGE_ITEMS)
        except PageBroken as error:
            raise _TryAgain(str(error)) from None
        if not _is_sorted(page.items, resource):
            raise _TryAgain("the items are not in order")
        return page

    async def _sign_in(self) -> str:
        async with self._http.stream(
            "POST",
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(self.client_id, self.client_secret),
        ) as answer:
            _refuse_bad_status(answer, "/oauth/token")
            body = await self._body(answer, "/oauth/token")
        try:
            token = json.loads(body)["access_token"]
        except (ValueError, KeyError, TypeError, RecursionError):
            token = None
        if not (isinstance(token, str) and TOKEN.fullmatch(token)):
            raise _TryAgain("the token endpoint gave no token")
        return token

    @staticmethod
    async def _body(answer: httpx.Response, path: str) -> bytes:
        encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("identity", *PACKINGS):
            raise _TryAgain("an answer in an unknown packing")
        inflater = zlib.decompressobj(wbits=GZIP_OR_ZLIB) if encoding in PACKINGS else None
        body = bytearray()
        async for piece in answer.aiter_raw():
            try:
                body += inflater.decompress(piece, PAGE_BYTES + 1 - len(body)) if inflater else piece
            except zlib.error:
                raise _TryAgain("an answer that cannot be unpacked") from None
            if len(body) > PAGE_BYTES:
                raise PlatformFault("page_too_large", "单页超过 64 MiB | a page of more than 64 MiB", path)
        if inflater and not inflater.eof:
            raise _TryAgain("a packed answer that ends too early")
        return bytes(body)


def _refuse_bad_status(answer: httpx.Response, path: str) -> None:
    if answer.status_code == httpx.codes.OK:
        return
    if answer.status_code == TOO_MANY_REQUESTS or answer.is_server_error:
        raise _TryAgain(f"HTTP {answer.status_code}", _retry_after(answer))
    raise PlatformFault(
        "platform_refuses", f"平台拒绝请求 (HTTP {answer.status_code}) | the platform refused the request", path
    )


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds that the server wants us to wait: seconds, or a date (RFC 9110); None where it names neither."""
    text = answer.headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # asctime's form names no zone; HTTP means UTC. A moment that has passed, perhaps by another clock, means nothing.
    seconds = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(seconds, LONGEST_WAIT) if seconds > 0 else None


def _is_sorted(items: list[Item], resource: PlatformResource) -> bool:
    return all(earlier <= later for earlier, later in pairwise(instants_of(items, resource)))


def _new_items(items: list[Item], before: list[Item], resource: PlatformResource) -> list[Item]:
    """A page without what is repeated from the page before, which may be earlier than that page's end."""
    known = {item.identifier(resource) for item in before}
    return [item for item in items if item.identifier(resource) not in known]


def instants_of(items: list[Item], resource: PlatformResource) -> list[datetime]:
    """When items were updated, in their order; without those that do not say, or are ahead of the clock."""
    instants = (item.instant(resource) for item in items)
    return [instant for instant in instants if instant is not None and not is_ahead(instant)]


def is_ahead(instant: datetime) -> bool:
    """Whether it is in the future, even allowing for a clock that is hours off."""
    return instant > datetime.now(UTC) + CLOCK_SKEW
