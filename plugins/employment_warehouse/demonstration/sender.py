"""Sending deliveries: a file into the landing zone, or among those that arrive later, and its entry in the manifest."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl

from employment_warehouse.contract import contract_of
from employment_warehouse.demonstration.counties import COUNTIES
from employment_warehouse.demonstration.crowd import FAULTY_EVERY, is_faulty
from employment_warehouse.demonstration.files import SITE_STYLES, STYLES, FileStyle, Patch, write_file
from employment_warehouse.demonstration.manifest import Delivery, Rejected
from employment_warehouse.settings import TIMEZONE

ZONE = "landing_zone"
LATER = "later"
"""Folder of what arrives only after a night was built: `later/<night>/<path in the landing zone>`."""
COUNTY_NAMES = {county.code: county.name for county in COUNTIES}


@dataclass(frozen=True)
class Row:
    """One planted row: typed values, cells with another text in the file, and the reason if it is rejected."""

    values: Mapping[str, object]
    cells: Mapping[str, str | float] = field(default_factory=dict)
    rejected: tuple[str, str] | None = None
    """Contract column and reason."""


@dataclass
class Sender:
    """Writes deliveries into the landing zone of `folder` and records the expected result of each."""

    folder: Path
    nights: Sequence[date]
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def zone(self) -> Path:
        """Where counties and projects put their files."""
        return self.folder / ZONE

    def send(  # noqa: PLR0913
        self,
        feed: str,
        unit: str,
        report_date: date,
        table: pl.DataFrame | None,
        planted: Sequence[Row] = (),
        *,
        part: str = "",
        arrives_for: date | None = None,
        modified_at: datetime | None = None,
        revision: int = 1,
    ) -> Delivery:
        """Send one file: the crowd's table, faulty here and there, with the planted rows below."""
        contract = contract_of(feed)
        style = replace(_style(unit), title=f"{COUNTY_NAMES.get(unit, '')}{contract.title_zh}")
        rows = _planted_table(feed, planted)
        crowd = rows.clear() if table is None else _aligned(table, rows)
        faulty = _with_faults(feed, table) if table is not None else []
        whole = _without_empty_unit(pl.concat([crowd, rows]))
        arrives_for = arrives_for or self._first_night(report_date)
        home = self._home(report_date, arrives_for)
        patches = [patch for patch, _ in faulty] + _planted_patches(planted, crowd.height)
        stem = home / feed / report_date.isoformat() / (f"{unit}_{part}" if part else unit)
        written = write_file(stem, contract, whole, patches, style)
        rejected = [(patch.row, patch.column, reason) for patch, reason in faulty] + [
            (crowd.height + place, *row.rejected) for place, row in enumerate(planted) if row.rejected is not None
        ]
        bad = {row for row, _, _ in rejected}
        delivery = Delivery(
            feed=feed,
            unit=unit,
            report_date=report_date,
            part=part,
            path=str(written.path.relative_to(home)),
            kind="file",
            revision=revision,
            arrives_for=arrives_for,
            modified_at=modified_at or datetime.combine(report_date, time(17, 30), TIMEZONE),
            rows=whole.height,
            landed=whole.height - len(bad),
            rejected=[Rejected(written.lines[r], written.headers[c], why) for r, c, why in sorted(rejected)],
            totals=_totals(whole, bad),
        )
        _stamp(written.path, delivery.modified_at)
        self.deliveries.append(delivery)
        return delivery

    def send_nil(self, feed: str, unit: str, report_date: date) -> None:
        """Send an empty `.nil`: a report with nothing in it."""
        self._leave(feed, report_date, f"{unit}.nil", b"", "nil")

    def send_growing(self, feed: str, unit: str, report_date: date) -> None:
        """Leave a file that never becomes whole: `<unit>_9.csv.part`."""
        begun = contract_of(feed).columns[0].header.encode()
        self._leave(feed, report_date, f"{unit}_9.csv.part", begun, "growing")

    def send_again(self, delivery: Delivery, arrives_for: date) -> None:
        """Send the same bytes once more, as if someone had pressed the button twice."""
        target = self.folder / LATER / arrives_for.isoformat() / delivery.path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.zone / delivery.path, target)
        again = replace(
            delivery,
            kind="repeat",
            arrives_for=arrives_for,
            modified_at=delivery.modified_at + timedelta(hours=15),
            rows=0,
            landed=0,
            rejected=[],
        )
        _stamp(target, again.modified_at)
        self.deliveries.append(again)

    def _leave(self, feed: str, report_date: date, name: str, content: bytes, kind: str) -> None:
        """A file without rows."""
        path = self.zone / feed / report_date.isoformat() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        unit, _, part = name.partition(".")[0].partition("_")
        modified_at = datetime.combine(report_date, time(17, 30), TIMEZONE)
        _stamp(path, modified_at)
        self.deliveries.append(
            Delivery(
                feed=feed,
                unit=unit,
                report_date=report_date,
                part=part,
                path=str(path.relative_to(self.zone)),
                kind=kind,
                revision=1,
                arrives_for=self._first_night(report_date),
                modified_at=modified_at,
                rows=0,
                landed=0,
            )
        )

    def _home(self, report_date: date, arrives_for: date) -> Path:
        """The landing zone, or the folder of what arrives only before a later night."""
        is_late = arrives_for != self._first_night(report_date)
        return self.folder / LATER / arrives_for.isoformat() if is_late else self.zone

    def _first_night(self, report_date: date) -> date:
        return next((night for night in self.nights if night >= report_date), self.nights[-1])


