"""§2.1 employment_flow, and layoff_watch of §7."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from .figures import share
from .reading import last_day
from .state import DAY, FOREVER
from .status import Period
from .tonight import Expected, Stretch, Tonight, here

FEEDS = ("labor_register", "employment")


def employment_flow(t: Tonight) -> Iterator[Expected]:
    """Hires, separations and who stayed, by county, week and whether poverty-alleviated."""
    for county in t.world.counties():
        for week in t.status.weeks(county):
            for is_pa in (False, True):
                key = {"county_code": county, "week": week.first, "poverty_alleviated": is_pa}
                yield key | _flow(t, county, week, is_pa)


def _flow(t: Tonight, county: str, week: Period, is_pa: bool) -> Expected:
    hires = [j for j in t.hires if week.first <= j.start <= week.until and _counts(t, j, j.start, county, is_pa)]
    gone = [j for j in separations(t) if week.first <= j.end <= week.until and _counts(t, j, j.end, county, is_pa)]
    back, other = timedelta(days=t.number("recall_days")), timedelta(days=t.number("job_to_job_days"))
    before = week.first - DAY
    return {
        "hires": len(hires),
        "recalls": sum(t.worked_for(j.person, j.employer_key, j.start - back, j.start - 2 * DAY) for j in hires),
        "separations": len(gone),
        "job_to_job": sum(_left_another(t, j, j.start - other) for j in hires),
        "hired_persons": len({j.person for j in hires}),
        "separated_persons": len({j.person for j in gone}),
        "beginning_employed": _employed(t, county, is_pa, before) if before >= t.world.began[county] else None,
        "ending_employed": _employed(t, county, is_pa, week.until),
        **_kept(t, hires, week),
        "counties_reporting": t.status.reporting(county, week),
        "obs_status": t.status.of_period(county, week, FEEDS),
    }


def separations(t: Tonight) -> list[Stretch]:
    """Jobs that ended when the person was in the labour force."""
    return [
        j
        for jobs in t.jobs.values()
        for j in jobs
        if j.end <= t.today and j.end != FOREVER and t.world.is_able(j.person, j.end)
    ]


def _counts(t: Tonight, job: Stretch, day: date, county: str, is_pa: bool) -> bool:
    home = t.world.home(job.person, day)
    return home is not None and here(county, home[0]) and (home[1]["population_category"] != "general") == is_pa


def _left_another(t: Tonight, hire: Stretch, since: date) -> bool:
    return any(
        j.employer_key != hire.employer_key and since <= j.end <= hire.start and j.end <= t.today
        for j in t.jobs[hire.person]
    )


def _employed(t: Tonight, county: str, is_pa: bool, day: date) -> int:
    found = t.world.employed(day).values()
    return sum(here(county, at) and (row["population_category"] != "general") == is_pa for at, row, _ in found)


def _kept(t: Tonight, hires: list[Stretch], week: Period) -> Expected:
    found: Expected = {}
    for days, name in ((91, "3m"), (182, "6m"), (365, "12m")):
        kept = None
        if week.last + days * DAY <= t.today:
            kept = sum(_is_with(t, j, j.start + days * DAY) for j in hires)
        found |= {f"retained_{name}": kept, f"retention_{name}": share(kept, len(hires)) if kept is not None else None}
    return found


def _is_with(t: Tonight, hire: Stretch, day: date) -> bool:
    return any(j.employer_key == hire.employer_key and j.start <= day <= j.end for j in t.jobs[hire.person])


def layoff_watch(t: Tonight) -> Iterator[Expected]:
    """Employers that let many go in a month."""
    groups: dict[tuple[str, date], list[Stretch]] = defaultdict(list)
    for job in separations(t):
        groups[job.employer_key, job.end.replace(day=1)].append(job)
    for (employer_key, month), gone in groups.items():
        if month < t.world.began["532500"].replace(day=1):
            continue
        at_first = [
            j for jobs in t.jobs.values() for j in jobs if j.employer_key == employer_key and j.start <= month <= j.end
        ]
        yield {
            "employer_key": employer_key,
            "month": month,
            "separations": len(gone),
            "poverty_alleviated_separations": sum(t.world.is_poverty_alleviated(j.person, j.end) for j in gone),
            "jobs_at_beginning": len(at_first),
            "layoff_flag": len(gone) >= t.number("layoff_min_separations")
            or bool(at_first and len(gone) >= t.seeds.setting("layoff_min_share", t.today) * len(at_first)),
            "compensation_paid": None,
            "_until": min(last_day(month), t.today),
        }
