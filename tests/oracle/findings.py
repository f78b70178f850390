"""§2.9 public_post_finding, with paid_not_holder of §7: what of the posts is for a person to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from .bodies import agreed_end
from .figures import total
from .pay import Line
from .reading import last_day
from .state import DAY, FOREVER, PREFECTURE, Dated
from .tonight import Expected, Tonight

Post = tuple[str, str]


class Instance(NamedTuple):
    """An interval of days on which a finding holds for a post."""

    post: Post
    first: date
    last: date
    amount: Decimal | None = None


def public_post_finding(t: Tonight) -> Iterator[Expected]:
    """One row per post, finding and unbroken run of days."""
    enabled = t.seeds.findings(t.today)
    for finding, instances_of in FINDINGS.items():
        by_post: dict[Post, list[Instance]] = defaultdict(list)
        for instance in instances_of(t) if finding in enabled else ():
            first, last = max(instance.first, t.world.began[PREFECTURE]), min(instance.last, t.today)
            if first <= last:
                by_post[instance.post].append(instance._replace(first=first, last=last))
        for (county, post_no), instances in by_post.items():
            if county not in t.world.began:
                continue
            for first, last, amounts in _cases(instances):
                closed = last + DAY if last < t.today else None
                yield {
                    "county_code": county,
                    "post_no": post_no,
                    "finding": finding,
                    "opened_on": first,
                    "closed_on": closed,
                    "days_open": ((closed or t.today) - first).days,
                    "amount": total(amounts) if amounts else None,
                }


def payroll_finding_summary(t: Tonight) -> Iterator[Expected]:
    """The findings on payrolls, by the county of their project and in the prefecture."""
    found: dict[tuple[str, str], list[Expected]] = defaultdict(list)
    for row in t.marts["relief_payroll_check"]:
        for county in {t.world.project_county(row["project_no"]), PREFECTURE}:
            found[county, row["finding"]].append(row)
    for (county, finding), rows in found.items():
        yield {
            "county_code": county,
            "finding": finding,
            "lines": len(rows),
            "persons": len({row["id_number"] for row in rows}),
            "amount": total(row["amount"] for row in rows),
        }


def _cases(instances: list[Instance]) -> Iterator[tuple[date, date, list[Decimal]]]:
    """Maximal unions of touching instances."""
    first, last, amounts = None, date.min, list[Decimal]()
    for instance in sorted(instances, key=lambda i: i.first):
        if first is None or instance.first > last + DAY:
            if first is not None:
                yield first, last, amounts
            first, last, amounts = instance.first, instance.last, []
        last = max(last, instance.last)
        amounts += [instance.amount] if instance.amount is not None else []
    if first is not None:
        yield first, last, amounts


def _post(tenure: Dated) -> Post:
    return tenure.unit, tenure.row["post_no"]


def _post_of(line: Line) -> Post:
    return line.unit, line.row["post_no"]


def _threshold(t: Tonight, finding: str) -> int:
    return t.seeds.threshold(finding, t.today)


def _kin_of_approver(t: Tonight) -> Iterator[Instance]:
    for tenure in t.world.posts:
        holder, approver = tenure.row["id_number"], tenure.row["approver_id_number"]
        if t.seeds.is_kin(tenure.row["relation_to_approver"]) or holder == approver:
            yield Instance(_post(tenure), tenure.start, tenure.end)
            continue
        for day in t.world.days:
            registered = t.world.register(day)
            one, other = registered.get(holder), registered.get(approver)
            same = one and other and (one[0], one[1]["household_no"]) == (other[0], other[1]["household_no"])
            if tenure.covers(day) and same:
                yield Instance(_post(tenure), day, day)


def _rotated(t: Tonight) -> Iterator[Instance]:
    short, window = t.number("post_short_days"), timedelta(days=t.number("post_window_days") - 1)
    by_post: dict[Post, list[Dated]] = defaultdict(list)
    for tenure in t.world.posts:
        if tenure.end <= t.today and (tenure.end - tenure.start).days + 1 < short:
            by_post[_post(tenure)].append(tenure)
    for post, ended in by_post.items():
        for day in {p.end + n * DAY for p in ended for n in range(window.days + 1)}:
            if len({p.row["id_number"] for p in ended if day - window <= p.end <= day}) >= _threshold(t, "rotated"):
                yield Instance(post, day, day)


def _not_in_need(t: Tonight) -> Iterator[Instance]:
    channels = t.seeds.words("full_time_channels", t.today)
    for tenure in t.world.posts:
        if not tenure.row["is_full_time"]:
            continue
        for spell in t.world.evidence[tenure.row["id_number"]]["spell"]:
            first, last = max(tenure.start, spell.start), min(tenure.end, spell.end, t.today)
            if spell.row["channel"] in channels and (last - first).days + 1 >= _threshold(t, "not_in_need"):
                yield Instance(_post(tenure), first, last)


def _since_paid(line: Line) -> date:
    return line.paid_on or last_day(line.row["period"]) + DAY


def _paid_not_present(t: Tonight) -> Iterator[Instance]:
    for line in t.pay.post_lines:
        if line.row["days_present"] == 0 and line.paid > 0:
            yield Instance(_post_of(line), _since_paid(line), FOREVER, line.paid)


def _paid_to_other_account(t: Tonight) -> Iterator[Instance]:
    owners: dict[str, set[tuple[str, Post | None]]] = defaultdict(set)
    for line in t.lines:
        if line.row["bank_account"]:
            post = _post_of(line) if line.feed == "public_post_payment" else None
            owners[line.row["bank_account"]].add((line.row["id_number"], post))
    of_holder: dict[tuple[Post, str], list[Line]] = defaultdict(list)
    for line in t.pay.post_lines:
        of_holder[_post_of(line), line.row["id_number"]].append(line)
    for (post, person), lines in of_holder.items():
        account = max(lines, key=lambda line: line.row["period"]).row["bank_account"]
        if account and any(owner != person and place != post for owner, place in owners[account]):
            through_it = sorted((x for x in lines if x.row["bank_account"] == account), key=lambda x: x.row["period"])
            yield Instance(post, _since_paid(through_it[0]), FOREVER, total(x.paid for x in through_it))


def _arrears(t: Tonight) -> Iterator[Instance]:
    days = timedelta(days=_threshold(t, "arrears_30d"))
    for line in t.pay.post_lines:
        if line.pay_date > t.today - days:
            continue
        owed = line.due - line.paid
        if owed > 0:
            yield Instance(_post_of(line), line.pay_date + days, FOREVER, owed)
        elif line.paid_on is not None and line.pay_date + days < line.paid_on:
            yield Instance(_post_of(line), line.pay_date + days, line.paid_on - DAY, owed)


def _over_term(t: Tonight) -> Iterator[Instance]:
    for tenure in t.world.posts:
        agreed = agreed_end(tenure)
        if agreed and agreed < tenure.end:
            yield Instance(_post(tenure), max(agreed + DAY, tenure.start), tenure.end)


def _duplicate_holder(t: Tonight) -> Iterator[Instance]:
    for one in t.world.posts:
        for other in t.world.evidence[one.row["id_number"]]["post"]:
            if _post(one) != _post(other) and one.touches(other.start, other.end):
                yield Instance(_post(one), max(one.start, other.start), min(one.end, other.end))


def _paid_not_holder(t: Tonight) -> Iterator[Instance]:
    for line in t.pay.post_lines:
        first, last = line.row["period"], last_day(line.row["period"])
        held = [p for p in t.world.posts if _post(p) == _post_of(line) and p.row["id_number"] == line.row["id_number"]]
        if line.paid > 0 and not any(p.touches(first, last) for p in held):
            yield Instance(_post_of(line), _since_paid(line), FOREVER, line.paid)


FINDINGS: dict[str, Callable[[Tonight], Iterator[Instance]]] = {
    "kin_of_approver": _kin_of_approver,
    "rotated": _rotated,
    "not_in_need": _not_in_need,
    "paid_not_present": _paid_not_present,
    "paid_to_other_account": _paid_to_other_account,
    "arrears_30d": _arrears,
    "over_term": _over_term,
    "duplicate_holder": _duplicate_holder,
    "paid_not_holder": _paid_not_holder,
}