def _style(unit: str) -> FileStyle:
    """A county has its own; projects and batches take turns, a batch as its project."""
    return STYLES.get(unit) or SITE_STYLES[int(unit.partition("-")[0][-3:]) % len(SITE_STYLES)]


def _stamp(path: Path, moment: datetime) -> None:
    os.utime(path, (moment.timestamp(), moment.timestamp()))


def _planted_table(feed: str, planted: Sequence[Row]) -> pl.DataFrame:
    # Decimals are whole hundredths here.
    schema = {c.name: pl.Int64() if c.type.is_number else c.type.dtype() for c in contract_of(feed).columns}
    return pl.DataFrame([dict(row.values) for row in planted], schema=schema, orient="row")


def _planted_patches(planted: Sequence[Row], above: int) -> list[Patch]:
    """The cells with another text; above: how many rows of the crowd stand above the planted ones."""
    return [Patch(above + place, name, value) for place, row in enumerate(planted) for name, value in row.cells.items()]


def _aligned(table: pl.DataFrame, like: pl.DataFrame) -> pl.DataFrame:
    """The table with the contract's columns in their order and types; what it lacks is empty."""
    if not table.height:
        return like.clear()
    return table.select(
        (pl.col(name) if name in table.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in like.schema.items()
    )


def _without_empty_unit(table: pl.DataFrame) -> pl.DataFrame:
    """The table without its first column, if that is empty: the county, which only the path names in these files."""
    return table.drop(table.columns[0]) if table.height and table.to_series(0).is_null().all() else table


def _totals(whole: pl.DataFrame, bad: set[int]) -> dict[str, dict[str, str]]:
    if "amount_due" not in whole.columns:
        return {}
    good = whole.filter(~pl.int_range(pl.len()).is_in(list(bad)))
    sums = good.group_by("period").agg(pl.col("amount_due", "amount_paid").sum()).sort("period")
    return {
        f"{period:%Y-%m}": {"due": str(Decimal(due).scaleb(-2)), "paid": str(Decimal(paid).scaleb(-2))}
        for period, due, paid in sums.iter_rows()
    }


_FAULTS: Mapping[str, tuple[tuple[str, str | None, str], ...]] = {
    "labor_register": (
        ("id_number", None, "id_checksum"),
        ("population_category", "贫困户", "unknown_code"),
        ("full_name", "", "required_missing"),
        ("deceased_on", "2024-02-30", "not_a_date"),
        ("household_no", "", "required_missing"),
    ),
    "employment": (
        ("monthly_wage", "三千五", "not_a_number"),
        ("start_date", "2024-13-01", "not_a_date"),
        ("monthly_wage", "350000", "out_of_range"),
        ("id_number", None, "id_checksum"),
    ),
}


def _with_faults(feed: str, table: pl.DataFrame) -> list[tuple[Patch, str]]:
    kinds = _FAULTS.get(feed)
    if kinds is None:
        return []
    faulty = table.with_row_index("_row").filter(is_faulty("_person"))
    found = []
    for row, person, number in faulty.select("_row", "_person", "id_number").iter_rows():
        column, text, reason = kinds[person // FAULTY_EVERY % len(kinds)]
        found.append((Patch(row, column, text if text is not None else _with_typing_error(number)), reason))
    return found


def _with_typing_error(number: str) -> str:
    """The number with its second last digit one higher: the check digit no longer fits."""
    return f"{number[:16]}{(int(number[16]) + 1) % 10}{number[17]}"
