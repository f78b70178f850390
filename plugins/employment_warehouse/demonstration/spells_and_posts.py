"""Rows of the employment register and of public posts, as the crowd's people get them."""

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from employment_warehouse.demonstration.counties import County
from employment_warehouse.demonstration.seasons import days, festival_before

Days = NDArray[np.int32]

CHANNELS = ("enterprise", "workshop", "public_post", "work_relief", "gig", "self_employed")
POST_CATEGORIES = ("保洁员", "护林员", "道路养护员", "水管员", "养老护理员", "治安协管员")
OCCUPATIONS = ("普工", "操作工", "装配工", "缝纫工", "焊工", "服务员", "保安", "快递员", "厨师", "建筑工")
LABOR_BRANDS = ("蒙自米线师傅", "元阳建筑工", "红河刺绣工", "弥勒家政", "建水紫陶工")


def starts_before(rng: np.random.Generator, first: date, size: int) -> Days:
    """When the work of today began: for many, in the weeks after the last Spring Festival."""
    long_ago = days(first) - rng.integers(20, 1100, size)
    festival = days(festival_before(first))
    after = np.minimum(festival + rng.integers(6, 32, size), days(first) - 1)
    return np.where(rng.random(size) < 0.45, after, long_ago).astype(np.int32)


def spells_of(  # noqa: PLR0913
    rng: np.random.Generator,
    persons: pl.DataFrame,
    channel: NDArray[np.int64],
    employer: pl.DataFrame,
    *,
    start: Days,
    end: Days | None,
    reported_on: date,
) -> pl.DataFrame:
    """A spell of each person, at the employer of the same row; `end` is None for those that last."""
    size = persons.height
    person = persons.select("id_number", "full_name", "_person")
    wage = employer["_wage"].to_numpy() * np.exp(rng.normal(0, 0.18, size))
    updated = (
        np.maximum(start, days(reported_on) - rng.integers(0, 150, size))
        if end is None
        else np.minimum(end + rng.integers(0, 20, size), days(reported_on))
    )
    if end is None and size:  # however few there are, the register is not stale
        updated[start.argmin()] = days(reported_on)
    return person.with_columns(
        pl.Series(list(CHANNELS)).gather(channel).alias("channel"),
        *employer.drop("_wage").get_columns(),
        pl.Series(list(OCCUPATIONS)).gather(rng.integers(0, len(OCCUPATIONS), size)).alias("occupation"),
        _dates("start_date", start),
        pl.lit(None, pl.Date).alias("end_date") if end is None else _dates("end_date", end),
        pl.Series("monthly_wage", (wage / 50).astype(np.int64) * 5_000),
        pl.Series("has_contract", rng.random(size) < np.where(channel == 0, 0.8, 0.3)),
        pl.Series("is_organised", rng.random(size) < np.where(channel == 0, 0.25, 0.0)),
        pl.Series([*LABOR_BRANDS, None])
        .gather(np.where(rng.random(size) < 0.05, rng.integers(0, len(LABOR_BRANDS), size), len(LABOR_BRANDS)))
        .alias("labor_brand"),
        pl.Series("is_reserved_job", rng.random(size) < 0.01),
        _dates("updated_on", updated),
    )


def posts_of(rng: np.random.Generator, county: County, holders: pl.DataFrame, first: date) -> pl.DataFrame:
    """A public post of each holder on the first night."""
    size = holders.height
    number = pl.Series(np.arange(1, size + 1)).cast(pl.String).str.zfill(5)
    full_time = rng.random(size) < 0.3
    held = rng.integers(30, 1000, size)
    return holders.select(
        pl.col("id_number").alias("holder"), "full_name", "township_code", "village_code", "_person"
    ).with_columns(
        (pl.lit(f"{county.code}GY") + number).alias("post_no"),
        pl.Series(list(POST_CATEGORIES)).gather(rng.integers(0, len(POST_CATEGORIES), size)).alias("post_category"),
        _dates("start_date", days(first) - held),
        pl.lit(None, pl.Date).alias("end_date"),
        # Nobody stays beyond the term: those who do are planted.
        pl.Series("term_months", np.where(held < 330, rng.choice(np.array([12, 24, 36]), size), 36)),
        pl.Series("is_full_time", full_time),
        pl.Series("monthly_subsidy", np.where(full_time, 120_000, rng.choice([50_000, 80_000], size))),
        pl.lit(None, pl.String).alias("approver_id_number"),
        pl.lit(None, pl.String).alias("relation_to_approver"),
    )


def _dates(name: str, since_1970: NDArray[np.int64] | Days) -> pl.Series:
    return pl.Series(name, since_1970.astype(np.int32)).cast(pl.Date)
