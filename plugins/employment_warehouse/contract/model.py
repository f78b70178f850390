"""What a feed is: one file of expectations/feeds/ makes one Contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from employment_warehouse.contract.column_types import DITTO, UNCALCULATED, Domain, LogicalType, Parsed
from employment_warehouse.contract.divisions import with_county
from employment_warehouse.contract.header_texts import normalise_header
from employment_warehouse.contract.sources import PLATFORM

if TYPE_CHECKING:
    import polars as pl

# The column that names the unit of a delivery. It is in the path; where the file has it too, both must agree.
UNIT_COLUMNS = MappingProxyType({"county": "county_code", "project": "project_no", "batch": "batch_no"})

MONEY_UNIT = "CNY"

# How often registers can be due while the campaign runs: what the setting campaign_frequency can be, besides `none`.
CAMPAIGN_FREQUENCIES = ("daily", "working_days", "weekly", "monthly")


@dataclass(frozen=True)
class Column:
    """A column of a feed: its header, what its cells may contain, who may see it."""

    name: str
    header: str
    aliases: tuple[str, ...]
    type: LogicalType
    required: bool
    required_when: str | None  # SQL over landing columns
    codes: Mapping[str, str]  # label as written → code; several labels may mean one code
    minimum: float | None
    maximum: float | None
    max_length: int | None  # in characters
    unit_text: str | None
    sensitivity: str  # L1 public · L2 internal · L3 personal · L4 identifies a person or an account
    description_zh: str
    description_en: str
    example_form: str  # {county}: the code of a county
    names_thing: bool = False  # a text that names a firm, a school, a crew: rows belong together by it

    @property
    def example(self) -> str:
        """What a cell may contain, of this prefecture."""
        return with_county(self.example_form)

    @property
    def repeats(self) -> bool:
        """Whether the same texts occur again and again; an identity usually belongs to one row."""
        return self.type.identity is None

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that a form offers in a list; () where anything may be written."""
        return self.type.choices(self)

    def parse(self, cells: pl.Series) -> Parsed:
        """Texts of the column's cells (null or '' where a cell is empty) as values of its type."""
        parsed = self.type.parse(cells, self)
        names_thing = self.names_thing or self.type.names_thing
        if parsed.reasons is None and not (names_thing and cells.str.contains(DITTO).any()):
            return parsed
        text = cells.fill_null("")
        reasons = _no_reasons(len(cells)) if parsed.reasons is None else parsed.reasons
        is_ditto = text.str.contains(DITTO) & (names_thing | reasons.is_not_null())
        reasons = reasons.set(text == UNCALCULATED, "formula_uncalculated").set(is_ditto, "ditto_mark")
        return Parsed(parsed.values.set(is_ditto, None), reasons)

    def parse_as_received(self, cells: pl.Series) -> Parsed:
        """Parse cells that a program has sent, as `parse` does, but without cleaning the texts."""
        return self.type.parse_as_received(cells, self)

    @property
    def range_text(self) -> str:
        """What a number may be: `0–200000`, `≥ 0`; '' where anything goes."""
        if self.minimum is None and self.maximum is None:
            return ""
        if self.maximum is None:
            return f"≥ {self.minimum:.12g}"
        if self.minimum is None:
            return f"≤ {self.maximum:.12g}"
        return f"{self.minimum:.12g}–{self.maximum:.12g}"


@dataclass(frozen=True)
class Rule:
    """What must hold between the columns of a row. True or null passes."""

    name: str
    expression: str  # SQL over landing columns, for polars and PostgreSQL alike
    message_zh: str
    message_en: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Calendar:
    """When a feed is due. `campaign`: as often as the campaign's setting says."""

    frequency: str  # campaign, one of CAMPAIGN_FREQUENCIES, or after_batch
    due_time: time
    weekday: int = 7  # ISO, of weekly
    day: int = 10  # of the month, of monthly
    working_days: int = 0  # of after_batch


@dataclass(frozen=True)
class Payment:
    """The columns of a feed of payments: what was owed, and what was paid."""

    due_column: str
    paid_column: str


@dataclass(frozen=True)
class PlatformResource:
    """Where the HR platform offers a feed, and the fields by which it is paged."""

    path: str  # `gig-orders`
    id_field: str
    updated_field: str
    page_items: int


