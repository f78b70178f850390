"""Random worlds: what counties, projects, banks and the platform send over some nights, from one seed.

Each report is the one before with some rows dropped, changed, corrected, ended and added: so spells end, renew, move
and are left out; posts change hands; payments fail and are issued again. Dates lie on the boundaries of the
definition (16th birthdays, ends of months, 29, 30 and 31 days, …) more often than not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.kit.people import with_check_digit

from .figures import add_months
from .reading import COUNTIES, Row, last_day

DAY = timedelta(days=1)
PLACES = ("440300", "310000", "330100", "350200", "530100", "532300", "990000", "530700", "532500")


def uscc(body: str) -> str:
    """A social credit code from its first 17 characters (GB 32100)."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(c) * 3**i for i, c in enumerate(body))
    return body + alphabet[(31 - total % 31) % 31]


USCC = (uscc("91532500MA6K00001"), uscc("91532500MA6K00002"), uscc("91440300MA5F00003"))
EMPLOYERS = (
    ("红河示例电子厂", USCC[0]),
    ("红河 示例（电子）厂", USCC[0]),
    ("红河示例電子厂", None),
    ("示例饭店", None),
    ("示例·饭店", None),
    ("Example Farm+", None),
    ("EXAMPLE farm+", None),
    ("深圳示例公司", USCC[2]),
    ("深圳示例公司", None),
    ("示例服装厂", USCC[1]),
)
WAGES = ("0", "1500", "1769.99", "1770", "2000", "2800", "2801", "4000", "4000", "4500.5", "9000")
AROUND = (
    0,
    0,
    1,
    2,
    3,
    5,
    6,
    7,
    8,
    13,
    29,
    30,
    31,
    44,
    45,
    46,
    59,
    60,
    61,
    89,
    90,
    91,
    92,
    120,
    181,
    182,
    364,
    365,
    366,
)
CATEGORIES = ("general", "general", "general", "lifted_out", "lifted_out", "unstable", "marginal", "sudden_hardship")
INDUSTRIES = ("A", "C", "C", "H", None)
PAYROLLS = ("relief_payroll", "public_post_payment")
OFF_AT_FIRST = ("account_shared", "kin_of_approver", "paid_to_other_account")
"""The rules that the seed has switched off: they join accounts or kinship."""
EDUCATION = ("junior_high", "senior_high", "secondary_vocational", "bachelor_or_above", None)


@dataclass
class Sent:
    """A delivery, and the night with which it comes."""

    night: int
    feed: str
    unit: str
    report_date: date
    rows: list[Row]
    is_held: bool = False
    rejected: int = 0
    """Rows that were returned to the sender, beside those that landed."""


@dataclass
class RandomWorld:
    """Everything that arrives, night by night."""

    seed: int
    nights: list[date]
    sent: list[Sent] = field(default_factory=list)
    items: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    platform_failed: set[int] = field(default_factory=set)
    """Nights on which the platform could not be read."""
    rules: tuple[str, ...] = ()
    """Rules of findings that operators have switched on before the first night."""


def make_world(seed: int, people: int = 90, counties: int = 5) -> RandomWorld:
    """The world of a seed."""
    return Maker(seed, people, counties).make()


def in_nights(world: RandomWorld, number: int) -> RandomWorld:
    """The same world going live this many nights before its end, with everything earlier."""
    before, last = len(world.nights) - number, world.nights[-1]
    sent = [replace(s, night=max(0, s.night - before)) for s in world.sent if s.report_date <= last]
    # A night reads of each item how it stands then.
    read = {(max(0, night - before), resource, item["id"]): item for night, resource, item in world.items}
    items = [(night, resource, item) for (night, resource, _), item in read.items()]
    failed = {night - before for night in world.platform_failed if night > before}
    return RandomWorld(world.seed, world.nights[before:], sent, items, failed, world.rules)


