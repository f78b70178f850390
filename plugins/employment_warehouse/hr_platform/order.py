"""The order of items: by when they were updated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from employment_warehouse.contract import PlatformResource
from employment_warehouse.hr_platform.pages import Item

CLOCK_SKEW = timedelta(days=1)


def is_sorted(items: list[Item], resource: PlatformResource) -> bool:
    """Whether items are in the order in which they were updated."""
    return all(earlier <= later for earlier, later in pairwise(instants_of(items, resource)))


def new_items(items: list[Item], before: list[Item], resource: PlatformResource) -> list[Item]:
    """A page without what is repeated from the page before, which may be earlier than that page's end."""
    known = {item.identifier(resource) for item in before}
    return [item for item in items if item.identifier(resource) not in known]


def instants_of(items: list[Item], resource: PlatformResource) -> list[datetime]:
    """When items were updated, in their order; without those that do not say, or are ahead of the clock."""
    instants = (item.instant(resource) for item in items)
    return [instant for instant in instants if instant is not None and not is_ahead(instant)]


def is_ahead(instant: datetime) -> bool:
    """Whether an instant is in the future, even allowing for a clock that is hours off."""
    return instant > datetime.now(UTC) + CLOCK_SKEW
