"""Reads pages of the HR platform: completely, in order, once, or not at all.

The interface (``updated_since``, opaque ``cursor``) is described in ``docs/hr-platform.openapi.json``. A request that
may succeed the next time is repeated, within limits of attempts and time; everything else ends in a ``PlatformFault``,
and the caller's transaction with it, so the watermark stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count

from employment_warehouse.contract import PlatformResource
from employment_warehouse.hr_platform.order import instants_of, is_sorted, new_items
from employment_warehouse.hr_platform.pages import Item
from employment_warehouse.hr_platform.requests import CursorExpired, PlatformFault, Requests

READ_CHARACTERS = 1 << 30
RESTARTS = 3
PAGES_WITHOUT_NEW_ITEMS = 10


class Platform(Requests):
    """The pages of one HR platform."""

    def items(self, resource: PlatformResource, since: datetime) -> Iterator[list[Item]]:
        """Pages of items updated at or after ``since``, in the server's order.

        An item may arrive twice (overlapping pages, restarts): it has the same key, and the later one counts.
        Raises ``PlatformFault`` for responses that cannot be trusted, never stops early without one.
        """
        self.start_clock()
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
                        raise PlatformFault("reading_too_large", resource.path, gibibytes=READ_CHARACTERS >> 30)
                    yield page
                    safe = max([safe, *instants_of(page, resource)])
                return
            except CursorExpired:
                stuck = 0 if safe > reached else stuck + 1
            if stuck > RESTARTS:
                raise PlatformFault("cursor_expired", resource.path)

    def _walk(self, resource: PlatformResource, since: datetime) -> Iterator[list[Item]]:
        cursor: str | None = None
        cursors: set[str] = set()
        known: set[Item] = set()
        before: list[Item] = []
        without_new_items = 0
        while True:
            page = self.page(resource, since, cursor)
            if not is_sorted(before + new_items(page.items, before, resource), resource):
                raise PlatformFault("pages_unsorted", resource.path)
            without_new_items = without_new_items + 1 if known.issuperset(page.items) else 0
            if without_new_items > PAGES_WITHOUT_NEW_ITEMS:
                raise PlatformFault("pages_repeat", resource.path)
            yield page.items
            known.update(page.items)
            before = page.items or before
            cursor = page.next_cursor
            if cursor is None:
                return
            if cursor in cursors:
                raise PlatformFault("cursor_repeats", resource.path)
            cursors.add(cursor)
