"""The figures of a report: the rows of its queries, all as of one publication, as an analyst sees them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from employment_warehouse import database
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.report import formats

# The headline's indicator; a figure of any day, by which a report is dated.
HEADLINE = "rural_employed"
QUERIES = Path(__file__).with_name("queries")
Row = dict[str, Any]
Figures = dict[str, Any]


def read_figures(publication: int, product: str) -> Figures:
    """By name: the rows of each query in `queries/common` and in `queries/<product>`. `publication` is one row,
    `indicators` are rows by code, `values` those of `indicator_values` by code and county, `period` the first and last
    day that the product is about, `own_periods` by code of which other time the figures of an indicator are.

    Raises psycopg.errors.RaiseException if there is no such publication.
    """
    parameters = {"product": product, "publication": publication, "prefecture": divisions().prefecture}
    with _pinned(publication) as connection:
        figures: Figures = {
            query.stem: connection.execute(query.read_text(encoding="utf-8"), parameters).fetchall()
            for folder in ("common", product)
            for query in sorted(QUERIES.joinpath(folder).glob("*.sql"))
        }
    figures["publication"] = figures["publication"][0]
    figures["indicators"] = {row["code"]: row for row in figures["indicators"]}
    figures["values"] = {(row["indicator"], row["county_code"]): row for row in figures.pop("indicator_values")}
    first, last = figures["period"] = _period(figures, product)
    figures["own_periods"] = {
        row["indicator"]: formats.period(row["period_from"], row["period_to"])
        for row in figures["values"].values()
        if row["period_to"] != last or row["period_from"] < first
    }
    return figures


def of_time(figures: Figures, code: str) -> str:
    """（截至5月20日） behind the name of an indicator whose figures are not of the product's time; else ''."""
    period = figures["own_periods"].get(code)
    return f"（{period.zh}）" if period else ""


def _period(figures: Figures, product: str) -> tuple[date, date]:
    """By a figure of any day: the report date, the last Sunday, the last complete month."""
    rows = (row for (code, _), row in figures["values"].items() if code == HEADLINE)
    last: date = next(rows, {"period_to": figures["publication"]["report_date"]})["period_to"]
    return (last.replace(day=1) if product == "monthly" else last), last


@contextmanager
def _pinned(publication: int) -> Iterator[psycopg.Connection[Row]]:
    with database.connect("wh_reporter") as connection:
        connection.execute("select marts.pin(%s)", [publication])
        connection.commit()
        dicts: psycopg.Connection[Row] = connection  # type: ignore[assignment]
        dicts.row_factory = dict_row
        yield dicts
