"""Work-relief projects of the crowd: contracts, monthly payroll, and what the bank sends back."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from employment_warehouse.demonstration import identities, months
from employment_warehouse.demonstration.counties import COUNTIES
from employment_warehouse.demonstration.crowd import Crowd
from employment_warehouse.demonstration.seasons import days

WORKERS_PER_PROJECT = 600
FEWEST_WORKERS = 5
WORKS = ("村组道路硬化", "灌溉沟渠修复", "人居环境整治", "小型水库除险", "产业路建设", "农田水利设施")


@dataclass(frozen=True)
class Project:
    number: str
    project: pl.DataFrame
    contracts: pl.DataFrame
    workers: pl.DataFrame
    """`id_number, full_name, bank_account, daily_wage, onsite_from, offsite_on` of everyone on the payroll."""

    def payroll(self, month: date, seed: int) -> pl.DataFrame:
        """The payroll of a month as listed in the month that follows: one batch, paid in full by its 9th."""
        rng = np.random.default_rng([seed, int(self.number[:6]), int(self.number[-3:]), month.year * 12 + month.month])
        on_site = self.workers.filter(
            (pl.col("onsite_from") <= months.last_of(month))
            & (pl.col("offsite_on").is_null() | (pl.col("offsite_on") >= month))
        )
        size = on_site.height
        due = on_site["daily_wage"].to_numpy() * (worked := rng.integers(15, 27, size))
        listed = months.after(month)
        return on_site.select("id_number", "full_name", "bank_account").with_columns(
            project_no=pl.lit(self.number),
            period=pl.lit(month),
            days_worked=pl.Series(worked * 100),
            amount_due=pl.Series(due),
            amount_paid=pl.Series(due),
            paid_on=pl.lit(listed.replace(day=9)),
            batch_no=pl.lit(f"{self.number}-{month:%Y%m}-1"),
            crew=pl.Series(["一组", "二组", "三组"]).gather(np.arange(size) % 3),
            listed_on=pl.lit(listed),
            signed_on=pl.lit(listed.replace(day=3)),
            approved_on=pl.lit(listed.replace(day=6)),
            sent_on=pl.lit(listed.replace(day=8)),
        )

    def bank_return(self, payroll: pl.DataFrame) -> pl.DataFrame:
        """The bank's lines for the payroll's batch: all credited. What goes wrong at a bank is planted."""
        return payroll.select(
            "batch_no",
            "bank_account",
            account_name="full_name",
            line_no=pl.int_range(1, pl.len() + 1),
            amount="amount_paid",
            result=pl.lit("success"),
            failure_reason=pl.lit(None, pl.String),
            credited_on="paid_on",
        )


def projects_of(crowd: Crowd, first: date, seed: int) -> list[Project]:
    """The projects of a county, as many as its relief workers fill."""
    workers = crowd.relief_workers()
    if workers.height < FEWEST_WORKERS:
        return []
    rng = np.random.default_rng([seed, 3, int(crowd.county.code)])
    size = workers.height
    county_index = COUNTIES.index(crowd.county)
    onsite = days(first) - rng.integers(35, 280, size)
    offsite = np.where(rng.random(size) < 0.06, days(first) - rng.integers(1, 30, size), -1)
    workers = workers.with_columns(
        bank_account=identities.bank_accounts(county_index * 10_000_000 + workers["_person"].to_numpy() + 1),
        daily_wage=pl.Series(rng.choice(np.array([110, 120, 130, 150, 160]), size) * 100),
        onsite_from=pl.Series(onsite.astype(np.int32)).cast(pl.Date),
        offsite_on=pl.when(pl.Series(offsite >= 0)).then(pl.Series(offsite.astype(np.int32)).cast(pl.Date)),
    )
    count = max(1, round(size / WORKERS_PER_PROJECT))
    return [_project(crowd, i, workers[i::count], first, rng) for i in range(count)]


def _project(crowd: Crowd, index: int, workers: pl.DataFrame, first: date, rng: np.random.Generator) -> Project:
    code = crowd.county.code
    number = f"{code}YG{first:%y}{index + 1:03d}"
    started = first - timedelta(days=300)
    contracts = workers.select(
        "id_number",
        "full_name",
        "daily_wage",
        "onsite_from",
        "offsite_on",
        project_no=pl.lit(number),
        signed_on=pl.col("onsite_from") - pl.duration(days=3),
    )
    remuneration = int(workers["daily_wage"].sum()) * 20 * 9
    funds = int(remuneration / rng.uniform(0.28, 0.45)) // 1_000_000 * 1_000_000
    project = pl.DataFrame(
        {
            "project_no": number,
            "project_name": f"{crowd.county.name}{WORKS[index % len(WORKS)]}以工代赈项目（{index + 1}）",
            "county_code": code,
            "township_code": crowd.county.township_codes()[index % crowd.county.townships],
            "project_type": ("small_infrastructure", "key_project", "special_investment")[index % 3],
            "total_investment": int(funds * 1.4),
            "relief_funds": funds,
            "planned_remuneration": remuneration,
            "planned_workers": int(workers.height * 1.1) + 1,
            "started_on": started,
            "planned_completion_on": started + timedelta(days=int(rng.integers(280, 500))),
            "completed_on": None,
            "owner_unit": f"{crowd.county.name}发展和改革局",
            "contractor": f"{crowd.county.name}兴农建设有限公司",
        },
        schema_overrides={"completed_on": pl.Date},
    )
    return Project(number, project, contracts, workers)
