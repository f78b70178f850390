"""Who is on the register, who works and where, on any day, as known from all that has been reported.

Everything is worked out anew for each question, from lists: slow, and close to the words of feeds.md and marts.md.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from .reading import ORDERED, Delivery, Row, born_on
from .seeds import Seeds

PREFECTURE = "532500"
FOREVER = date(9999, 12, 31)
DAY = timedelta(days=1)

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


class Dated(NamedTuple):
    """Something that a snapshot names, with the days that are believed of it."""

    unit: str
    row: Row
    start: date
    end: date
    """The last day; FOREVER while open."""
    end_reason: str | None
    told_on: date
    """Date of the latest snapshot that names it."""

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
    relief_project: str | None = None


@dataclass(eq=False)
class World:
    """All accepted deliveries and platform items, and what follows from them."""

    deliveries: list[Delivery]
    items: Mapping[str, list[dict[str, Any]]]
    seeds: Seeds
    today: date

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

    @lru_cache  # noqa: B019 - a world lives as long as its test
    def register(self, day: date) -> dict[str, tuple[str, Row]]:
        """ID number → (county, row) of everyone on a register that day; of two counties the later-begun listing."""
        listings: dict[str, list[tuple[date, str, Row]]] = defaultdict(list)
        for county, snapshots in self.snapshots("labor_register").items():
            known = [s for s in snapshots if s.report_date <= day]
            if not known:
                continue
            for row in known[-1].rows:
                begun = self._listed_since(county, row["id_number"], known)
                listings[row["id_number"]].append((begun, county, row))
        return {
            person: min(((c, row) for begun, c, row in found if begun == max(f[0] for f in found)), key=lambda f: f[0])
            for person, found in listings.items()
        }

    def _listed_since(self, county: str, person: str, known: list[Delivery]) -> date:
        begun = known[-1].report_date
        for snapshot in reversed(known):
            if person not in self._ids(county, snapshot.report_date):
                break
            begun = snapshot.report_date
        return begun

    @lru_cache  # noqa: B019
    def _ids(self, county: str, day: date) -> frozenset[str]:
        snapshot = next(s for s in self.snapshots("labor_register")[county] if s.report_date == day)
        return frozenset(row["id_number"] for row in snapshot.rows)

    def in_labour_force(self, row: Row, day: date) -> bool:
        """16 or more, able, not at school, not deceased by that day."""
        return (
            age(row["id_number"], day) >= self.seeds.setting("working_age_from", day)
            and row["work_capacity"] != "none"
            and not row["in_school"]
            and (row["deceased_on"] is None or row["deceased_on"] > day)
        )

    @lru_cache  # noqa: B019
    def labour_force(self, day: date) -> dict[str, tuple[str, Row]]:
        """Those on a register who can work."""
        return {p: (c, row) for p, (c, row) in self.register(day).items() if self.in_labour_force(row, day)}

    @lru_cache  # noqa: B019
    def households(self, day: date) -> dict[tuple[str, str], list[Row]]:
        """(county, household number) → its members' rows; a person belongs to the winning county's household."""
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for county, row in self.register(day).values():
            found[county, row["household_no"]].append(row)
        return found

    # -- what carries its own dates

    @cached_property
    def spells(self) -> list[Dated]:
        """Employment spells, one a person, employer name and start."""
        return self._dated("employment", ("id_number", "employer_name", "start_date"))

    @cached_property
    def posts(self) -> list[Dated]:
        """Public posts with their holders."""
        return self._dated("public_post", ("post_no", "id_number", "start_date"))

    @cached_property
    def contracts(self) -> list[Dated]:
        """Relief contracts."""
        return self._dated("relief_contract", ("project_no", "id_number", "onsite_from"))

    def _dated(self, feed: str, key: tuple[str, ...]) -> list[Dated]:
        """The latest snapshot that names one is believed for all its days; of two units the lower code."""
        named: dict[tuple[Any, ...], tuple[date, str, Row]] = {}
        for unit in sorted(self.snapshots(feed), reverse=True):
            for snapshot in self.snapshots(feed)[unit]:
                for row in snapshot.rows:
                    k = tuple(row[name] for name in key)
                    if k not in named or named[k][0] <= snapshot.report_date:
                        named[k] = (snapshot.report_date, unit, row)
        found = (self._believed(feed, unit, told, row) for told, unit, row in named.values())
        return [dated for dated in found if dated is not None]

    def _believed(self, feed: str, unit: str, told: date, row: Row) -> Dated | None:
        """With the days that its last teller gives it, or closed where the teller's next snapshot leaves it out."""
        start, end = (row[name] for name in ORDERED[feed])
        said_end = end or FOREVER
        next_one = next((s for s in self.snapshots(feed)[unit] if s.report_date > told), None)
        if next_one is None or said_end < next_one.report_date:
            return Dated(unit, row, start, said_end, "ended" if end else None, told)
        if feed == "employment" and self._is_corrected(row, next_one):
            return None
        return Dated(unit, row, start, next_one.report_date - DAY, "left_out", told)

    def _is_corrected(self, row: Row, snapshot: Delivery) -> bool:
        """Whether the same person and employer stand there with a spell that overlaps, or begins within 7 days."""
        days = timedelta(days=int(self.seeds.setting("corrected_spell_days", snapshot.report_date)))
        closed = snapshot.report_date - DAY
        return any(
            other["id_number"] == row["id_number"]
            and employer(other) == employer(row)
            and other["start_date"] <= closed + days
            and (other["end_date"] or FOREVER) >= row["start_date"]
            for other in self._rows_by_person(snapshot)[row["id_number"]]
        )

    def _rows_by_person(self, snapshot: Delivery) -> dict[str, list[Row]]:
        by_person = self._indexed.get(id(snapshot))
        if by_person is None:
            by_person = self._indexed[id(snapshot)] = group(snapshot.rows, "id_number")
        return by_person

    _indexed: dict[int, dict[str, list[Row]]] = field(default_factory=dict)

    # -- the platform

    @cached_property
    def gig_orders(self) -> list[dict[str, Any]]:
        """Orders that are completed, the latest state of each; deleted ones are none."""
        return [o for o in self._latest_items("gig_orders") if o["completed_at"]]

    @cached_property
    def hires(self) -> dict[str, list[date]]:
        """ID number → days on which an application of theirs led to a hire."""
        found = defaultdict(list)
        for application in self._latest_items("applications"):
            if application["status"] == "hired":
                found[application["id_number"]].append(day_of(application["status_at"]))
        return found

    def _latest_items(self, resource: str) -> list[dict[str, Any]]:
        latest: dict[str, dict[str, Any]] = {}
        for item in sorted(self.items.get(resource, []), key=lambda i: i["updated_at"]):
            if day_of(item["updated_at"]) <= self.today:
                latest[item["id"]] = item
        return [item for item in latest.values() if not item.get("deleted")]

    # -- projects and workshops

    def project(self, number: str, day: date) -> Row | None:
        """A project as its latest snapshot has it."""
        snapshot = self.latest("relief_project", number, day)
        return snapshot.rows[0] if snapshot and snapshot.rows else None

    def is_award_backed(self, workshop_no: str | None, day: date) -> bool:
        """Whether the workshop named has an award, paid by that day."""
        for county in self.snapshots("workshop"):
            snapshot = self.latest("workshop", county, day)
            for row in snapshot.rows if snapshot else ():
                if row["workshop_no"] == workshop_no:
                    return bool(row["subsidy_amount"] and row["subsidy_on"] and row["subsidy_on"] <= day)
        return False

    # -- evidence

    @cached_property
    def evidence(self) -> dict[str, dict[str, list[Any]]]:
        """ID number → kind → all of it, whatever the day."""
        found: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for kind, all_of_it in (("spell", self.spells), ("post", self.posts), ("contract", self.contracts)):
            for dated in all_of_it:
                found[dated.row["id_number"]][kind].append(dated)
        for order in self.gig_orders:
            found[order["id_number"]]["order"].append(order)
        return found

    def jobs(self, person: str, day: date) -> list[Job]:
        """A person's jobs on a day, the main one first; none: not employed (if in the labour force)."""
        evidence = self.evidence.get(person)
        if evidence is None:
            return []
        found = [self._job_of_spell(s, day, evidence) for s in evidence["spell"] if s.covers(day)]
        found += [self._job_of_post(p, day) for p in evidence["post"] if p.covers(day)]
        found += [self._job_of_contract(c, day) for c in evidence["contract"] if c.covers(day)]
        week = timedelta(days=int(self.seeds.setting("gig_reference_days", day)) - 1)
        found += [self._job_of_order(o) for o in evidence["order"] if day - week <= day_of(o["completed_at"]) <= day]
        # Later start first, then employer name, then the key.
        return sorted(found, key=lambda j: (j.rank, -j.start.toordinal(), j.employer, j.key))

    def _job_of_spell(self, spell: Dated, day: date, evidence: dict[str, list[Any]]) -> Job:
        row, channel = spell.row, spell.row["channel"]
        rank = RANKS["part_time_post"] if channel in ("public_post", "work_relief") else RANKS[channel]
        if channel == "public_post":
            same = [p for p in evidence["post"] if p.touches(spell.start, spell.end)]
            rank = min([rank, *(_post_rank(p) for p in same)])
        if channel == "work_relief" and any(c.touches(spell.start, spell.end) for c in evidence["contract"]):
            rank = RANKS["work_relief"]
        fresh = timedelta(days=int(self.seeds.setting("grade_c_updated_days", day)))
        return Job(
            rank,
            spell.start,
            row["employer_name"],
            row["employer_name"],
            channel,
            row["work_division_code"],
            channel in ("public_post", "work_relief")
            or (channel == "workshop" and self.is_award_backed(row["workshop_no"], day)),
            "C" if row["updated_on"] >= day - fresh else "D",
        )

    def _job_of_post(self, post: Dated, day: date) -> Job:
        row = post.row
        fresh = timedelta(days=int(self.seeds.setting("grade_c_updated_days", day)))
        grade = "C" if post.told_on >= day - fresh else "D"
        return Job(
            _post_rank(post), post.start, "", row["post_no"], "public_post", row["township_code"][:6], True, grade
        )

    def _job_of_contract(self, contract: Dated, day: date) -> Job:
        number = contract.row["project_no"]
        project = self.project(number, day)
        county = project["county_code"] if project else number[:6]
        return Job(RANKS["work_relief"], contract.start, "", number, "work_relief", county, True, "B", number)

    def _job_of_order(self, order: dict[str, Any]) -> Job:
        started = day_of(order["accepted_at"])
        return Job(RANKS["gig"], started, "", order["id"], "gig", order["township_code"][:6], False, "B")

    def worked_since(self, person: str, first: date, last: date) -> bool:
        """Whether there is evidence that covers at least one day of the stretch."""
        evidence = self.evidence.get(person)
        if evidence is None:
            return False
        # An order completed up to six days before the stretch still covers its first day.
        week = timedelta(days=int(self.seeds.setting("gig_reference_days", last)) - 1)
        return any(d.touches(first, last) for kind in ("spell", "post", "contract") for d in evidence[kind]) or any(
            first - week <= day_of(o["completed_at"]) <= last for o in evidence["order"]
        )

    @lru_cache  # noqa: B019
    def employed(self, day: date) -> dict[str, tuple[str, Row, list[Job]]]:
        """ID number → county, register row and jobs of everyone employed on a day."""
        with_jobs = ((p, c, row, self.jobs(p, day)) for p, (c, row) in self.labour_force(day).items())
        return {p: (c, row, jobs) for p, c, row, jobs in with_jobs if jobs}


def _post_rank(post: Dated) -> int:
    return RANKS["full_time_post" if post.row["is_full_time"] else "part_time_post"]


def employer(row: Row) -> str:
    """The employer of a spell: its social credit code, else its name without width and blanks."""
    return row["employer_uscc"] or "".join(unicodedata.normalize("NFKC", row["employer_name"]).split())


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
