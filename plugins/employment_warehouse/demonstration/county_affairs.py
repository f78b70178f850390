"""The other feeds of a county: workshops, resettlement sites, services, disputes, students, job events, agreements."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from employment_warehouse.demonstration.counties import County
from employment_warehouse.demonstration.crowd import Crowd
from employment_warehouse.demonstration.people import resettlement_sites
from employment_warehouse.demonstration.seasons import days

DAYS_OF_HISTORY = 90
SERVICES = (
    "career_guidance",
    "job_placement",
    "skill_training",
    "startup_support",
    "social_insurance_subsidy",
    "tax_relief",
    "transport_allowance",
)
EVENTS = ("job_fair", "video", "live_stream", "training", "gig_market")
PARTNERS = (
    ("310115", "east_west"),
    ("330206", "east_west"),
    ("440306", "interprovincial"),
    ("441900", "interprovincial"),
    ("350582", "interprovincial"),
    ("320583", "north_south"),
)


def workshops(crowd: Crowd, first: date, night: date) -> pl.DataFrame:
    """The county's workshops with the workers that they report: now and then one too many."""
    table = crowd.employers.table.filter(pl.col("workshop_no").is_in(crowd.workshop_numbers()))
    size = table.height
    rng = np.random.default_rng([int(crowd.county.code), 17])
    lifted = crowd.persons.filter(pl.col("population_category") != "general").select("_person", is_lifted=pl.lit(True))
    at_work = (
        crowd.spells.filter(pl.col("end_date").is_null() | (pl.col("end_date") >= night))
        .join(lifted, on="_person", how="left")
        .group_by("workshop_no")
        .agg(workers=pl.len().cast(pl.Int64), lifted=pl.col("is_lifted").sum().cast(pl.Int64))
    )
    reported = table.select("workshop_no").join(at_work, on="workshop_no", how="left", maintain_order="left")
    awarded = pl.Series(rng.random(size) < 0.6)
    towns = crowd.county.township_codes()
    return reported.select(
        "workshop_no",
        workshop_name=table["employer_name"],
        township_code=pl.Series(towns).gather(np.arange(size) % len(towns)),
        recognised_on=pl.Series(days(first) - rng.integers(200, 1500, size)).cast(pl.Int32).cast(pl.Date),
        status=pl.lit("operating"),
        adjustment_type=pl.Series(["upgrade", "support", "new", "adjust"]).gather(rng.integers(0, 4, size)),
        tier=pl.Series(["一级", "二级", "三级"]).gather(rng.integers(0, 3, size)),
        workers=pl.col("workers").fill_null(0) + pl.Series(rng.choice(np.array([0, 0, 0, 1]), size)),
        poverty_alleviated_workers=pl.col("lifted").fill_null(0),
        subsidy_amount=pl.when(awarded).then(pl.col("lifted").fill_null(0) * 100_000 + 1_000_000),
        subsidy_on=pl.when(awarded).then(pl.lit(first - timedelta(days=50))),
    )


def sites(crowd: Crowd, first: date) -> pl.DataFrame:
    """The county's resettlement sites at the start of the campaign; they do not change."""
    numbers = resettlement_sites(crowd.county)
    able = pl.Series("able", crowd.labour_force(first))
    counted = (
        crowd.persons.with_columns(able)
        .filter("is_relocated")
        .group_by("resettlement_site_no")
        .agg(
            households=pl.col("household_no").n_unique().cast(pl.Int64),
            residents=pl.len().cast(pl.Int64),
            labour_force=pl.col("able").sum().cast(pl.Int64),
        )
    )
    towns = crowd.county.township_codes()
    return (
        pl.DataFrame({"resettlement_site_no": numbers})
        .join(counted, on="resettlement_site_no", how="left", maintain_order="left")
        .with_columns(pl.col("households", "residents", "labour_force").fill_null(0))
        .with_columns(
            site_name=pl.Series([f"{crowd.county.name}{n}号安置点" for n in range(1, len(numbers) + 1)]),
            township_code=pl.Series(towns).gather(np.arange(len(numbers)) % len(towns)),
            reserved_jobs=pl.col("labour_force") // 20,
        )
    )