@dataclass(frozen=True)
class Contract:
    """One feed: its columns, key and rules, what a file of it contains, when and by whom it is sent."""

    feed: str
    title_zh: str
    title_en: str
    grain_zh: str
    grain_en: str
    owner: str
    source: str  # one of SOURCES
    kind: str  # snapshot · period · events · batch
    unit: str  # county · project · batch · platform
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rules: tuple[Rule, ...]
    calendar: Calendar | None
    freshness_column: str | None  # when the row last changed, by its source
    payment: Payment | None
    platform: PlatformResource | None  # where `is_from_platform`

    @property
    def is_from_platform(self) -> bool:
        """Whether the HR platform's interface offers it; all other feeds come as files."""
        return self.source == PLATFORM

    @property
    def is_exhaustive(self) -> bool:
        """Whether what a submission does not repeat is gone. Of events, nothing new is just that."""
        return self.kind != "events"

    @property
    def unit_column(self) -> str | None:
        """The column that the path fixes; None for the platform."""
        return UNIT_COLUMNS.get(self.unit)

    @cached_property
    def person_column(self) -> str | None:
        """The row's person: the first column of type id_number."""
        return self._first_of("person")

    @cached_property
    def name_column(self) -> str | None:
        """The name of the row's person: the first column of type person_name."""
        return self._first_of("name")

    @cached_property
    def money_columns(self) -> tuple[str, ...]:
        """Columns whose unit is CNY."""
        return tuple(column.name for column in self.columns if column.unit_text == MONEY_UNIT)

    @cached_property
    def date_columns(self) -> tuple[str, ...]:
        """Columns of days, months and instants."""
        return tuple(column.name for column in self.columns if column.type.is_time)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        return self._by_name[name]

    def landing_columns(self) -> tuple[tuple[str, str], ...]:
        """(name, PostgreSQL type) of the landing table's columns, without the bookkeeping ones."""
        return tuple(pair for column in self.columns for pair in self.landing_columns_of(column))

    def landing_columns_of(self, column: Column) -> tuple[tuple[str, str], ...]:
        """What one column becomes in landing: identities become tokens, all else keeps its name."""
        if column.name == self.person_column:
            return ("person_key", "uuid"), ("birth_date", "date"), ("sex", "text")
        if column.name == self.name_column:
            return (("name_key", "uuid"),)
        return ((column.type.landing_name(column.name), column.type.sql_type),)

    def landing_name(self, column: Column) -> str:
        """The landing column of a column: its token, or itself."""
        return self.landing_columns_of(column)[0][0]

    @property
    def landing_key(self) -> list[str]:
        """The key, by its landing columns."""
        return [self.landing_name(self.column(name)) for name in self.key]

    def match_header(self, headers: Sequence[str]) -> tuple[Column | None, ...]:
        """Which column each header text names; None: an unknown column.

        A column is matched by one header only: its own text precedes an alias, an alias precedes its name;
        of equals the first in the file counts.
        """
        wanted = [normalise_header(text) for text in headers]
        found: dict[str, int] = {}
        for rank in range(self._spellings[1]):
            for position, text in enumerate(wanted):
                hit = self._spellings[0].get(text)
                if hit and hit[1] == rank:
                    found.setdefault(hit[0], position)
        by_position = {position: self._by_name[name] for name, position in found.items()}
        return tuple(by_position.get(position) for position in range(len(headers)))

    def column_called(self, header: str) -> str | None:
        """The name of the column that a header text alone would name."""
        return self._spellings[0].get(normalise_header(header), (None,))[0]

    def _first_of(self, domain: Domain) -> str | None:
        return next((column.name for column in self.columns if column.type.identity == domain), None)

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def _spellings(self) -> tuple[dict[str, tuple[str, int]], int]:
        """Normalised spelling → (column, rank), and how many ranks there are."""
        spellings: dict[str, tuple[str, int]] = {}
        ranks = 0
        for column in self.columns:
            for rank, text in enumerate((column.header, *column.aliases, column.name)):
                spellings.setdefault(normalise_header(text), (column.name, rank))
                ranks = max(ranks, rank + 1)
        return spellings, ranks


def _no_reasons(height: int) -> pl.Series:
    import polars as pl  # noqa: PLC0415  every process reads contracts, few read cells

    return pl.repeat(None, height, dtype=pl.String, eager=True)
