"""Reads pages of the HR platform: whole, in order, once, or not at all.

The interface (OAuth 2 client credentials, ``updated_since``, opaque ``cursor``) is described in
``docs/hr-platform.openapi.json``. Whatever heals by asking again is asked again, within limits;
everything else ends in a ``PlatformFault``, and the caller's transaction with it, so the watermark stays.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count, pairwise
from typing import Any

import httpx
import tenacity

from employment_warehouse.errors import UserError

PAGE_ITEMS = 1000
ATTEMPTS = 6
PAGE_SECONDS = 30.0
PAGE_BYTES = 64 * 1024 * 1024
LONGEST_WAIT = 120.0
RESTARTS = 3
TOO_MANY_REQUESTS = 429

Item = dict[str, Any]


class PlatformFault(UserError):
    """The HR platform did not give a whole and ordered answer; nothing of this reading was taken in."""

    def __init__(self, code: str, message: str, where: str) -> None:
        super().__init__(
            message,
            code=code,
            where=where,
            expected="回答符合接口约定 (docs/hr-platform.openapi.json) / an answer by the interface",
            todo="下次运行会从上次的位置重读；反复出现请联系平台 / the next run reads again from the same place; "
            "if it comes again, tell the platform's operator",
        )


class _AskAgain(Exception):
    """A fault that may heal; ``seconds`` is how long the server wants us to wait, if it said so."""

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class _CursorExpired(Exception):
    pass


def _wait(state: tenacity.RetryCallState) -> float:
    """The server's own Retry-After, else an exponential wait with jitter; seconds."""
    fault = state.outcome.exception() if state.outcome else None
    if isinstance(fault, _AskAgain) and fault.seconds is not None:
        return fault.seconds
    return float(tenacity.wait_exponential_jitter(multiplier=0.2, max=20)(state))