def cooperation(county: County, first: date) -> pl.DataFrame:
    """Agreements with the provinces where the county's people go."""
    places = [PARTNERS[(int(county.code[-2:]) + i) % len(PARTNERS)] for i in range(4)]
    return pl.DataFrame(
        {
            "agreement_no": [f"XZ{county.code}{n:02d}" for n in range(1, len(places) + 1)],
            "partner_division_code": [code for code, _ in places],
            "cooperation_type": [kind for _, kind in places],
            "signed_on": [first - timedelta(days=200 + 90 * n) for n in range(len(places))],
            "expires_on": [first + timedelta(days=600 - 90 * n) for n in range(len(places))],
            "planned_workers": [int(120_000 * county.people_share) // (n + 1) for n in range(len(places))],
            "workstation": [f"{county.name}驻外劳务工作站{n + 1}" for n in range(len(places))],
        }
    )


def services(crowd: Crowd, after: date, until: date, seed: int) -> pl.DataFrame:
    """Services given after one day and until another: about three per thousand people and week."""
    rng = np.random.default_rng([seed, 19, int(crowd.county.code), days(until)])
    able = np.flatnonzero(crowd.labour_force(until))
    span = (until - after).days
    size = rng.binomial(able.size, min(1.0, 0.0006 * span))
    kind = rng.choice(len(SERVICES), size, p=[0.3, 0.3, 0.18, 0.02, 0.05, 0.03, 0.12])
    is_training = pl.Series(kind == 2)
    return pl.DataFrame(
        {
            "record_no": f"FW{crowd.county.code}{until:%y%m%d}"
            + pl.Series(np.arange(1, size + 1)).cast(pl.String).str.zfill(5),
            "id_number": crowd.persons["id_number"].gather(rng.choice(able, size)),
            "service_type": pl.Series(list(SERVICES)).gather(kind),
            "served_on": pl.Series(days(until) - rng.integers(0, span, size)).cast(pl.Int32).cast(pl.Date),
            "agency": pl.repeat(f"{crowd.county.name}就业服务中心", size, eager=True),
            "training_type": pl.Series(["order_based", "targeted", "post_based", None]).gather(
                np.where(kind == 2, rng.integers(0, 3, size), 3)
            ),
            "amount": pl.Series(np.select([kind == 6, kind >= 2], [100_000, 60_000], 0)),
        }
    ).with_columns(result=pl.when(is_training).then(pl.lit("合格")))


def disputes(crowd: Crowd, first: date, night: date) -> pl.DataFrame:
    """Cases of the last year, each in its current state: closed within 45 days of being accepted."""
    employed = crowd.spells.filter(pl.col("channel") == "enterprise").filter(pl.col("_person") % 700 == 11)
    employed = employed.unique("_person", keep="first", maintain_order=True)
    filed = pl.lit(first) - pl.duration(days=pl.col("_person") % 300)
    steps = employed.select(
        "_person",
        "id_number",
        "employer_name",
        case_no=pl.lit(f"LR{crowd.county.code}") + pl.col("_person").cast(pl.String).str.zfill(7),
        dispute_type=pl.when(pl.col("_person") % 3 == 0).then(pl.lit("severance")).otherwise(pl.lit("unpaid_wages")),
        filed_on=filed,
        accepted_on=filed + pl.duration(days=3),
        mediated_on=filed + pl.duration(days=12),
        heard_on=filed + pl.duration(days=25),
        closed_on=filed + pl.duration(days=27 + pl.col("_person") % 20),
        amount_claimed=(pl.col("_person") % 90 + 10) * 20_000,
    )
    return (
        steps.filter(pl.col("filed_on") <= night)
        .with_columns(
            pl.when(pl.col(name) <= night).then(name).alias(name)
            for name in ("accepted_on", "mediated_on", "heard_on", "closed_on")
        )
        .with_columns(result=pl.when(pl.col("closed_on").is_not_null()).then(pl.lit("mediated")))
    )


def students(crowd: Crowd, first: date) -> pl.DataFrame:
    """Young people of poverty-alleviated households at school, and those of last summer."""
    age = (days(first) - pl.col("_birth")) // 365
    young = crowd.persons.filter(
        (pl.col("population_category") != "general") & pl.col("_listed") & age.is_between(16, 23)
    ).with_columns(_age=(days(first) - pl.col("_birth")) // 365)
    graduate = ~pl.col("in_school") & (pl.col("_person") % 3 == 0)
    year = first.year if first.month >= 9 else first.year - 1
    summer = (first + timedelta(days=31) - timedelta(days=180)).year
    graduated = date(summer, 6, 30)  # less than a year ago, also a month from now: nobody has been without work for one
    return young.filter(pl.col("in_school") | graduate).select(
        "id_number",
        "full_name",
        school=pl.when(pl.col("_age") < 19).then(pl.lit("红河州职业技术学校")).otherwise(pl.lit("红河职业技术学院")),
        level=pl.when(pl.col("_age") < 19).then(pl.lit("secondary_vocational")).otherwise(pl.lit("higher_vocational")),
        enrolled_on=pl.when(graduate).then(pl.lit(date(summer - 3, 9, 1))).otherwise(pl.lit(date(year, 9, 1))),
        graduated_on=pl.when(graduate).then(pl.lit(graduated)),
        allowance_term=pl.lit(f"{year}秋"),
        allowance_due=pl.lit(150_000),
        allowance_paid=pl.when(pl.col("_person") % 50 == 0).then(0).otherwise(150_000),
        paid_on=pl.when(pl.col("_person") % 50 == 0).then(None).otherwise(pl.lit(date(year, 11, 20))),
        assistance_worker=pl.when(pl.col("_person") % 20 != 0).then(pl.lit("驻村工作队员")),
        outcome=pl.when(graduate & (pl.lit(graduated) <= first)).then(
            pl.when(pl.col("_channel").is_not_null()).then(pl.lit("employed")).otherwise(pl.lit("unemployed"))
        ),
        outcome_on=pl.when(graduate & (pl.lit(graduated) <= first)).then(pl.lit(graduated)),
    )


def events(crowd: Crowd, after: date, until: date, seed: int) -> pl.DataFrame:
    """Job fairs and the like: about one a week."""
    rng = np.random.default_rng([seed, 23, int(crowd.county.code), days(until)])
    span = (until - after).days
    size = max(1, span // 7)
    employers = rng.integers(5, 60, size)
    posts = employers * rng.integers(5, 30, size)
    towns = crowd.county.township_codes()
    return pl.DataFrame(
        {
            "event_no": [f"HD{crowd.county.code}{until:%y%m%d}{n:02d}" for n in range(size)],
            "event_type": pl.Series(list(EVENTS)).gather(rng.integers(0, len(EVENTS), size)),
            "held_on": pl.Series(days(until) - rng.integers(0, span, size)).cast(pl.Int32).cast(pl.Date),
            "township_code": pl.Series(towns).gather(rng.integers(0, len(towns), size)),
            "employers": employers,
            "posts_offered": posts,
            "participants": posts * 2,
            "intents": posts // 3,
        }
    )
