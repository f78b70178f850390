"""The daily report of a publication whose marts are written straight into the store."""

from __future__ import annotations

import io
import re
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import docx
import psycopg
import pytest
from tests.kit.nights import Nights, publish, start_build
from tests.kit.pictures import chromium
from tests.kit.publications import DAY, YUANYANG, division, figure, indicator, observed, store

from employment_warehouse import report
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.report.bulletin import compose
from employment_warehouse.report.bulletin_docx import word
from employment_warehouse.report.figures import read_figures

PERSON = uuid.UUID(int=1)
TARGETS = ("rural_employed", "poverty_alleviated_employed", "zero_employment_relocated_households")


@pytest.fixture
def build(warehouse: psycopg.Connection) -> int:
    """A build of 20 May, 103 persons short of the target, with one county carried forward."""
    number = start_build(DAY)
    counties = [*divisions().counties, divisions().prefecture]
    store(warehouse, "dim_division", number, (division(code) for code in counties))
    store(warehouse, "target_progress", number, (progress(code, target) for code in counties for target in TARGETS))
    store(warehouse, "headline_series", number, (observed("2024-05-19", code) for code in divisions().counties))
    headline = indicator("rural_employed", "person", feeds=["labor_register", "employment", "gig_orders"])
    store(warehouse, "indicator", number, [headline])
    timeliness = {"feed": "employment", "county_code": YUANYANG, "status": "missing", "latest_on": "2024-05-18"}
    store(warehouse, "feed_timeliness", number, [timeliness])
    return number


def progress(code: str, target: str) -> dict[str, Any]:
    is_prefecture = code == divisions().prefecture
    return {
        "county_code": code, "target_code": target, "basis": "stock", "target_value": 1_000, "actual_value": 897,
        "progress_rate": 0.897, "scheduled_value": 900, "coverage": 1, "change_1d": -1 if is_prefecture else 0,
        "change_7d": 0, "deadline": "2024-12-31", "required_daily_change": 0.4578, "on_track": False,
        "obs_status": "E" if code == YUANYANG else "A",
        "carried_forward": [YUANYANG] if is_prefecture or code == YUANYANG else None,
    }  # fmt: skip


def page(build: int) -> str:
    return report.write_daily(publish(build))[0].read_text(encoding="utf-8")


def test_the_headline_has_each_target_in_its_place(build: int, warehouse: psycopg.Connection) -> None:
    warehouse.execute(
        "update store.target_progress set actual_value = case target_code"
        " when 'poverty_alleviated_employed' then 321 when 'rural_employed' then 987 else 4 end"
    )
    summary = page(build).split('class="summary"')[1].split("</p>")[0]
    assert "今日务工（就业）987 人，" in summary
    assert "；脱贫人口务工（就业）321 人，" in summary
    assert "零就业搬迁家庭 <em>4 户待清零" in summary


@pytest.mark.quick
def test_the_report_names_data_carried_forward_comparisons_and_needed_progress(build: int) -> None:
    html = page(build)
    assert "元阳县未报，沿用 5月18日数据。" in html
    assert "与昨日可比的 12 个县市合计减少 1 人；元阳县今日未报，不参加比较。" in html
    assert "到12月31日还差 103 人，平均每 2 天须净增 1 人" in html
    assert "今日需办" in html
    assert "红河州防止返贫就业日报" in html


