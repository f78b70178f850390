"""The client against a served simulator: every misbehaviour is healed, or fails loudly."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count

import httpx
import pytest
from fastapi.responses import JSONResponse, StreamingResponse
from tests.kit.platform import gig_order, served

from employment_warehouse.contract import PlatformResource
from employment_warehouse.demonstration.misbehaviours import MISBEHAVIOURS, WALK_MISBEHAVIOURS
from employment_warehouse.demonstration.shelves import Shelf
from employment_warehouse.demonstration.simulator import build_app
from employment_warehouse.hr_platform import Platform, PlatformFault

START = datetime(2024, 5, 1, tzinfo=UTC)
ITEMS = 2500


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    orders = [gig_order(number, START + timedelta(minutes=number)) for number in range(ITEMS)]
    app = build_app({"gig-orders": orders}, "client", "secret")
    with served(app) as url:
        yield url


def resource(page_items: int = 1000) -> PlatformResource:
    return PlatformResource("gig-orders", "id", "updated_at", page_items)


def read_all(url: str, page_seconds: float = 3.0, read_seconds: float = 60.0, page_items: int = 1000) -> set[str]:
    with Platform(url, "client", "secret", page_seconds=page_seconds, read_seconds=read_seconds) as platform:
        items = (item for page in platform.items(resource(page_items), START) for item in page)
        return {item.fields["id"] for item in items if item.fields}


def misbehave(url: str, kind: str, times: int = 1, resource: str = "gig-orders") -> None:
    httpx.post(
        f"{url}/simulator/misbehave", json={"resource": resource, "kind": kind, "times": times}
    ).raise_for_status()


EVERY_ID = {f"G{number:06}" for number in range(ITEMS)}


@pytest.mark.quick
def test_all_items_are_read_in_pages(simulator: str) -> None:
    assert read_all(simulator) == EVERY_ID


HEALED = [
    kind
    for kind in (*MISBEHAVIOURS, *WALK_MISBEHAVIOURS)
    if kind not in ("forbidden", "cursor_stands_still", "cursor_goes_round")
]


@pytest.mark.parametrize("kind", HEALED)
def test_a_passing_misbehaviour_is_healed(simulator: str, kind: str) -> None:
    misbehave(simulator, kind)
    assert read_all(simulator, page_seconds=1.5) == EVERY_ID


@pytest.mark.parametrize(
    ("kind", "code"), [("cursor_stands_still", "cursor_repeats"), ("cursor_goes_round", "cursor_repeats")]
)
def test_cursors_that_repeat_fail_loudly(simulator: str, kind: str, code: str) -> None:
    misbehave(simulator, kind, times=3)
    with pytest.raises(PlatformFault) as fault:
        read_all(simulator)
    assert fault.value.code == code
    clear_orders(simulator)


@pytest.mark.parametrize("habit", [["honest", "cursor_dies"], ["cursor_dies"]])
def test_a_server_whose_cursors_never_live_long_is_read_to_the_end(
    habit: list[str],
) -> None:
    orders = [gig_order(number, START + timedelta(minutes=number)) for number in range(ITEMS)]
    app = build_app({"gig-orders": orders}, "client", "secret")
    app.state.platform.orders["gig-orders"] = deque(habit * 1000)
    with served(app) as url:
        assert read_all(url, page_items=100) == EVERY_ID


@pytest.mark.parametrize("kind", ["cursor_dies", "cursor_expired"])
def test_cursors_that_expire_without_progress_fail_loudly(kind: str) -> None:
    """All items have one instant, so there is no later place to go on from; this shows after a few answers."""
    app = build_app({"gig-orders": [gig_order(number, START) for number in range(ITEMS)]}, "client", "secret")
    app.state.platform.orders["gig-orders"] = deque([kind] * 1000)
    with served(app) as url, pytest.raises(PlatformFault) as fault:
        read_all(url)
    assert fault.value.code == "cursor_expired"
    assert len(app.state.platform.orders["gig-orders"]) > 990


class ShuffledPages(Shelf):
    """Gives whole pages in the wrong order, each sorted in itself."""

    pages = (0,)

    def page(self, since: datetime, after: tuple[datetime, str] | None, limit: int) -> tuple[list[dict], bool]:
        due = [item for item in self.items if datetime.fromisoformat(item["updated_at"]) >= since]
        rows = [item for number in self.pages for item in due[number * limit : (number + 1) * limit]]
        start = 0 if after is None else 1 + [item["id"] for item in rows].index(after[1])
        return rows[start : start + limit], start + limit < len(rows)


@pytest.mark.parametrize("pages", [(1, 0, 2), (0, 2, 1), (1, 2, 0), (2, 1, 0)])
@pytest.mark.parametrize("expiring", [[], ["cursor_dies"], ["honest", "cursor_dies"]])
def test_pages_in_the_wrong_order_fail_loudly(pages: tuple[int, ...], expiring: list[str]) -> None:
    orders = [gig_order(number, START + timedelta(minutes=number)) for number in range(300)]
    app = build_app({}, "client", "secret")
    app.state.platform.shelves["gig-orders"] = shelf = ShuffledPages(orders)
    shelf.pages = pages
    app.state.platform.orders["gig-orders"] = deque(expiring)
    with served(app) as url, pytest.raises(PlatformFault) as fault:
        read_all(url, page_items=100)
    assert fault.value.code == "pages_unsorted"


LONG_AGO = "Wed, 01 May 2024 08:00:00 GMT"
NO_ZONE = "Wed, 01 May 2024 08:00:00 +99999999999999999999"


@pytest.mark.parametrize("text", ["²", "", "-5", "1.5", "soon", LONG_AGO, NO_ZONE])
def test_an_invalid_retry_after_means_the_usual_wait(
    simulator: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (waited,) = waits_after(simulator, text, monkeypatch)
    assert 0 < waited < 2


def test_a_retry_after_may_be_seconds_or_a_date(simulator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    in_a_minute = datetime.now(UTC) + timedelta(minutes=1)
    for text in (
        "60",
        format_datetime(in_a_minute, usegmt=True),
        f"{in_a_minute:%A, %d-%b-%y %H:%M:%S} GMT",
        f"{in_a_minute:%a %b %d %H:%M:%S %Y}",
    ):
        (waited,) = waits_after(simulator, text, monkeypatch)
        assert 50 < waited <= 60, text
    (waited,) = waits_after(simulator, "9" * 400, monkeypatch)
    assert waited == 120


def waits_after(url: str, text: str, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long a client waits that gets 429 once, with this ``Retry-After``."""
    waits: list[float] = []
    with monkeypatch.context() as patch:
        patch.setitem(MISBEHAVIOURS, "rate_limited", lambda _: JSONResponse({}, 429, {"Retry-After": text}))
        patch.setattr("tenacity.nap.time.sleep", waits.append)
        misbehave(url, "rate_limited")
        assert read_all(url, read_seconds=240) == EVERY_ID
    return waits


