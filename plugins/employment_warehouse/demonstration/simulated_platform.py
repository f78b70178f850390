"""What a simulated HR platform holds, whom it has signed in, and how it is ordered to misbehave."""

from __future__ import annotations

import random
import secrets
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fastapi import HTTPException
from fastapi.responses import Response
from pydantic import BaseModel, Field

from employment_warehouse.demonstration.misbehaviours import MISBEHAVIOURS, WALK_MISBEHAVIOURS, Page, as_json
from employment_warehouse.demonstration.shelves import Shelf, cursor_after, cursor_at, read_cursor

TOKEN_SECONDS = 3600


class Token(BaseModel):
    """An access token of the client-credentials grant."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the word of RFC 6749
    expires_in: int = TOKEN_SECONDS


class Misbehaviour(BaseModel):
    """An order to misbehave on the next responses of a resource (or of ``token``)."""

    resource: str
    kind: str
    times: int = Field(default=1, ge=1, le=1000)


@dataclass
class Platform:
    """What the simulated platform holds and how it is about to misbehave."""

    shelves: Mapping[str, Shelf]
    client_id: str
    client_secret: str
    orders: dict[str, deque[str]] = field(default_factory=dict)
    tokens: dict[str, float] = field(default_factory=dict)
    walked: dict[str, list[str]] = field(default_factory=dict)
    unrest: random.Random | None = None

    def misbehave(self, order: Misbehaviour) -> None:
        if order.kind not in MISBEHAVIOURS and order.kind not in WALK_MISBEHAVIOURS:
            raise HTTPException(422, f"no such misbehaviour; there are {[*MISBEHAVIOURS, *WALK_MISBEHAVIOURS]}")
        self.orders.setdefault(order.resource, deque()).extend([order.kind] * order.times)

    def next_order(self, resource: str) -> str | None:
        waiting = self.orders.get(resource)
        if waiting:
            return waiting.popleft()
        if self.unrest is not None and self.unrest.random() < 0.1:
            return self.unrest.choice(
                [
                    "rate_limited_with_retry_after",
                    "server_error",
                    "truncated_json",
                    "token_expired",
                    "repeated_items",
                ]
            )
        return None

    def sign_in(self) -> Token:
        token = secrets.token_urlsafe(24)
        self.tokens[token] = time.monotonic() + TOKEN_SECONDS
        return Token(access_token=token)

    def knows(self, token: str) -> bool:
        return self.tokens.get(token, 0.0) > time.monotonic()

    def respond(self, resource: str, since: datetime, cursor: str | None, limit: int) -> Response:
        after = None if cursor is None else read_cursor(cursor)
        items, more = self.shelves[resource].page(since, after, limit)
        page: Page = {"items": items, "next_cursor": cursor_after(items[-1]) if more else None}
        order = self.next_order(resource)
        if order == "pages_overlap" and more:
            page["next_cursor"] = cursor_after(items[max(0, len(items) - 4)])
        elif order == "cursor_stands_still" and more:
            page["next_cursor"] = cursor or page["next_cursor"]
        elif order == "cursor_dies" and more:
            page["next_cursor"] = "dead"
        elif order == "empty_page_with_cursor":
            before = (since - timedelta(microseconds=1), "") if after is None else after
            page = {"items": [], "next_cursor": cursor_at(before[0].isoformat(), before[1])}
        elif order == "cursor_goes_round" and more:
            walked = self.walked.setdefault(resource, [])
            walked.append(page["next_cursor"])
            page["next_cursor"] = walked[0]
        if order is None or order in WALK_MISBEHAVIOURS:
            return as_json(page)
        if order == "token_expired":
            self.tokens.clear()
        return MISBEHAVIOURS[order](page)