def test_what_the_evening_has_held_is_named_in_the_morning(warehouse: psycopg.Connection, build: int) -> None:
    """A release needs its number; the build that the report shows was not offered it. Of a project it is in the row of
    the project's county; what another date has held is not named.
    """
    nights = Nights(warehouse)
    units = {"workshop": YUANYANG, "employment_service": YUANYANG, "relief_payroll": "YG1"}
    numbers = [nights.deliver(feed, unit, DAY, kind="file") for feed, unit in units.items()]
    hold = "update ops.delivery set status = 'held', build = %s where status <> 'held'"
    warehouse.execute(hold, (build,))
    publish(build)
    morning = start_build(DAY)
    project = {"project_no": "YG1", "county_code": YUANYANG, "project_name": "甲", "project_type": "key_project"}
    store(warehouse, "dim_relief_project", morning, [project])
    timeliness = {"county_code": YUANYANG, "status": "held", "latest_on": "2024-05-18"}
    store(warehouse, "feed_timeliness", morning, [{**timeliness, "feed": feed} for feed in units])
    publish(morning)
    nights.deliver("employment_service", YUANYANG, "2024-05-21", kind="file")
    warehouse.execute(hold, (start_build("2024-05-21"),))
    shown = report.write_daily(morning)[0].read_text(encoding="utf-8")
    assert [f"（编号 {number}）" in shown for number in numbers] == [True, True, True]


def test_what_is_held_is_named_also_beside_what_is_missing(warehouse: psycopg.Connection, build: int) -> None:
    """Of one project the payroll is held, of another missing, a third is not known yet; the mart has the worst."""
    nights = Nights(warehouse)
    project = {"project_no": "YG1", "county_code": YUANYANG, "project_name": "甲", "project_type": "key_project"}
    store(warehouse, "dim_relief_project", build, [project])
    numbers = [nights.deliver("relief_payroll", unit, DAY, kind="file") for unit in ("YG1", "YG9")]
    warehouse.execute("update ops.delivery set status = 'held', build = %s", (build,))
    store(warehouse, "feed_timeliness", build, (
        {"feed": "relief_payroll", "county_code": code, "status": "missing", "units_due": due, "units_reported": 0}
        for code, due in ((YUANYANG, 2), (divisions().prefecture, 3))
    ))  # fmt: skip
    html = page(build)
    listed = html.split("未报、迟报与暂扣")[1].split("</table>")[0]
    assert f"（编号 {numbers[0]}）" in listed.split("元阳县")[1].split("红河州")[0]
    assert f"（编号 {numbers[1]}）" in listed.split("红河州")[1]
    assert listed.count("未报") == 2
    assert "报送暂扣（红河州、元阳县）" in html


def test_a_source_that_never_delivered_is_missing(warehouse: psycopg.Connection, build: int) -> None:
    """The row that counts the counties once more is not listed."""
    store(warehouse, "feed_timeliness", build, (
        {"feed": feed, "county_code": divisions().prefecture, "status": "missing", "units_due": 1, "units_reported": 0}
        for feed in ("employment", "bank_return")
    ))  # fmt: skip
    warehouse.execute("update store.feed_timeliness set units_due = 1, units_reported = 0")
    listed = page(build).split("未报、迟报与暂扣")[1].split("</table>")[0]
    assert listed.split("红河州")[1].count("代发回盘") == 1
    assert listed.count("务工就业台账") == 1


def test_only_what_was_reported_on_both_days_is_compared(warehouse: psycopg.Connection, build: int) -> None:
    """A county may lack a week ago, and one whose figure has not changed may have reported on both days."""
    warehouse.execute(
        "update store.target_progress set carried_forward = array[county_code] where county_code <> %s",
        (divisions().prefecture,),
    )
    warehouse.execute("update store.headline_series set obs_status = 'E' where county_code = '532501'")
    html = page(build)
    assert "与昨日可比的 11 个县市合计减少 1 人；个旧市昨日未报、元阳县今日未报，不参加比较。" in html
    drawn = html.split("chart signed")[1].split("</ol>")[0]
    assert drawn.count("<li>") == 11
    assert "个旧市" not in drawn


def test_a_change_of_nothing_that_was_not_reported_is_not_shown(build: int) -> None:
    """Nobody reported a week ago."""
    shown = first_screen(page(build))
    assert ("since yesterday</span> -1 ·" in shown, "in 7 days</span> — ·" in shown) == (True, True)


