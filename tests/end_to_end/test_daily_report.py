"""The daily report of the last night, as a browser shows it: offline, without a script, on a desk and on a phone."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.end_to_end.conftest import Run, rows

from employment_warehouse.demonstration import Manifest

pytestmark = pytest.mark.browser
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(params=[1280, 390])
def page(request: pytest.FixtureRequest, browser: Browser, run: Run, home: Path, manifest: Manifest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 900}, java_script_enabled=False)
    asked: list[str] = []
    context.on("request", lambda wanted: asked.append(wanted.url))
    shown = context.new_page()
    shown.goto(max((home / "reports" / str(manifest.nights[-1])).glob("daily-*.html")).as_uri())
    yield shown
    context.close()
    assert [url for url in asked if not url.startswith("file:")] == []


def figure(page: Page, place: int) -> int:
    return int(re.sub(r"\D", "", page.locator(".figure").nth(place).inner_text().split(" ")[0]))


def test_the_first_screen_has_the_figures_of_the_publication(page: Page, run: Run) -> None:
    wanted = rows(
        run,
        "select target_code, actual_value from marts.target_progress where county_code = '532500' and basis = 'stock'",
    )
    values = {row["target_code"]: int(row["actual_value"]) for row in wanted}
    assert [figure(page, place) for place in range(3)] == [
        values["rural_employed"],
        values["poverty_alleviated_employed"],
        values["zero_employment_relocated_households"],
    ]
    assert f"{values['rural_employed']:,}" in page.locator(".summary").inner_text()


def amounts(text: str) -> dict[str, list[str]]:
    """Of the table of what is owed by county: amount and persons by the county's name."""
    table = text.split('aria-label="各县市欠发，元"')[1].split("</table>", maxsplit=1)[0]
    found = {}
    for row in table.split("<tr><td>")[1:]:
        name, *cells = (re.sub(r"<span class=\"en\".*?</span>|<.*?>", "", cell).strip() for cell in row.split("</td>"))
        found[name] = [cells[0], cells[3]]
    return found


def test_what_is_owed_is_the_same_in_the_report_and_in_the_alerts(run: Run, home: Path, manifest: Manifest) -> None:
    """Amount, counties and persons; the sentence above the table has their sum."""
    report = max((home / "reports" / str(manifest.nights[-1])).glob("daily-*.html")).read_text(encoding="utf-8")
    alerts = rows(
        run,
        f"select title from ops.alert where kind = 'wages_owed' and report_date = '{manifest.nights[-1]}' "
        "and resolved_at is null",
        "--role", "wh_watcher",
    )  # fmt: skip
    titles = [re.fullmatch(r"(\S+)：欠发 (\S+) 元，(\S+) 人 \|.*", row["title"]) for row in alerts]
    told = {found[1]: [found[2], found[3]] for found in titles if found}
    assert len(told) == len(alerts) > 1
    assert amounts(report) == told
    total = sum(Decimal(amount.replace(",", "")) for amount, _ in told.values())
    sentence = re.sub("<[^>]*>", "", report.split("欠发的劳务报酬和岗位补贴")[1].split("</p>")[0])
    assert f"{len(told)} 个县市欠发" in sentence
    assert f"{total:,.2f}" in sentence


def test_nothing_is_wider_than_the_screen(page: Page) -> None:
    box = page.locator("body").bounding_box()
    assert box is not None
    assert page.viewport_size is not None
    for element in page.locator("h1, h2, p, figure, .targets > div").all():
        place = element.bounding_box()
        assert place is None or place["x"] + place["width"] <= page.viewport_size["width"] + 1


def test_every_chart_is_described_in_words(page: Page) -> None:
    charts = page.locator("figure ol.chart")
    assert charts.count() >= 3
    for bar in charts.locator("li").all():
        name, figure = bar.locator(".name").inner_text(), bar.locator(".value").inner_text()
        assert re.search(r"\w", name)
        assert re.search(r"\d", figure)


def test_headings_go_down_one_level_at_a_time_and_each_table_has_a_caption(page: Page) -> None:
    levels = [int(heading.evaluate("each => each.tagName[1]")) for heading in page.locator("h1, h2, h3").all()]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))
    for table in page.locator("table").all():
        assert table.locator("caption").inner_text().strip()


def test_the_switch_shows_english_by_the_keyboard_without_a_script(page: Page) -> None:
    assert "红河州" in page.locator("h1").inner_text()
    page.locator("a.en-switch").focus()
    page.keyboard.press("Enter")
    assert page.locator("h1").inner_text() == "Honghe Prefecture daily employment report"
    assert not re.search(r"[\u4e00-\u9fff、，。]", page.locator(".targets").inner_text())
    page.locator("a.zh-switch").click()
    assert "红河州" in page.locator("h1").inner_text()


def test_the_page_ends_with_its_publication(page: Page, run: Run) -> None:
    [row] = rows(run, "select max(publication) as publication from marts.publications")
    assert re.search(rf"发布号 {row['publication']} \(快报\)", page.locator("footer").inner_text())
