"""What the simulated platform holds of each resource, and the cursors with which it is read page by page."""

from __future__ import annotations

import base64
import bisect
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fastapi import HTTPException

Item = dict[str, Any]


@dataclass
class Shelf:
    """The items of one resource, in the order in which the interface gives them."""

    items: list[Item]
    order: list[tuple[datetime, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.items = sorted(self.items, key=_order)
        self.order = [_order(item) for item in self.items]

    def add(self, item: Item) -> None:
        """Puts one item where it belongs, as a late commit does; a known id is replaced."""
        self.items = [known for known in self.items if known["id"] != item["id"]] + [item]
        self.__post_init__()

    def page(self, since: datetime, after: tuple[datetime, str] | None, limit: int) -> tuple[list[Item], bool]:
        """Up to ``limit`` items, and whether more follow."""
        start = bisect.bisect_left(self.order, (since, "")) if after is None else bisect.bisect_right(self.order, after)
        return self.items[start : start + limit], start + limit < len(self.items)


def _order(item: Item) -> tuple[datetime, str]:
    return _instant(item["updated_at"]), item["id"]


def _instant(text: str) -> datetime:
    """RFC 3339 allows small letters, Python does not."""
    return datetime.fromisoformat(text.upper())


def cursor_after(item: Item) -> str:
    """The cursor of what follows the item."""
    return cursor_at(item["updated_at"], item["id"])


def cursor_at(updated_at: str, identifier: str) -> str:
    """The cursor of what follows that item."""
    return base64.urlsafe_b64encode(json.dumps([updated_at, identifier]).encode()).decode()


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """The instant and the number of the item that was read last. Raises HTTPException (410)."""
    try:
        updated_at, identifier = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
        return _instant(updated_at), str(identifier)
    except (ValueError, TypeError):
        raise HTTPException(410, "this cursor is not known (any more); start again from updated_since") from None
