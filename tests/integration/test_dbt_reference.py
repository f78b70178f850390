"""What helps an analyst to read the marts: names of codes, and who is what on the report date."""

from __future__ import annotations

from typing import Any

from tests.kit.reported import COUNTY, person, report, spell

from employment_warehouse.contract import contracts
from employment_warehouse.database import connect


def test_every_code_of_a_feed_has_its_label(nights: Any) -> None:
    nights.select = "+dim_code"
    nights.connection.execute(
        "insert into seeds.finding_rule (finding, valid_from, enabled, threshold, name_zh, name_en)"
        " select finding, '2024-05-02', enabled, 18, name_zh, name_en"
        " from seeds.finding_rule where finding = 'underage'"
    )
    nights.night("2024-05-01")
    named = {(row[0], row[1]): row[2] for row in nights.rows("select code_list, code, name_zh from marts.dim_code")}
    codes = {
        (column.name, code)
        for each in contracts().values()
        for column in each.columns
        for code in column.codes.values()
    }
    assert codes <= set(named)
    assert named["population_category", "marginal"] == "边缘易致贫户"
    assert named["destination", "other_province"] == "省外"
    assert named["finding", "unpaid"] == "全部欠发"
    assert named["finding", "underage"] == "未满16岁"  # 18 from tomorrow on
    assert named["reasons", "wages_unpaid_60d"] == "工资欠发60日"
    assert named["reasons", "monitored_and_unemployed"] == "监测户零就业"


def test_the_persons_of_today_are_those_whose_state_holds_on_the_report_date(nights: Any) -> None:
    report(nights, COUNTY, "2024-05-01", [person("works"), person("idle")], [spell("works", end_date="2024-05-20")])
    nights.night("2024-05-02")
    with connect("wh_analyst") as analyst:
        today = analyst.execute("select channel, is_employed from marts.person_today order by channel").fetchall()
        assert today == [("enterprise", True), ("none", False)]
        assert analyst.execute("select count(*) from marts.fct_person_state").fetchone() == (3,)  # one begins on 21 May
        households = analyst.execute("select is_zero_employment from marts.household_today order by 1").fetchall()
        assert households == [(False,), (True,)]


def test_a_county_sees_its_own_persons_of_today(nights: Any) -> None:
    other = "532503"
    report(nights, COUNTY, "2024-05-01", [person("here")], [])
    report(nights, other, "2024-05-01", [person("there", other)], [])
    nights.night("2024-05-01")
    with connect("wh_analyst") as analyst:
        assert analyst.execute("select count(*) from marts.person_today").fetchone() == (2,)
    nights.connection.execute(f"set role county_{other}")
    try:
        assert nights.rows("select county_code from marts.person_today") == [(other,)]
    finally:
        nights.connection.execute("reset role")
