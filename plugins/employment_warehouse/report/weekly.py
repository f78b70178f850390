"""The weekly dispatch: for each county its rank and its work list, and for the prefecture who has how much to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from itertools import filterfalse, groupby
from pathlib import Path

from employment_warehouse.contract.divisions import divisions
from employment_warehouse.report import formats, products, sentences
from employment_warehouse.report.cases import COUNTED, closes_when, subject, summary, totals
from employment_warehouse.report.code_names import Label, Labels
from employment_warehouse.report.comparison import comparison, sentence_of_uncompared
from employment_warehouse.report.figures import Figures, Row, read_figures
from employment_warehouse.report.page import render
from employment_warehouse.report.sections import sections_of
from employment_warehouse.report.weekly_workbook import county_workbook, prefecture_workbook

CASES_SHOWN = 20  # of a kind on a county's page, which is printed; its workbook has all
REPORTING = "reporting_rate"
OF_PUBLICATION = ("N", "P")  # kinds of figures of the report date alone, or of its month to date (`indicator.kind`)
RANKED = "rural_employed_progress"  # the rank that the summary of a county begins with


def write_weekly(publication: int) -> list[Path]:
    """Write and record the dispatch of a publication: page and workbook of the prefecture, then of each county.

    Raises psycopg.errors.RaiseException if there is no such publication.
    """
    figures = read_figures(publication, "weekly")
    figures["own_periods"] |= _periods_of_publications(figures)
    _, sunday = figures["period"]
    figures["closes_when"] = closes_when(figures["publication"]["report_date"])
    figures["comparison"] = comparison(figures, sunday, sunday - timedelta(days=7))
    files = {".html": _prefecture_page(figures), ".xlsx": prefecture_workbook(figures)}
    for county in _counties(figures):
        own = _of_county(figures, county)
        files[f"-{county}.html"] = _county_page(own, county)
        files[f"-{county}.xlsx"] = county_workbook(own, county)
    return products.keep("weekly", figures["publication"], files)


def _periods_of_publications(figures: Figures) -> dict[str, Label]:
    """By code the period of figures that are compared with an earlier publication: not with the Sunday before, though
    both may be of the Sunday.
    """
    return {
        code: formats.period(row["period_from"], row["period_to"])
        for (code, _), row in figures["values"].items()
        if figures["indicators"][code]["kind"] in OF_PUBLICATION
    }


def _counties(figures: Figures) -> list[str]:
    return [row["county_code"] for row in figures["counties"] if row["county_code"] != divisions().prefecture]


def _of_county(figures: Figures, county: str) -> Figures:
    """What a county is given: of the rows that name one, its own."""
    return {
        **figures,
        "values": {key: row for key, row in figures["values"].items() if row["county_code"] == county},
        "open_cases": [row for row in figures["open_cases"] if row["county_code"] == county],
        "case_counts": [row for row in figures["case_counts"] if row["county_code"] == county and row["is_dispatched"]],
    }


def _prefecture_page(figures: Figures) -> bytes:
    counts = figures["case_counts"]
    by_county = [
        {
            "county_code": county,
            "kinds": _open_by_kind(row for row in counts if row["county_code"] == county),
            **totals(row for row in counts if row["county_code"] == county),
        }
        for county in (*_counties(figures), divisions().prefecture)
    ]
    return render(
        "weekly.html.j2",
        figures,
        {
            "sunday": figures["comparison"].day,
            "kinds": sorted(_open_by_kind(counts)),
            "withheld": sum(row["open_cases"] for row in counts if not row["is_dispatched"]),
            "ranked_counties": sorted(_counties(figures)),
            "by_county": sorted(
                (
                    row
                    for row in by_county
                    if row["county_code"] != divisions().prefecture or any(row[n] for n in COUNTED)
                ),
                key=lambda row: (-row["open_cases"], row["county_code"]),
            ),
            "summary": summary(totals(counts)),
            "ranked": _ranked(figures),
            "sections": _indicator_sections(figures, divisions().prefecture),
            "uncompared": sentence_of_uncompared(figures, figures["comparison"], figures["comparison"].uncompared),
            "reporting": figures["values"].get((REPORTING, divisions().prefecture)),
        },
    )


def _open_by_kind(counts: Iterable[Row]) -> Counter[str]:
    """Kinds with open cases, and how many."""
    return +sum((Counter({row["case_kind"]: row["open_cases"]}) for row in counts), Counter())


def _county_page(figures: Figures, county: str) -> bytes:
    """figures: those of the county alone."""
    whole = totals(figures["case_counts"])
    kinds = groupby(filterfalse(_is_waived, figures["open_cases"]), key=lambda row: row["case_kind"])
    owed = {row["case_kind"]: row["owed"] or 0 for row in figures["case_counts"]}
    lists = [_case_list(kind, list(rows), figures["closes_when"]) | {"owed": owed[kind]} for kind, rows in kinds]
    return render(
        "dispatch.html.j2",
        figures,
        {
            "county_code": county,
            "sunday": figures["comparison"].day,
            "lists": sorted(lists, key=lambda each: (-each["owed"], -each["open_cases"])),
            "summary": summary(whole),
            "waived": whole["waived"],
            "sections": _indicator_sections(figures, county),
            "uncompared": sentence_of_uncompared(
                figures, figures["comparison"], {county} & set(figures["comparison"].uncompared)
            ),
            "reporting": figures["values"].get((REPORTING, county)),
            "place": sentences.place(figures["values"].get((RANKED, county)), figures["own_periods"].get(RANKED)),
            "cases_shown": CASES_SHOWN,
        },
    )


def _is_waived(case: Row) -> bool:
    return case["waived_until"] is not None


def _case_list(kind: str, cases: list[Row], closes: Labels) -> Row:
    return {
        "kind": kind,
        "cases": [{**row, "subject": subject(row)} for row in cases[:CASES_SHOWN]],
        "open_cases": len(cases),
        "closes_when": closes[kind],
        # Columns that say nothing of any case are left out.
        "has_finding": any(row["finding"] != kind for row in cases),
        "has_township": any(row["township_zh"] for row in cases),
        "has_amount": any(row["amount"] for row in cases),
    }


def _ranked(figures: Figures) -> list[Row]:
    """Indicators by which counties are ranked, each with the rows of its counties by code."""
    counties: dict[str, dict[str, Row]] = {}
    for (code, county), row in figures["values"].items():
        if row["rank"] is not None:
            counties.setdefault(code, {})[county] = {**row, "moved": _moved(row)}
    return [
        {
            "indicator": figures["indicators"][code],
            "counties": counties[code],
            "own_period": figures["own_periods"].get(code),
        }
        for section in sections_of(counties)
        for code in section.indicators
    ]


def _indicator_sections(figures: Figures, county: str) -> list[Row]:
    """The sections of the indicators, each with its rows of one county."""
    values = {code: row for (code, of), row in figures["values"].items() if of == county}
    return [
        {
            "heading": section.heading,
            "rows": [
                {
                    **values[code],
                    "indicator": figures["indicators"][code],
                    "own_period": figures["own_periods"].get(code),
                    "moved": _moved(values[code]),
                    "is_compared": figures["comparison"].covers(figures["indicators"][code], values[code]),
                }
                for code in section.indicators
            ],
        }
        for section in sections_of(values)
    ]


def _moved(row: Row) -> int | None:
    """Places won (positive) or lost since the week before; None where one of the ranks is missing."""
    if row["rank"] is None or row["previous_rank"] is None:
        return None
    return int(row["previous_rank"] - row["rank"])
