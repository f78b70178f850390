"""The prefecture, its counties, and the provinces: what the seed `division` says, and nothing else."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from employment_warehouse.errors import UserError
from employment_warehouse.fixed_names import NAMED_UNITS
from employment_warehouse.settings import read_when_changed, seed_file

_COLUMNS = ("division_code", "level", "name_zh")
_SHORT_NAME = "short_name_zh"  # 屏边县 for 屏边苗族自治县; a file of the operator's may lack the column
_ENGLISH_NAME = "name_en"
_DIGITS = 6


class DivisionsError(UserError):
    """行政区划表有误。 | The seed of divisions is invalid."""

    code = "divisions_invalid"


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

    Raises DivisionsError.
    """
    return _read(seed_file("division"))


@read_when_changed
def _read(path: Path) -> Divisions:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        lacking = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
        if lacking:
            raise DivisionsError(f"缺少列 | missing column: {', '.join(lacking)}", where=str(path))
        rows = [
            {name: (row.get(name) or "").strip() for name in (*_COLUMNS, _SHORT_NAME, _ENGLISH_NAME)} for row in reader
        ]
    for line, row in enumerate(rows, 2):
        code = row["division_code"]
        if not (len(code) == _DIGITS and code.isascii() and code.isdecimal()):
            raise DivisionsError(where=f"{path}:{line}: division_code", expected="6 位数字 | six digits")
    return _divisions(rows, str(path))


def _divisions(rows: list[dict[str, str]], where: str) -> Divisions:
    of_level = {level: [row for row in rows if row["level"] == level] for level in ("province", "prefecture", "county")}
    if len(of_level["prefecture"]) != 1 or not of_level["county"]:
        raise DivisionsError(
            where=where, expected="一个州（prefecture）和它的县市（county） | one prefecture, and its counties"
        )
    (prefecture,) = of_level["prefecture"]
    counties = {row["division_code"]: row["name_zh"] for row in of_level["county"]}
    strays = [code for code in counties if code[:4] != prefecture["division_code"][:4]]
    if strays:
        raise DivisionsError(
            f"不属于本州的县（市） | counties of another prefecture: {', '.join(strays)}",
            where=where,
            expected=f"{prefecture['division_code'][:4]}…",
        )
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
