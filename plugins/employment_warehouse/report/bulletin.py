"""The monthly bulletin as a document, before it is typeset: what it says, in which order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from employment_warehouse import settings
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.report import formats, report_names
from employment_warehouse.report.code_names import Label
from employment_warehouse.report.comparison import ANY_DAY, Comparison, comparison, sentence_of_uncompared
from employment_warehouse.report.figures import HEADLINE, Figures, Row, of_time
from employment_warehouse.report.sections import TableOf, sections_of

UNITS_OF_MEASURE = {unit: label.zh for unit, label in report_names.UNITS_OF_MEASURE.items()}
RESTATED = "※"
SUPPRESSED = "…"
MARKS = {"E": "*", "P": "△"}
CHINESE_NUMBERS = "一二三四五六七八九十"
CHARTED = "rural_employed_progress"


@dataclass(frozen=True)
class Table:
    """title: with its number. unit: of all its figures, '' where they differ and stand in the heads."""

    title: str
    unit: str
    heads: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Chapter:
    """heading: with its number. tables follow the paragraphs."""

    heading: str
    paragraphs: list[str]
    tables: list[Table]


@dataclass(frozen=True)
class Bar:
    """A county's bar in the chart. share: its length, 0–1."""

    name: str
    share: float
    text: str


@dataclass(frozen=True)
class Bulletin:
    """title: its lines. issued_on: the date under the issuer's name. chart_title: of the bars."""

    issuer: str
    number: str
    title: tuple[str, str]
    recipients: str
    opening: str
    chart_title: str
    bars: list[Bar]
    chapters: list[Chapter]
    issued_on: date


def compose(figures: Figures) -> Bulletin:
    """The bulletin. figures: those of the product `monthly`; the same figures make the same bulletin."""
    first, month = figures["period"]
    compared = comparison(figures, month, first - timedelta(days=1))
    known = divisions()
    numbered = count(1)
    shown = {code for code, _ in figures["values"]}
    chapters = [
        _chapter(figures, compared, f"{CHINESE_NUMBERS[at]}、{section.heading}", section.tables, numbered)
        for at, section in enumerate(sections_of(shown))
    ]
    notes = Chapter(f"{CHINESE_NUMBERS[len(chapters)]}、数据说明", _notes(figures, compared), [])
    return Bulletin(
        issuer=f"{known.prefecture_short_zh}人力资源和社会保障局",
        number=settings.bulletin_number(month),
        title=(f"关于{month.year}年{month.month}月", "防止返贫就业工作情况的通报"),
        recipients="各县市人力资源和社会保障局：",
        opening=f"现将{month.year}年{month.month}月全州防止返贫就业工作情况通报如下。",
        chart_title=f"各县市农村劳动力务工规模目标完成率{of_time(figures, CHARTED)}",
        bars=_bars(figures),
        chapters=[*chapters, notes],
        issued_on=figures["publication"]["report_date"],
    )


def _chapter(
    figures: Figures, compared: Comparison, heading: str, tables: Sequence[TableOf], numbered: Iterator[int]
) -> Chapter:
    stated = [
        _sentence(figures["indicators"][code], row, figures["own_periods"].get(code), compared)
        for table in tables
        for code in table.indicators
        if (row := figures["values"].get((code, divisions().prefecture))) and row["value"] is not None
    ]
    shown = [table for table in tables if _has_values(figures, table.indicators)]
    return Chapter(
        heading,
        ["；".join(stated) + "。"] if stated else ["本月无数据。"],
        [_table(figures, f"表{next(numbered)}　{table.title}", table.indicators) for table in shown],
    )


def _has_values(figures: Figures, codes: Sequence[str]) -> bool:
    return any(
        row["value"] is not None or row["is_suppressed"]
        for (code, _), row in figures["values"].items()
        if code in codes
    )


def _sentence(indicator: Row, row: Row, own_period: Label | None, compared: Comparison) -> str:
    """One figure of the prefecture with its change, and of how many counties that is, where some cannot be compared."""
    unit = indicator["unit"]
    value = f"{indicator['name_zh']}{formats.number(row['value'], unit)}{UNITS_OF_MEASURE[unit]}"
    before = "上月"
    if own_period:
        value, before = f"{own_period.zh}{value}", f"{compared.earlier.month}月末"
    if row["change"] is None or not compared.covers(indicator, row):
        return value
    is_of_some = indicator["kind"] == ANY_DAY and compared.uncompared and unit != "share"
    whose = f"可比的{compared.compared}个县市合计" if is_of_some else ""
    moved = formats.change(abs(row["change"]), unit).lstrip("+")
    if moved == "0":
        return f"{value}，{whose}与{before}持平"
    unit_of_change = UNITS_OF_MEASURE["point" if unit == "share" else unit]
    return f"{value}，{whose}比{before}{'增加' if row['change'] > 0 else '减少'}{moved}{unit_of_change}"


