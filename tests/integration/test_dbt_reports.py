"""The figures of the reports: values, comparisons, ranks, and what public tables hide."""

from __future__ import annotations

import json
import shutil
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.kit.nights import count_unit_tests
from tests.kit.reported import COUNTY, OTHER, person, report, spell, workshop

from employment_warehouse import gate, settings
from employment_warehouse.database import migrate

PREFECTURE = "532500"
REPORTS = "+path:models/marts/reports,resource_type:model"
WOMEN = Path("dbt_project/models/marts/women")
WOMEN_SQL = """
select coalesce(county_code, {{ prefecture() }}) as county_code, count(*)::integer as women
from {{ ref('dim_person') }}
where sex = 'female'
group by rollup (county_code)
"""
WOMEN_YML = """
models:
  - name: women_registered
    description: Women on the register by county.
    config:
      contract: {enforced: true}
      meta:
        zh: 在册妇女
        grain: county_code
        key: [county_code]
        feeds: [labor_register]
        indicators:
          - code: women
            zh: 在册妇女
            en: Women on the register
            definition_zh: 台账登记的妇女。
            definition_en: Women on the register.
            unit: person
            direction: 0
            kind: N
            in: [daily]
            numerator: sum(women)
    columns:
      - {name: county_code, data_type: text, description: County., config: {meta: {zh: 县市}}}
      - {name: women, data_type: integer, description: How many., config: {meta: {zh: 人数, checks: [not_negative]}}}
"""


@pytest.fixture
def spring(nights: Any) -> Any:
    """Two counties: nights on Sunday 28 April, on 5 May, and on 6 May 2024, of which one county says nothing."""
    nights.select = REPORTS
    for name, days in (("dispute_close_days", "60"), ("funds_days", "30"), ("retention_days_3m", "1")):
        nights.connection.execute("update seeds.setting set value = %s where name = %s", (days, name))
    award = {"subsidy_amount": 3000, "subsidy_on": "2024-04-06"}
    nights.deliver("workshop", COUNTY, "2024-04-28", [workshop("W1", **award)])
    people = [person("a"), person("b"), person("c", is_relocated=True)]
    others = [person("d", OTHER), person("e", OTHER)]
    found = spell("b", start_date="2024-05-02")
    report(nights, COUNTY, "2024-04-28", people, [spell("a")])
    report(nights, OTHER, "2024-04-28", others, [spell("d", county=OTHER)])
    nights.night("2024-04-28")
    report(nights, COUNTY, "2024-05-05", people, [spell("a"), found])
    report(nights, OTHER, "2024-05-05", others, [spell("d", county=OTHER)])
    nights.night("2024-05-05")
    report(nights, COUNTY, "2024-05-06", people, [spell("a"), found, spell("c", start_date="2024-05-06")])
    nights.night("2024-05-06")
    return nights


def figure(nights: Any, report: str, indicator: str, county: str = COUNTY, columns: str = "") -> tuple[Any, ...]:
    (row,) = nights.rows(
        f"select {columns or 'value, previous_value, change, rank, obs_status'} from marts.report_{report}"
        " where indicator = %s and county_code = %s",
        indicator, county,
    )  # fmt: skip
    return tuple(row)


