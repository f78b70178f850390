"""What of the landing zone is read: the files of some sources, of one unit of them, or of one feed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from employment_warehouse.contract import COUNTY_SOURCE, contracts
from employment_warehouse.landing.naming import CORRECTIONS, NamedPart

# Of corrected return workbooks, which no contract declares.
CORRECTION_SOURCE = "correction"
# What a county sends: its files, and the corrections of them.
COUNTY_FILES = (COUNTY_SOURCE, CORRECTION_SOURCE)


@dataclass(frozen=True)
class Share:
    """The files of some feeds: those of one unit, or of all units (None)."""

    feeds: frozenset[str]
    unit: str | None = None

    @classmethod
    def of_sources(cls, sources: Iterable[str]) -> Self:
        """All files of some sources: of contracts (`county`, `payroll`, `bank`), and `correction`."""
        wanted = set(sources)
        source_of = {feed: contract.source for feed, contract in contracts().items()} | {CORRECTIONS: CORRECTION_SOURCE}
        return cls(frozenset(feed for feed, source in source_of.items() if source in wanted))

    @classmethod
    def of_unit(cls, sources: Iterable[str], unit: str) -> Self:
        """The files of some sources that one unit sends."""
        return cls(cls.of_sources(sources).feeds, unit)

    @classmethod
    def of_feed(cls, feed: str) -> Self:
        """The files of one feed."""
        return cls(frozenset({feed}))

    def has(self, part: NamedPart) -> bool:
        """Whether the file of that part is one of them."""
        return part.feed in self.feeds and self.unit in (None, part.unit)
