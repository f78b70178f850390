"""§2.14 cross_feed_reconciliation: two feeds compared on the same subject."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from .bodies import workers_found
from .figures import add_months, share
from .pay import Attempt, Line
from .reading import last_day
from .state import DAY, PREFECTURE, Dated, normalised
from .tonight import Expected, Tonight, here


class Counted(NamedTuple):
    """Something counted: where, and how it came out."""

    county: str
    outcome: str
    number: int = 1


def cross_feed_reconciliation(t: Tonight) -> Iterator[Expected]:
    """One row per county and pair."""
    back = 1 if t.today.day >= 10 else 2
    month = add_months(t.today.replace(day=1), -back)
    a_year = add_months(t.today.replace(day=1), -12)
    window = t.today - timedelta(days=t.number("reconciliation_days"))
    pairs = (
        ("relief_employment_payroll", "person", month, last_day(month), _relief_and_payroll(t, month)),
        ("post_payment", "post holding", month, last_day(month), _posts_and_payments(t, month)),
        ("workshop_headcount", "head", t.today, t.today, _heads(t)),
        ("payroll_bank", "payment", a_year, t.today, _payroll_and_bank(t, a_year)),
        ("platform_employment", "application", window, t.today - 7 * DAY, _platform_and_jobs(t, window)),
    )
    for pair, unit, first, last, counted in pairs:
        all_of_it = list(counted)
        for county in t.world.counties():
            yield {
                "county_code": county,
                "pair": pair,
                "unit_counted": unit,
                "period_from": first,
                "period_to": last,
                **_sums(pair, [c for c in all_of_it if here(county, c.county)]),
            }


def _sums(pair: str, counted: list[Counted]) -> Expected:
    sums = {
        outcome: sum(c.number for c in counted if c.outcome == outcome)
        for outcome in ("matched", "only_in_first", "only_in_second", "conflicting")
    }
    rate = share(sums["matched"], sum(sums.values()))
    unknown = {"only_in_second": None} if pair == "platform_employment" else {}
    return sums | {"match_rate": rate} | unknown


def _outcome(first: bool, second: bool, conflicts: bool) -> str:
    if first and second:
        return "conflicting" if conflicts else "matched"
    return "only_in_first" if first else "only_in_second"


def _relief_and_payroll(t: Tonight, month: date) -> Iterator[Counted]:
    last = last_day(month)
    spells: dict[str, list[Dated]] = defaultdict(list)
    for spell in t.world.spells:
        if spell.row["channel"] == "work_relief" and spell.touches(month, last):
            spells[spell.row["id_number"]].append(spell)
    lines: dict[str, list[Line]] = defaultdict(list)
    for line in t.pay.relief_lines:
        if line.row["period"] == month and line.row["days_worked"] > 0:
            lines[line.row["id_number"]].append(line)
    for person in spells.keys() | lines.keys():
        projects = {t.county_of_line(line) for line in lines[person]}
        places = {s.row["work_division_code"] for s in spells[person]}
        reporters = {s.unit for s in spells[person]} or projects
        outcome = _outcome(bool(spells[person]), bool(lines[person]), not places & projects)
        counties = {t.world.county_of(person, last, reporter) for reporter in reporters}
        yield from (Counted(county, outcome) for county in counties)
        yield Counted("nowhere else", outcome, 1 - len(counties))


def _posts_and_payments(t: Tonight, month: date) -> Iterator[Counted]:
    held: dict[tuple[str, str, str], Dated] = {}
    for tenure in sorted(t.world.posts, key=lambda p: p.start):
        if tenure.touches(month, last_day(month)):
            held[tenure.unit, tenure.row["post_no"], tenure.row["id_number"]] = tenure
    paid = {(x.unit, x.row["post_no"], x.row["id_number"]): x for x in t.pay.post_lines if x.row["period"] == month}
    for key in held.keys() | paid.keys():
        both = key in held and key in paid
        more = both and paid[key].due > held[key].row["monthly_subsidy"]
        yield Counted(key[0], _outcome(key in held, key in paid, more))


def _heads(t: Tonight) -> Iterator[Counted]:
    found = workers_found(t, t.today)
    others: dict[str, set[str]] = defaultdict(set)
    judged = set()
    for county in t.world.snapshots("workshop"):
        for number, row in t.world.workshops(county, t.today).items():
            if row["status"] != "exited":
                judged.add((county, number))
                n_listed, n_found = row["workers"], len(found.get((county, number), ()))
                yield Counted(county, "matched", min(n_listed, n_found))
                yield Counted(county, "only_in_first", max(0, n_listed - n_found))
                yield Counted(county, "only_in_second", max(0, n_found - n_listed))
    for at, persons in found.items():
        if at not in judged:
            others[at[0]] |= persons
    for spell in t.world.spells:
        if spell.row["workshop_no"] and spell.covers(t.today) and t.world.workshop_of(spell) is None:
            others[spell.unit].add(spell.row["id_number"])
    # A person whom two counties report stands once in the prefecture's row.
    for county, persons in others.items():
        yield from (Counted(county, "only_in_second") for _ in persons)
    twice = sum(map(len, others.values())) - len(set().union(*others.values()))
    yield Counted("nowhere else", "only_in_second", -twice)


def _payroll_and_bank(t: Tonight, since: date) -> Iterator[Counted]:
    county_of_batch: dict[str, set[str]] = defaultdict(set)
    accounts: dict[str, set[str | None]] = defaultdict(set)
    compared: set[str] = set()
    for line in t.lines:
        for attempt in line.attempts:
            county_of_batch[attempt.batch_no].add(t.county_of_line(line))
            accounts[attempt.batch_no].add(attempt.row["bank_account"])
    answered_by = _return_due(t)
    for line in t.lines:
        for attempt in line.attempts:
            due = answered_by.get(attempt.batch_no)
            if line.row["period"] >= since and (attempt.has_return or (due and due < t.today)):
                compared.add(attempt.batch_no)
                yield Counted(t.county_of_line(line), _answer(attempt))
    for batch_no in t.world.snapshots("bank_return"):
        batch = t.world.latest("bank_return", batch_no, t.today)
        known = batch_no in county_of_batch
        if batch is None or (known and batch_no not in compared) or (not known and batch.report_date < since):
            continue
        for row in batch.rows:
            if row["bank_account"] not in accounts[batch_no]:
                yield Counted(min(county_of_batch[batch_no]) if known else "nowhere else", "only_in_second")


def _answer(attempt: Attempt) -> str:
    if not attempt.returned:
        return "only_in_first"
    return "conflicting" if attempt.amount_differs else "matched"


def _return_due(t: Tonight) -> dict[str, date]:
    """Batch → the third working day after it was last sent; where that is not reported, after it was paid."""
    sent: dict[str, list[date]] = defaultdict(list)
    paid: dict[str, list[date]] = defaultdict(list)
    for line in t.lines:
        for attempt in line.attempts:
            if attempt.row.get("sent_on"):
                sent[attempt.batch_no].append(attempt.row["sent_on"])
            if attempt.row["paid_on"]:
                paid[attempt.batch_no].append(attempt.row["paid_on"])
    return {
        batch: t.seeds.working_day_after(max(sent.get(batch) or paid[batch]), 3) for batch in sent.keys() | paid.keys()
    }


def _platform_and_jobs(t: Tonight, since: date) -> Iterator[Counted]:
    around = 30 * DAY
    for application in t.world.applications:
        person, hired = application["id_number"], application["hired_on"]
        if not hired or not since <= hired <= t.today - 7 * DAY:
            continue
        home = t.world.home(person, hired)
        if home is None:
            continue
        jobs = [j for j in t.jobs.get(person, []) if hired - around <= j.start <= hired + around]
        posting = t.world.postings.get(application["posting_id"])
        name = normalised(posting["employer_name"]) if posting else None
        keys = {name, posting["employer_uscc"]} if posting else set()
        same = any(j.employer_key in keys or name in j.names for j in jobs)
        yield Counted(home[0], "matched" if same else "conflicting" if jobs else "only_in_first")


__all__ = ["PREFECTURE", "cross_feed_reconciliation"]
