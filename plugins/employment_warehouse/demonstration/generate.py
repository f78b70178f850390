"""The demonstration's landing zone: all feeds of all nights, the platform's items and the manifest."""

import os
from datetime import date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from employment_warehouse.demonstration import cast as planted
from employment_warehouse.demonstration import county_affairs, months
from employment_warehouse.demonstration.cast import Cast
from employment_warehouse.demonstration.crowd import Crowd
from employment_warehouse.demonstration.employers import Employers
from employment_warehouse.demonstration.manifest import FILE_NAME, Manifest
from employment_warehouse.demonstration.places import COUNTIES, County
from employment_warehouse.demonstration.platform_items import POSTING_SHARE, Platform
from employment_warehouse.demonstration.relief import projects_of
from employment_warehouse.demonstration.sending import LATER, Row, Sender
from employment_warehouse.errors import UserError
from employment_warehouse.settings import TIMEZONE

FIRST_DATE = date(2024, 5, 18)
FEWEST_PEOPLE, MOST_PEOPLE = 100, 1_500_000


def generate(folder: Path, people: int, nights: int, seed: int, first_date: date = FIRST_DATE) -> Manifest:
    """Write the landing zone of a demonstration into an empty folder: the same bytes for the same arguments.

    people: rows of the labour register on the first night, 100 to 1,500,000. nights: consecutive report dates
    from `first_date`. What arrives only after a night was built waits in `later/`; `arrive` puts it in place.
    """
    _refuse_wrong_wishes(folder, people, nights)
    folder.mkdir(parents=True, exist_ok=True)
    dates = [first_date + timedelta(days=n) for n in range(nights)]
    employers = Employers.found(people, seed)
    cast = planted.assemble(dates, employers)
    sender = Sender(folder, dates)
    platform = Platform(dates, employers, seed, max(20, round(people * POSTING_SHARE)))
    on_register = sum(len(rows) for (feed, _, day), rows in cast.rows.items() if (feed, day) == ("labor_register", dates[0]))
    for county, size in _sizes(people - on_register).items():
        _send_county(sender, cast, platform, Crowd.gather(county, size, dates[0], employers, seed), seed)
    _send_planted_projects(sender, cast)
    platform.add_planted(cast)
    counts = platform.write(folder)
    for delivery in sender.deliveries:
        if delivery.kind == "file":
            counts[delivery.feed] = counts.get(delivery.feed, 0) + delivery.rows
    deliveries = sorted(sender.deliveries, key=lambda d: (d.arrives_for, d.feed, d.report_date, d.path, d.revision))
    manifest = Manifest(people, seed, dates, deliveries, cast.faults, counts)
    manifest.write(folder)
    return manifest


def arrive(folder: Path, night: date) -> list[Path]:
    """Put in place what arrives between the night before and this one; gives the paths. Nothing left: none."""
    waiting = folder / LATER / night.isoformat()
    arrived = []
    for path in sorted(p for p in waiting.rglob("*") if p.is_file()):
        target = folder / path.relative_to(waiting)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, target)  # noqa: PTH105 - keeps the time at which the sender wrote it
        arrived.append(target)
    return arrived


def _refuse_wrong_wishes(folder: Path, people: int, nights: int) -> None:
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
    """So many people over the counties by their shares, the remainder to the largest ones."""
    people = max(0, people)
    sizes = {county: int(people * county.people_share) for county in COUNTIES}
    for county in sorted(COUNTIES, key=lambda c: -c.people_share)[: people - sum(sizes.values())]:
        sizes[county] += 1
    return sizes


def _send_county(sender: Sender, cast: Cast, platform: Platform, crowd: Crowd, seed: int) -> None:
    code = crowd.county.code
    dates = sender.nights
    platform.add_people_of(crowd)
    projects = projects_of(crowd, dates[0], seed)
    reported = months.reported_between(dates[0], dates[-1])
    post_payments = {month: _post_payments(crowd, month) for month in reported if months.reported_on(month) < dates[0]}
    _send_events(sender, crowd, seed)
    sites = county_affairs.sites(crowd, dates[0])
    for place, night in enumerate(dates):
        if place:
            crowd.turn(night)
        post_payments |= {m: _post_payments(crowd, m) for m in reported if months.reported_on(m) == night}
        if place == 1 and code == planted.SILENT_COUNTY:
            continue
        _send_registers(sender, cast, crowd, place, night)
        _send_affairs(sender, crowd, night, sites)
        for project in projects:
            sender.send("relief_project", project.number, night, project.project)
            sender.send("relief_contract", project.number, night, project.contracts)
    for month, table in post_payments.items():
        day = months.reported_on(month)
        sender.send("public_post_payment", code, day, table, cast.rows.get(("public_post_payment", code, day), ()))
    for project in projects:
        for month in reported:
            payroll = project.payroll(month, seed)
            day = months.reported_on(month)
            if payroll.height:
                sender.send("relief_payroll", project.number, day, payroll)
            batch = project.bank_return(payroll, seed)
            if batch.height and day + timedelta(days=1) <= dates[-1]:
                sender.send("bank_return", batch["batch_no"][0], day + timedelta(days=1), batch)


