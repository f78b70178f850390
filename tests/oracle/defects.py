"""Faults that a gate must hold, as rewritings of a landing zone: each breaks one thing in files that were sound.

A rewritten file is UTF-8 CSV under the same stem and keeps the time at which its sender wrote it. Each function
gives the deliveries (feed, unit, report date) that it spoilt.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

from .reading import COUNTIES, FEEDS, Field, plain_rows

Table = list[list[str]]
Spoilt = list[tuple[str, str, date]]


def cut_register_to_a_third(zone: Path, county: str, day: date) -> Spoilt:
    """Two thirds of the county's people are gone."""
    return _rewrite(zone, "labor_register", county, day, lambda head, rows: [head, *rows[: len(rows) // 3]])


def multiply_amounts(zone: Path, feed: str, unit: str, day: date) -> Spoilt:
    """Every amount is a hundred times too large: fen for yuan."""
    columns = {"employment": ("monthly_wage",)}.get(feed, ("amount_due", "amount_paid"))

    def spoil(head: list[str], rows: Table) -> Table:
        places = [_place(head, feed, column) for column in columns]
        return [head, *([_times_100(c) if i in places else c for i, c in enumerate(row)] for row in rows)]

    return _rewrite(zone, feed, unit, day, spoil)


def empty_wages(zone: Path, county: str, day: date) -> Spoilt:
    """No wage is filled in."""

    def spoil(head: list[str], rows: Table) -> Table:
        wage = _place(head, "employment", "monthly_wage")
        return [head, *([*row[:wage], "", *row[wage + 1 :]] for row in rows)]

    return _rewrite(zone, "employment", county, day, spoil)


def swap_columns(zone: Path, feed: str, unit: str, day: date, columns: tuple[str, str]) -> Spoilt:
    """Two columns stand under each other's header."""

    def spoil(head: list[str], rows: Table) -> Table:
        one, other = (_place(head, feed, column) for column in columns)
        swapped = list(head)
        swapped[one], swapped[other] = head[other], head[one]
        return [swapped, *rows]

    return _rewrite(zone, feed, unit, day, spoil)


def double_payroll_month(zone: Path, project: str, day: date) -> Spoilt:
    """Every line stands twice, the second time under another crew: the month's wages are doubled."""

    def spoil(head: list[str], rows: Table) -> Table:
        crew = _place(head, "relief_payroll", "crew")
        return [head, *rows, *([*row[:crew], f"{row[crew]}（补）", *row[crew + 1 :]] for row in rows)]

    return _rewrite(zone, "relief_payroll", project, day, spoil)


def employ_strangers(zone: Path, county: str, day: date) -> Spoilt:
    """Everyone in the employment register is someone whom no register knows: orphans."""

    def spoil(head: list[str], rows: Table) -> Table:
        person = _place(head, "employment", "id_number")
        return [head, *([*row[:person], stranger(n), *row[person + 1 :]] for n, row in enumerate(rows))]

    return _rewrite(zone, "employment", county, day, spoil)


def empty_everywhere(zone: Path, feed: str, day: date) -> Spoilt:
    """Every county sends a file with a header and nothing below: a mart would be emptied."""
    sent = [county for county in COUNTIES if _files(zone, feed, county, day)]
    return [spoilt for county in sent for spoilt in _rewrite(zone, feed, county, day, lambda head, _: [head])]


def send_another_county(zone: Path, feed: str, county: str, day: date, other: str) -> Spoilt:
    """The county's file holds another county's rows."""
    rows = [row for path in _files(zone, feed, other, day) for row in plain_rows(path, FEEDS[feed])[1]]
    return _rewrite(zone, feed, county, day, lambda head, _: [head, *rows])


def stranger(number: int) -> str:
    """A sound ID number of nobody: born in 1955 in Kunming."""
    body = f"530102195501{1 + number % 28:02d}{number // 28 % 1000:03d}"
    total = sum((2 ** (17 - i) % 11) * int(c) for i, c in enumerate(body))
    return body + "10X98765432"[total % 11]


def _rewrite(zone: Path, feed: str, unit: str, day: date, spoil: Callable[[list[str], Table], Table]) -> Spoilt:
    paths = _files(zone, feed, unit, day)
    if not paths:
        raise FileNotFoundError(f"{feed}/{day}/{unit}")
    for path in paths:
        head, rows = plain_rows(path, FEEDS[feed])
        moment = path.stat().st_mtime
        path.unlink()
        out = io.StringIO()
        csv.writer(out).writerows(spoil(head, rows))
        target = path.with_name(f"{path.name.partition('.')[0]}.csv")
        target.write_text(out.getvalue(), encoding="utf-8")
        os.utime(target, (moment, moment))
    return [(feed, unit, day)]


def _files(zone: Path, feed: str, unit: str, day: date) -> list[Path]:
    folder = zone / feed / day.isoformat()
    whole = (p for p in folder.glob(f"{unit}*") if p.suffix not in (".nil", ".part"))
    return sorted(p for p in whole if p.name.partition(".")[0].partition("_")[0] == unit)


def _place(head: list[str], feed: str, column: str) -> int:
    field: Field = FEEDS[feed][column]
    return next(place for place, text in enumerate(head) if text in field.headers)


def _times_100(cell: str) -> str:
    bare = cell.replace(",", "").removesuffix("元")
    try:
        return str(float(bare) * 100)
    except ValueError:
        return cell
