"""A setting has the kind (seed `setting`) that what reads it can take."""

from __future__ import annotations

import re
from collections.abc import Iterator

from employment_warehouse import settings
from employment_warehouse.database import seed_tables
from employment_warehouse.settings import Home

FOLDERS = ("dbt_project/models", "dbt_project/macros", "expectations", "plugins/employment_warehouse")
# What a value is read as, after its name: as a macro does, as SQL of a query, into a variable of a function.
READERS = (
    re.compile(r"\{ setting\('(?P<name>\w+)'(?: ~ \w+)?, '(?P<type>integer)'\)"),
    re.compile(r"\{ setting\('(?P<name>\w+)'(?P<type>)\)"),
    re.compile(r"ops\.setting\('(?P<name>\w+)'(?:(?!ops\.setting).){0,70}?\)+::(?P<type>integer|numeric|float8)"),
    re.compile(r"(?P<type>integer|numeric) := ops\.setting\('(?P<name>\w+)'"),
)


def kinds() -> dict[str, str | None]:
    return {str(row.get("name")): row["kind"] for row in seed_tables.read("setting")}


def read_as() -> Iterator[tuple[str, str]]:
    """Setting (or how its name begins: `retention_days_`) and type, wherever the program reads one as a number."""
    for path in (path for folder in FOLDERS for path in (settings.project_root() / folder).rglob("*")):
        if path.suffix in {".sql", ".yml", ".yaml"} and "migrations" not in path.parts:
            text = path.read_text("utf-8")
            for found in (found for reader in READERS for found in reader.finditer(text)):
                yield found["name"], found["type"] or "numeric"


def test_every_setting_is_of_the_kind_that_its_readers_take(fresh_home: Home) -> None:
    known, found = kinds(), set(read_as())
    assert {("retention_checks_days", "integer"), ("income_fall_share", "numeric"), ("retention_days_", "integer"),
            ("act_daily_limit", "integer"), ("gate_min_known_compared", "float8")} <= found  # fmt: skip
    wrong = {
        (name, kind, type_)
        for stem, type_ in found
        for name, kind in known.items()
        if (name == stem or (stem.endswith("_") and name.startswith(stem)))
        and kind not in ({"integer"} if type_ == "integer" else {"integer", "number"})
    }
    assert wrong == set()
    assert set(known.values()) == {"integer", "number", "text"}
    assert {kind for name, kind in known.items() if name.startswith("gate_")} == {"number"}  # gate/threshold_lookup.py


def test_an_own_file_does_not_say_of_what_kind_a_setting_is(fresh_home: Home) -> None:
    (fresh_home.seeds / "setting.csv").write_text(
        "name,valid_from,value,kind,enabled\nrecall_days,2024-01-01,9,text,true\n"
        "gate_min_rows__employment,2024-01-01,9,,true\nmine,2024-01-01,9,text,true\n"
    )
    known = kinds()
    assert (known["recall_days"], known["gate_min_rows__employment"], known["mine"]) == ("integer", "number", "text")
