"""The expected rows of the marts, by the definitions of marts.md; persons by their ID numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from statistics import median
from typing import Any

from .figures import share
from .pay import Line, Pay
from .reading import COUNTIES, Delivery, Row, last_day
from .state import CHINA, FOREVER, PREFECTURE, World, age, destination
from .status import HEADLINE_FEEDS, Status
from .tonight import Published

WORST_FIRST = ("sudden_hardship", "unstable", "marginal", "lifted_out", "general")
TOLD_OF_A_PROJECT = (
    "county_code",
    "township_code",
    "project_name",
    "project_type",
    "relief_funds",
    "planned_remuneration",
    "planned_completion_on",
    "completed_on",
)
Expected = dict[str, Any]


@dataclass(eq=False)
class Marts:
    """The marts of one night: `nights` are those that were built, tonight the last."""

    world: World
    nights: Sequence[date]
    earlier: Sequence[Published] = ()

    def __post_init__(self) -> None:
        self.today = self.nights[-1]
        self.seeds = self.world.seeds
        self.pay = Pay(self.world)
        self.status = Status(self.world, self.nights, self.pay)

    # -- targets

    def target_progress(self) -> Iterator[Expected]:
        """One row per county, target and basis."""
        for target in self.seeds.targets(self.today):
            county, code = target["county_code"], target["target_code"]
            households = code == "zero_employment_relocated_households"
            for basis in ("stock",) if households else ("stock", "year_to_date"):
                actual = self._actual(code, basis, county, self.today)
                value = Decimal(target["target_value"])
                deadline = date.fromisoformat(target["deadline"])
                baseline, since = self._baseline(target, basis)
                accepted, due = self.status.arrived_of_due(county, HEADLINE_FEEDS)
                compared = [self.today - timedelta(days=back) for back in (0, 1, 7)]
                yield {
                    "report_date": self.today,
                    "county_code": county,
                    "target_code": code,
                    "basis": basis,
                    "target_value": value,
                    "actual_value": actual,
                    "scheduled_value": self._schedule(target, basis) if value else 0,
                    "baseline_value": baseline,
                    "baseline_on": since,
                    "progress_rate": share(actual, value),
                    "coverage": share(accepted, due),
                    "units_due": due,
                    "units_accepted": accepted,
                    "carried_forward": self.status.carried_units(county, HEADLINE_FEEDS, compared) or None,
                    "obs_status": self.status.of_day(county, self.today) if county in self.world.began else "M",
                    "change_1d": self._change(code, basis, county, 1),
                    "change_7d": self._change(code, basis, county, 7),
                    "deadline": deadline,
                    "required_daily_change": (value - actual) / (deadline - self.today).days
                    if deadline > self.today
                    else None,
                    "on_track": self._on_track(target, basis, actual),
                }

    def _actual(self, code: str, basis: str, county: str, day: date) -> int:
        if code == "zero_employment_relocated_households":
            return sum(
                1
                for (at, number), members in self.world.households(day).items()
                if county in (at, PREFECTURE)
                and any(m["is_relocated"] for m in members)
                and self.is_without_work((at, number), day)
            )
        everyone = self.world.employed(day) if basis == "stock" else self._worked_this_year(day)
        return sum(
            1
            for at, row, *_ in everyone.values()
            if county in (at, PREFECTURE) and (code == "rural_employed" or row["population_category"] != "general")
        )

    @cache
    def _worked_this_year(self, day: date) -> dict[str, tuple[str, Row]]:
        new_year = day.replace(month=1, day=1)
        return {
            p: found for p, found in self.world.labour_force(day).items() if self.world.worked_since(p, new_year, day)
        }

    def _change(self, code: str, basis: str, county: str, days: int) -> int | None:
        """Like for like: a county carried forward on either day, or that joined since, contributes nothing; None before
        all history."""
        before = self.today - timedelta(days=days)
        joined = {c for c, first in self.world.began.items() if first <= before}
        if county not in joined:
            return None
        return sum(
            self._actual(code, basis, c, self.today) - self._actual(code, basis, c, before)
            for c in (COUNTIES if county == PREFECTURE else (county,))
            if c in joined and "A" == self.status.of_day(c, self.today) == self.status.of_day(c, before)
        )

    def _on_track(self, target: dict[str, str], basis: str, actual: int) -> bool | None:
        county, value = target["county_code"], Decimal(target["target_value"])
        silent = set(COUNTIES if county == PREFECTURE else (county,)) - self.world.began.keys()
        deadline = date.fromisoformat(target["deadline"])
        if silent or self.today > deadline:
            return None
        if not value:
            return actual == 0
        scheduled = self._schedule(target, basis)
        return None if scheduled is None else actual >= scheduled

    def _schedule(self, target: dict[str, str], basis: str) -> Fraction | None:
        """What should be reached by today; None without a baseline of a day before the deadline."""
        value, deadline = Decimal(target["target_value"]), date.fromisoformat(target["deadline"])
        baseline, since = self._baseline(target, basis)
        if baseline is None or since is None or since >= deadline:
            return None
        in_all = (deadline - since).days
        elapsed = Fraction(max(0, min((self.today - since).days, in_all)), in_all)
        return Fraction(baseline) + Fraction(value - baseline) * elapsed

    def _baseline(self, target: dict[str, str], basis: str) -> tuple[Decimal | None, date | None]:
        """From what the schedule rises, and since when; None while no publication of the year has the figure."""
        code, county = target["target_code"], target["county_code"]
        first = next((n for n in self.nights if n.year == self.today.year and self._had_registers(county, n)), None)
        decided = date.fromisoformat(target["baseline_on"]) if target["baseline_on"] else None
        if target["baseline_value"]:
            return Decimal(target["baseline_value"]), decided or first
        if decided and self.world.began.get(county, FOREVER) <= decided <= self.today:
            return Decimal(self._actual(code, basis, county, decided)), decided
        return (Decimal(self._published(code, basis, county, first)), first) if first else (None, None)

    def _had_registers(self, county: str, on: date) -> bool:
        """Whether each of its counties had a register, as the publication of a date says; without one, as known now."""
        known = next((earlier.marts["target_progress"] for earlier in self.earlier if earlier.report_date == on), None)
        counties = COUNTIES if county == PREFECTURE else (county,)
        if known is not None:
            return not any(row["obs_status"] == "M" for row in known if row["county_code"] in counties)
        return all(self.world.began.get(c, FOREVER) <= on for c in counties)

    def _published(self, code: str, basis: str, county: str, on: date) -> int:
        """The value that the publication of a date gave; where none is known, as known now."""
        for earlier in self.earlier:
            for row in earlier.marts["target_progress"] if earlier.report_date == on else ():
                if (row["target_code"], row["basis"], row["county_code"]) == (code, basis, county):
                    return int(row["actual_value"])
        return self._actual(code, basis, county, on)

    def employment_stock(self) -> list[Expected]:
        """Persons of the labour force by county, category, and the channel and destination of the main job."""
        counted: dict[tuple[str, ...], Expected] = {}
        employed = self.world.employed(self.today)
        credits = self.pay.bank_credits()
        for person, (county, row) in self.world.labour_force(self.today).items():
            jobs = employed[person][2] if person in employed else []
            main = jobs[0] if jobs else None
            channel = main.channel if main else "none"
            where = destination(main.division_code, county) if main else "none"
            grade = self._grade(person, [j.grade for j in jobs], credits.get(person, [])) if main else None
            for at in (county, PREFECTURE):
                cell = counted.setdefault(
                    (at, row["population_category"], channel, where),
                    dict.fromkeys(
                        ("labour_force", "employed", "subsidised", "grade_a", "grade_b", "grade_c", "grade_d"), 0
                    ),
                )
                cell["labour_force"] += 1
                cell["employed"] += main is not None
                cell["subsidised"] += bool(main and main.is_subsidised)
                if grade:
                    cell[f"grade_{grade.lower()}"] += 1
        names = ("county_code", "population_category", "channel", "destination")
        return [
            {"report_date": self.today} | dict(zip(names, key, strict=True)) | cell for key, cell in counted.items()
        ]

    def _grade(self, person: str, grades: list[str], credits: list[date]) -> str:
        window = timedelta(days=int(self.seeds.setting("grade_a_bank_days", self.today)) - 1)
        if any(self.today - window <= day <= self.today for day in credits):
            return "A"
        hired_since = self.today - timedelta(days=int(self.seeds.setting("grade_hire_days", self.today)) - 1)
        if any(hired_since <= day <= self.today for day in self.world.hires.get(person, [])):
            return "B"
        return min(grades)

    # -- households

    @cache
    def is_without_work(self, household: tuple[str, str], day: date) -> bool:
        """At least one member in the labour force, and none employed."""
        members = self.world.households(day).get(household, [])
        able = [m["id_number"] for m in members if m["id_number"] in self.world.labour_force(day)]
        return bool(able) and not any(p in self.world.employed(day) for p in able)

    def zero_employment_household(self) -> Iterator[Expected]:
        """One row per household and case, from the first register on."""
        days = self.world.days
        ever = {h for day in days for h in self.world.households(day)}
        for household in sorted(ever):
            opened: date | None = None
            for day in days:
                without = self.is_without_work(household, day)
                if without and opened is None:
                    opened = day
                elif not without and opened is not None:
                    yield self._case(household, opened, day)
                    opened = None
            if opened is not None:
                yield self._case(household, opened, None)

    def _case(self, household: tuple[str, str], opened: date, cleared: date | None) -> Expected:
        shown = next(day for day in reversed(self.world.days) if household in self.world.households(day))
        members = self.world.households(shown)[household]
        return {
            "report_date": self.today,
            "county_code": household[0],
            "household_no": household[1],
            "township_code": min(m["township_code"] for m in members),
            "is_relocated": any(m["is_relocated"] for m in members),
            "population_category": min((m["population_category"] for m in members), key=WORST_FIRST.index),
            "members_in_labour_force": sum(m["id_number"] in self.world.labour_force(shown) for m in members),
            "opened_on": opened,
            "cleared_on": cleared,
            "days_open": ((cleared or self.today) - opened).days,
            "cleared_by_channel": self._cleared_by(household, cleared) if cleared else None,
        }

    def _cleared_by(self, household: tuple[str, str], cleared: date) -> str:
        employed = self.world.employed(cleared)
        members = self.world.households(cleared).get(household, [])
        ranked = [employed[m["id_number"]][2][0] for m in members if m["id_number"] in employed]
        return (
            min(ranked, key=lambda j: (j.rank, -j.start.toordinal(), j.employer, j.key)).channel if ranked else "none"
        )

    def zero_employment_summary(self) -> Iterator[Expected]:
        """Cases by county and whether the household is relocated."""
        cases = list(self.zero_employment_household())
        week = self.today - timedelta(days=6)
        for county in (PREFECTURE, *COUNTIES):
            for relocated in (True, False):
                here = [c for c in cases if county in (c["county_code"], PREFECTURE) and c["is_relocated"] == relocated]
                cleared = [c for c in here if c["cleared_on"]]
                yield {
                    "report_date": self.today,
                    "county_code": county,
                    "is_relocated": relocated,
                    "open_cases": len(here) - len(cleared),
                    "opened_7d": sum(c["opened_on"] >= week for c in here),
                    "cleared_7d": sum(c["cleared_on"] >= week for c in cleared),
                    "median_days_to_clear": median(c["days_open"] for c in cleared) if cleared else None,
                }

    # -- work relief

    def relief_payroll_check(self) -> Iterator[Expected]:
        """One row per payroll line and finding."""
        looked_for = self.seeds.findings(self.today)
        owners: dict[str, set[str]] = defaultdict(set)
        for line in self.pay.relief_lines:
            owners[line.row["bank_account"]].add(line.row["id_number"])
        for line in self.pay.relief_lines:
            for finding, amount in self._findings(line, owners):
                if finding in looked_for:
                    yield self._on_line(line, finding) | {"finding": finding, "amount": amount}

    def _on_line(self, line: Line, finding: str) -> Expected:
        """The line that a finding is on, as it is shown with it."""
        owed_for = (self.today - line.pay_date).days if finding in ("unpaid", "underpaid") else None
        return {
            "report_date": self.today,
            **{name: line.row[name] for name in ("project_no", "id_number", "period", "crew", "batch_no")},
            "county_code": self.world.project_county(line.unit),
            "amount_due": line.due,
            "amount_paid": line.paid,
            "days_worked": line.row["days_worked"],
            "pay_due_on": line.pay_date,
            "days_overdue": owed_for,
            "credited_on": line.credits[-1] if line.credits else None,
        }

    def _findings(self, line: Line, owners: dict[str, set[str]]) -> Iterator[tuple[str, Decimal]]:
        yield from self._findings_of_pay(line)
        yield from self._findings_of_person(line)
        if line.row["bank_account"] and len(owners[line.row["bank_account"]]) > 1:
            yield "account_shared", line.due
        if line.row["days_worked"] > last_day(line.row["period"]).day:
            yield "days_over_calendar", line.due

    def _findings_of_pay(self, line: Line) -> Iterator[tuple[str, Decimal]]:
        over = self.today > line.pay_date
        if over and line.due > 0 and line.paid == 0:
            yield "unpaid", line.due
        if over and 0 < line.paid < line.due:
            yield "underpaid", line.due - line.paid
        reported_late = line.row["paid_on"] and line.row["paid_on"] > line.pay_date
        late = line.credited_after(line.pay_date) + (line.unconfirmed if reported_late else 0)
        if late:
            yield "paid_late", late
        if line.credited > line.due:
            yield "paid_twice", line.credited - line.due
        if line.attempts and line.attempts[-1].failed:
            yield "bank_failed", line.row["amount_paid"]
        differing = [a for a in line.attempts if a.amount_differs]
        if differing:
            yield (
                "bank_amount_differs",
                sum((abs(a.row["amount_paid"] - a.bank_amount) for a in differing), Decimal(0)),
            )

    def _findings_of_person(self, line: Line) -> Iterator[tuple[str, Decimal]]:
        person, first, last = line.row["id_number"], line.row["period"], last_day(line.row["period"])
        evidence = self.world.evidence.get(person, {})
        if not self._has_contract(line):
            yield "no_contract", line.due
        spells = [s for s in evidence.get("spell", []) if s.row["channel"] == "enterprise"]
        if any(s.start <= first and s.end >= last for s in spells):
            yield "employed_elsewhere_full_time", line.due
        if self.world.home(person, min(last, self.today)) is None:
            yield "not_on_register", line.due
        if person in self.world.died and self.world.died[person] < first:
            yield "deceased", line.due
        if age(person, last) < self.seeds.setting("working_age_from", last):
            yield "underage", line.due

    def _has_contract(self, line: Line) -> bool:
        first, last = line.row["period"], last_day(line.row["period"])
        contracts = self.world.evidence.get(line.row["id_number"], {}).get("contract", [])
        return any(c.row["project_no"] == line.row["project_no"] and c.touches(first, last) for c in contracts)

    def relief_project_monitor(self) -> Iterator[Expected]:
        """One row per project."""
        for number in self.world.snapshots("relief_project"):
            project = self.world.projects.get(number)
            if project is not None:
                lines = [line for line in self.pay.relief_lines if line.row["project_no"] == number]
                told = {name: project[name] for name in TOLD_OF_A_PROJECT}
                told["remuneration_floor"] = self.seeds.remuneration_floor(project, self.today)
                behind = (
                    min(project["completed_on"] or self.today, self.today) - project["planned_completion_on"]
                ).days
                row = {"report_date": self.today, "project_no": number, "days_behind_schedule": max(0, behind)}
                row |= told | self._people(number, lines) | self._money(lines) | self._clock(lines)
                yield row | {"remuneration_share": share(row["remuneration_paid"], project["relief_funds"])}

    def _people(self, number: str, lines: list[Line]) -> Expected:
        workers = {line.row["id_number"] for line in lines}
        registered = [found[1] for p, found in self.world.register(self.today).items() if p in workers]
        covered = {line.row["id_number"] for line in lines if self._has_contract(line)}
        return {
            "workers": len(workers),
            "priority_group_workers": sum(
                r["population_category"] != "general" or r["is_relocated"] or bool(r["is_low_income"])
                for r in registered
            ),
            "workers_with_contract": len(covered),
            "contract_coverage": share(len(covered), len(workers)),
        }

    def _money(self, lines: list[Line]) -> Expected:
        due = sum((line.due for line in lines), Decimal(0))
        paid = sum((line.paid for line in lines), Decimal(0))
        owed = [line for line in lines if self.today > line.pay_date and line.due > line.paid]
        arrears = sum((line.due - line.paid for line in owed), Decimal(0))
        return {
            "remuneration_paid": paid,
            "wages_due": due,
            "wages_paid": paid,
            "wages_unconfirmed": sum((line.unconfirmed for line in lines), Decimal(0)),
            "arrears": arrears,
            "arrears_share": arrears / due if due else None,
            "arrears_since": min(line.pay_date for line in owed) if owed else None,
            "arrears_age_days": (self.today - min(line.pay_date for line in owed)).days if owed else None,
        }

    def _clock(self, lines: list[Line]) -> Expected:
        to_pay = [max(0, (line.credits[-1] - last_day(line.row["period"])).days) for line in lines if line.credits]
        cured = [days for line in lines for days in self._cures(line)]
        returned = [r for line in lines for a in line.attempts for r in a.returned]
        return stages(lines) | {
            "median_days_to_pay": median(to_pay) if to_pay else None,
            "median_days_to_cure": median(cured) if cured else None,
            "rejected_payments": sum(r["result"] == "failed" for r in returned),
        }

    def _cures(self, line: Line) -> Iterator[int]:
        """Days from the bank's first refusal to the first credit on or after that day."""
        returned = [r for a in line.attempts for r in a.returned]
        refused = [r["settled_on"] for r in returned if r["result"] == "failed"]
        credited = [r["settled_on"] for r in returned if r["result"] == "success" and r["settled_on"] <= self.today]
        since = [day for day in credited if refused and day >= min(refused)]
        if since:
            yield (min(since) - min(refused)).days

    # -- assurance

    def _status(self, delivery: Delivery) -> str:
        due = datetime.combine(delivery.report_date, time(20), CHINA).timestamp()
        return "on_time" if delivery.modified_at <= due else "late"

    def feed_timeliness(self) -> Iterator[Expected]:
        """The daily county registers: who reported tonight, and how old is what stands in for those who did not."""
        for feed in ("labor_register", "employment", "public_post"):
            for county in COUNTIES:
                latest = self.world.latest(feed, county, self.today)
                arrived = latest is not None and latest.report_date == self.today
                yield {
                    "report_date": self.today,
                    "feed": feed,
                    "county_code": county,
                    "status": self._status(latest) if arrived and latest else "missing",
                    "days_stale": (self.today - latest.report_date).days if latest else None,
                    "rows_read": latest.rows_read if arrived and latest else 0,
                    "rows_landed": len(latest.rows) if arrived and latest else 0,
                    "rows_rejected": latest.rejected if arrived and latest else 0,
                }


def stages(lines: Sequence[Line]) -> Expected:
    """Median days of each stage of pay, from the end of the period to the bank's credit, and the slowest one."""
    steps = ("list", "sign", "approve", "send", "credit")
    days: dict[str, list[int]] = {step: [] for step in steps}
    for line in lines:
        credited = line.credits[-1] if line.credits else None
        told = (line.first(stage) for stage in ("listed_on", "signed_on", "approved_on", "sent_on"))
        dates = (last_day(line.row["period"]), *told, credited)
        for step, before, after in zip(steps, dates, dates[1:], strict=False):
            if before and after:
                days[step].append(max(0, (after - before).days))
    medians = {step: median(found) if found else None for step, found in days.items()}
    known = {step: value for step, value in medians.items() if value is not None}
    return {f"median_days_to_{step}": value for step, value in medians.items()} | {
        "slowest_stage": max(known, key=lambda step: known[step]) if known else None
    }
