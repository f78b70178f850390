"""The demonstration's landing zone: all feeds of all nights, the platform's items and the manifest."""

import os
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from employment_warehouse.demonstration import months
from employment_warehouse.demonstration.cast import Cast
from employment_warehouse.demonstration.counties import COUNTIES, PREFECTURE, County
from employment_warehouse.demonstration.county_sender import CountySender
from employment_warehouse.demonstration.crowd import Crowd
from employment_warehouse.demonstration.employers import Employers
from employment_warehouse.demonstration.manifest import FILE_NAME, Manifest
from employment_warehouse.demonstration.platform_items import POSTING_SHARE, Platform
from employment_warehouse.demonstration.sender import LATER, ZONE, Sender
from employment_warehouse.demonstration.stories import assemble
from employment_warehouse.errors import UserError

FIRST_DATE = date(2024, 5, 18)
EMPLOYED_SHARE = 0.66
"""Of everyone on the register: what the demonstration's targets ask for."""
FEWEST_PEOPLE, MOST_PEOPLE = 100, 3_000_000


def generate(  # noqa: PLR0913
    folder: Path, people: int, nights: int, seed: int, first_date: date = FIRST_DATE, *, month_ends: int = 0
) -> Manifest:
    """Write a demonstration into an empty folder: the same bytes for the same arguments.

    people: rows of the labour register on the first night, 100 to 3,000,000. nights: consecutive report dates
    from `first_date`. month_ends: how many months before them have registers of their last day.
    `landing_zone/` has the files, but what arrives only after a night was built waits in `later/`; `arrive` puts it in
    place. `hr_platform/` has the platform's items.
    """
    _check_options(folder, people, nights)
    folder.mkdir(parents=True, exist_ok=True)
    dates = [first_date + timedelta(days=n) for n in range(nights)]
    employers = Employers.for_people(people, seed)
    cast = assemble(dates, employers, months.ends_before(first_date, month_ends))
    sender = Sender(folder, dates)
    platform = Platform(dates, employers, seed, max(20, round(people * POSTING_SHARE)))
    on_register = sum(
        len(rows) for (feed, _, day), rows in cast.rows.items() if (feed, day) == ("labor_register", dates[0])
    )
    for county, size in _sizes(people - on_register).items():
        crowd = Crowd.gather(county, size, dates[0], employers, seed)
        platform.add_people_of(crowd)
        CountySender(sender, cast, crowd, seed).send_all()
    _send_planted_projects(sender, cast)
    platform.add_planted(cast)
    counts = platform.write(folder)
    _write_targets(folder, people, first_date)
    for delivery in sender.deliveries:
        if delivery.kind == "file":
            counts[delivery.feed] = counts.get(delivery.feed, 0) + delivery.rows
    deliveries = sorted(sender.deliveries, key=lambda d: (d.arrives_for, d.feed, d.report_date, d.path, d.revision))
    manifest = Manifest(people, seed, dates, deliveries, cast.faults, cast.cases, counts)
    manifest.write(folder)
    return manifest


def arrive(folder: Path, night: date) -> list[Path]:
    """Put in place what arrives between the night before and this one; gives the paths. Nothing left: none."""
    waiting = folder / LATER / night.isoformat()
    arrived = []
    for path in sorted(p for p in waiting.rglob("*") if p.is_file()):
        target = folder / ZONE / path.relative_to(waiting)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, target)  # noqa: PTH105 - keeps the time at which the sender wrote it
        arrived.append(target)
    return arrived


def _check_options(folder: Path, people: int, nights: int) -> None:
    if not FEWEST_PEOPLE <= people <= MOST_PEOPLE:
        raise UserError(
            f"人数不在范围内 | not a size for a demonstration: {people}",
            code="people_out_of_range",
            expected=f"{FEWEST_PEOPLE} – {MOST_PEOPLE}",
            todo="choose --people within the range",
        )
    if nights < 1:
        raise UserError(
            f"晚数至少为 1 | at least one night: {nights}", code="nights_out_of_range", expected="1 or more"
        )
    if folder.exists() and any(folder.iterdir()):
        raise UserError(
            "文件夹不是空的 | the folder is not empty",
            code="folder_not_empty",
            where=str(folder),
            expected=f"an empty or new folder (one that has {FILE_NAME} is generated already)",
            todo="choose another folder, or empty this one",
        )


def _sizes(people: int) -> dict[County, int]:
    """That many people distributed over the counties by their shares, the remainder to the largest ones."""
    people = max(0, people)
    sizes = {county: int(people * county.people_share) for county in COUNTIES}
    for county in sorted(COUNTIES, key=lambda c: -c.people_share)[: people - sum(sizes.values())]:
        sizes[county] += 1
    return sizes


def _write_targets(folder: Path, people: int, first: date) -> None:
    """`target.csv`, in the form of the operator's seed: what so few people could reach. Marked as demonstration."""
    rows = [(county.code, county.people_share, county.lifted_share) for county in COUNTIES]
    shares = [(PREFECTURE, 1.0, sum(share * lifted for _, share, lifted in rows)), *rows]
    table = pl.DataFrame(
        [
            (code, target, first.replace(month=1, day=1), value, first.replace(month=12, day=31))
            for code, share, lifted in shares
            for target, value in (
                ("rural_employed", round(people * share * EMPLOYED_SHARE)),
                ("poverty_alleviated_employed", round(people * share * lifted * EMPLOYED_SHARE)),
                ("zero_employment_relocated_households", 0),
            )
        ],
        schema=["county_code", "target_code", "valid_from", "target_value", "deadline"],
        orient="row",
    )
    table.with_columns(
        baseline_value=pl.lit(None, pl.Int64),
        baseline_on=pl.lit(None, pl.Date),
        is_demonstration=pl.lit("true"),
        note_zh=pl.lit("演示数据的任务数"),
        note_en=pl.lit("A target for the demonstration's people"),
    ).write_csv(folder / "target.csv")


def _send_planted_projects(sender: Sender, cast: Cast) -> None:
    feeds = ("relief_project", "relief_contract", "relief_payroll", "bank_return")
    for feed, unit, day in sorted(cast.rows):
        if feed in feeds:
            sender.send(feed, unit, day, None, cast.rows[feed, unit, day])
