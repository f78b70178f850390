"""The demonstration's landing zone: all feeds of all nights, the platform's items and the manifest."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

import polars as pl

from employment_warehouse.demonstration import cast as planted
from employment_warehouse.demonstration import county_affairs, months
from employment_warehouse.demonstration.cast import Cast
from employment_warehouse.demonstration.crowd import Crowd
from employment_warehouse.demonstration.employers import Employers
from employment_warehouse.demonstration.manifest import FILE_NAME, Manifest
from employment_warehouse.demonstration.places import COUNTIES, PREFECTURE, County
from employment_warehouse.demonstration.platform_items import POSTING_SHARE, Platform
from employment_warehouse.demonstration.relief import Project, projects_of
from employment_warehouse.demonstration.sending import LATER, ZONE, Row, Sender
from employment_warehouse.demonstration.stories import assemble
from employment_warehouse.errors import UserError
from employment_warehouse.settings import TIMEZONE

FIRST_DATE = date(2024, 5, 18)
EMPLOYED_SHARE = 0.66
"""Of everyone on the register: what the demonstration's targets ask for."""
FEWEST_PEOPLE, MOST_PEOPLE = 100, 1_500_000


def generate(  # noqa: PLR0913
    folder: Path, people: int, nights: int, seed: int, first_date: date = FIRST_DATE, *, month_ends: int = 0
) -> Manifest:
    """Write a demonstration into an empty folder: the same bytes for the same arguments.

    people: rows of the labour register on the first night, 100 to 1,500,000. nights: consecutive report dates
    from `first_date`. month_ends: how many months before them have registers of their last day.
    `landing_zone/` has the files, but what arrives only after a night was built waits in `later/`; `arrive` puts it in
    place. `hr_platform/` has the platform's items.
    """
    _check_options(folder, people, nights)
    folder.mkdir(parents=True, exist_ok=True)
    dates = [first_date + timedelta(days=n) for n in range(nights)]
    employers = Employers.found(people, seed)
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


