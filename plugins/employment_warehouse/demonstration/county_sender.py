"""What a county sends, night after night: registers, events and payments, with what is planted among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

import polars as pl

from employment_warehouse.demonstration import cast as planted
from employment_warehouse.demonstration import county_affairs, months
from employment_warehouse.demonstration.cast import Cast
from employment_warehouse.demonstration.crowd import Crowd
from employment_warehouse.demonstration.relief import Project, projects_of
from employment_warehouse.demonstration.sender import Row, Sender
from employment_warehouse.settings import TIMEZONE


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
                self.crowd.advance(night)
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
