"""Misbehaviours of the simulated platform: each takes the honest page and gives the response that is sent instead."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from employment_warehouse.demonstration.shelves import Item

Page = dict[str, Any]


def _raw(text: str | bytes, media_type: str = "application/json") -> Response:
    return Response(text, media_type=media_type)


def as_json(page: Page) -> Response:
    """In UTF-8; half of a surrogate pair, which UTF-8 cannot encode, stays escaped."""
    return _raw(json.dumps(page, ensure_ascii=False).encode(errors="backslashreplace"))


async def _slowly(text: bytes) -> AsyncIterator[bytes]:
    for position in range(len(text)):
        yield text[position : position + 1]
        await asyncio.sleep(0.5)


def _truncated(page: Page) -> Response:
    """Promises the whole body and stops half way, as a lost connection does."""
    text = json.dumps(page, ensure_ascii=False).encode()

    async def first_half() -> AsyncIterator[bytes]:
        yield text[: len(text) // 2]
        raise ConnectionResetError

    return StreamingResponse(first_half(), media_type="application/json", headers={"Content-Length": str(len(text))})


def _changed(page: Page, change: Callable[[Item], Item]) -> Response:
    items = list(page["items"])
    if items:
        items[0] = change(items[0])
    return as_json({**page, "items": items})


def _without_first_field(item: Item) -> Item:
    return {name: value for name, value in item.items() if name not in ("id_number", "employer_name")}


MISBEHAVIOURS: Mapping[str, Callable[[Page], Response]] = {
    "honest": as_json,  # between others, in a longer order
    "rate_limited_with_retry_after": lambda _: JSONResponse({"detail": "slow down"}, 429, {"Retry-After": "1"}),
    "rate_limited": lambda _: JSONResponse({"detail": "slow down"}, 429),
    "server_error": lambda _: JSONResponse({"detail": "internal error"}, 500),
    "bad_gateway": lambda _: HTMLResponse("<html>502 Bad Gateway</html>", 502),
    "unavailable_with_retry_after": lambda _: JSONResponse({"detail": "maintenance"}, 503, {"Retry-After": "1"}),
    "slow_drip": lambda page: StreamingResponse(_slowly(json.dumps(page).encode()), media_type="application/json"),
    "truncated_body": _truncated,
    "truncated_json": lambda page: _raw(json.dumps(page, ensure_ascii=False)[:-20]),
    "error_page_with_200": lambda _: HTMLResponse("<html>系统繁忙</html>"),
    "error_object_with_200": lambda _: JSONResponse({"code": 500, "message": "系统繁忙"}),
    "empty_body_with_200": lambda _: _raw(b""),
    "null_items": lambda page: as_json({**page, "items": None}),
    "token_expired": lambda _: JSONResponse({"detail": "token expired"}, 401),
    "cursor_expired": lambda _: JSONResponse({"detail": "cursor expired"}, 410),
    "forbidden": lambda _: JSONResponse({"detail": "forbidden"}, 403),
    "number_for_text": lambda page: _changed(page, lambda item: {**item, "updated_at": 1716048000}),
    "number_for_id_number": lambda page: _changed(page, lambda item: {**item, "id_number": 532501199001011234}),
    "text_for_number": lambda page: _changed(page, lambda item: {**item, "hours": "八", "headcount": "十"}),
    "nested_value": lambda page: _changed(page, lambda item: {**item, "task": {"name": "摘果"}, "title": ["杂工"]}),
    "missing_field": lambda page: _changed(page, _without_first_field),
    "unknown_field": lambda page: _changed(page, lambda item: {**item, "brand_new": "新字段"}),
    "item_is_null": lambda page: as_json({**page, "items": [None, *page["items"]]}),
    "repeated_items": lambda page: as_json({**page, "items": [*page["items"], *page["items"][-1:]]}),
    "unsorted_page": lambda page: as_json({**page, "items": page["items"][::-1]}),
    "numeric_cursor": lambda page: as_json({**page, "next_cursor": 7}),
}
# Misbehaviours of the walk from page to page need its state, so they live in ``Platform.respond``.
WALK_MISBEHAVIOURS = (
    "cursor_stands_still",
    "cursor_goes_round",
    "cursor_dies",
    "pages_overlap",
    "empty_page_with_cursor",
)