def test_the_figures_of_three_nights(spring: Any) -> None:
    """Days like for like as known tonight, the rest against publications; shares are ranked among the counties."""
    assert figure(spring, "daily", "rural_employed") == (3, 2, 1, None, "A")
    assert figure(spring, "daily", "rural_employed", OTHER) == (1, 1, 0, None, "E")
    assert figure(spring, "daily", "rural_employed", PREFECTURE) == (4, 3, 1, None, "E")
    assert figure(spring, "daily", "rural_employed", "532501") == (None, None, None, None, "M")
    third = Decimal("0.3333")
    assert figure(spring, "daily", "employment_rate") == (1, Decimal("0.6667"), third, 1, "A")
    assert figure(spring, "daily", "employment_rate", OTHER) == (Decimal("0.5"), Decimal("0.5"), None, 2, "E")
    assert figure(spring, "daily", "employment_rate", PREFECTURE)[:3] == (Decimal("0.8"), Decimal("0.6"), None)
    targets = "target_value, period_from, period_to"
    day = date(2024, 5, 6)
    assert figure(spring, "daily", "rural_employed", PREFECTURE, targets) == (1440000, day, day)

    # Of the night itself: against yesterday's publication, and against the last one a week ago.
    assert figure(spring, "daily", "zero_cases_cleared_7d")[:3] == (1, 0, 1)
    assert figure(spring, "weekly", "zero_cases_cleared_7d")[:3] == (1, 0, 1)
    # The week that has ended: Sunday against the Sunday before. A month: as far as it has gone, and as it stood then.
    assert figure(spring, "weekly", "rural_employed") == (2, 1, 1, None, "A")
    months = "period_from, period_to, value, previous_value"
    assert figure(spring, "daily", "disputes_open_over_45d", columns=months) == (date(2024, 5, 1), day, 0, 0)
    assert figure(spring, "weekly", "job_events")[:3] == (0, None, None)
    # The follow-up of a day is complete for the week that has ended: one began a job in it, and has it still.
    assert figure(spring, "weekly", "retention_3m")[:3] == (1, None, None)
    # Nobody reported on 30 April, and nothing is known of March.
    assert figure(spring, "monthly", "rural_employed") == (1, None, None, None, "E")
    public = "value, public_value, public_change, public_rank"
    assert figure(spring, "monthly", "rural_employed", columns=public) == (1, None, None, None)
    assert figure(spring, "monthly", "median_wage", columns=public) == (4200, None, None, None)
    # The award was paid on the 31st day before.
    assert figure(spring, "monthly", "funds_per_poverty_alleviated_person")[0] == 0
    # None, but hidden with its whole, which is one.
    assert figure(spring, "monthly", "zero_employment_relocated_households", OTHER, public) == (0, None, None, None)

    assert spring.rows(
        "select county_code, level, value, prefecture_value, ratio, rank, better_than_prefecture"
        " from marts.key_county_compare where indicator = 'employment_rate'"
    ) == [(COUNTY, "national", 1, Decimal("0.8"), Decimal("1.25"), 1, True)]
    assert count_unit_tests("key_county_compare") == 1
    texts = "name_zh, name_en, definition_zh, definition_en"
    assert spring.rows(f"select {texts} from marts.indicator where code = 'disputes_open_over_45d'") == [(
        "超60日未结劳动争议",
        "Disputes open for more than 60 days",
        "月末（或报表日期）受理超过60日仍未结案的争议。",
        "Disputes not closed more than 60 days after acceptance, at the end of the month or on the report date.",
    )]  # fmt: skip
    missing = """
        select code from marts.indicator
        where (in_daily and code not in (select indicator from marts.report_daily where value is not null))
            or (in_weekly and code not in (select indicator from marts.report_weekly))
            or (in_monthly and code not in (select indicator from marts.report_monthly))
            or (in_key_counties and code not in (select indicator from marts.key_county_compare))
    """
    without_reports = {"reporting_rate", "on_time_rate", "rejected_share", "relief_remuneration_share"}
    assert {code for (code,) in spring.rows(missing)} == without_reports


def test_a_month_that_was_restated_is_marked(nights: Any) -> None:
    """The April bulletin said twelve employed at the end of March, a late file says thirteen. What it hid (cells under
    ten, and shares of them) stays hidden beside what is known now.
    """
    nights.select = REPORTS
    names = [f"works {at}" for at in range(12)]
    people = [*map(person, names), person("found", is_relocated=True), person("jobless", is_relocated=True)]
    known = [*map(spell, names)]
    report(nights, COUNTY, "2024-03-20", people, known)
    report(nights, COUNTY, "2024-04-10", people, known)
    nights.night("2024-04-10")
    nights.deliver("employment", COUNTY, "2024-03-31", [*known, spell("found", end_date="2024-03-31")])
    nights.night("2024-05-06")
    columns = "previous_value, previous_as_published, is_restated, public_previous, public_previous_as_published"
    shown = partial(figure, nights, "monthly", county=PREFECTURE, columns=columns)
    assert shown("rural_employed") == (13, 12, True, 13, 12)
    assert shown("labour_force") == (14, 14, False, 14, 14)
    assert shown("zero_employment_relocated_households") == (1, 2, True, None, None)
    assert shown("relocated_zero_share") == (Decimal("0.5"), 1, True, None, None)