def _send_registers(sender: Sender, cast: Cast, crowd: Crowd, place: int, night: date) -> None:
    code = crowd.county.code

    def rows(feed: str) -> list[Row]:
        return cast.rows.get((feed, code, night), [])

    register = sender.send("labor_register", code, night, crowd.persons.filter("_listed"), rows("labor_register"))
    if code == planted.RESENT_COUNTY and place == 0 and len(sender.nights) > 1:
        sender.send_again(register, sender.nights[1])
    _send_employment(sender, cast, crowd, place, night, rows("employment"))
    if code == planted.NIL_COUNTY:
        sender.send_nil("public_post", code, night)
    else:
        sender.send("public_post", code, night, crowd.posts, rows("public_post"))


def _send_affairs(sender: Sender, crowd: Crowd, night: date, sites: pl.DataFrame) -> None:
    code, first = crowd.county.code, sender.nights[0]
    sender.send("workshop", code, night, county_affairs.workshops(crowd, first, night))
    sender.send("resettlement_site", code, night, sites)
    sender.send("labor_dispute", code, night, county_affairs.disputes(crowd, first, night))
    sender.send("youth_support", code, night, county_affairs.students(crowd, first))
    sender.send("labor_cooperation", code, night, county_affairs.cooperation(crowd.county, first))


def _send_events(sender: Sender, crowd: Crowd, seed: int) -> None:
    """What counties tell on Sundays: on the first one, of the three months before."""
    code, (first, last) = crowd.county.code, (sender.nights[0], sender.nights[-1])
    sunday = first - timedelta(days=first.isoweekday() % 7)
    before = sunday - timedelta(days=county_affairs.DAYS_OF_HISTORY)
    while sunday <= last:
        sender.send("employment_service", code, sunday, county_affairs.services(crowd, before, sunday, seed))
        sender.send("job_event", code, sunday, county_affairs.events(crowd, before, sunday, seed))
        before, sunday = sunday, sunday + timedelta(days=7)


def _send_employment(sender: Sender, cast: Cast, crowd: Crowd, place: int, night: date, rows: list[Row]) -> None:
    code, spells = crowd.county.code, crowd.spells
    morning_after = datetime.combine(night + timedelta(days=1), time(7, 30), TIMEZONE)
    if code == planted.SPLIT_COUNTY:
        half = spells.height // 2
        sender.send("employment", code, night, spells[:half], part="1")
        sender.send("employment", code, night, spells[half:], rows, part="2")
    elif code == planted.CORRECTED_COUNTY and place == 0 and len(sender.nights) > 1:
        sender.send("employment", code, night, spells, cast.before_correction(rows))
        sender.send(
            "employment", code, night, spells, rows,
            arrives_for=sender.nights[1], modified_at=morning_after, revision=2,
        )
    elif code == planted.LATE_COUNTY and place == 1 and len(sender.nights) > 2:
        sender.send("employment", code, night, spells, rows, arrives_for=sender.nights[2], modified_at=morning_after)
    elif code == planted.EVENING_COUNTY and place == 0:
        evening = datetime.combine(night, time(21, 15), TIMEZONE)
        sender.send("employment", code, night, spells, rows, modified_at=evening)
    else:
        sender.send("employment", code, night, spells, rows)
    if code == planted.GROWING_COUNTY and place == 0:
        sender.send_growing("employment", code, night)


def _send_planted_projects(sender: Sender, cast: Cast) -> None:
    feeds = ("relief_project", "relief_contract", "relief_payroll", "bank_return")
    for feed, unit, day in sorted(cast.rows):
        if feed in feeds:
            sender.send(feed, unit, day, None, cast.rows[feed, unit, day])


def _post_payments(crowd: Crowd, month: date) -> pl.DataFrame:
    """A month's payments to everyone who held a post in it; one in a hundred was not paid."""
    posts = crowd.posts
    held = posts.filter(
        (pl.col("start_date") <= months.last_of(month))
        & (pl.col("end_date").is_null() | (pl.col("end_date") >= month))
    )
    paid = (held["_person"] + month.month) % 100 != 0
    return held.select(
        "post_no",
        pl.col("holder").alias("id_number"),
        period=pl.lit(month),
        days_present=pl.lit(2_100),
        amount_due="monthly_subsidy",
        amount_paid=pl.when(paid).then("monthly_subsidy").otherwise(0),
        paid_on=pl.when(paid).then(pl.lit(months.reported_on(month) - timedelta(days=2))),
        fund_source=pl.lit("衔接资金"),
    )