def test_a_week_ago_is_compared_apart_from_yesterday(warehouse: psycopg.Connection, build: int) -> None:
    """Every county is carried forward yesterday, none a week ago."""
    warehouse.execute("update store.headline_series set obs_status = 'E'")
    store(warehouse, "headline_series", build, (observed("2024-05-13", code) for code in divisions().counties))
    warehouse.execute(
        "update store.target_progress set change_7d = 5 where county_code = %s", (divisions().prefecture,)
    )
    html = page(build)
    assert "since yesterday</span> — ·" in first_screen(html)
    assert "in 7 days</span> +5 ·" in first_screen(html)
    assert "与7日前可比的 12 个县市合计增加 5 人；元阳县今日未报，不参加比较。" in html


def first_screen(html: str) -> str:
    return html.split('class="targets"')[1].split("</section>", 1)[0]


@pytest.mark.browser
def test_all_rows_of_a_chart_have_one_axis(build: int) -> None:
    """The row with a mark (carried forward) is wider in its last column, and its dot stands where the others' do."""
    html = page(build)
    with chromium() as browser:
        shown = browser.new_page()
        shown.set_content(html)
        for width in (390, 1280):
            shown.set_viewport_size({"width": width, "height": 800})
            tracks = [track.bounding_box() for track in shown.locator(".chart.dots .track").all()]
            assert len(tracks) == len(divisions().counties)
            assert len({(round(box["x"]), round(box["width"])) for box in tracks if box}) == 1, width


def test_the_report_names_findings_as_the_seed_does_and_an_unknown_one_by_its_code(
    warehouse: psycopg.Connection, build: int
) -> None:
    findings = ("bank_failed", "from_a_rule_of_tomorrow")
    rows = (
        {"county_code": county, "finding": finding, "lines": 3, "persons": 3, "amount": 10}
        for finding in findings
        for county in (YUANYANG, divisions().prefecture)
    )
    store(warehouse, "payroll_finding_summary", build, rows)
    named = {"code_list": "finding", "code": "bank_failed", "name_zh": "代发退票", "name_en": "rejected by the bank"}
    store(warehouse, "dim_code", build, [named])
    html = page(build)
    assert "代发退票" in html
    assert "其他（from_a_rule_of_tomorrow）" in html


def test_households_are_listed_by_urgency(warehouse: psycopg.Connection, build: int) -> None:
    """Most relocated ones first, of equal counties the one that has waited longest; Mengzi has none of them."""
    gejiu, mengzi = "532501", "532503"
    opened = ((YUANYANG, True, "2024-05-10"), (gejiu, True, "2024-05-01"), *[(mengzi, False, "2024-01-01")] * 3)
    cases = (
        {
            "county_code": county, "household_no": f"H{number}", "township_code": f"{county}100",
            "is_relocated": relocated, "members_in_labour_force": 1, "opened_on": day,
        }
        for number, (county, relocated, day) in enumerate(opened)
    )  # fmt: skip
    store(warehouse, "zero_employment_household", build, cases)
    counts = ((YUANYANG, True, 1), (gejiu, True, 1), (mengzi, False, 3), (divisions().prefecture, True, 2))
    store(warehouse, "zero_employment_summary", build, (
        {"county_code": county, "is_relocated": relocated, "open_cases": number, "opened_7d": 0, "cleared_7d": 0}
        for county, relocated, number in counts
    ))  # fmt: skip
    listed = page(build).split("同数的等得最久的在前")[2].split("</table>")[0]
    places = [listed.index(name) for name in ("个旧市", "5月1日", "元阳县", "5月10日", "蒙自市", "红河州")]
    assert places == sorted(places)
    assert "弥勒市" not in listed  # it has none