def test_a_mart_declares_its_indicator_and_the_daily_report_shows_it(
    nights: Any, warehouse: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One model and one YAML: a mart with a check, an indicator in the dictionary, a figure in the daily report."""
    for folder in ("dbt_project", "expectations"):
        shutil.copytree(settings.project_root() / folder, tmp_path / folder)
    (tmp_path / WOMEN).mkdir()
    (tmp_path / WOMEN / "women_registered.sql").write_text(WOMEN_SQL, "utf-8")
    (tmp_path / WOMEN / "women_registered.yml").write_text(WOMEN_YML, "utf-8")
    monkeypatch.setenv("WAREHOUSE_PROJECT", str(tmp_path))
    migrate(warehouse)
    nights.select = "+report_daily,resource_type:model"
    report(nights, COUNTY, "2024-05-06", [person("a"), person("b"), person("c", sex="male")], [])
    build = nights.start("2024-05-06")
    nights.build(build)
    gate.expect_checks(build)
    gate.gate_marts(build)
    assert nights.rows(
        "select check_name, success from ops.check_result where suite = 'women_registered' and unit = %s order by 1",
        COUNTY,
    ) == [("women.not_negative", True)]
    warehouse.execute("delete from ops.certificate")
    nights.publish(build)
    assert nights.rows("select name_zh, mart, formula, feeds from marts.indicator where code = 'women'") == [
        ("在册妇女", "women_registered", "sum(women)", ["labor_register"])
    ]
    assert figure(nights, "daily", "women") == (2, None, None, None, "A")
    assert figure(nights, "daily", "women", PREFECTURE)[0] == 2


def hidden(nights: Any, *cells: tuple[str, str, int], **parts: tuple[str | None, str | None]) -> set[str]:
    """Which of the cells (indicator, county, value) a public table hides; parts: the whole and the other part."""
    given = [
        {
            "indicator": indicator, "county_code": county, "value": value,
            "part_of": parts.get(indicator, (None, None))[0], "complement": parts.get(indicator, (None, None))[1],
        }
        for indicator, county, value in cells
    ]  # fmt: skip
    found = nights.rows("select indicator, county_code from ops.hidden_cells(%s, 10)", json.dumps(given))
    return {f"{indicator} {county}" for indicator, county in found}


def test_a_public_table_hides_cells_under_ten_and_cells_that_would_reveal_them(nights: Any) -> None:
    # One county of 4: the next, of 11, goes too; together they are 15. Zero is shown.
    one = [("x", "1", 4), ("x", "2", 11), ("x", "3", 50), ("x", "4", 0), ("x", PREFECTURE, 65)]
    assert hidden(nights, *one) == {"x 1", "x 2"}
    # Two counties of 3 are 6 together: the smallest other one goes too.
    two = [("x", "1", 3), ("x", "2", 3), ("x", "3", 60), ("x", "4", 50), ("x", PREFECTURE, 116)]
    assert hidden(nights, *two) == {"x 1", "x 2", "x 4"}
    # A prefecture of 7: every county that counts at all.
    assert hidden(nights, ("x", "1", 7), ("x", "2", 0), ("x", PREFECTURE, 7)) == {"x 1", f"x {PREFECTURE}"}
    # One county of 4, and no other: the prefecture goes.
    assert hidden(nights, ("x", "1", 4), ("x", "2", 0), ("x", PREFECTURE, 14)) == {"x 1", f"x {PREFECTURE}"}
    assert hidden(nights, ("x", "1", 12), ("x", "2", 13), ("x", PREFECTURE, 25)) == set()


def test_a_public_table_hides_parts_that_would_give_a_whole_away(nights: Any) -> None:
    wholes = [("w", "1", 1003), ("w", "2", 900), ("w", "3", 800), ("w", PREFECTURE, 2703)]
    # 1,003 less 998 is 5; so another county's part goes as well, the smallest.
    parts = [("p", "1", 998), ("p", "2", 400), ("p", "3", 300), ("p", PREFECTURE, 1698)]
    assert hidden(nights, *wholes, *parts, p=("w", None)) == {"p 1", "p 3"}
    # Two parts that make up the whole go together: where one is under ten, and where a county is taken along.
    away = [("a", "1", 1000), ("a", "2", 400), ("a", "3", 300), ("a", PREFECTURE, 1700)]
    near = [("n", "1", 3), ("n", "2", 500), ("n", "3", 500), ("n", PREFECTURE, 1003)]
    assert hidden(nights, *wholes, *away, *near, a=("w", "n"), n=("w", "a")) == {"a 1", "n 1", "a 2", "n 2"}
