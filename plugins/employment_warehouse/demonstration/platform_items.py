"""The items of the talent site and the gig market: postings, applications and gig orders, each version of each item.

One JSON object per line, ordered by `updated_at, id`; a changed item appears again with its later state.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from employment_warehouse.demonstration.cast import Cast
from employment_warehouse.demonstration.crowd import Crowd
from employment_warehouse.demonstration.employers import Employers
from employment_warehouse.settings import TIMEZONE

FOLDER = "hr_platform"
POSTING_SHARE, APPLICATION_SHARE, ORDER_SHARE = 0.014, 0.05, 0.042
"""Items to a person: some 200,000 to 1.44 million people."""
DAYS_BEFORE = 90
"""How far back the platform goes on the first night."""
TASKS = ("采摘", "装卸", "保洁", "搬运", "除草", "家政", "砌墙", "分拣")
TITLES = ("电子厂普工", "缝纫工", "服务员", "保安", "快递分拣员", "焊工", "家政服务员", "仓库管理员")


@dataclass
class Platform:
    """Collects items county by county; `write` puts them in order."""

    nights: list[date]
    employers: Employers
    seed: int
    postings: int
    applications: list[pl.DataFrame] = field(default_factory=list)
    orders: list[pl.DataFrame] = field(default_factory=list)
    planted_postings: pl.DataFrame = field(default_factory=pl.DataFrame)

    def add_people_of(self, crowd: Crowd) -> None:
        """Applications and gig orders of a county's people, from 90 days before the first night to the last."""
        size = crowd.persons.height
        rng = np.random.default_rng([self.seed, 11, int(crowd.county.code)])
        able = np.flatnonzero(crowd.labour_force(self.nights[0]))
        if not able.size:
            return
        span = DAYS_BEFORE + len(self.nights)
        for share, add in ((APPLICATION_SHARE, self._apply), (ORDER_SHARE, self._order)):
            count = rng.binomial(size, share * span / DAYS_BEFORE)
            who = rng.choice(able, count)
            day = rng.integers(-DAYS_BEFORE, len(self.nights), count)
            add(crowd, rng, who, day)

    def add_planted(self, cast: Cast) -> None:
        """The gig orders, postings and applications of the planted stories."""
        self._add_planted_postings(cast)
        rows = []
        for number, order in enumerate(cast.gig_orders):
            person, done = order["person"], order["completed_on"]
            at = datetime.combine(done, time(16), TIMEZONE)  # type: ignore[arg-type]
            rows.append(
                {
                    "id": f"G-planted-{number:03d}",
                    "market_code": f"{person.county}M1",  # type: ignore[attr-defined]
                    "township_code": person.township,  # type: ignore[attr-defined]
                    "id_number": person.id_number,  # type: ignore[attr-defined]
                    "task": "采摘",
                    "accepted_at": at - timedelta(hours=9),
                    "completed_at": at,
                    "hours": 8.0,
                    "amount_due": 120.0,
                    "amount_paid": 120.0,
                    "paid_at": at + timedelta(hours=1),
                    "updated_at": at + timedelta(hours=1),
                    "deleted": False,
                }
            )
        if rows:
            self.orders.append(pl.DataFrame(rows))

    def _add_planted_postings(self, cast: Cast) -> None:
        def at(day: object) -> datetime:
            return datetime.combine(day, time(10), TIMEZONE)  # type: ignore[arg-type]

        reported = []
        for number, posting in enumerate(cast.postings):
            opened = at(posting["opened_on"])
            reported.append(
                {"id": f"P-planted-{number:03d}"}
                | {name: value for name, value in posting.items() if name != "opened_on"}
                | {"opened_at": opened, "closed_at": None, "updated_at": opened, "deleted": False}
            )
        self.planted_postings = pl.DataFrame(reported, schema_overrides={"employer_uscc": pl.String})
        versions = [
            {
                "id": f"A-planted-{number:03d}",
                "posting_id": f"P-planted-{number:03d}",
                "id_number": application["id_number"],
                "status": status,
                "status_at": at(application[day]),
                "updated_at": at(application[day]),
                "deleted": False,
            }
            for number, application in enumerate(cast.applications)
            for status, day in (("applied", "applied_on"), ("hired", "hired_on"))
        ]
        self.applications.append(pl.DataFrame(versions))

    def write(self, folder: Path) -> dict[str, int]:
        """Write `hr_platform/<feed>.jsonl`; gives the number of item versions of each feed."""
        target = folder / FOLDER
        target.mkdir(parents=True, exist_ok=True)
        tables = {
            "job_postings": pl.concat(
                [_in_china(self._post()), _in_china(self.planted_postings)], how="diagonal_relaxed"
            ),
            "applications": pl.concat([_in_china(t).select(self.applications[0].columns) for t in self.applications])
            if self.applications
            else None,
            "gig_orders": pl.concat([_in_china(t).select(_in_china(self.orders[0]).columns) for t in self.orders])
            if self.orders
            else None,
        }
        counts = {}
        for feed, table in tables.items():
            path = target / f"{feed}.jsonl"
            if table is None:
                path.touch()
                counts[feed] = 0
                continue
            _written(_in_china(table)).write_ndjson(path)
            counts[feed] = table.height
        return counts

    def _moment(self, rng: np.random.Generator, day: np.ndarray, earliest: int, latest: int) -> pl.Series:
        """An instant on each day (numbered from the first night), between two hours."""
        start = datetime.combine(self.nights[0], time(0), TIMEZONE)
        seconds = day * 86_400 + rng.integers(earliest * 3600, latest * 3600, len(day))
        return _utc(int(start.timestamp()) + seconds)

    def _post(self) -> pl.DataFrame:
        rng = np.random.default_rng([self.seed, 13])
        size = self.postings
        firm = self.employers.table[rng.choice(self.employers.away, size)]
        day = rng.integers(-DAYS_BEFORE, len(self.nights), size)
        opened = self._moment(rng, day, 8, 19)
        wage = firm["_wage"].to_numpy() // 100 * 100
        open_for = rng.integers(5, 60, size)
        closed = (day + open_for) < len(self.nights)
        table = pl.DataFrame(
            {
                "id": "P" + pl.Series(np.arange(1, size + 1)).cast(pl.String).str.zfill(8),
                "employer_name": firm["employer_name"],
                "employer_uscc": firm["employer_uscc"],
                "title": pl.Series(list(TITLES)).gather(rng.integers(0, len(TITLES), size)),
                "industry": firm["industry"],
                "work_division_code": firm["work_division_code"],
                "headcount": pl.Series(rng.integers(1, 60, size)),
                "wage_min": pl.Series((wage * 0.8).astype(np.int64) * 1.0),
                "wage_max": pl.Series((wage * 1.3).astype(np.int64) * 1.0),
                "channel": pl.Series(["site", "live_stream", "video", "gig_market"]).gather(
                    rng.choice(4, size, p=[0.6, 0.2, 0.15, 0.05])
                ),
                "opened_at": opened,
                "closed_at": pl.Series([None] * size, dtype=opened.dtype),
                "updated_at": opened,
                "deleted": pl.repeat(False, size, eager=True),
            }
        )
        ended = table.filter(pl.Series(closed)).with_columns(
            closed_at=pl.col("opened_at") + pl.Series(open_for[closed]) * timedelta(days=1),
        )
        return pl.concat([table, ended.with_columns(updated_at=pl.col("closed_at"))])

    def _apply(self, crowd: Crowd, rng: np.random.Generator, who: np.ndarray, day: np.ndarray) -> None:
        size = len(who)
        applied = self._moment(rng, day, 8, 19)
        numbers = pl.Series(np.arange(1, size + 1)).cast(pl.String).str.zfill(7)
        table = pl.DataFrame(
            {
                "id": f"A{crowd.county.code}" + numbers,
                "posting_id": "P" + pl.Series(rng.integers(1, self.postings + 1, size)).cast(pl.String).str.zfill(8),
                "id_number": crowd.persons["id_number"].gather(who),
                "status": pl.repeat("applied", size, eager=True),
                "status_at": applied,
                "updated_at": applied,
                "deleted": pl.repeat(False, size, eager=True),
            }
        )
        days_later = rng.integers(1, 20, size)
        is_decided = (day + days_later) < len(self.nights)
        outcome = pl.Series(["interviewed", "offered", "hired", "rejected", "withdrawn"]).gather(
            rng.choice(5, size, p=[0.2, 0.1, 0.35, 0.25, 0.1])
        )
        later = self._moment(rng, day + days_later, 8, 19)
        decided = table.with_columns(status=outcome, status_at=later, updated_at=later).filter(pl.Series(is_decided))
        self.applications.append(pl.concat([table, decided]))

    def _order(self, crowd: Crowd, rng: np.random.Generator, who: np.ndarray, day: np.ndarray) -> None:
        size = len(who)
        accepted = self._moment(rng, day, 6, 10)
        numbers = pl.Series(np.arange(1, size + 1)).cast(pl.String).str.zfill(7)
        hours = rng.integers(2, 10, size)
        done = accepted + pl.Series(hours + 1) * timedelta(hours=1)
        days_to_pay = rng.choice(np.array([0, 1, 3, 7, 200]), size, p=[0.4, 0.3, 0.2, 0.08, 0.02])
        paid = done + pl.Series(days_to_pay * 24 + 1) * timedelta(hours=1)
        due = pl.Series(hours * 18.0)
        nothing = pl.Series([None] * size, dtype=accepted.dtype)
        table = pl.DataFrame(
            {
                "id": f"G{crowd.county.code}" + numbers,
                "market_code": pl.repeat(f"{crowd.county.code}M1", size, eager=True),
                "township_code": crowd.persons["township_code"].gather(who),
                "id_number": crowd.persons["id_number"].gather(who),
                "task": pl.Series(list(TASKS)).gather(rng.integers(0, len(TASKS), size)),
                "accepted_at": accepted,
                "completed_at": nothing,
                "hours": pl.Series([None] * size, dtype=pl.Float64),
                "amount_due": due,
                "amount_paid": pl.Series([None] * size, dtype=pl.Float64),
                "paid_at": nothing,
                "updated_at": accepted,
                "deleted": pl.repeat(False, size, eager=True),
            }
        )
        # A state appears only after its time: the orders of the last day are still open on the first nights.
        completed = table.with_columns(completed_at=done, hours=pl.Series(hours * 1.0), updated_at=done)
        settled = completed.with_columns(amount_paid=due, paid_at=paid, updated_at=paid)
        end = _utc(np.array([int(datetime.combine(self.nights[-1], time(20), TIMEZONE).timestamp())]))[0]
        removed = completed.filter(pl.Series(rng.random(size) < 0.002)).with_columns(
            updated_at=pl.col("updated_at") + pl.duration(hours=2), deleted=pl.lit(True)
        )
        # The platform keeps one state of an item; only items that change from the first night on appear twice.
        whole = pl.concat([table, completed, settled, removed]).filter(pl.col("updated_at") <= end)
        self.orders.append(self._reported_states(whole))

    def _reported_states(self, versions: pl.DataFrame) -> pl.DataFrame:
        """Of each item the state as of the first night, and every later one."""
        first = _utc(np.array([int(datetime.combine(self.nights[0], time(20), TIMEZONE).timestamp())]))[0]
        known = versions.filter(pl.col("updated_at") <= first)
        latest = known.sort("updated_at", maintain_order=True).unique("id", keep="last", maintain_order=True)
        return pl.concat([latest, versions.filter(pl.col("updated_at") > first)])


def _utc(seconds: np.ndarray) -> pl.Series:
    return pl.Series(seconds.astype(np.int64) * 1000).cast(pl.Datetime("ms")).dt.replace_time_zone("UTC")


def _in_china(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(pl.col(pl.Datetime).dt.cast_time_unit("ms").dt.convert_time_zone("Asia/Shanghai"))


def _written(table: pl.DataFrame) -> pl.DataFrame:
    return table.sort("updated_at", "id").with_columns(
        pl.col(pl.Datetime("ms", "Asia/Shanghai")).dt.strftime("%Y-%m-%dT%H:%M:%S+08:00")
    )