@dataclass(frozen=True)
class CountySender:
    """What one county sends, night after night."""

    sender: Sender
    cast: Cast
    crowd: Crowd
    seed: int

    @property
    def code(self) -> str:
        """The county's code."""
        return self.crowd.county.code

    def send_all(self) -> None:
        """Everything, from the payments of the months before to the last night."""
        nights = self.sender.nights
        projects = projects_of(self.crowd, nights[0], self.seed)
        sites = county_affairs.sites(self.crowd, nights[0])
        reported = months.reported_between(nights[0], nights[-1])
        self._send_events()
        for month in reported:
            if months.reported_on(month) < nights[0]:
                self._send_payments(month)
        for month_end in self.cast.month_ends:
            self._send_month_end(month_end)
        for place, night in enumerate(nights):
            if place:
                self.crowd.turn(night)
            for month in reported:
                if months.reported_on(month) == night:
                    self._send_payments(month)
            if not self._is_silent(night):
                self._send_registers(place, night)
                self._send_affairs(night, sites)
            for project in projects:
                self.sender.send("relief_project", project.number, night, project.project)
                self.sender.send("relief_contract", project.number, night, project.contracts)
        for project in projects:
            for month in reported:
                self._send_payroll(project, month)

    def _send_month_end(self, day: date) -> None:
        """What the figures of a month before need: who was registered and at work, and the workshops."""
        crowd = self.crowd
        tables = {
            "labor_register": crowd.persons,
            "employment": crowd.spells_on(day),
            "workshop": county_affairs.workshops(crowd, self.sender.nights[0], day),
        }
        for feed, table in tables.items():
            self.sender.send(feed, self.code, day, table, self._planted(feed, day))

    def _is_silent(self, night: date) -> bool:
        return self.code == planted.SILENT_COUNTY and night == self.cast.night(1)

    def _planted(self, feed: str, day: date) -> Sequence[Row]:
        return self.cast.rows.get((feed, self.code, day), ())

    def _send_registers(self, place: int, night: date) -> None:
        send = self.sender.send
        listed = self.crowd.persons.filter("_listed")
        register = send("labor_register", self.code, night, listed, self._planted("labor_register", night))
        if self.code == planted.RESENT_COUNTY and place == 0 and len(self.sender.nights) > 1:
            self.sender.send_again(register, self.sender.nights[1])
        self._send_employment(place, night)
        if self.code == planted.NIL_COUNTY:
            self.sender.send_nil("public_post", self.code, night)
        else:
            send("public_post", self.code, night, self.crowd.posts, self._planted("public_post", night))

    def _send_employment(self, place: int, night: date) -> None:
        send = partial(self.sender.send, "employment", self.code, night)
        spells, rows, nights = self.crowd.spells, self._planted("employment", night), self.sender.nights
        morning_after = datetime.combine(night + timedelta(days=1), time(7, 30), TIMEZONE)
        match self.code, place:
            case planted.SPLIT_COUNTY, _:
                half = spells.height // 2
                send(spells[:half], part="1")
                send(spells[half:], rows, part="2")
            case planted.CORRECTED_COUNTY, 0 if len(nights) > 1:
                send(spells, self.cast.before_correction(rows))
                send(spells, rows, arrives_for=nights[1], modified_at=morning_after, revision=2)
            case planted.LATE_COUNTY, 1 if len(nights) > 2:
                send(spells, rows, arrives_for=nights[2], modified_at=morning_after)
            case planted.EVENING_COUNTY, 0:
                send(spells, rows, modified_at=datetime.combine(night, time(21, 15), TIMEZONE))
            case _:
                send(spells, rows)
        if (self.code, place) == (planted.GROWING_COUNTY, 0):
            self.sender.send_growing("employment", self.code, night)

    def _send_affairs(self, night: date, sites: pl.DataFrame) -> None:
        crowd, first = self.crowd, self.sender.nights[0]
        for feed, table in (
            ("workshop", county_affairs.workshops(crowd, first, night)),
            ("resettlement_site", sites),
            ("labor_dispute", county_affairs.disputes(crowd, first, night)),
            ("youth_support", county_affairs.students(crowd, first)),
            ("labor_cooperation", county_affairs.cooperation(crowd.county, first)),
        ):
            self.sender.send(feed, self.code, night, table, self._planted(feed, night))

    def _send_events(self) -> None:
        """The events that counties report on Sundays; on the first Sunday those of the three months before."""
        crowd, (first, last) = self.crowd, (self.sender.nights[0], self.sender.nights[-1])
        sunday = first - timedelta(days=first.isoweekday() % 7)
        before = sunday - timedelta(days=county_affairs.DAYS_OF_HISTORY)
        while sunday <= last:
            if not self._is_silent(sunday):
                services = county_affairs.services(crowd, before, sunday, self.seed)
                reported = self._planted("employment_service", sunday)
                self.sender.send("employment_service", self.code, sunday, services, reported)
                events = county_affairs.events(crowd, before, sunday, self.seed)
                self.sender.send("job_event", self.code, sunday, events)
                before = sunday
            sunday += timedelta(days=7)

    def _send_payments(self, month: date) -> None:
        day = months.reported_on(month)
        rows, paid = self._planted("public_post_payment", day), _post_payments(self.crowd, month)
        if self.code == planted.NIL_COUNTY or not (rows or paid.height):
            self.sender.send_nil("public_post_payment", self.code, day)
        else:
            self.sender.send("public_post_payment", self.code, day, paid, rows)

    def _send_payroll(self, project: Project, month: date) -> None:
        payroll = project.payroll(month, self.seed)
        day = months.reported_on(month)
        if payroll.height:
            self.sender.send("relief_payroll", project.number, day, payroll)
        batch = project.bank_return(payroll)
        if batch.height and day + timedelta(days=1) <= self.sender.nights[-1]:
            self.sender.send("bank_return", batch["batch_no"][0], day + timedelta(days=1), batch)


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


def _post_payments(crowd: Crowd, month: date) -> pl.DataFrame:
    """A month's payments, in full, to everyone who held a post in it."""
    held = crowd.posts.filter(
        (pl.col("start_date") <= months.last_of(month)) & (pl.col("end_date").is_null() | (pl.col("end_date") >= month))
    )
    return held.select(
        "post_no",
        pl.col("holder").alias("id_number"),
        period=pl.lit(month),
        days_present=pl.lit(2_100),
        amount_due="monthly_subsidy",
        amount_paid="monthly_subsidy",
        paid_on=pl.lit(months.reported_on(month) - timedelta(days=2)),
        fund_source=pl.lit("衔接资金"),
    )
