"""What a feed is: the words that the other rooms use. One file of expectations/feeds/ makes one Contract."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from functools import cached_property
from types import MappingProxyType

# Logical type → (logicalType of the Open Data Contract Standard, type of its landing column).
TYPES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "id_number": ("string", "uuid"),
        "person_name": ("string", "uuid"),
        "mobile": ("string", "uuid"),
        "bank_account": ("string", "uuid"),
        "text": ("string", "text"),
        "code": ("string", "text"),
        "division": ("string", "text"),
        "township": ("string", "text"),
        "village": ("string", "text"),
        "uscc": ("string", "text"),
        "date": ("date", "date"),
        "month": ("string", "date"),
        "integer": ("integer", "integer"),
        "decimal": ("number", "numeric"),
        "boolean": ("boolean", "boolean"),
        "timestamp": ("timestamp", "timestamptz"),
    }
)

_IDENTITIES = frozenset({"id_number", "person_name", "mobile", "bank_account"})

# The column that names the unit of a delivery. It stands in the path; where the file has it too, both agree.
UNIT_COLUMNS = MappingProxyType({"county": "county_code", "project": "project_no", "batch": "batch_no"})

# A remark in brackets behind a header that changes nothing of what stands below it. 万元 is not among them.
_HARMLESS_REMARKS = frozenset(
    [
        "元",
        "单位:元",
        "人民币元",
        "元/月",
        "元/天",
        "人",
        "天",
        "月",
        "户",
        "个",
        "必填",
        "选填",
        "是/否",
        "文本",
        "文本格式",
        "18位",
        "11位",
        "yyyy-mm-dd",
        "yyyy-mm",
    ]
)
_REMARK = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]$")


@dataclass(frozen=True)
class Column:
    """A column of a feed: what its header says, what its cells may hold, who may see it."""

    name: str
    header: str
    aliases: tuple[str, ...]
    type: str
    required: bool
    required_when: str | None  # SQL over landing columns
    codes: Mapping[str, str]  # label as written → code; several labels may mean one code
    minimum: float | None
    maximum: float | None
    unit_text: str | None
    sensitivity: str  # L1 public · L2 internal · L3 personal · L4 identifies a person or an account
    description_zh: str
    description_en: str
    example: str

    @property
    def repeats(self) -> bool:
        """Whether its texts come again and again; an identity is, as a rule, its row's own."""
        return self.type not in _IDENTITIES

    @property
    def choices(self) -> tuple[str, ...]:
        """The codes as a form offers them: the first label of each."""
        labels: dict[str, str] = {}
        for label, code in self.codes.items():
            labels.setdefault(code, label)
        return tuple(labels.values())

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
    """What must hold between the columns of a row. True or null is fine."""

    name: str
    expression: str  # SQL over landing columns, for polars and PostgreSQL alike
    message_zh: str
    message_en: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Calendar:
    """When a feed is due. `campaign`: as often as the campaign's setting says."""

    frequency: str  # campaign · daily · working_days · weekly · monthly · after_batch
    due_time: time
    weekday: int = 7  # ISO, of weekly
    day: int = 10  # of the month, of monthly
    working_days: int = 0  # of after_batch


@dataclass(frozen=True)
class Contract:
    """One feed: its columns, key and rules, what its files stand for, when and by whom it is sent."""

    feed: str
    title_zh: str
    title_en: str
    grain_zh: str
    grain_en: str
    owner: str
    source: str  # county · payroll · bank · hr_platform
    kind: str  # snapshot · period · events · batch
    unit: str  # county · project · batch · platform
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rules: tuple[Rule, ...]
    calendar: Calendar | None

    @property
    def unit_column(self) -> str | None:
        """The column that the path fixes; None for the platform."""
        return UNIT_COLUMNS.get(self.unit)

    @cached_property
    def person_column(self) -> str | None:
        """The row's person: the first column of type id_number."""
        return self._first_of("id_number")

    @cached_property
    def name_column(self) -> str | None:
        """The name of the row's person: the first column of type person_name."""
        return self._first_of("person_name")

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
        name = column.name
        if column.name == self.name_column:
            name = "name_key"
        elif column.type in ("id_number", "person_name"):
            name = f"{column.name.removesuffix('_id_number')}_key"
        elif column.type in ("mobile", "bank_account"):
            name = f"{column.name.removeprefix('bank_')}_key"
        return ((name, TYPES[column.type][1]),)

    def match_header(self, headers: Sequence[str]) -> tuple[Column | None, ...]:
        """Which column each header text names; None: none of ours.

        A column is given to one header only: its own text goes before an alias, an alias before its name;
        of equals the first in the file.
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

    def _first_of(self, kind: str) -> str | None:
        return next((column.name for column in self.columns if column.type == kind), None)

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


def normalise_header(text: str) -> str:
    """A header without its dress: width, blanks, line breaks, `*`, a remark such as （元） or （必填）.

    >>> normalise_header("＊ 月收入 （元）")
    '月收入'
    """
    bare = "".join(unicodedata.normalize("NFKC", text).split()).strip("*").casefold()
    while (remark := _REMARK.search(bare)) and remark.group(1).strip("*") in _HARMLESS_REMARKS:
        bare = bare[: remark.start()].strip("*")
    return bare
