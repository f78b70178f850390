"""The prefecture, its counties, and the provinces: what the seed `division` says, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from employment_warehouse import seed_files
from employment_warehouse.fixed_names import NAMED_UNITS
from employment_warehouse.settings import read_when_changed, seed_file

_SHORT_NAME = "short_name_zh"  # 屏边县 for 屏边苗族自治县; a file of the operator's may lack the column
_ENGLISH_NAME = "name_en"
_DIGITS = 6
_LEVELS = ("province", "prefecture", "county")


@dataclass(frozen=True)
class Divisions:
    """Codes of GB/T 2260, six digits each, and what they are called."""

    prefecture: str
    prefecture_zh: str
    prefecture_short_zh: str  # 红河州; the full name if the seed has no short one
    counties: Mapping[str, str]  # code → full Chinese name, in the order of the seed
    short_names: Mapping[str, str]  # code → a second Chinese name, of the counties that have one
    english_names: Mapping[str, str]  # code → English name, of the prefecture and the counties that have one
    provinces: frozenset[str]  # the first two digits

    @cached_property
    def county_codes(self) -> Mapping[str, str]:
        """Chinese name, full or short, → code of the county."""
        codes = {name: code for code, name in self.counties.items()}
        return MappingProxyType(codes | {name: code for code, name in self.short_names.items()})

    def name_of(self, unit: str) -> str:
        """The Chinese name of a county or the prefecture, short where there is a short one, or of the HR platform; else
        the unit itself."""
        others = {unit: zh for unit, (zh, _) in NAMED_UNITS.items()}
        names = {**others, self.prefecture: self.prefecture_short_zh, **self.counties, **self.short_names}
        return names.get(unit, unit)

    @property
    def prefecture_prefix(self) -> str:
        """The four digits with which the codes of its counties begin."""
        return self.prefecture[:4]


def divisions() -> Divisions:
    """The prefecture and its counties: from the operator's `<home>/seeds/division.csv`, else from the project's seed. A
    changed file is read again.

    Raises SeedError.
    """
    return _read(seed_file("division"))


def with_county(example: str, county: str = "") -> str:
    """An example of a declaration, with the code of the county to which it is shown where it names one (`{county}`); of
    the first one of this prefecture where it is shown to anybody.
    """
    return example.replace("{county}", county or next(iter(divisions().counties)))


@read_when_changed
def _read(path: Path) -> Divisions:
    columns = ("division_code", "level", "parent_code", "name_zh", _SHORT_NAME, _ENGLISH_NAME)
    rows = {line: {column: row.get(column) or "" for column in columns} for line, row in seed_files.read(path).items()}
    _assert_valid(path, rows)
    return _divisions(list(rows.values()))


def _assert_valid(path: Path, rows: Mapping[int, Mapping[str, str]]) -> None:
    prefectures = [row["division_code"] for row in rows.values() if row["level"] == "prefecture"]
    if len(prefectures) != 1 or "county" not in {row["level"] for row in rows.values()}:
        raise _fault(path, 0, "", "一个州（prefecture）和它的县市（county） | one prefecture, and its counties", "")
    (prefecture,) = prefectures
    for line, row in rows.items():
        code, is_county = row["division_code"], row["level"] == "county"
        faults = {
            ("level", ", ".join(_LEVELS)): row["level"] not in _LEVELS,
            ("division_code", "6 位数字 | six digits"): not (
                len(code) == _DIGITS and code.isascii() and code.isdecimal()
            ),
            ("division_code", f"本州的县市 | a county of this prefecture: {prefecture[:4]}…"): is_county
            and code[:4] != prefecture[:4],
            ("parent_code", prefecture): is_county and row["parent_code"] != prefecture,
            ("name_zh", "不得为空 | it must be filled"): not row["name_zh"] and row["level"] != "province",
        }
        for (column, expected), is_wrong in faults.items():
            if is_wrong:
                raise _fault(path, line, column, expected, row[column])


def _fault(path: Path, line: int, column: str, expected: str, found: str) -> seed_files.SeedError:
    zh, en = "行政区划表有误", "the seed of divisions is invalid"
    return seed_files.fault(path, zh, en, line=line, column=column, expected=expected, found=found)


def _divisions(rows: list[dict[str, str]]) -> Divisions:
    of_level = {level: [row for row in rows if row["level"] == level] for level in _LEVELS}
    (prefecture,) = of_level["prefecture"]
    counties = {row["division_code"]: row["name_zh"] for row in of_level["county"]}
    return Divisions(
        prefecture=prefecture["division_code"],
        prefecture_zh=prefecture["name_zh"],
        prefecture_short_zh=prefecture[_SHORT_NAME] or prefecture["name_zh"],
        counties=MappingProxyType(counties),
        short_names=MappingProxyType(
            {row["division_code"]: row[_SHORT_NAME] for row in of_level["county"] if row[_SHORT_NAME]}
        ),
        english_names=MappingProxyType(
            {
                row["division_code"]: row[_ENGLISH_NAME]
                for row in (prefecture, *of_level["county"])
                if row[_ENGLISH_NAME]
            }
        ),
        # 99 stands for abroad, which has no counties.
        provinces=frozenset(row["division_code"][:2] for row in of_level["province"]) - {"99"},
    )