@pytest.mark.parametrize("kind", ["rate_limited_with_retry_after", "error_page_with_200", "null_items"])
def test_a_misbehaviour_that_lasts_fails_loudly(simulator: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("employment_warehouse.hr_platform.requests.ATTEMPTS", 2)
    misbehave(simulator, kind, times=2)
    with pytest.raises(PlatformFault) as fault:
        read_all(simulator)
    assert fault.value.code == "platform_unavailable"


def test_a_refusal_is_not_asked_again(simulator: str) -> None:
    misbehave(simulator, "forbidden")
    with pytest.raises(PlatformFault) as fault:
        read_all(simulator)
    assert fault.value.code == "platform_refuses"


def test_wrong_credentials_are_refused(simulator: str) -> None:
    with Platform(simulator, "client", "wrong", read_seconds=60) as platform, pytest.raises(PlatformFault) as fault:
        next(platform.items(resource(), START))
    assert fault.value.code == "platform_refuses"
    assert "wrong" not in str(fault.value)


def test_five_thousand_items_of_one_instant_are_read_once_each() -> None:
    app = build_app({"gig-orders": [gig_order(number, START) for number in range(5000)]}, "client", "secret")
    shelf = app.state.platform.shelves["gig-orders"]
    seen: list[str] = []
    after = None
    while True:
        items, more = shelf.page(START, after, 1000)
        seen += [item["id"] for item in items]
        if not more:
            break
        after = (START, items[-1]["id"])
    assert seen == [f"G{number:06}" for number in range(5000)]


def clear_orders(url: str) -> None:
    """Uses up what was ordered but not answered, so that the next test meets an honest simulator."""
    with httpx.Client(base_url=url) as client:
        token = client.post("/oauth/token", auth=("client", "secret")).json()["access_token"]
        for _ in range(3):
            client.get(
                "/v1/gig-orders",
                params={"updated_since": START.isoformat()},
                headers={"Authorization": f"Bearer {token}"},
            )


class SocketServer:
    """A server whose answers are bytes of its own making, each connection in a thread; its address as a context."""

    def __enter__(self) -> str:
        self.server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return f"http://127.0.0.1:{self.server.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self.server.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.server.accept()
                threading.Thread(target=self._converse, args=[connection], daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            self.answer(connection)

    def answer(self, connection: socket.socket) -> None:
        """Read requests and answer them, until the connection is to be closed."""
        raise NotImplementedError


def read_request(connection: socket.socket) -> bytes:
    """A request, one for a token with its body; empty at the end."""
    request = connection.recv(65536)
    while request.startswith(b"POST") and b"grant_type" not in request:
        request += connection.recv(65536)
    return request


class RawServer(SocketServer):
    """A server that gives every request for a token, and every other one, the same bytes, and then closes."""

    def __init__(self, token: bytes, page: bytes) -> None:
        self.token, self.page = token, page

    def answer(self, connection: socket.socket) -> None:
        connection.sendall(self.token if read_request(connection).startswith(b"POST") else self.page)


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """An HTTP answer; its length is right."""
    head = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(head).encode() + body


TOKEN = b'{"access_token": "t"}'
EMPTY = b'{"items": [], "next_cursor": null}'
BOMB = gzip.compress(bytes(70 << 20))
# What is never a page, and the code of the fault.
NO_PAGES = {
    "packed and cut off": (answer(gzip.compress(EMPTY)[:-12], "Content-Encoding: gzip"), "platform_unavailable"),
    "70 MiB packed": (answer(BOMB, "Content-Encoding: gzip"), "page_too_large"),
    "packed badly": (answer(b"garbage", "Content-Encoding: gzip"), "platform_unavailable"),
    "packed twice": (answer(gzip.compress(BOMB), "Content-Encoding: gzip, gzip"), "platform_unavailable"),
    "in an unknown content encoding": (answer(EMPTY, "Content-Encoding: br"), "platform_unavailable"),
    "chunks of no length": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
        "platform_unavailable",
    ),
    "two lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n{}", "platform_unavailable"),
    "a length that is not reached": (answer(EMPTY)[:-5], "platform_unavailable"),
    "endless headers": (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 5_000_000, "platform_unavailable"),
    "another protocol": (b"SSH-2.0-OpenSSH_9.2\r\n", "platform_unavailable"),
    "a part of a page": (answer(EMPTY, status="206 Partial Content"), "platform_refuses"),
    "a redirection": (answer(b"", "Location: /v1/gig-orders", status="302 Found"), "platform_refuses"),
    "items twice": (answer(b'{"items": [1], "items": [], "next_cursor": null}'), "platform_unavailable"),
    "a cursor twice": (answer(b'{"items": [], "next_cursor": "a", "next_cursor": null}'), "platform_unavailable"),
    "a cursor of 1 MB": (answer(b'{"items": [], "next_cursor": "%s"}' % (b"c" * 1_000_000)), "platform_unavailable"),
    "half a character as cursor": (answer(rb'{"items": [], "next_cursor": "\ud83d"}'), "platform_unavailable"),
    "millions of items": (
        answer(b'{"items": [%s1], "next_cursor": null}' % (b"1," * 1_000_000)),
        "platform_unavailable",
    ),
    "a text that never ends": (answer(b'{"items": [{nil "' + rb"\"" * 500_000), "platform_unavailable"),
}