def test_a_silent_platform_is_named_and_not_attributed_to_a_county(warehouse: psycopg.Connection, build: int) -> None:
    """Each county's figure is carried forward (E), but only Yuanyang has not reported."""
    warehouse.execute("update store.target_progress set obs_status = 'E'")
    orders = {"feed": "gig_orders", "county_code": divisions().prefecture, "status": "missing"}
    store(warehouse, "feed_timeliness", build, [{**orders, "latest_on": "2024-05-19"}])
    html = page(build)
    assert "元阳县未报，沿用 5月18日数据。零工订单未报，沿用 5月19日数据。" in html
    assert '<tr><td><span class="zh">红河州' in html.split("未报、迟报与暂扣")[1].replace("\n", "")


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"target_value": None, "scheduled_value": None, "progress_rate": None}, "2024 年目标尚未录入"),
        ({"deadline": "2024-05-19"}, "目标已于 2024 年5月19日到期，新目标尚未录入"),
        ({}, "元阳县从未报送劳动力台账，未计入"),
    ],
)
def test_the_report_gives_the_reason_why_progress_cannot_be_judged(
    warehouse: psycopg.Connection, build: int, columns: dict[str, Any], reason: str
) -> None:
    """Actual 0 of a target of 0 included: no county may be shown as cleared that was never seen."""
    changed = {"on_track": None, "actual_value": 0, **columns}
    for column, value in changed.items():
        warehouse.execute(f"update store.target_progress set {column} = %s", (value,))
    if not columns:
        warehouse.execute("update store.target_progress set obs_status = 'M' where county_code = %s", (YUANYANG,))
    html = page(build)
    assert f"今日务工（就业）0 人，<em>无法判断进度（{reason}）</em>" in html
    assert html.count(f"无法判断进度：{reason}") == 3
    assert "0 户，无法判断是否清零" in html
    assert "已达进度线" not in html
    assert "已清零" not in html


def test_who_never_sent_a_register_has_no_figure(warehouse: psycopg.Connection, build: int) -> None:
    """A 0 of relocated households would read as cleared."""
    never = "update store.target_progress set actual_value = 0, on_track = null, obs_status = 'M', progress_rate = null"
    warehouse.execute(f"{never} where county_code = %s", (YUANYANG,))
    table = page(build).split('class="keep"')[1].split("</table>")[0]
    (row,) = (row for row in table.split("<tr>") if "元阳县" in row)
    assert re.findall(r'<td class="n">([^<]*)<', row) == ["—", "1,000"] * 3 + ["100.0%"]


def test_before_any_register_the_first_figure_is_none(warehouse: psycopg.Connection, build: int) -> None:
    warehouse.execute("update store.target_progress set actual_value = 0, on_track = null, obs_status = 'M'")
    html = page(build)
    assert "今日务工（就业）— 人，<em>无法判断进度（从未报送劳动力台账）</em>" in html
    assert "零就业搬迁家庭 <em>— 户，无法判断是否清零</em>" in html


def test_the_page_says_by_which_limits_a_person_counts_as_employed(warehouse: psycopg.Connection, build: int) -> None:
    warehouse.execute("update seeds.setting set value = '18' where name = 'working_age_from'")
    warehouse.execute("update seeds.setting set value = '30' where name = 'gig_reference_days'")
    html = page(build)
    assert "满 18 周岁" in html and "近 30 日内（含当日）完成过零工订单" in html and "灵活就业" in html


MONTH = {"period_from": "2024-04-30", "period_to": "2024-04-30", "coverage": 1}


def bulletin(warehouse: psycopg.Connection, build: int) -> list[Path]:
    store(warehouse, "indicator", build, [indicator("return_risk_warning", "household")])
    shown = {"public_value": 897, "public_previous": 900, "public_change": -3, **MONTH}
    restated = {"is_restated": True, "previous_as_published": 910, "public_previous_as_published": 910}
    hidden = {"public_value": None, **MONTH}
    restated_unseen = {**hidden, "is_restated": True, "previous_as_published": 7, "public_previous": 12}
    store(warehouse, "report_monthly", build, [
        figure("rural_employed", divisions().prefecture, 897, **shown, **restated),
        figure("return_risk_warning", YUANYANG, 4, **hidden),
        figure("return_risk_warning", divisions().prefecture, 4, **restated_unseen),
    ])  # fmt: skip
    return report.write_monthly(publish(build))