def _table(figures: Figures, title: str, codes: Sequence[str]) -> Table:
    shown = [figures["indicators"][code] for code in codes]
    units = {UNITS_OF_MEASURE[each["unit"]] for each in shown}
    common = units.pop() if len(units) == 1 else ""
    heads = ["县市", *(_head(each, common) + of_time(figures, each["code"]) for each in shown)]
    rows = [
        [
            county["name_zh"],
            *(_text(each, figures["values"].get((each["code"], county["county_code"]))) for each in shown),
        ]
        for county in figures["counties"]
    ]
    return Table(title, f"单位：{common}" if common else "", heads, rows)


def _head(indicator: Row, common: str) -> str:
    unit = UNITS_OF_MEASURE[indicator["unit"]]
    return f"{indicator['name_zh']}（{unit}）" if unit and not common else str(indicator["name_zh"])


def _text(indicator: Row, row: Row | None) -> str:
    if row is None:
        return formats.NONE
    if row["is_suppressed"]:
        return SUPPRESSED
    text = formats.number(row["value"], indicator["unit"])
    return text + (RESTATED if row["is_restated"] else "") + MARKS.get(row["obs_status"], "")


def _bars(figures: Figures) -> list[Bar]:
    rows = [
        row
        for (code, county), row in figures["values"].items()
        if code == CHARTED and county != divisions().prefecture and row["value"] is not None
    ]
    names = {row["county_code"]: row["name_zh"] for row in figures["counties"]}
    most = max([1.0, *(float(row["value"]) for row in rows)])
    return [
        Bar(names[row["county_code"]], float(row["value"]) / most, _text(figures["indicators"][CHARTED], row))
        for row in sorted(rows, key=lambda row: (-row["value"], row["county_code"]))
    ]


def _notes(figures: Figures, compared: Comparison) -> list[str]:
    publication, values = figures["publication"], figures["values"]
    whole = values.get((HEADLINE, divisions().prefecture))
    coverage = formats.share(whole["coverage"]) if whole else formats.NONE
    notes = [
        f"本通报出自第{publication['publication']}号发布（{report_names.vintages()[publication['vintage']].zh}），数据截至"
        f"{publication['report_date'].year}年{formats.day(publication['report_date'])}，应报已收{coverage}。"
        "来源为各县市报送、人才平台、以工代赈项目工资表与银行回盘。",
        f"表和图中“{MARKS['E']}”为沿用以前报送的数据，“{MARKS['P']}”为暂定数据，“{RESTATED}”为上月数据已修订，{_suppression(figures)}“{formats.NONE}”为无数据。",
    ]
    if periods := sorted({period.zh for period in figures["own_periods"].values()}):
        notes.append(
            f"注明“{'、'.join(periods)}”的数据，与{formats.day(compared.earlier)}（或更早）最近一次发布的比较。"
        )
    if uncompared := sentence_of_uncompared(figures, compared, compared.uncompared):
        notes.append(uncompared.zh)
    restated = [
        _restatement(figures["indicators"][code], row)
        for (code, county), row in values.items()
        if row["is_restated"] and county == divisions().prefecture
    ]
    if restated:
        changes = "；".join(restated)
        notes.append(f"上月数据的修订：{changes}。")
    return notes


def _suppression(figures: Figures) -> str:
    fewest = figures["suppression"][0]["fewest"]
    if fewest is None or fewest < 2:
        return ""
    return (
        f"“{SUPPRESSED}”表示不予公布（人数、户数、件数小于{fewest}（0除外），占比、中位数的基数不足{fewest}，"
        "或可据以推算前两类的），"
    )


def _restatement(indicator: Row, row: Row) -> str:
    """Both figures are there, so that one without a value is suppressed."""
    unit = indicator["unit"]
    before, now = (
        SUPPRESSED if row[name] is None else formats.number(row[name], unit)
        for name in ("previous_as_published", "previous_value")
    )
    return f"{indicator['name_zh']}原公布{before}{UNITS_OF_MEASURE[unit]}，现为{now}{UNITS_OF_MEASURE[unit]}"
