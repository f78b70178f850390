"""Households and the people in them: who lives with whom, their ages, and their rows of the register."""

from datetime import date

import numpy as np
import polars as pl

from employment_warehouse.demonstration import identities
from employment_warehouse.demonstration.counties import County

CATEGORIES = ("general", "lifted_out", "unstable", "marginal", "sudden_hardship")
RELATIONS = ("户主", "配偶", "之子", "之女", "之父", "之母")
CAPACITIES = ("ordinary", "skilled", "partial", "none")
INTENTIONS = ("away", "nearby", "startup", "none")
SCHOOLING = (
    "primary_or_below",
    "junior_high",
    "senior_high",
    "secondary_vocational",
    "junior_college",
    "bachelor_or_above",
)
MEMBERS = ((1, 0.04), (2, 0.10), (3, 0.30), (4, 0.34), (5, 0.22))
"""Size of a household, and how many have it."""


def households(rng: np.random.Generator, county: County, size: int, known: int) -> pl.DataFrame:
    """`size` people in households numbered after the `known` ones, with what a household's members share."""
    sizes = rng.choice([m for m, _ in MEMBERS], size, p=[p for _, p in MEMBERS])
    household = np.repeat(np.arange(size), sizes)[:size]
    starts = np.flatnonzero(np.r_[True, household[1:] != household[:-1]][:size])
    count = len(starts)
    draw = rng.random(count) / county.lifted_share
    category = np.select([draw < 0.93, draw < 0.955, draw < 0.98, draw < 1.0], [1, 2, 3, 4], 0)
    is_moved = rng.random(count) < np.where(category > 0, 0.18, 0.004)
    sites, towns = resettlement_sites(county), county.township_codes()
    site = rng.integers(0, len(sites), count)
    town = np.where(is_moved, site % len(towns), rng.integers(0, len(towns), count))
    township = pl.Series(towns).gather(town)
    shared = pl.DataFrame(
        {
            "household_no": f"H{county.code}" + pl.Series(np.arange(count) + 1 + known).cast(pl.String).str.zfill(6),
            "county_code": pl.repeat(county.code, count, eager=True),
            "township_code": township,
            "village_code": township + pl.Series(200 + rng.integers(0, 9, count)).cast(pl.String),
            "population_category": pl.Series(CATEGORIES).gather(category),
            "is_relocated": pl.Series(is_moved),
            "resettlement_site_no": pl.Series([*sites, None]).gather(np.where(is_moved, site, len(sites))),
            "is_low_income": pl.Series(rng.random(count) < np.where(category > 0, 0.12, 0.03)),
            "_family": pl.Series(rng.integers(0, len(identities.SURNAMES), count)),
            "_head_age": pl.Series(rng.integers(26, 62, count)),
            "_head_is_male": pl.Series(rng.random(count) < 0.85),
        }
    )
    return shared[household].with_columns(
        _household=pl.Series(household), _place=pl.Series(np.arange(size) - starts[household])
    )


def with_births(rng: np.random.Generator, members: pl.DataFrame, day: date) -> pl.DataFrame:
    """With birth, sex, surname and relation to the head: a couple, then children or the old."""
    size = members.height
    place, head_age = members["_place"].to_numpy(), members["_head_age"].to_numpy()
    is_elder = (place >= 3) & (rng.random(size) < 0.45)
    age = np.select(
        [place == 0, place == 1, is_elder],
        [head_age, np.maximum(20, head_age - rng.integers(-4, 7, size)), head_age + rng.integers(22, 30, size)],
        np.maximum(0, head_age - 21 - 3 * np.maximum(place - 1, 1) - rng.integers(0, 6, size)),
    )
    head_is_male = members["_head_is_male"].to_numpy()
    is_male = np.select([place == 0, place == 1], [head_is_male, ~head_is_male], rng.random(size) < 0.5)
    own_name = (place == 1) | (is_elder & ~is_male)
    surname = np.where(own_name, rng.integers(0, len(identities.SURNAMES), size), members["_family"].to_numpy())
    relation = np.select([place <= 1, is_elder], [place, np.where(is_male, 4, 5)], np.where(is_male, 2, 3))
    birth = (day - date(1970, 1, 1)).days - age * 365.2425 - rng.integers(1, 366, size)
    return members.with_columns(
        pl.Series(RELATIONS).gather(relation).alias("relation_to_head"),
        pl.Series("_age", age),
        pl.Series("_birth", birth.astype(np.int32)),
        pl.Series("_is_male", is_male.astype(bool)),
        pl.Series("_surname", surname),
    )


def with_capacity(rng: np.random.Generator, members: pl.DataFrame) -> pl.DataFrame:
    """With schooling, capacity for work, what they wish for, and a mobile number."""
    size = members.height
    age = members["_age"].to_numpy()
    at_school = rng.random(size) < np.select([age < 6, age < 16, age < 19, age < 23], [0, 0.97, 0.75, 0.35], 0)
    luck = rng.random(size)
    capacity = np.select(
        [age < 16, (age >= 75) | (luck < 0.02), (age >= 62) & (luck < 0.7), luck < 0.07, luck < 0.22],
        [3, 3, 2, 2, 1],
        0,
    )
    is_able = (capacity != 3) & ~at_school
    intention = np.where(is_able, rng.choice(5, size, p=[0.45, 0.36, 0.04, 0.1, 0.05]), 4)
    schooling = np.where((age < 15) | (age > 58), 0, rng.choice(6, size, p=[0.22, 0.46, 0.12, 0.09, 0.07, 0.04]))
    has_mobile = pl.Series((age >= 14) & (rng.random(size) < 0.85))
    no_mobile = pl.repeat(None, size, dtype=pl.String, eager=True)
    return members.with_columns(
        pl.Series(CAPACITIES).gather(capacity).alias("work_capacity"),
        pl.Series("in_school", at_school),
        pl.Series(SCHOOLING).gather(schooling).alias("education"),
        pl.Series([*INTENTIONS, None]).gather(intention).alias("job_intention"),
        identities.mobiles(rng, size).zip_with(has_mobile, no_mobile).alias("mobile"),
        pl.lit(None, pl.Date).alias("deceased_on"),
    )


def resettlement_sites(county: County) -> list[str]:
    """The county's resettlement sites: more where more people were relocated."""
    return [f"AZ{county.code}{i:03d}" for i in range(1, 2 + round(county.people_share * county.lifted_share * 150))]
