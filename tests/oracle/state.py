"""Who is on the register, who works and where, on any day, as known from all that has been reported.

Everything is worked out again for each question, from lists: slow, and close to the words of feeds.md and marts.md.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, NamedTuple

from .reading import COUNTIES, Delivery, Row, born_on
from .seeds import Seeds

Key = tuple[Any, ...]
NamedRow = tuple[date, str, Row]
"""Date and unit of the latest snapshot that names a row, and the row as it has it."""
PREFECTURE = "532500"
FOREVER = date(9999, 12, 31)
DAY = timedelta(days=1)
SPANS = {
    "employment": ("start_date", "end_date"),
    "public_post": ("start_date", "end_date"),
    "relief_contract": ("onsite_from", "offsite_on"),
    "labor_dispute": ("filed_on", "closed_on"),
    "labor_cooperation": ("signed_on", "expires_on"),
}

RANKS = {
    "enterprise": 1,
    "workshop": 2,
    "full_time_post": 3,
    "self_employed": 4,
    "work_relief": 5,
    "part_time_post": 6,
    "gig": 7,
}
"""Which of a person's jobs is the main one."""


class Listing(NamedTuple):
    """A person on a county's register."""

    county: str
    row: Row
    since: date
    """The first day of the unbroken listing."""


class Dated(NamedTuple):
    """Something that a snapshot names, with the days that are believed of it."""

    unit: str
    row: Row
    start: date
    end: date
    """The last day; FOREVER while open."""
    named_on: date
    """Date of the latest snapshot that names it."""
    reported_start: date
    """The start that the row itself gives; `start` is earlier where the row corrected another one."""
    left_out_on: date | None = None
    """Date of the unit's next snapshot, which leaves it out."""

    def covers(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.start <= day <= self.end

    def touches(self, first: date, last: date) -> bool:
        """Whether at least one day of a stretch lies in it."""
        return self.start <= last and self.end >= first


class Job(NamedTuple):
    """A piece of evidence that makes a person employed on a day."""

    rank: int
    start: date
    employer: str
    key: str
    channel: str
    division_code: str
    is_subsidised: bool
    grade: str
    source: str
    row: Row
    unit: str


@dataclass(eq=False)
class World:
    """All accepted deliveries and platform items, and what follows from them."""

    deliveries: list[Delivery]
    items: Mapping[str, list[dict[str, Any]]]
    seeds: Seeds
    today: date
    replaced: Sequence[Delivery] = ()
    """Accepted revisions that a correction has replaced: their attempts to pay still count."""
    platform_read: Collection[date] | None = None
    """The report dates on which the platform was read; None: on every night."""
    has_platform: bool = True
    """Whether one was ever connected."""

    # -- snapshots

    def snapshots(self, feed: str) -> dict[str, list[Delivery]]:
        """Of each unit its snapshots by date."""
        return self._snapshots[feed]

    @cached_property
    def _snapshots(self) -> dict[str, dict[str, list[Delivery]]]:
        found: dict[str, dict[str, list[Delivery]]] = defaultdict(lambda: defaultdict(list))
        for delivery in sorted(self.deliveries, key=lambda d: d.report_date):
            found[delivery.feed][delivery.unit].append(delivery)
        return found

    def latest(self, feed: str, unit: str, day: date) -> Delivery | None:
        """The unit's accepted snapshot with the latest date up to the day."""
        earlier = [s for s in self.snapshots(feed)[unit] if s.report_date <= day]
        return earlier[-1] if earlier else None

    # -- the register

    @cached_property
    def began(self) -> dict[str, date]:
        """S(c): the date of each county's first register, the prefecture's the earliest of all."""
        first = {c: found[0].report_date for c, found in self.snapshots("labor_register").items() if found}
        return first | ({PREFECTURE: min(first.values())} if first else {})

    @cached_property
    def days(self) -> list[date]:
        """Every day from the prefecture's first register to today."""
        first = self.began.get(PREFECTURE, self.today + DAY)
        return [first + DAY * n for n in range((self.today - first).days + 1)]

    def counties(self) -> list[str]:
        """Counties that ever sent a register, and the prefecture."""
        return sorted(self.began)

    def register(self, day: date) -> dict[str, tuple[str, Row]]:
        """ID number → (county, row) of everyone on a register that day; of two counties the later-begun listing."""
        return self._register(self._snapshots_of_register(day))

    def listings(self, day: date) -> dict[str, list[Listing]]:
        """ID number → the listings of that day, in the order of the counties."""
        return self._listings(self._snapshots_of_register(day))

    def _snapshots_of_register(self, day: date) -> tuple[tuple[str, date], ...]:
        return tuple((c, found.report_date) for c in COUNTIES if (found := self.latest("labor_register", c, day)))

    @cache
    def _register(self, known: tuple[tuple[str, date], ...]) -> dict[str, tuple[str, Row]]:
        believed = {
            person: min(found, key=lambda listing: (-listing.since.toordinal(), listing.county))
            for person, found in self._listings(known).items()
        }
        return {person: (listing.county, listing.row) for person, listing in believed.items()}

    @cache
    def _listings(self, known: tuple[tuple[str, date], ...]) -> dict[str, list[Listing]]:
        found: dict[str, list[Listing]] = defaultdict(list)
        for county, on in known:
            for person, row in self._register_rows[county, on].items():
                found[person].append(Listing(county, row, self._listed_since(county, person, on)))
        return found

    @cached_property
    def _register_rows(self) -> dict[tuple[str, date], dict[str, Row]]:
        return {
            (county, snapshot.report_date): {row["id_number"]: row for row in snapshot.rows}
            for county, snapshots in self.snapshots("labor_register").items()
            for snapshot in snapshots
        }

    def _listed_since(self, county: str, person: str, on: date) -> date:
        since = on
        for snapshot in reversed(self.snapshots("labor_register")[county]):
            if snapshot.report_date > on:
                continue
            if person not in self._register_rows[county, snapshot.report_date]:
                break
            since = snapshot.report_date
        return since

    @cached_property
    def _first_listed(self) -> dict[str, date]:
        first: dict[str, date] = {}
        for (_, on), rows in self._register_rows.items():
            for person in rows:
                first[person] = min(on, first.get(person, on))
        return first

    @cached_property
    def died(self) -> dict[str, date]:
        """The earliest date of death in any register row."""
        death_dates: dict[str, date] = {}
        for rows in self._register_rows.values():
            for person, row in rows.items():
                if row["deceased_on"]:
                    death_dates[person] = min(row["deceased_on"], death_dates.get(person, row["deceased_on"]))
        return death_dates

    def home(self, person: str, day: date) -> tuple[str, Row] | None:
        """County and register row; before a person was listed for the first time, those of that first day."""
        found = self.register(day).get(person)
        if found is None and person in self._first_listed and day < self._first_listed[person]:
            return self.register(self._first_listed[person])[person]
        return found

    def is_able(self, person: str, day: date) -> bool:
        """LF(p, x): of the labour force, by the register or its extension to the days before."""
        home = self.home(person, day)
        return home is not None and self.in_labour_force(home[1], day)

    def county_of(self, person: str, day: date, reported_by: str) -> str:
        """The county that a person's figure goes to."""
        home = self.home(person, day)
        return home[0] if home else reported_by

    def is_poverty_alleviated(self, person: str, day: date) -> bool:
        """PA by home(p, x); who has none is not."""
        home = self.home(person, day)
        return home is not None and home[1]["population_category"] != "general"

    def in_labour_force(self, row: Row, day: date) -> bool:
        """16 or more, able, not at school, not deceased by that day."""
        return (
            age(row["id_number"], day) >= self.seeds.setting("working_age_from", day)
            and row["work_capacity"] != "none"
            and not row["in_school"]
            and (row["deceased_on"] is None or row["deceased_on"] > day)
        )

    @cache
    def labour_force(self, day: date) -> dict[str, tuple[str, Row]]:
        """Those on a register who can work."""
        return {p: (c, row) for p, (c, row) in self.register(day).items() if self.in_labour_force(row, day)}

    @cache
    def households(self, day: date) -> dict[tuple[str, str], list[Row]]:
        """(county, household number) → its members' rows; a person belongs to the winning county's household."""
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for county, row in self.register(day).values():
            found[county, row["household_no"]].append(row)
        return found

    # -- what carries its own dates

    @cached_property
    def spells(self) -> list[Dated]:
        """Employment spells, one a person, employer name and start; a corrected one and its correction are one."""
        named = self._named_spells
        return self._with_corrections("employment", named, lambda row: (row["id_number"], employer(row, self.codes)))

    @cached_property
    def _named_spells(self) -> dict[Key, NamedRow]:
        return self._named("employment", ("id_number", "employer_name", "start_date"), within_unit=False)

    @cached_property
    def codes(self) -> dict[tuple[str, str], str]:
        """(ID number, normalised employer) → the lowest social credit code of that person's spells with the name."""
        return codes_of(row for _, _, row in self._named_spells.values())

    @cached_property
    def posts(self) -> list[Dated]:
        """Tenures of public posts."""
        named = self._named("public_post", ("post_no", "id_number", "start_date"))
        return self._with_corrections("public_post", named, lambda row: (row["post_no"], row["id_number"]))

    @cached_property
    def contracts(self) -> list[Dated]:
        """Relief contracts."""
        named = self._named("relief_contract", ("project_no", "id_number", "onsite_from"))
        return self.that_began(self._believed("relief_contract", *row) for row in named.values())

    def that_began(self, found: Iterable[Dated]) -> list[Dated]:
        """What begins after today is not there yet, nor is what ended before it began."""
        return [dated for dated in found if dated.start <= self.today and dated.start <= dated.end]

    def dated(self, feed: str, key: tuple[str, ...]) -> list[Dated]:
        """What a feed of snapshots names, each by the latest snapshot of its county that names it."""
        return [self._believed(feed, *row) for row in self._named(feed, key).values()]

    def _named(self, feed: str, key: tuple[str, ...], *, within_unit: bool = True) -> dict[Key, NamedRow]:
        """The latest snapshot that names one counts for all its days; of two units the lower code."""
        named: dict[Key, NamedRow] = {}
        for unit in sorted(self.snapshots(feed), reverse=True):
            for snapshot in self.snapshots(feed)[unit]:
                for row in snapshot.rows:
                    k = (unit if within_unit else "", *(row[name] for name in key))
                    if k not in named or named[k][0] <= snapshot.report_date:
                        named[k] = (snapshot.report_date, unit, row)
        return named

    def next_snapshot(self, feed: str, unit: str, named_on: date) -> Delivery | None:
        """The unit's first accepted snapshot after a date."""
        return next((s for s in self.snapshots(feed)[unit] if s.report_date > named_on), None)

    def left_out_on(self, feed: str, unit: str, named_on: date, end: date | None) -> date | None:
        """The date of the unit's next snapshot, unless what it leaves out had ended by itself."""
        following = self.next_snapshot(feed, unit, named_on)
        return following.report_date if following and (end is None or end >= following.report_date) else None

    def _believed(self, feed: str, named_on: date, unit: str, row: Row) -> Dated:
        start, end = (row[name] for name in SPANS[feed])
        left_out = self.left_out_on(feed, unit, named_on, end)
        return Dated(unit, row, start, left_out - DAY if left_out else end or FOREVER, named_on, start, left_out)

    def _with_corrections(
        self, feed: str, named: dict[Key, NamedRow], same: Callable[[Row], tuple[Any, ...]]
    ) -> list[Dated]:
        """The rows that stand, each begun where the earliest of those that it corrected began."""
        by_key = {self._key(feed, row[1], row[2]): k for k, row in named.items()}
        by_row = {k: self._believed(feed, *row) for k, row in named.items()}
        follows = {k: self._corrected_by(feed, by_row[k], same, by_key) for k in named}
        starts: dict[Key, date] = {}
        for k, dated in by_row.items():
            last = k
            while follows[last] is not None:
                last = follows[last]  # type: ignore[assignment]
            starts[last] = min(dated.start, starts.get(last, FOREVER))
        merged = (by_row[k]._replace(start=start) for k, start in starts.items())
        return self.that_began(merged)

    def _key(self, feed: str, unit: str, row: Row) -> Key:
        names = (
            ("id_number", "employer_name", "start_date")
            if feed == "employment"
            else ("post_no", "id_number", "start_date")
        )
        return ("" if feed == "employment" else unit, *(row[name] for name in names))

    def _corrected_by(
        self, feed: str, omitted: Dated, same: Callable[[Row], tuple[Any, ...]], known: Mapping[Key, Key]
    ) -> Key | None:
        """The row of the snapshot that leaves one out which is the same, overlaps it or begins within 7 days."""
        if omitted.left_out_on is None:
            return None
        snapshot = self.next_snapshot(feed, omitted.unit, omitted.named_on)
        assert snapshot is not None
        within = timedelta(days=int(self.seeds.setting("corrected_spell_days", snapshot.report_date)) - 1)
        fitting = [
            row
            for row in self._rows_by_person(snapshot)[omitted.row["id_number"]]
            if same(row) == same(omitted.row)
            and row["start_date"] <= omitted.left_out_on + within
            and (row["end_date"] or FOREVER) >= omitted.reported_start
        ]
        if not fitting:
            return None
        first = min(fitting, key=lambda row: (row["start_date"], row.get("employer_name") or row.get("post_no")))
        return known[self._key(feed, omitted.unit, first)]

    def _rows_by_person(self, snapshot: Delivery) -> dict[str, list[Row]]:
        by_person = self._indexed.get(id(snapshot))
        if by_person is None:
            by_person = self._indexed[id(snapshot)] = group(snapshot.rows, "id_number")
        return by_person

    _indexed: dict[int, dict[str, list[Row]]] = field(default_factory=dict)

    # -- the platform

    @cached_property
    def gig_orders(self) -> list[dict[str, Any]]:
        """Orders completed by today, the latest state of each, with the days of that; deleted ones are left out."""
        return [
            o | {"completed_on": day_of(o["completed_at"]), "paid_on": day_of(o["paid_at"]) if o["paid_at"] else None}
            for o in self.items_now("gig_orders")
            if o["completed_at"] and day_of(o["completed_at"]) <= self.today
        ]

    @cached_property
    def applications(self) -> list[dict[str, Any]]:
        """Applications with applied_on, the earliest status_at ever reported, and hired_on."""
        first: dict[str, date] = {}
        for item in self.items.get("applications", []):
            if item["status_at"] and day_of(item["updated_at"]) <= self.today:
                on = day_of(item["status_at"])
                first[item["id"]] = min(on, first.get(item["id"], on))
        return [
            a
            | {"applied_on": first.get(a["id"]), "hired_on": day_of(a["status_at"]) if a["status"] == "hired" else None}
            for a in self.items_now("applications")
        ]

    @cached_property
    def postings(self) -> dict[str, dict[str, Any]]:
        """Job postings by their ID."""
        return {
            p["id"]: p
            | {"opened_on": day_of(p["opened_at"]), "closed_on": day_of(p["closed_at"]) if p["closed_at"] else None}
            for p in self.items_now("job_postings")
        }

    @cached_property
    def hires(self) -> dict[str, list[date]]:
        """ID number → days on which an application of theirs led to a hire."""
        found = defaultdict(list)
        for application in self.applications:
            if application["hired_on"]:
                found[application["id_number"]].append(application["hired_on"])
        return found

    def items_now(self, resource: str) -> list[dict[str, Any]]:
        """Of each item the latest state; deleted ones are left out."""
        latest: dict[str, dict[str, Any]] = {}
        for item in sorted(self.items.get(resource, []), key=lambda i: datetime.fromisoformat(i["updated_at"])):
            if day_of(item["updated_at"]) <= self.today:
                latest[item["id"]] = item
        return [item for item in latest.values() if not item.get("deleted")]

    # -- projects and workshops

    @cached_property
    def projects(self) -> dict[str, Row]:
        """Projects as the latest snapshot that names them has them, with `left_out_on`."""
        return {
            k[0]: row | {"left_out_on": self.left_out_on("relief_project", unit, named_on, None)}
            for k, (named_on, unit, row) in self._named("relief_project", ("project_no",)).items()
        }

    def project_county(self, number: str) -> str:
        """The county that a project is in; one that no accepted file names counts in the prefecture alone."""
        return self.projects[number]["county_code"] if number in self.projects else PREFECTURE

    def is_open_project(self, project: Row, day: date) -> bool:
        """Begun, and neither completed nor left out by a day."""
        ended = (project["completed_on"], project["left_out_on"])
        return project["started_on"] <= day and all(on is None or on > day for on in ended)

    def workshops(self, county: str, day: date) -> dict[str, Row]:
        """A county's workshops by number, by its believed snapshot of a day."""
        snapshot = self.latest("workshop", county, day)
        return {row["workshop_no"]: row for row in snapshot.rows} if snapshot else {}

    @cached_property
    def _ever_listed(self) -> dict[str, set[str]]:
        """Workshop number → counties whose register ever had it."""
        found: dict[str, set[str]] = defaultdict(set)
        for county, snapshots in self.snapshots("workshop").items():
            for snapshot in snapshots:
                for row in snapshot.rows:
                    found[row["workshop_no"]].add(county)
        return found

    def workshop_of(self, spell: Dated) -> tuple[str, str] | None:
        """(county, number) of the workshop that a spell names; None where no register ever had it."""
        number = spell.row["workshop_no"]
        had = self._ever_listed.get(number, set())
        if not had:
            return None
        place, reporter = spell.row["work_division_code"], spell.unit
        return (place if place in had else reporter if reporter in had else min(had)), number

    @cached_property
    def awards(self) -> dict[tuple[str, str], Row]:
        """The latest row of each workshop, also of one no longer listed."""
        latest: dict[tuple[str, str], Row] = {}
        for county, snapshots in self.snapshots("workshop").items():
            for snapshot in snapshots:
                for row in snapshot.rows:
                    latest[county, row["workshop_no"]] = row
        return latest

    def is_award_backed(self, spell: Dated, day: date) -> bool:
        """Whether the workshop named has an award, paid by that day."""
        at = self.workshop_of(spell) if spell.row["workshop_no"] else None
        row = self.awards[at] if at else None
        return bool(row and row["subsidy_amount"] and row["subsidy_on"] and row["subsidy_on"] <= day)

    # -- evidence

    @cached_property
    def evidence(self) -> dict[str, dict[str, list[Any]]]:
        """ID number → kind → all of it, whatever the day."""
        found: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for kind, all_of_it in (("spell", self.spells), ("post", self.posts), ("contract", self.contracts)):
            for dated in all_of_it:
                found[dated.row["id_number"]][kind].append(dated)
        for order in self.gig_orders:
            if order["id_number"]:
                found[order["id_number"]]["order"].append(order)
        return found

    def jobs(self, person: str, day: date) -> list[Job]:
        """A person's jobs on a day, the main one first; none: not employed (if in the labour force)."""
        evidence = self.evidence.get(person)
        if evidence is None:
            return []
        found = [self._job_of_spell(s, day) for s in evidence["spell"] if s.covers(day)]
        found += [self._job_of_post(p, day) for p in evidence["post"] if p.covers(day)]
        found += [self._job_of_contract(c, day) for c in evidence["contract"] if c.covers(day)]
        week = timedelta(days=int(self.seeds.setting("gig_reference_days", day)) - 1)
        found += [self._job_of_order(o) for o in evidence["order"] if day - week <= o["completed_on"] <= day]
        # Later start first, then employer name, source and key.
        return sorted(found, key=lambda j: (j.rank, -j.start.toordinal(), j.employer, j.source, j.key))

    def rank_of_spell(self, spell: Dated) -> int:
        """A spell's rank; one that names a post or a contract has the rank of that."""
        evidence, channel = self.evidence[spell.row["id_number"]], spell.row["channel"]
        if channel == "public_post":
            same = [p for p in evidence["post"] if p.touches(spell.start, spell.end)]
            return min([RANKS["part_time_post"], *(_post_rank(p) for p in same)])
        if channel == "work_relief":
            matched = any(c.touches(spell.start, spell.end) for c in evidence["contract"])
            return RANKS["work_relief" if matched else "part_time_post"]
        return RANKS[channel]

    def _job_of_spell(self, spell: Dated, day: date) -> Job:
        row, channel = spell.row, spell.row["channel"]
        fresh = timedelta(days=int(self.seeds.setting("grade_c_updated_days", day)))
        return Job(
            self.rank_of_spell(spell),
            spell.start,
            row["employer_name"],
            row["employer_name"],
            channel,
            row["work_division_code"],
            channel in ("public_post", "work_relief") or (channel == "workshop" and self.is_award_backed(spell, day)),
            "C" if day - fresh <= row["updated_on"] <= day else "D",
            "employment",
            row,
            spell.unit,
        )

    def _job_of_post(self, post: Dated, day: date) -> Job:
        row, number = post.row, post.row["post_no"]
        fresh = timedelta(days=int(self.seeds.setting("grade_c_updated_days", day)))
        grade = "C" if post.named_on >= day - fresh else "D"
        place, key = row["township_code"][:6], f"{post.unit}{number}{post.reported_start}"
        rank = _post_rank(post)
        return Job(rank, post.start, number, key, "public_post", place, True, grade, "public_post", row, post.unit)

    def _job_of_contract(self, contract: Dated, day: date) -> Job:
        number, rank = contract.row["project_no"], RANKS["work_relief"]
        place, row, unit = self.project_county(number), contract.row, contract.unit
        return Job(rank, contract.start, number, number, "work_relief", place, True, "B", "relief_contract", row, unit)

    def _job_of_order(self, order: dict[str, Any]) -> Job:
        place, market = (order["township_code"] or "")[:6], order["market_code"] or ""
        on, rank = order["completed_on"], RANKS["gig"]
        return Job(rank, on, market, order["id"], "gig", place, False, "B", "gig_order", order, "")

    # -- income

    def income(self, person: str, day: date) -> Decimal | None:
        """What a person employed on a day earned a month, as reported on that day; None: unknown."""
        employed = self.employed(day).get(person)
        if employed is None:
            return None
        main = employed[2][0]
        if main.source == "employment":
            return self._wage_at("employment", ("id_number", "employer_name", "start_date"), "monthly_wage", main, day)
        if main.source == "public_post":
            return self._wage_at("public_post", ("post_no", "id_number", "start_date"), "monthly_subsidy", main, day)
        beside = [j for j in employed[2] if j.source == "employment" and j.channel == main.channel]
        if not beside:
            return None
        other = min(beside, key=lambda j: (-j.start.toordinal(), j.employer))
        return self._wage_at("employment", ("id_number", "employer_name", "start_date"), "monthly_wage", other, day)

    def _wage_at(self, feed: str, key: tuple[str, ...], column: str, job: Job, day: date) -> Decimal:
        """By the latest snapshot up to the day of the county that prevails; if none is so early, by the earliest."""
        of_key = tuple(job.row[name] for name in key)
        wages = self._wages_by_snapshot[feed, key, column][job.unit, of_key]
        earlier = [value for on, value in wages if on <= day]
        return earlier[-1] if earlier else wages[0][1]

    @cached_property
    def _wages_by_snapshot(self) -> dict[Any, dict[tuple[str, Key], list[tuple[date, Decimal]]]]:
        found: dict[Any, dict[tuple[str, Key], list[tuple[date, Decimal]]]] = {}
        for feed, key, column in (
            ("employment", ("id_number", "employer_name", "start_date"), "monthly_wage"),
            ("public_post", ("post_no", "id_number", "start_date"), "monthly_subsidy"),
        ):
            by_key = found[feed, key, column] = defaultdict(list)
            for unit, snapshots in self.snapshots(feed).items():
                for snapshot in snapshots:
                    for row in snapshot.rows:
                        by_key[unit, tuple(row[name] for name in key)].append((snapshot.report_date, row[column]))
        return found

    # -- spans of evidence

    def worked_since(self, person: str, first: date, last: date) -> bool:
        """Whether there is evidence that covers at least one day of the stretch."""
        evidence = self.evidence.get(person)
        if evidence is None:
            return False
        # An order completed up to six days before the stretch still covers its first day.
        week = timedelta(days=int(self.seeds.setting("gig_reference_days", last)) - 1)
        return any(d.touches(first, last) for kind in ("spell", "post", "contract") for d in evidence[kind]) or any(
            first - week <= o["completed_on"] <= last for o in evidence["order"]
        )

    def last_worked(self, person: str) -> date | None:
        """The last day up to today that evidence covers, registered or not."""
        evidence = self.evidence.get(person, {})
        week = timedelta(days=int(self.seeds.setting("gig_reference_days", self.today)) - 1)
        ends = [d.end for kind in ("spell", "post", "contract") for d in evidence.get(kind, [])]
        ends += [o["completed_on"] + week for o in evidence.get("order", [])]
        return min(max(ends), self.today) if ends else None

    @cache
    def employed(self, day: date) -> dict[str, tuple[str, Row, list[Job]]]:
        """ID number → county, register row and jobs of everyone employed on a day."""
        with_jobs = ((p, c, row, self.jobs(p, day)) for p, (c, row) in self.labour_force(day).items())
        return {p: (c, row, jobs) for p, c, row, jobs in with_jobs if jobs}


def _post_rank(post: Dated) -> int:
    return RANKS["full_time_post" if post.row["is_full_time"] else "part_time_post"]


def codes_of(rows: Iterable[Row]) -> dict[tuple[str, str], str]:
    """(ID number, normalised employer) → the lowest social credit code of that person's spells with the name."""
    codes: dict[tuple[str, str], str] = {}
    for row in rows:
        key, code = (row["id_number"], normalised(row["employer_name"])), row["employer_uscc"]
        if code:
            codes[key] = min(code, codes.get(key, code))
    return codes


def employer(row: Row, codes: Mapping[tuple[str, str], str]) -> str:
    """The employer of a spell (C6): its social credit code, that of its name, else its normalised name."""
    name = normalised(row["employer_name"])
    return row["employer_uscc"] or codes.get((row["id_number"], name), name)


@cache
def normalised(name: str) -> str:
    """A name without width, case, blanks and punctuation."""
    plain = unicodedata.normalize("NFKC", name).lower()
    return "".join(c for c in plain if not c.isspace() and not unicodedata.category(c).startswith("P"))


def destination(division_code: str, home: str) -> str:
    """How far from the county of registration a job is."""
    if division_code == "990000":
        return "abroad"
    if division_code[:2] != "53":
        return "other_province"
    if division_code[:4] != "5325":
        return "other_prefecture"
    return "own_county" if division_code == home else "other_county"


def age(id_number: str, day: date) -> int:
    """Full years on a day."""
    born = born_on(id_number)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def day_of(instant: str) -> date:
    """The day of an instant, in China."""
    return datetime.fromisoformat(instant).astimezone(CHINA).date()


def group(rows: Iterable[Row], name: str) -> dict[str, list[Row]]:
    """Rows by one of their columns."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[name]].append(row)
    return found


CHINA = datetime.fromisoformat("2024-01-01T00:00:00+08:00").tzinfo