@pytest.mark.parametrize("name", NO_PAGES)
def test_what_is_not_a_page_fails_loudly_and_soon(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("employment_warehouse.hr_platform.requests.ATTEMPTS", 2)
    page, code = NO_PAGES[name]
    start = time.monotonic()
    with RawServer(answer(TOKEN), page) as url, pytest.raises(PlatformFault) as fault:
        read_all(url)
    assert fault.value.code == code
    assert time.monotonic() - start < 10


def test_an_answer_that_a_proxy_has_packed_is_unpacked() -> None:
    page = json.dumps({"items": [gig_order(1, START)], "next_cursor": None}).encode()
    with RawServer(answer(TOKEN), answer(gzip.compress(page), "Content-Encoding: gzip")) as url:
        assert read_all(url) == {"G000001"}


@pytest.mark.parametrize("token", ["null", "5", '""', '"令牌"', r'"a\r\nX: 1"', r'"\ud83d"', '["t"]'])
def test_a_token_that_no_header_can_hold_is_refused(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("employment_warehouse.hr_platform.requests.ATTEMPTS", 2)
    body = f'{{"access_token": {token}}}'.encode()
    with RawServer(answer(body), answer(EMPTY)) as url, pytest.raises(PlatformFault, match="gave no token"):
        read_all(url)


def test_a_reading_has_a_largest_size(simulator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("employment_warehouse.hr_platform.client.READ_CHARACTERS", 100_000)
    with pytest.raises(PlatformFault) as fault:
        read_all(simulator)
    assert fault.value.code == "reading_too_large"


async def byte_by_byte(text: bytes) -> AsyncIterator[bytes]:
    for position in range(len(text)):
        yield text[position : position + 1]
        await asyncio.sleep(0.2)


class SlowHeaders(SocketServer):
    """A server that sends the head of its answer byte by byte, for the paths given."""

    def __init__(self, *slow: bytes) -> None:
        self.slow = slow

    def answer(self, connection: socket.socket) -> None:
        body = b'{"access_token": "t", "items": [], "next_cursor": null}'
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        while request := read_request(connection):
            if any(path in request for path in self.slow):
                for position in range(len(head)):
                    connection.sendall(head[position : position + 1])
                    time.sleep(0.2)
            connection.sendall(head + body)


@pytest.mark.parametrize("path", [b"/oauth/token", b"/v1/gig-orders"])
def test_an_answer_whose_head_arrives_byte_by_byte_ends_in_time(path: bytes) -> None:
    start = time.monotonic()
    with SlowHeaders(path) as url, pytest.raises(PlatformFault) as fault:
        read_all(url, page_seconds=0.5, read_seconds=3)
    assert fault.value.code in ("platform_unavailable", "platform_too_slow")
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("retry_after", ["3600", None])
def test_a_platform_that_is_busy_for_an_hour_is_given_up_in_time(
    simulator: str, retry_after: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"Retry-After": retry_after} if retry_after else {}
    monkeypatch.setitem(MISBEHAVIOURS, "rate_limited", lambda _: JSONResponse({}, 429, headers))
    misbehave(simulator, "rate_limited", times=5)
    start = time.monotonic()
    with pytest.raises(PlatformFault) as fault:
        read_all(simulator, read_seconds=2)
    assert fault.value.code in ("platform_unavailable", "platform_too_slow")
    assert time.monotonic() - start < 5
    clear_orders(simulator)
    clear_orders(simulator)


@pytest.mark.parametrize("n_items", [0, 3])
def test_pages_that_bring_nothing_new_end_soon(n_items: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a cursor of its own, without end."""
    cursors = count()
    items = [gig_order(number, START) for number in range(n_items)]
    monkeypatch.setattr(
        "employment_warehouse.demonstration.simulated_platform.Platform.respond",
        lambda *_: JSONResponse({"items": items, "next_cursor": f"c{next(cursors)}"}),
    )
    with served(build_app({}, "client", "secret")) as url, pytest.raises(PlatformFault) as fault:
        read_all(url)
    assert fault.value.code == "pages_repeat"
    assert next(cursors) < 50


def test_a_reading_ends_at_its_time_limit(simulator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        MISBEHAVIOURS, "honest", lambda page: StreamingResponse(byte_by_byte(json.dumps(page).encode()))
    )
    misbehave(simulator, "honest")
    start = time.monotonic()
    with pytest.raises(PlatformFault) as fault:
        read_all(simulator, page_seconds=60, read_seconds=1.5)
    assert fault.value.code == "platform_too_slow"
    assert time.monotonic() - start < 4