def test_the_bulletin_shows_public_figures_and_lists_restatements(warehouse: psycopg.Connection, build: int) -> None:
    pdf, document = bulletin(warehouse, build)
    assert pdf.read_bytes().startswith(b"%PDF-")
    word = docx.Document(str(document))
    text = "\n".join(paragraph.text for paragraph in word.paragraphs)
    assert "关于2024年4月" in text
    assert "RURAL_EMPLOYED897人，比上月减少3人" in text
    assert "RURAL_EMPLOYED原公布910人，现为900人" in text
    assert "RETURN_RISK_WARNING原公布…户，现为12户" in text
    cells = {
        (row.cells[0].text, table.rows[0].cells[at].text): row.cells[at].text
        for table in word.tables for row in table.rows[1:] for at in range(1, len(row.cells))
    }  # fmt: skip
    assert cells["红河哈尼族彝族自治州", "RURAL_EMPLOYED"] == "897※"
    assert cells["元阳县", "RETURN_RISK_WARNING"] == "…"
    assert cells["个旧市", "RETURN_RISK_WARNING"] == "—"
    # A table stands on one page with its title: each line but the last keeps with the next.
    for table in word.tables:
        kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
        assert kept == [True] * (len(kept) - 1) + [False]


@pytest.mark.parametrize(
    ("carried", "said", "noted"),
    [
        ([], "RURAL_EMPLOYED1,237人，与上月持平", None),
        (
            [YUANYANG],
            "RURAL_EMPLOYED1,237人，可比的12个县市合计与上月持平",
            "元阳县3月31日或4月30日的数据不全，不参加这两日的比较。",
        ),
        (None, "RURAL_EMPLOYED1,237人。", "各县市3月31日或4月30日的数据均不全，这两日的人数、户数和占比不作比较。"),
    ],
)
def test_the_bulletin_does_not_call_unchanged_what_was_not_reported(
    warehouse: psycopg.Connection, build: int, carried: list[str] | None, said: str, noted: str | None
) -> None:
    warehouse.execute("update store.indicator set kind = 'S'")
    store(warehouse, "headline_series", build, (
        observed(day, code, "E" if day == "2024-03-31" and (carried is None or code in carried) else "A")
        for day in ("2024-03-31", "2024-04-30")
        for code in divisions().counties
    ))  # fmt: skip
    shown = {"public_value": 1237, "public_previous": 1180, "public_change": 0, **MONTH}
    store(warehouse, "report_monthly", build, [figure("rural_employed", divisions().prefecture, 1237, **shown)])
    chapter, notes = compose(read_figures(publish(build), "monthly")).chapters
    assert said in chapter.paragraphs[0]
    assert noted in notes.paragraphs if noted else len(notes.paragraphs) == 2


def test_the_bulletin_says_from_which_count_on_it_shows_figures(warehouse: psycopg.Connection, build: int) -> None:
    warehouse.execute("update seeds.setting set value = '12' where name = 'suppression_min'")
    _, document = bulletin(warehouse, build)
    assert "人数、户数、件数小于12（0除外），占比、中位数的基数不足12" in "\n".join(
        line.text for line in docx.Document(str(document)).paragraphs
    )


