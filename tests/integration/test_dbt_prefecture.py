"""The prefecture and its counties are rows of the seed `division`: the same models serve another one."""

from __future__ import annotations

import re
from typing import Any

from tests.kit.marts import progress
from tests.kit.reported import due, person, report, spell

from employment_warehouse import settings

PREFECTURE, HERE, THERE = "331000", "331002", "331003"


def serve(nights: Any) -> None:
    """A made-up prefecture of Zhejiang with two counties, in place of the project's own."""
    nights.connection.execute("delete from seeds.division where level in ('prefecture', 'county')")
    for code, level, parent in (
        (PREFECTURE, "prefecture", "330000"),
        (HERE, "county", PREFECTURE),
        (THERE, "county", PREFECTURE),
    ):
        nights.connection.execute(
            "insert into seeds.division (division_code, level, parent_code, name_zh, name_en, is_verified)"
            " values (%s, %s, %s, %s, %s, true)",
            (code, level, parent, f"某地{code}", f"Place {code}"),
        )


def test_a_night_of_a_made_up_prefecture_with_two_counties(nights: Any) -> None:
    nights.select = "+path:models/marts/targets +path:models/marts/assurance"
    serve(nights)
    due(nights, "2024-05-01", HERE, THERE)
    places = {"own_county": HERE, "other_county": THERE, "other_prefecture": "330106", "other_province": "532528"}
    report(
        nights, HERE, "2024-05-01",
        [person(name, HERE) for name in places],
        [spell(name, county=HERE, work_division_code=place) for name, place in places.items()],
    )  # fmt: skip
    report(nights, THERE, "2024-05-01", [person("neighbour", THERE), person("jobless", THERE)], [spell("neighbour")])
    nights.night("2024-05-01")
    assert dict(
        nights.rows("select destination, employed from marts.employment_stock where county_code = %s", PREFECTURE)
    ) == {"own_county": 1, "other_county": 1, "other_prefecture": 1, "other_province": 2, "none": 0}
    counted = {code: progress(nights, code)["actual_value"] for code in (PREFECTURE, HERE, THERE)}
    assert counted == {PREFECTURE: 5, HERE: 4, THERE: 1}
    assert nights.rows("select distinct county_code from marts.target_progress order by 1") == [
        (PREFECTURE,), (HERE,), (THERE,),
    ]  # fmt: skip
    assert nights.rows(
        "select county_code, units_due from marts.feed_timeliness where feed = 'labor_register' order by 1"
    ) == [(PREFECTURE, 2), (HERE, 1), (THERE, 1)]


def test_no_model_names_a_county_or_a_prefecture() -> None:
    project = settings.project_root() / "dbt_project"
    texts = {path.name: path.read_text("utf-8") for path in project.rglob("*.sql")}
    assert len(texts) > 50
    assert [name for name, text in texts.items() if re.search(r"53\d\d|'53'", text)] == []