@dataclass
class Platform:
    """A signed-in view of one HR platform.

    ``base_url`` without a closing slash. Use as a context manager: it holds connections.
    """

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    page_seconds: float = PAGE_SECONDS

    def __post_init__(self) -> None:
        self._token: str | None = None
        self._http = httpx.Client(
            base_url=self.base_url,
            timeout=httpx.Timeout(self.page_seconds, connect=5.0),
            follow_redirects=False,
        )

    def __enter__(self) -> Platform:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def items(self, resource: str, since: datetime) -> Iterator[list[Item]]:
        """Pages of items updated at or after ``since``, in the server's order.

        An item may come twice (overlapping pages, restarts): it is the same key, and the later counts.
        Raises ``PlatformFault`` for answers that cannot be trusted, never stops early without one.
        """
        safe, stuck = since, 0
        for restart in count():
            # Only a walk from end to end shows whether pages are in order: what stands on too late a page is never
            # told to a reading that goes on from a later place. So the whole walk is tried first, and only where
            # cursors do not live that long does the reading go on from where it was.
            reached, start = safe, since if restart < RESTARTS else safe
            try:
                for page in self._read_through(resource, start):
                    yield page
                    safe = max([safe, *instants_of(page)])
                return
            except _CursorExpired:
                stuck = 0 if safe > reached else stuck + 1
            if stuck > RESTARTS:
                raise PlatformFault("cursor_expired", "翻页标记一再过期 / cursors expired again and again", resource)

    def _read_through(self, resource: str, since: datetime) -> Iterator[list[Item]]:
        cursor: str | None = None
        seen: set[str] = set()
        before: list[Item] = []
        while True:
            page = self._page(resource, since, cursor)
            if not _is_sorted(before + _new_items(page["items"], before)):
                raise PlatformFault("pages_unsorted", "各页之间顺序错乱 / the pages are not in order", resource)
            yield page["items"]
            before = page["items"] or before
            cursor = page["next_cursor"]
            if cursor is None:
                return
            if cursor in seen:
                raise PlatformFault("cursor_repeats", "翻页标记重复，会永远读不完 / a cursor came twice", resource)
            seen.add(cursor)

    def _page(self, resource: str, since: datetime, cursor: str | None) -> Item:
        parameters = {"updated_since": since.isoformat(), "limit": str(PAGE_ITEMS)}
        if cursor is not None:
            parameters["cursor"] = cursor
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((_AskAgain, httpx.TransportError)),
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=_wait,
        )
        try:
            return retrying(self._ask, f"/v1/{resource}", parameters)
        except tenacity.RetryError as gave_up:
            reason = gave_up.last_attempt.exception()
            told = str(reason) if isinstance(reason, _AskAgain) else type(reason).__name__
            raise PlatformFault(
                "platform_unwell", f"{ATTEMPTS} 次请求都没有得到完整回答：{told} / no whole answer", resource
            ) from None

    def _ask(self, path: str, parameters: dict[str, str]) -> Item:
        if self._token is None:
            self._token = self._sign_in()
        headers = {"Authorization": f"Bearer {self._token}"}
        with self._http.stream("GET", path, params=parameters, headers=headers) as answer:
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                self._token = None
                raise _AskAgain("the token expired", seconds=0)
            if answer.status_code == httpx.codes.GONE:
                raise _CursorExpired
            self._refuse_bad_status(answer, path)
            return _page_of(self._body(answer))

    def _sign_in(self) -> str:
        answer = self._http.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(self.client_id, self.client_secret),
        )
        self._refuse_bad_status(answer, "/oauth/token")
        try:
            return str(answer.json()["access_token"])
        except (ValueError, KeyError, TypeError):
            raise _AskAgain("the token endpoint gave no token") from None

    @staticmethod
    def _refuse_bad_status(answer: httpx.Response, path: str) -> None:
        if answer.status_code == httpx.codes.OK:
            return
        if answer.status_code == TOO_MANY_REQUESTS or answer.is_server_error:
            raise _AskAgain(f"HTTP {answer.status_code}", _retry_after(answer))
        raise PlatformFault(
            "platform_refuses", f"平台拒绝请求 (HTTP {answer.status_code}) / the platform refused", path
        )

    def _body(self, answer: httpx.Response) -> bytes:
        """The whole body, within a deadline of our own: a slow drip resets a timeout that counts single reads."""
        deadline = time.monotonic() + self.page_seconds
        body = bytearray()
        for piece in answer.iter_bytes():
            body += piece
            if time.monotonic() > deadline:
                raise _AskAgain("the answer came too slowly")
            if len(body) > PAGE_BYTES:
                raise PlatformFault("page_too_large", "单页超过 64 MiB / a page over 64 MiB", str(answer.url.path))
        return bytes(body)


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds that the server wants us to wait: it says so, or until when (RFC 9110); None where it says neither."""
    told = answer.headers.get("Retry-After", "")
    if told.isascii() and told.isdigit():
        return min(float(told), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(told)
    except (ValueError, OverflowError):
        return None
    # asctime's form names no zone; HTTP means UTC. A moment that has passed, perhaps by another clock, asks nothing.
    seconds = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(seconds, LONGEST_WAIT) if seconds > 0 else None


def _page_of(body: bytes) -> Item:
    try:
        page = json.loads(body)
    except ValueError:
        raise _AskAgain("the answer broke off, or is no JSON") from None
    if not isinstance(page, dict) or not isinstance(page.get("items"), list) or "next_cursor" not in page:
        raise _AskAgain("the answer is no page of items")
    if not (page["next_cursor"] is None or isinstance(page["next_cursor"], str)):
        raise _AskAgain("the cursor is no text")
    if not _is_sorted(page["items"]):
        raise _AskAgain("the items are not in order")
    return page


def _is_sorted(items: list[Item]) -> bool:
    return all(earlier <= later for earlier, later in pairwise(instants_of(items)))


def _new_items(items: list[Item], before: list[Item]) -> list[Item]:
    """A page without what comes again from the page before, which may stand earlier than that page ended."""
    known = {identifier_of(item) for item in before}
    return [item for item in items if identifier_of(item) not in known]


def instants_of(items: list[Item]) -> list[datetime]:
    """When items were updated, in their order; without those that do not say."""
    return [instant for instant in map(instant_of, items) if instant is not None]


def instant_of(item: object) -> datetime | None:
    """When an item was updated; None where it does not say so in RFC 3339 with a zone."""
    told = item.get("updated_at") if isinstance(item, dict) else None
    try:
        # RFC 3339 allows small letters, Python does not.
        instant = datetime.fromisoformat(told.upper()) if isinstance(told, str) else None
    except ValueError:
        return None
    return instant if instant is not None and instant.tzinfo is not None else None


def identifier_of(item: object) -> str | None:
    """Which item it is; None where it does not say."""
    identifier = item.get("id") if isinstance(item, dict) else None
    return identifier if isinstance(identifier, str) else None