def test_the_bulletins_chart_marks_what_its_tables_mark(warehouse: psycopg.Connection, build: int) -> None:
    store(warehouse, "indicator", build, [indicator("rural_employed_progress", "share")])
    figures = ((YUANYANG, 0.917, "E"), ("532501", 0.803, "P"), ("532503", 0.701, "A"))
    store(warehouse, "report_monthly", build, (
        figure("rural_employed_progress", county, value, public_value=value, **MONTH) | {"obs_status": status}
        for county, value, status in figures
    ))  # fmt: skip
    composed = compose(read_figures(publish(build), "monthly"))
    marked = {"元阳县": "91.7%*", "个旧市": "80.3%△", "蒙自市": "70.1%"}
    assert {bar.name: bar.text for bar in composed.bars} == marked
    ((table,), _) = (chapter.tables for chapter in composed.chapters)
    assert {county: text for county, text in table.rows if text != "—"} == marked
    assert "“△”为暂定数据" in composed.chapters[-1].paragraphs[1]
    document = docx.Document(io.BytesIO(word(composed)))
    drawn = document.tables[1]
    assert {row.cells[0].text: row.cells[2].text for row in drawn.rows} == marked
    indents = [row.cells[1].paragraphs[0].paragraph_format.right_indent for row in drawn.rows]
    assert indents == sorted(indents) and len(set(indents)) == 3  # the longest bar first
    assert f"图1　{composed.chart_title}" in [paragraph.text for paragraph in document.paragraphs]


def test_each_months_bulletin_has_its_own_number(
    warehouse: psycopg.Connection, build: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = read_figures(publish(build), "monthly")
    figures["period"] = (date(2024, 4, 1), date(2024, 4, 30))
    assert compose(figures).number == "〔2024〕第4期"
    monkeypatch.setenv("WAREHOUSE_BULLETIN_NUMBER", "红人社通报〔{year}〕{month}号")
    assert compose(figures).number == "红人社通报〔2024〕4号"
    monkeypatch.setenv("WAREHOUSE_BULLETIN_NUMBER", "红人社通报〔2024〕6号")
    assert compose(figures).number == "〔2024〕第4期"  # not that of every month


def test_the_bulletin_says_which_figures_are_not_of_its_month(warehouse: psycopg.Connection, build: int) -> None:
    """What only the report date has is compared with the last publication of the month before."""
    store(warehouse, "indicator", build, [indicator("rural_employed_progress", "share")])
    now = {"period_from": DAY, "period_to": DAY}
    store(warehouse, "report_monthly", build, [
        figure("rural_employed", divisions().prefecture, 1237, public_value=1237, **MONTH),
        figure("rural_employed_progress", YUANYANG, 0.9, public_value=0.9, **now),
        figure(
            "rural_employed_progress", divisions().prefecture, 0.96,
            public_value=0.96, public_previous=0.94, public_change=0.02, **now,
        ),
    ])  # fmt: skip
    composed = compose(read_figures(publish(build), "monthly"))
    chapter, notes = composed.chapters
    assert chapter.paragraphs == [
        "RURAL_EMPLOYED1,237人；截至5月20日RURAL_EMPLOYED_PROGRESS96.0%，比3月末增加2.0个百分点。"
    ]
    assert chapter.tables[0].heads[1:] == ["RURAL_EMPLOYED（人）", "RURAL_EMPLOYED_PROGRESS（截至5月20日）"]
    assert composed.chart_title == "各县市农村劳动力务工规模目标完成率（截至5月20日）"
    assert notes.paragraphs[2] == "注明“截至5月20日”的数据，与3月31日（或更早）最近一次发布的比较。"


def test_the_bulletin_of_a_publication_has_the_same_bytes_and_is_never_overwritten(
    warehouse: psycopg.Connection, build: int
) -> None:
    first = bulletin(warehouse, build)
    bytes_of = {path.name: path.read_bytes() for path in first}
    first[0].unlink()
    first[1].write_bytes(b"as somebody received it")
    again = report.write_monthly(build)
    assert again == first
    assert again[0].read_bytes() == bytes_of[again[0].name]
    assert again[1].read_bytes() == b"as somebody received it"
    products = warehouse.execute("select product, publication, vintage from ops.product").fetchall()
    assert [tuple(row) for row in products] == [("monthly", build, "revised")]