class Maker:
    """Makes what is sent, each report from the one before."""

    def __init__(self, seed: int, people: int, counties: int) -> None:
        self.rng = rng = Random(seed)
        # What was added later draws from a stream of its own, which leaves everything else in a world as it was.
        self.aside = Random(f"{seed}, aside")
        self.last = date(2024, 5, 1) + timedelta(days=rng.choice((0, 8, 9, 12, 17, 18, 29, 30, 31, 60, 61, 75)))
        gaps = rng.choice(([1, 1], [1, 6], [7, 1], [1, 2, 1], [2, 13], [1, 1, 7]))
        nights = [self.last - timedelta(days=sum(gaps[n:])) for n in range(len(gaps) + 1)]
        self.world = RandomWorld(seed, nights, rules=OFF_AT_FIRST if seed % 4 == 1 else ())
        self.begin = add_months(nights[0], -rng.choice((2, 5, 5, 8)))
        self.counties = rng.sample(COUNTIES, counties)
        # The last of them never sends a register: its bodies and projects are there all the same.
        self.silent = self.counties[-1] if rng.random() < 0.7 else None
        self.people = [self._id(n) for n in range(people)]
        self.unregistered = [self._id(n) for n in range(people, people + 8)]
        self.home = {p: rng.choice([c for c in self.counties if c != self.silent]) for p in self.people}
        self.serial = 0

    # -- small things

    def _id(self, n: int) -> str:
        rng = self.rng
        if n % 9 == 0:  # 16 around one of the nights
            born = add_months(self.last, -16 * 12) - timedelta(days=rng.choice((-40, -1, 0, 1, 2, 10, 50)))
        elif n % 9 == 1:
            born = date(self.last.year - rng.choice((17, 24, 25, 35, 36)), 3, 1) + timedelta(days=rng.randrange(200))
        else:
            born = date(rng.randrange(1958, 2004), rng.randrange(1, 13), rng.randrange(1, 28))
        return with_check_digit(f"532528{born:%Y%m%d}{n:03d}")

    def person(self) -> str:
        rng = self.rng
        return rng.choice(self.unregistered) if rng.random() < 0.06 else rng.choice(self.people)

    def number(self, prefix: str) -> str:
        self.serial += 1
        return f"{prefix}{self.serial:04d}"

    def ago(self, day: date) -> date:
        return day - timedelta(days=self.rng.choice(AROUND))

    def place(self, county: str) -> str:
        rng = self.rng
        return rng.choice(
            (county, county, rng.choice(self.counties), rng.choice(COUNTIES), rng.choice(PLACES), rng.choice(PLACES))
        )

    def township(self, county: str) -> str:
        return f"{county}{self.rng.choice((101, 101, 102, 203))}"

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    # -- the whole

    def make(self) -> RandomWorld:
        for county in self.counties:
            dates = self._report_dates()
            self.series(county, dates)
        self._weekly_events()
        self._projects()
        self._platform()
        if self.world.rules:
            self._share_accounts()
        self._banks()
        self._disturb()
        self._vary_returns()
        self.world.sent.sort(key=lambda s: s.night)
        return self.world

    def _report_dates(self) -> list[date]:
        """Some days of the months before, then every night."""
        nights = self.world.nights
        old = [self.begin]
        while old[-1] < nights[0]:
            step = self.rng.choice((1, 1, 4, 6, 7, 8, 14, 20, 30))
            old.append(old[-1] + timedelta(days=step))
        month_ends = [last_day(add_months(self.begin, n)) for n in range(12)]
        return sorted({*(d for d in old + month_ends if d < nights[0]), *nights, nights[-1] - DAY})

    def send(self, feed: str, unit: str, on: date, rows: Sequence[Row], late: float = 0.06) -> None:
        """With the first night that knows it, or a later one."""
        nights = self.world.nights
        due = next((n for n, night in enumerate(nights) if night >= on), None)
        if due is None:
            return
        if self.chance(late) and due + 1 < len(nights):
            due = self.rng.randrange(due + 1, len(nights))
        rejected = 3 if unit.isdigit() and (on.toordinal() + int(unit)) % 5 == 0 else 0
        self.world.sent.append(Sent(due, feed, unit, on, [dict(r) for r in rows], rejected=rejected))

    def series(self, county: str, dates: list[date]) -> None:
        makers: dict[str, tuple[Callable[..., list[Row]], float]] = {
            "labor_register": (self.registers, 0.05),
            "employment": (self.employment, 0.07),
            "public_post": (self.posts, 0.1),
            "workshop": (self.workshops, 0.12),
            "resettlement_site": (self.sites, 0.15),
            "labor_dispute": (self.disputes, 0.15),
            "youth_support": (self.youth, 0.15),
            "labor_cooperation": (self.agreements, 0.15),
        }
        all_posts: list[Row] = []
        for feed, (make, missing) in makers.items():
            if feed == "labor_register" and county == self.silent:
                continue
            rows: list[Row] = []
            begun = dates[0] if self.chance(0.8) else self.rng.choice(dates[: len(dates) // 2])
            for on in dates:
                if on < begun or (on != begun and self.chance(missing)):
                    continue
                rows = make(county, on, rows)
                if feed == "public_post":
                    all_posts += rows
                self.send(feed, county, on, [] if self.chance(0.01) and feed not in ("labor_register",) else rows)
        self._post_payments(county, all_posts)

    # -- registers

    def registers(self, county: str, on: date, rows: list[Row]) -> list[Row]:
        if not rows:
            return [self._registered(p, county) for p in self.people if self.home[p] == county or self.chance(0.04)]
        kept = [row | self._register_change(row, county, on) for row in rows if not self.chance(0.015)]
        there = {row["id_number"] for row in kept}
        newcomers = [p for p in self.people if p not in there and self.chance(0.01 if self.home[p] != county else 0.15)]
        return kept + [self._registered(p, county) for p in newcomers]

    def _registered(self, person: str, county: str) -> Row:
        rng = self.rng
        household = f"H{int(person[14:17]) % 40:02d}" if self.chance(0.9) else f"H{rng.randrange(40):02d}"
        relocated = self.chance(0.35)
        township = self.township(county)
        return {
            "id_number": person,
            "full_name": "某人",
            "household_no": household,
            "county_code": county,
            "township_code": township,
            "village_code": f"{township}001",
            "population_category": rng.choice(CATEGORIES),
            "is_relocated": relocated,
            "resettlement_site_no": rng.choice(("A1", "A2", "A9")) if relocated else rng.choice((None, None, "A1")),
            "work_capacity": rng.choice(("ordinary",) * 6 + ("skilled", "partial", "none")),
            "in_school": self.chance(0.06),
            "education": rng.choice(EDUCATION),
            "job_intention": rng.choice(("away", "nearby", "nearby", "startup", "none", None)),
            "is_low_income": rng.choice((True, False, None)),
            "deceased_on": None,
        }

    def _register_change(self, row: Row, county: str, on: date) -> Row:
        changes: list[Row] = [
            {"in_school": not row["in_school"]},
            {"population_category": self.rng.choice(CATEGORIES)},
            {"household_no": f"H{self.rng.randrange(40):02d}"},
            {"job_intention": self.rng.choice(("away", "nearby", "none"))},
            {"work_capacity": self.rng.choice(("ordinary", "none"))},
            {"deceased_on": on - timedelta(days=self.rng.choice((-1, 0, 1, 5)))} if self.chance(0.3) else {},
        ]
        return self.rng.choice(changes) if self.chance(0.03) else {}

    def _kept(self, rows: list[Row], dropped: float) -> Iterator[tuple[Row, float]]:
        """The rows that the next report has again, each with its luck, from `dropped` to 1."""
        for row in rows:
            luck = self.rng.random()
            if luck >= dropped:
                yield row, luck

    # -- employment

    def employment(self, county: str, on: date, rows: list[Row]) -> list[Row]:
        locals_ = [p for p in self.people if self.home[p] == county]
        if not rows:
            return _by_key(
                [self._spell(p, county, self.ago(on)) for p in locals_ for _ in range(self.rng.choice((0, 1, 1, 2)))],
                SPELL,
            )
        found = []
        for before, luck in self._kept(rows, dropped=0.02):
            row = before
            if luck < 0.04:
                row = row | {"monthly_wage": Decimal(self.rng.choice(WAGES))}
            elif luck < 0.06 and row["end_date"] is None:
                row = row | {
                    "end_date": max(row["start_date"], on + timedelta(days=self.rng.choice((-9, -2, -1, 0, 0, 1, 6))))
                }
            elif luck < 0.075:  # the same job reported again: a correction
                row = row | {"start_date": row["start_date"] + timedelta(days=self.rng.choice((-3, 1, 5, 40)))}
                if row["end_date"] and row["end_date"] < row["start_date"]:
                    row["end_date"] = None
            elif luck < 0.09 and row["end_date"]:  # renewed, recalled, or with another employer the next day
                again = self._spell(
                    row["id_number"], county, row["end_date"] + timedelta(days=self.rng.choice((1, 1, 2, 7, 30)))
                )
                same = {k: row[k] for k in ("employer_name", "employer_uscc", "channel", "workshop_no")}
                found.append(again | (same if self.chance(0.6) else {}) | {"end_date": None})
            elif luck < 0.1:
                row = row | {
                    "work_division_code": self.place(county),
                    "labor_brand": self.rng.choice(("红河建工", "哈尼厨师", None)),
                }
            found.append(row | {"updated_on": on if self.chance(0.6) else row["updated_on"]})
        starts = (on, on - DAY, on - 5 * DAY, on - 7 * DAY, on + 2 * DAY, self.ago(on))
        found += [
            self._spell(self.person(), county, self.rng.choice(starts)) for _ in range(self.rng.choice((0, 0, 1, 2)))
        ]
        return _by_key(found, SPELL)

    def _spell(self, person: str, county: str, start: date) -> Row:
        rng = self.rng
        name, uscc = rng.choice(EMPLOYERS)
        channel = rng.choice(
            ("enterprise",) * 5 + ("workshop",) * 4 + ("public_post", "work_relief", "gig", "self_employed")
        )
        days = rng.choice((None, None, None, None, 0, 6, 29, 30, 59, 91, 181))
        return {
            "id_number": person,
            "full_name": "某人",
            "channel": channel,
            "work_division_code": self.place(county)
            if channel != "workshop"
            else rng.choice((county, county, rng.choice(self.counties))),
            "employer_name": name,
            "employer_uscc": uscc,
            "industry": rng.choice(INDUSTRIES),
            "start_date": start,
            "end_date": None if days is None else start + timedelta(days=days),
            "monthly_wage": Decimal(rng.choice(WAGES)),
            "has_contract": rng.choice((True, False, None)),
            "is_organised": rng.choice((True, False, None)),
            "labor_brand": rng.choice(("红河建工", "哈尼厨师", "石屏豆腐", None, None)),
            "workshop_no": rng.choice(("W1", "W1", "W1", "W2", "W9"))
            if channel == "workshop" or self.chance(0.05)
            else None,
            "is_reserved_job": rng.choice((True, False, None)),
            "updated_on": start + timedelta(days=rng.choice((0, 10, 60))),
        }

    # -- posts and what is paid for them

    def posts(self, county: str, on: date, rows: list[Row]) -> list[Row]:
        if not rows:
            return _by_key([self._tenure(county, self.ago(on)) for _ in range(12)], TENURE)
        found = []
        for before, luck in self._kept(rows, dropped=0.03):
            row = before
            if luck < 0.07 and row["end_date"] is None:
                row = row | {"end_date": max(row["start_date"], on + timedelta(days=self.rng.choice((-3, -1, 0, 1))))}
            elif luck < 0.09:
                row = row | {"start_date": row["start_date"] + timedelta(days=self.rng.choice((-2, 3, 6)))}
                if row["end_date"] and row["end_date"] < row["start_date"]:
                    row["end_date"] = row["start_date"]
            elif luck < 0.12:
                row = row | {"monthly_subsidy": Decimal(self.rng.choice(("500", "800", "800.5")))}
            found.append(row)
        found += [
            self._tenure(county, self.rng.choice((on, on - 7 * DAY, self.ago(on))))
            for _ in range(self.rng.choice((0, 1)))
        ]
        return _by_key(found, TENURE)

    def _tenure(self, county: str, start: date) -> Row:
        rng = self.rng
        township = self.township(county)
        days = rng.choice((None, None, None, 20, 59, 80, 88, 89, 90))
        number = rng.randrange(1, 6)
        return {
            "post_no": f"G{number}",
            "post_category": ("保洁员", "护林员", "护路员")[number % 3 if self.aside.random() < 0.8 else 0],
            "township_code": township,
            "village_code": f"{township}001",
            "id_number": self.person(),
            "full_name": "某人",
            "start_date": start,
            "end_date": None if days is None else start + timedelta(days=days - 1),
            "term_months": rng.choice((None, 0, 1, 1, 3, 6, 12)),
            "is_full_time": self.chance(0.4),
            "monthly_subsidy": Decimal(rng.choice(("500", "800"))),
            "approver_id_number": rng.choice((None, self.person())),
            "relation_to_approver": rng.choice((None, "无", "父子", "同村")),
        }

    def _post_payments(self, county: str, tenures: list[Row]) -> None:
        month = add_months(self.begin.replace(day=1), -1)
        while month <= self.last:
            held = {
                (r["post_no"], r["id_number"]): r
                for r in tenures
                if r["start_date"] <= last_day(month) and (r["end_date"] or month) >= month
            }
            rows = [
                self._payment(key, r["monthly_subsidy"], month, county)
                for key, r in held.items()
                if not self.chance(0.15)
            ]
            if self.chance(0.5):
                rows.append(self._payment(("G8", self.person()), Decimal(500), month, county))
            rows = _by_key(rows, ("post_no", "id_number", "period"))
            on = last_day(month) + timedelta(days=self.rng.choice((5, 9, 10, 12)))
            if rows and not self.chance(0.12):
                self.send("public_post_payment", county, on, rows)
                if self.chance(0.5):
                    again = on + timedelta(days=self.rng.choice((3, 9, 33)))
                    self.send("public_post_payment", county, again, self._issued_again(rows, month))
            month = add_months(month, 1)

    def _payment(self, key: tuple[str, str], subsidy: Decimal, month: date, county: str) -> Row:
        rng = self.rng
        batch = rng.choice((f"P{county}{month:%y%m}", f"P{county}{month:%y%m}", f"Q{county}{month:%y%m}", None))
        due = rng.choice((subsidy, subsidy, subsidy + 100))
        return {
            "post_no": key[0],
            "id_number": key[1],
            "period": month,
            "days_present": Decimal(rng.choice((0, 10, 22, 22.5, 31))),
            "amount_due": due,
            "amount_paid": rng.choice((due, due, due, due - 100, Decimal(0))),
            "paid_on": rng.choice((None, last_day(month) + timedelta(days=rng.choice((8, 14, 15, 16, 46, 50))))),
            "fund_source": rng.choice(("衔接资金", "就业补助资金", None)),
            "bank_account": None if batch is None and self.chance(0.3) else f"62{key[1][-12:]}",
            "batch_no": batch,
        }

    def _issued_again(self, rows: list[Row], month: date) -> list[Row]:
        """Sent again: some lines in another batch, some with another amount, some dropped."""
        found = []
        for before, luck in self._kept(rows, dropped=0.1):
            row = before
            if luck < 0.4 and row["batch_no"]:
                row = row | {
                    "batch_no": f"{row['batch_no']}R",
                    "paid_on": last_day(month) + timedelta(days=self.rng.choice((20, 40))),
                }
                if "crew" in row:
                    row = row | self._stages(last_day(month) + timedelta(days=self.aside.choice((6, 20, 40))))
            elif luck < 0.5:
                row = row | {"amount_paid": row["amount_due"]}
            found.append(row)
        return found

    # -- workshops, sites, disputes, studies, agreements

    def workshops(self, county: str, on: date, rows: list[Row]) -> list[Row]:
        if not rows:
            rows = [self._workshop(county, n) for n in ("W1", "W2")]
        found = [row | self._workshop_change(on) for row in rows if not self.chance(0.01)]
        return found if found else [self._workshop(county, "W3")]

    def _workshop(self, county: str, number: str) -> Row:
        return {
            "workshop_no": number,
            "workshop_name": f"示例车间{number}",
            "township_code": self.township(county),
            "recognised_on": date(2022, 1, 1),
            "status": "operating",
            "adjustment_type": None,
            "tier": self.rng.choice(("一级", None)),
            "workers": self.rng.randrange(1, 8),
            "poverty_alleviated_workers": 1,
            "subsidy_amount": self.rng.choice((None, Decimal(0), Decimal("20000"), Decimal("35000.5"))),
            "subsidy_on": self.rng.choice((None, self.ago(self.last), self.ago(self.last))),
            "exited_on": None,
        }

    def _workshop_change(self, on: date) -> Row:
        if self.chance(0.9):
            return {}
        return self.rng.choice(
            (
                {"workers": self.rng.randrange(1, 8)},
                {"status": "suspended"},
                {"status": "exited", "exited_on": on},
                {"status": "operating", "exited_on": None},
                {"subsidy_amount": Decimal("12000"), "subsidy_on": on + timedelta(days=self.rng.choice((-1, 0, 1)))},
            )
        )

    def sites(self, county: str, on: date, rows: list[Row]) -> list[Row]:
        numbers = [n for n in ("A1", "A2", "A3") if not self.chance(0.1)] or ["A1"]
        return [
            {
                "resettlement_site_no": n,
                "site_name": f"示例安置点{n}",
                "township_code": self.township(county),
                "households": self.rng.randrange(1, 9),
                "residents": self.rng.randrange(9, 30),
                "labour_force": self.rng.randrange(1, 20),
                "reserved_jobs": self.rng.choice((0, 1, 3, 4)),
            }
            for n in numbers
        ]

    def disputes(self, county: str, on: date, rows: list[Row]) -> list[Row]:
        found = [self._next_dispute_row(row, on) for row in rows if not self.chance(0.03)]
        new = self.rng.choice((0, 0, 1, 2)) if rows else 6
        for _ in range(new):
            number, filed = self.number("D"), self.ago(on)
            for _ in range(self.rng.choice((1, 1, 2))):
                found.append(
                    {
                        "case_no": number,
                        "id_number": self.person(),
                        "employer_name": "示例饭店",
                        "dispute_type": self.rng.choice(("unpaid_wages", "severance", "work_injury", "other")),
                        "filed_on": filed,
                        "accepted_on": None,
                        "mediated_on": None,
                        "heard_on": None,
                        "closed_on": None,
                        "result": None,
                        "amount_claimed": self.rng.choice((None, Decimal("12000.5"), Decimal(3000))),
                    }
                )
        return _by_key(found, ("case_no", "id_number"))

    def _next_dispute_row(self, row: Row, on: date) -> Row:
        if row["closed_on"] or self.chance(0.55):
            return row
        row = dict(row)
        steps = ("accepted_on", "mediated_on", "heard_on", "closed_on")
        latest = max(row[s] for s in ("filed_on", *steps) if row[s])
        for step in steps:
            if row[step] is None and not self.chance(0.3):
                day = latest + timedelta(days=self.rng.choice((0, 1, 4, 5, 6, 7, 8, 15)))
                row[step] = day if day <= on or self.chance(0.2) else latest
                latest = row[step]
                if step == "closed_on":
                    row["result"] = self.rng.choice(("mediated", "awarded", "withdrawn"))
                if self.chance(0.5):
                    break
        return row

    def youth(self, county: str, on: date, rows: list[Row]) -> list[Row]:
        found = []
        for before, luck in self._kept(rows, dropped=0.02):
            row = before
            if luck < 0.05:
                row = row | {"allowance_paid": row["allowance_due"], "paid_on": on}
            elif luck < 0.07:
                row = row | {"outcome": self.rng.choice(("employed", "further_study", "military", "unemployed"))}
            elif luck < 0.09:
                row = row | {"graduated_on": max(row["enrolled_on"], self.ago(on))}
            found.append(row)
        for _ in range(self.rng.choice((0, 0, 1)) if rows else 8):
            found += self._study(on)
        return _by_key(found, ("id_number", "enrolled_on", "allowance_term"))

    def _study(self, on: date) -> list[Row]:
        rng = self.rng
        person = self.person()
        enrolled = date(on.year - rng.choice((0, 1, 3)), rng.choice((1, 3, 9)), 1)
        graduated = rng.choice((None, self.ago(on), add_months(on, -6), add_months(on, -12) - DAY, on, on + 30 * DAY))
        base = {
            "id_number": person,
            "full_name": "某人",
            "school": "示例职校",
            "level": rng.choice(("secondary_vocational", "technician", "higher_vocational", "bachelor")),
            "enrolled_on": enrolled,
            "graduated_on": max(graduated, enrolled) if graduated else None,
            "assistance_worker": rng.choice((None, "李某")),
            "outcome": rng.choice((None, None, "employed", "further_study", "military", "unemployed")),
            "outcome_on": None,
        }
        return [
            base
            | {
                "allowance_term": term,
                "allowance_due": rng.choice((None, Decimal(1500))),
                "allowance_paid": rng.choice((None, Decimal(0), Decimal(1000), Decimal(1500))),
                "paid_on": None,
                "assistance_worker": base["assistance_worker"] if self.chance(0.8) else None,
            }
            for term in rng.choice(((None,), ("2023秋",), ("2023秋", "2024春")))
        ]

    def agreements(self, county: str, on: date, rows: list[Row]) -> list[Row]:
        found = [
            r
            | (
                {"expires_on": max(r["signed_on"], on + self.rng.choice((-DAY, 0 * DAY, DAY)))}
                if self.chance(0.03)
                else {}
            )
            for r in rows
            if not self.chance(0.03)
        ]
        for n in range(3 if not rows else self.rng.choice((0, 0, 1))):
            found.append(
                {
                    "agreement_no": f"L{n}" if not rows else self.number("L"),
                    "partner_division_code": self.rng.choice((*PLACES, self.rng.choice(COUNTIES), county)),
                    "cooperation_type": self.rng.choice(("east_west", "north_south", "interprovincial")),
                    "signed_on": self.ago(on) if self.chance(0.9) else on + DAY,
                    "expires_on": None,
                    "planned_workers": self.rng.choice((0, 2, 5)),
                    "workstation": None,
                }
            )
        return found

    # -- events

    def _weekly_events(self) -> None:
        for county in self.counties:
            sunday = self.begin + timedelta(days=6 - self.begin.weekday())
            said: list[Row] = []
            while sunday <= self.last:
                new = [self._service(county, n, sunday) for n in range(self.rng.choice((1, 2, 4)))]
                again = [r | {"amount": Decimal("77.7"), "result": "更正"} for r in said if self.chance(0.05)]
                said += new
                if not self.chance(0.1):
                    self.send("employment_service", county, sunday, _by_key(new + again, ("record_no",)))
                if not self.chance(0.1):
                    self.send(
                        "job_event",
                        county,
                        sunday,
                        _by_key(
                            [self._job_event(county, sunday) for _ in range(self.rng.choice((0, 1, 2)))], ("event_no",)
                        ),
                    )
                sunday += timedelta(days=7)

    def _service(self, county: str, n: int, on: date) -> Row:
        rng = self.rng
        kind = rng.choice(
            ("career_guidance", "job_placement", "skill_training", "skill_training", "transport_allowance")
        )
        return {
            "record_no": f"F{on:%m%d}{n}",
            "id_number": self.person(),
            "service_type": kind,
            "served_on": on - timedelta(days=rng.choice((0, 0, 1, 3, 6, 9))) if self.chance(0.95) else on + DAY,
            "agency": rng.choice(("示例服务站", "示例培训中心")),
            "training_type": rng.choice((None, "order_based", "targeted", "post_based"))
            if kind == "skill_training"
            else None,
            "result": None,
            "amount": rng.choice((None, Decimal(300), Decimal("1000.25"))),
        }

    def _job_event(self, county: str, on: date) -> Row:
        rng = self.rng
        return {
            "event_no": self.number("E") if self.chance(0.8) else "E9",
            "event_type": rng.choice(("job_fair", "video", "live_stream", "training", "gig_market")),
            "held_on": on - timedelta(days=rng.randrange(7)),
            "township_code": rng.choice((None, self.township(county))),
            "employers": rng.randrange(9),
            "posts_offered": rng.randrange(60),
            "participants": rng.randrange(200),
            "intents": rng.randrange(30),
        }

    # -- projects

    def _projects(self) -> None:
        for n, county in enumerate(self.counties):
            number = f"{county}YG{n}"
            started = add_months(self.begin, self.rng.choice((-3, 0, 1)))
            project: Row = {
                "project_no": number,
                "project_name": "示例村道",
                "county_code": county,
                "township_code": self.rng.choice((None, self.township(county))),
                "project_type": "small_infrastructure",
                "total_investment": Decimal(900000),
                "relief_funds": self.rng.choice((Decimal(0), Decimal(50000), Decimal(90000))),
                "planned_remuneration": Decimal(20000),
                "planned_workers": self.rng.choice((2, 6, 12)),
                "started_on": started,
                "planned_completion_on": started + timedelta(days=100),
                "completed_on": None,
                "owner_unit": "示例村委会",
                "contractor": "示例施工队",
            }
            contracts: list[Row] = []
            for on in [self.begin, *(d for d in self._report_dates() if self.chance(0.3)), *self.world.nights[-1:]]:
                if self.chance(0.04):
                    project = project | {"completed_on": max(started, on - timedelta(days=self.rng.choice((-3, 0, 1))))}
                self.send("relief_project", number, on, [] if self.chance(0.03) else [project])
                contracts = self._contracts(number, on, contracts)
                self.send("relief_contract", number, on, contracts)
            self._payroll(number, contracts)

    def _contracts(self, number: str, on: date, rows: list[Row]) -> list[Row]:
        found = []
        for before, luck in self._kept(rows, dropped=0.05):
            row = before
            if luck < 0.12 and row["offsite_on"] is None:
                row = row | {"offsite_on": max(row["onsite_from"], on + timedelta(days=self.rng.choice((-2, 0, 1))))}
            found.append(row)
        for _ in range(8 if not rows else self.rng.choice((0, 1))):
            start = self.ago(on)
            found.append(
                {
                    "project_no": number,
                    "id_number": self.person(),
                    "full_name": "某人",
                    "signed_on": start,
                    "daily_wage": Decimal(120),
                    "onsite_from": start,
                    "offsite_on": None,
                }
            )
        return _by_key(found, ("project_no", "id_number", "onsite_from"))

    def _payroll(self, number: str, contracts: list[Row]) -> None:
        month = self.begin.replace(day=1)
        while month <= self.last:
            persons = {c["id_number"] for c in contracts} | {self.person()}
            rows = [
                self._wage(number, p, month, crew)
                for p in sorted(persons)
                for crew in ((None, "二班") if self.chance(0.1) else (None,))
            ]
            rows = [self._of_two_crews(row, before) for before, row in zip([None, *rows], rows, strict=False)]
            on = last_day(month) + timedelta(days=self.rng.choice((4, 9, 12)))
            if not self.chance(0.15):
                self.send("relief_payroll", number, on, rows)
                if self.chance(0.4):
                    self.send(
                        "relief_payroll",
                        number,
                        on + timedelta(days=self.rng.choice((4, 20))),
                        self._issued_again(rows, month),
                    )
            month = add_months(month, 1)

    def _of_two_crews(self, row: Row, before: Row | None) -> Row:
        """Of a person in two crews some have the same wage in both, in one batch."""
        if before is None or row["crew"] is None or row["batch_no"] != before["batch_no"]:
            return row
        is_paid = row["amount_paid"] and before["amount_paid"]
        return row | {name: before[name] for name in ("days_worked", "amount_due", "amount_paid")} if is_paid else row

    def _stages(self, listed: date) -> Row:
        """The dates of a list that is drawn up anew: it may wait at any of its stages."""
        names = ("listed_on", "signed_on", "approved_on", "sent_on")
        days = (listed, listed + 2 * DAY, listed + 5 * DAY, listed + 6 * DAY)
        return {name: day if self.aside.random() < 0.7 else None for name, day in zip(names, days, strict=True)}

    def _wage(self, number: str, person: str, month: date, crew: str | None) -> Row:
        rng = self.rng
        days = rng.choice((0, 5, 12, 20, 30, 31))
        due = Decimal(120 * days)
        listed = last_day(month) + timedelta(days=rng.choice((1, 2, 4)))
        dates = [listed, listed + 2 * DAY, listed + 5 * DAY, listed + 6 * DAY]
        given_dates = [day if not self.chance(0.15) else None for day in dates]
        return {
            "project_no": number,
            "period": month,
            "id_number": person,
            "full_name": "某人",
            "days_worked": Decimal(days),
            "amount_due": due,
            "amount_paid": rng.choice((due, due, due, due / 2, Decimal(0))),
            "paid_on": rng.choice((None, dates[3] + DAY, dates[3] + 9 * DAY)),
            "bank_account": f"62{person[-12:]}",
            "batch_no": rng.choice((f"B{number}{month:%y%m}",) * 3 + (None,)),
            "crew": crew,
            "listed_on": given_dates[0],
            "signed_on": given_dates[1],
            "approved_on": given_dates[2],
            "sent_on": given_dates[3],
        }

    def _share_accounts(self) -> None:
        """Some persons are paid into another's account, always or from a month on."""
        luck = Random(f"{self.world.seed}, accounts")
        lines = [row for sent in self.world.sent if sent.feed in PAYROLLS for row in sent.rows if row["bank_account"]]
        account_of = {row["id_number"]: row["bank_account"] for row in lines}
        persons = sorted(account_of)
        months = sorted({row["period"] for row in lines})
        into = {person: luck.choice(persons) for person in persons if luck.random() < 0.2}
        since = {person: luck.choice((months[0], luck.choice(months))) for person in into}
        for row in lines:
            if (person := row["id_number"]) in into and row["period"] >= since[person]:
                row["bank_account"] = account_of[into[person]]

    # -- banks

    def _banks(self) -> None:
        batches: dict[str, dict[tuple[Any, ...], Row]] = defaultdict(dict)
        first: dict[str, date] = {}
        for sent in self.world.sent:
            if sent.feed in PAYROLLS:
                for row in sent.rows:
                    if row["batch_no"] and row["bank_account"]:
                        key = (row["id_number"], row.get("crew"), row.get("post_no"), row["period"])
                        batches[row["batch_no"]][key] = row
                        first[row["batch_no"]] = max(sent.report_date, first.get(row["batch_no"], sent.report_date))
        for batch, rows in batches.items():
            if self.chance(0.2):
                continue
            on = first[batch] + timedelta(days=self.rng.choice((0, 1, 3, 8)))
            lines = [line for n, row in enumerate(rows.values(), 1) if (line := self._returned(batch, n, row, on))]
            if self.chance(0.3):
                lines.append(self._line((batch, 90), "6299999999999999", Decimal(100), "success", on))
            if lines:
                self.send("bank_return", batch, on, lines, late=0.2)
        self.send(
            "bank_return",
            "X1",
            self.begin + 9 * DAY,
            [self._line(("X1", 1), "6299999999999998", Decimal(5), "success", self.begin)],
        )

    def _returned(self, batch: str, n: int, row: Row, on: date) -> Row | None:
        luck = self.rng.random()
        amount = row["amount_paid"]
        if luck < 0.06 or amount == 0:
            return None
        if luck < 0.16:
            return self._line((batch, n), row["bank_account"], amount, "failed", on)
        return self._line((batch, n), row["bank_account"], amount - (50 if luck < 0.22 else 0), "success", on)

    def _line(self, place: tuple[str, int], account: str, amount: Decimal, result: str, on: date) -> Row:
        return {
            "batch_no": place[0],
            "line_no": place[1],
            "bank_account": account,
            "account_name": "某人",
            "amount": amount,
            "result": result,
            "failure_reason": None,
            "credited_on": on - timedelta(days=self.rng.choice((0, 1, 2))) if result == "success" else None,
        }

    # -- the platform

    def _platform(self) -> None:
        rng, nights = self.rng, self.world.nights
        if self.chance(0.3) and len(nights) > 2:
            self.world.platform_failed = {rng.randrange(1, len(nights) - 1)}
        days = (self.last - self.begin).days
        postings = [self._posting(n, self.begin + timedelta(days=rng.randrange(days))) for n in range(14)]
        for n in range(50):
            at = self.begin + timedelta(days=rng.randrange(days + 1))
            self._offer("applications", self._application(n, rng.choice(postings), at), at)
        for n in range(60):
            at = self.last - timedelta(days=rng.choice((*range(9), rng.randrange(days), rng.randrange(days))))
            self._offer("gig_orders", self._order(n, at), at)
        for posting in postings:
            self._offer("job_postings", posting, date.fromisoformat(posting["opened_at"][:10]))

    def _offer(self, resource: str, item: dict[str, Any], at: date) -> None:
        """With the first night that reads the platform on or after its date; sometimes changed in a later one."""
        nights = [n for n, night in enumerate(self.world.nights) if n not in self.world.platform_failed]
        due = next((n for n in nights if self.world.nights[n] >= at), None)
        if due is None:
            return
        self.world.items.append((due, resource, item))
        later = [n for n in nights if n > due]
        if later and self.chance(0.25):
            n = self.rng.choice(later)
            changed = (
                item
                | {"updated_at": f"{self.world.nights[n]}T11:00:00+08:00"}
                | self._item_change(resource, self.world.nights[n])
            )
            self.world.items.append((n, resource, changed))

    def _item_change(self, resource: str, on: date) -> dict[str, Any]:
        if self.chance(0.15):
            return {"deleted": True}
        if resource == "applications":
            return {"status": "hired", "status_at": f"{on}T10:00:00+08:00"}
        if resource == "gig_orders":
            return {"amount_paid": "100", "paid_at": f"{on}T10:00:00+08:00"}
        return {"closed_at": f"{on}T09:00:00+08:00"}

    def _posting(self, n: int, on: date) -> dict[str, Any]:
        rng = self.rng
        name, uscc = rng.choice(EMPLOYERS)
        low = rng.choice((2000, 3000, None))
        return {
            "id": f"J{n:03d}",
            "employer_name": name,
            "employer_uscc": uscc,
            "title": "普工",
            "industry": rng.choice(INDUSTRIES),
            "work_division_code": rng.choice((*self.counties, "440300")),
            "headcount": rng.choice((0, 1, 3, 10)),
            "wage_min": low,
            "wage_max": low + 1000 if low else None,
            "channel": rng.choice(("site", "live_stream", "video", "gig_market")),
            "opened_at": f"{on}T09:00:00+08:00",
            "closed_at": rng.choice((None, f"{on + timedelta(days=30)}T09:00:00+08:00")),
            "updated_at": f"{on}T09:00:00+08:00",
        }

    def _application(self, n: int, posting: dict[str, Any], on: date) -> dict[str, Any]:
        # 23:30 of the day before in UTC is the morning of that day in China.
        at = f"{on - DAY}T23:30:00+00:00"
        return {
            "id": f"P{n:03d}",
            "posting_id": posting["id"],
            "id_number": self.person(),
            "status": self.rng.choice(("applied", "interviewed", "hired", "hired", "rejected")),
            "status_at": at,
            "updated_at": at,
        }

    def _order(self, n: int, on: date) -> dict[str, Any]:
        rng = self.rng
        at = f"{on - DAY}T{rng.choice(('16:30', '23:30'))}:00+00:00"
        due = rng.choice(("80", "120.5"))
        paid = rng.choice((due, due, "0", None))
        return {
            "id": f"G{n:03d}",
            "market_code": rng.choice(("M1", "M2", "M3")),
            "township_code": rng.choice(
                (self.township(rng.choice(self.counties)), self.township(rng.choice(self.counties)), "530102001")
            ),
            "id_number": self.person(),
            "task": "摘果",
            "accepted_at": at,
            "completed_at": at if not self.chance(0.1) else None,
            "hours": rng.choice(("8", "3.5", None)),
            "amount_due": due,
            "amount_paid": paid,
            "paid_at": f"{on + timedelta(days=rng.choice((0, 1, 5)))}T10:00:00+08:00" if paid and paid != "0" else None,
            "updated_at": at,
        }

    # -- corrections and held deliveries

    def _disturb(self) -> None:
        """Some reports are corrected by a later night; some are held."""
        rng, last = self.rng, len(self.world.nights) - 1
        for sent in list(self.world.sent):
            if sent.night < last and self.chance(0.04) and sent.rows:
                kept = [r for r in sent.rows if not self.chance(0.08)] or sent.rows
                changed = [r | self._correction(sent.feed, r) for r in kept]
                if sent.feed == "relief_payroll" and self.aside.random() < 0.5:
                    changed.reverse()
                self.world.sent.append(
                    Sent(rng.randrange(sent.night + 1, last + 1), sent.feed, sent.unit, sent.report_date, changed)
                )
            elif sent.night > 0 and self.chance(0.05) and sent.feed not in ("bank_return", "relief_project"):
                sent.is_held = True

    def _correction(self, feed: str, row: Row) -> Row:
        if not self.chance(0.3):
            return {}
        return {
            "employment": {"monthly_wage": Decimal("3900")},
            "labor_register": {"population_category": "unstable"},
            "relief_payroll": {"amount_paid": row.get("amount_due")} | self._corrected_stages(feed, row),
            "public_post_payment": {"amount_paid": row.get("amount_due")},
        }.get(feed, {})

    def _vary_returns(self) -> None:
        """Some credits without a date, some failures with one, and an account that is paid once more."""
        for sent in self.world.sent:
            if sent.feed == "bank_return":
                sent.rows = [self._dated_otherwise(row, sent.report_date) for row in sent.rows]
                paid = next((row for row in sent.rows if row["credited_on"]), None)
                if paid and self.aside.random() < 0.4:
                    on = paid["credited_on"] - timedelta(days=self.aside.choice((0, 6, 12)))
                    more = {"line_no": 91, "amount": Decimal(10), "result": "success", "credited_on": on}
                    sent.rows.append(paid | more)

    def _dated_otherwise(self, line: Row, on: date) -> Row:
        if self.aside.random() < 0.9:
            return line
        return line | {"credited_on": None if line["credited_on"] else on - timedelta(days=self.aside.choice((1, 5)))}

    def _corrected_stages(self, feed: str, row: Row) -> Row:
        """A date moved, another that was none."""
        if feed != "relief_payroll" or self.aside.random() < 0.5:
            return {}
        return {"listed_on": last_day(row["period"]) + timedelta(days=self.aside.choice((3, 6))), "approved_on": None}


SPELL = ("id_number", "employer_name", "start_date")
TENURE = ("post_no", "id_number", "start_date")


def _by_key(rows: list[Row], key: tuple[str, ...]) -> list[Row]:
    """One row per key, the last."""
    return list({tuple(row[name] for name in key): row for row in rows}.values())
