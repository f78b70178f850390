"""The order of the indicators in reports, as `sections.yml` declares it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from employment_warehouse import strict_yaml


@dataclass(frozen=True)
class TableOf:
    """A table of a section: its title and the codes of its indicators."""

    title: str
    indicators: list[str]


@dataclass(frozen=True)
class Section:
    """A section of a report."""

    heading: str
    tables: list[TableOf]

    @property
    def indicators(self) -> list[str]:
        """The codes of all its tables, in order."""
        return [code for table in self.tables for code in table.indicators]


@cache
def sections() -> list[Section]:
    """All sections. An unknown or missing key is a TypeError."""
    declared = strict_yaml.read(Path(__file__).with_name("sections.yml").read_text(encoding="utf-8"))
    return [Section(**each | {"tables": [TableOf(**table) for table in each["tables"]]}) for each in declared]


def sections_of(shown: Collection[str]) -> Iterator[Section]:
    """The sections with the indicators that a report shows, without what is empty; those of no section come last."""
    for section in sections():
        tables = [
            TableOf(table.title, [code for code in table.indicators if code in shown]) for table in section.tables
        ]
        if filled := [table for table in tables if table.indicators]:
            yield Section(section.heading, filled)
    placed = {code for section in sections() for code in section.indicators}
    if others := sorted(set(shown) - placed):
        yield Section("其他", [TableOf("其他指标", others)])
