"""The people of a county by the thousand: households, work and posts, drawn from a seed, changing a little each night.

Nothing in the crowd calls for a case: what a case is opened for is planted. So in every household that is
poverty-alleviated or relocated, and has somebody who can work, one member is `_steady`: long in work, and staying.

Tables hold contract column names and typed values (decimals in hundredths); columns that begin with `_` are ours.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from employment_warehouse.demonstration import identities, people
from employment_warehouse.demonstration.employers import Employers
from employment_warehouse.demonstration.places import County

Mask = NDArray[np.bool_]
Days = NDArray[np.int32]

CHANNELS = ("enterprise", "workshop", "public_post", "work_relief", "gig", "self_employed")
CHANNEL_SHARES = ((0.645, 0.020, 0.007, 0.072, 0.165, 0.091), (0.580, 0.050, 0.090, 0.120, 0.120, 0.040))
"""Of the employed: general households, poverty-alleviated ones."""
ROSTER_SHARES = np.array([0.985, 0.98, 0.70, 0.50, 0.90, 0.97])
"""Part of each channel's workers whom the county's roster knows; the others show only where they are paid."""

POST_CATEGORIES = ("保洁员", "护林员", "道路养护员", "水管员", "养老护理员", "治安协管员")
OCCUPATIONS = ("普工", "操作工", "装配工", "缝纫工", "焊工", "服务员", "保安", "快递员", "厨师", "建筑工")
LABOR_BRANDS = ("蒙自米线师傅", "元阳建筑工", "红河刺绣工", "弥勒家政", "建水紫陶工")
SPRING_FESTIVALS = tuple(
    date.fromisoformat(d)
    for d in ("2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26")
)

ENDS, HIRES, RAISES, REFRESHES, VANISHES = 0.003, 0.003, 0.002, 0.001, 0.0002
FEWEST_LIFTED = 6
"""Poverty-alleviated workers of a workshop: one more than the standard asks for."""
FAULTY_EVERY = 1500
"""One person in that many has a faulty row, the same ones every night: what clerks really get wrong."""
MOBILES, INTENTIONS, DEATHS, LEAVERS, JOINERS = 0.004, 0.002, 0.0001, 0.0001, 0.0002
"""Parts of the open spells, and of the register, that change in an ordinary night: together about one percent."""


def days(day: date) -> int:
    """Days since 1970."""
    return (day - date(1970, 1, 1)).days


def festival_before(day: date) -> date:
    """The last Spring Festival that began on or before the day."""
    return max((f for f in SPRING_FESTIVALS if f <= day), default=SPRING_FESTIVALS[0])


def _season(night: date) -> tuple[float, float]:
    """How many times the ordinary rate of ends and hires: people go home before the festival, and out after it."""
    nearest = min(SPRING_FESTIVALS, key=lambda f: abs((f - night).days))
    until = (nearest - night).days
    if 0 < until <= 20:
        return 5.0, 0.3
    if -30 <= until <= -5:
        return 0.5, 6.0
    return 1.0, 1.0


@dataclass
class Crowd:
    """A county's people, spells and posts on a night."""

    county: County
    rng: np.random.Generator
    employers: Employers
    persons: pl.DataFrame = field(default_factory=pl.DataFrame)
    spells: pl.DataFrame = field(default_factory=pl.DataFrame)
    posts: pl.DataFrame = field(default_factory=pl.DataFrame)
    _used: dict[int, int] = field(default_factory=dict)
    """How many ID numbers each prefix and birth has given."""
    _households: int = 0
    _workshops: list[str] = field(default_factory=list)

    @classmethod
    def gather(cls, county: County, size: int, first: date, employers: Employers, seed: int) -> "Crowd":
        """The crowd of `size` people on the first night."""
        crowd = cls(county, np.random.default_rng([seed, int(county.code)]), employers)
        crowd.persons = crowd._new_people(size, first)
        crowd.spells, crowd.posts = crowd._find_work(first)
        return crowd

    def labour_force(self, day: date) -> Mask:
        """Who can work: 16 or more, able, not at school, alive."""
        p = self.persons
        adult = p["_birth"].to_numpy() <= days(day.replace(year=day.year - 16)) if p.height else np.zeros(0, bool)
        able = (p["work_capacity"] != "none") & ~p["in_school"] & p["deceased_on"].is_null()
        return np.asarray(adult & able.to_numpy())

    def turn(self, night: date) -> None:
        """What changed since the night before."""
        if self.persons.height:
            self._turn_register(night)
            self._turn_spells(night)
            self._turn_posts(night)

    def relief_workers(self) -> pl.DataFrame:
        """The people whose main work is on a relief project: `id_number, full_name, _person`."""
        return self.persons.filter(
            (pl.col("_channel") == "work_relief") & (pl.col("_age") >= 17) & ~is_faulty("_person")
        ).select("id_number", "full_name", "_person")

    def spells_on(self, day: date) -> pl.DataFrame:
        """The spells as a roster of an earlier day has them: what ended since then is open."""
        end = pl.col("end_date")
        return self.spells.filter(
            (pl.col("start_date") <= day) & (end.is_null() | (end >= day - timedelta(days=365)))
        ).with_columns(end_date=pl.when(end <= day).then(end), updated_on=pl.min_horizontal("updated_on", pl.lit(day)))

    def workshop_numbers(self) -> list[str]:
        """The workshops that have enough of the people whom they are for."""
        return self._workshops

    # -- the first night

    def _new_people(self, size: int, day: date) -> pl.DataFrame:
        """`size` people in new households, as they are on the day."""
        new = people.households(self.rng, self.county, size, self._households)
        self._households += new["_household"].n_unique()
        new = people.with_births(self.rng, new, day)
        numbers = identities.crowd_ids(
            self.rng, self.county, new["_birth"].to_numpy(), new["_is_male"].to_numpy(), self._used
        )
        first = self.persons.height
        return people.with_capacity(self.rng, new).with_columns(
            numbers,
            identities.names(self.rng, new["_surname"].to_numpy()),
            _listed=pl.lit(True),
            _person=pl.int_range(first, first + size),
        )

    def _find_work(self, first: date) -> tuple[pl.DataFrame, pl.DataFrame]:
        rng, size = self.rng, self.persons.height
        able = self.labour_force(first)
        age = (days(first) - self.persons["_birth"].to_numpy()) / 365.2425
        wanted = np.select([age < 55, age < 65], [0.92, 0.75], 0.4)
        employed = able & (rng.random(size) < wanted)
        is_lifted = (self.persons["population_category"] != "general").to_numpy()
        draw = rng.random(size)
        edges = np.cumsum(CHANNEL_SHARES, axis=1)
        channel = np.where(is_lifted, np.searchsorted(edges[1], draw), np.searchsorted(edges[0], draw)).clip(
            0, len(CHANNELS) - 1
        )
        steady = self._steady(able, is_lifted)
        employed |= steady
        names = pl.Series([*CHANNELS, None]).gather(np.where(employed, channel, len(CHANNELS)))
        self.persons = self.persons.with_columns(names.alias("_channel"), pl.Series("_steady", steady))

        on_roster = steady | (employed & (rng.random(size) < ROSTER_SHARES[channel]))
        people = np.flatnonzero(on_roster)
        start = self._starts(people.size, first)
        start = np.where(steady[people], np.minimum(start, days(first) - rng.integers(160, 1100, people.size)), start)
        now = self._fill_workshops(self._spells_of(people, channel[people], start.astype(np.int32), None, first))

        # A spell before: of a third of those at work, and of half of those who are not. Who is paid by a project or
        # holds a post has none, as the two might overlap.
        free = ~(employed & np.isin(channel, (2, 3)))
        before = np.flatnonzero(
            (free & on_roster & (rng.random(size) < 0.46)) | (able & ~employed & (rng.random(size) < 0.5))
        )
        started = np.full(size, days(first), dtype=np.int32)
        started[people] = start
        festival = days(festival_before(first))
        end = started[before] - rng.integers(4, 70, before.size).astype(np.int32)
        went_home = rng.random(before.size) < 0.5
        end[went_home] = np.minimum(end[went_home], festival - rng.integers(3, 20, int(went_home.sum())))
        recent = end > days(first) - 360
        before, end = before[recent], end[recent]
        begun = end - rng.integers(40, 900, before.size).astype(np.int32)
        kind = np.where(rng.random(before.size) < 0.8, 0, 4)
        former = self._spells_of(before, kind, begun, end, first)
        holders = np.flatnonzero(employed & (channel == 2))
        return pl.concat([now, former]), self._posts_of(holders, first)

    def _steady(self, able: Mask, is_lifted: Mask) -> Mask:
        """The first of each household that needs one who can work, and whose rows are not faulty."""
        is_fit = able & ~self.persons.select(is_faulty("_person")).to_series().to_numpy()
        is_fit &= is_lifted | self.persons["is_relocated"].to_numpy()
        rows = np.flatnonzero(is_fit)
        _, first_of_each = np.unique(self.persons["_household"].to_numpy()[rows], return_index=True)
        steady = np.zeros(self.persons.height, dtype=bool)
        steady[rows[first_of_each]] = True
        return steady

    def _fill_workshops(self, spells: pl.DataFrame) -> pl.DataFrame:
        """Workshops that lack poverty-alleviated workers get some from the enterprises; those that cannot, close."""
        shops = self.employers.workshops[self.county.code]
        persons = self.persons[spells["_person"].to_numpy()]
        lasting = persons["_steady"].to_numpy() & (persons["population_category"] != "general").to_numpy()
        numbers = spells["workshop_no"].to_numpy()
        free = list(np.flatnonzero(lasting & (spells["channel"] == "enterprise").to_numpy()))
        employer = np.full(spells.height, -1)
        for row in shops:
            number = self.employers.table["workshop_no"][int(row)]
            missing = max(0, FEWEST_LIFTED - int((lasting & (numbers == number)).sum()))
            if missing > len(free):
                employer[numbers == number] = self.employers.local[self.county.code][0]
                continue
            self._workshops.append(number)
            employer[free[:missing]] = row
            del free[:missing]
        moved = employer >= 0
        at = self.employers.table[np.where(moved, employer, 0)]
        is_shop = at["workshop_no"].is_not_null().to_numpy()
        kinds = pl.Series(["enterprise", "workshop"]).gather(is_shop.astype(np.int64))
        return spells.with_columns(
            _where(moved, kinds, spells["channel"]),
            *(_where(moved, at[name], spells[name]) for name in at.columns if name != "_wage"),
        )

    def _starts(self, size: int, first: date) -> Days:
        """When the work of today began: for many, in the weeks after the last Spring Festival."""
        long_ago = days(first) - self.rng.integers(20, 1100, size)
        festival = days(festival_before(first))
        after = np.minimum(festival + self.rng.integers(6, 32, size), days(first) - 1)
        return np.where(self.rng.random(size) < 0.45, after, long_ago).astype(np.int32)

    def _spells_of(
        self, people: NDArray[np.int64], channel: NDArray[np.int64], start: Days, end: Days | None, reported_on: date
    ) -> pl.DataFrame:
        rng, size = self.rng, people.size
        employer = self.employers.choose(rng, self.county, channel)
        person = self.persons.select("id_number", "full_name", "_person")[people]
        wage = employer["_wage"].to_numpy() * np.exp(rng.normal(0, 0.18, size))
        updated = (
            np.maximum(start, days(reported_on) - rng.integers(0, 150, size))
            if end is None
            else np.minimum(end + rng.integers(0, 20, size), days(reported_on))
        )
        if end is None and size:  # however few there are, the roster is not stale
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

    def _posts_of(self, holders: NDArray[np.int64], first: date) -> pl.DataFrame:
        rng, size = self.rng, holders.size
        number = pl.Series(np.arange(1, size + 1)).cast(pl.String).str.zfill(5)
        full_time = rng.random(size) < 0.3
        held = rng.integers(30, 1000, size)
        return self.persons.select(
            pl.col("id_number").alias("holder"), "full_name", "township_code", "village_code", "_person"
        )[holders].with_columns(
            (pl.lit(f"{self.county.code}GY") + number).alias("post_no"),
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

    # -- every other night

    def _some(self, size: int, share: float) -> Mask:
        return self.rng.random(size) < share

    def _turn_register(self, night: date) -> None:
        p, rng = self.persons, self.rng
        size = p.height
        mobile = self._some(size, MOBILES) & p["mobile"].is_not_null().to_numpy()
        intention = self._some(size, INTENTIONS) & p["job_intention"].is_not_null().to_numpy()
        stays = p["_steady"].to_numpy()
        died = self._some(size, DEATHS) & p["deceased_on"].is_null().to_numpy() & ~stays
        self.persons = p.with_columns(
            _where(mobile, identities.mobiles(rng, size), p["mobile"]),
            _where(intention, pl.repeat("nearby", size, eager=True), p["job_intention"]),
            _where(died, pl.repeat(night - timedelta(days=1), size, eager=True), p["deceased_on"]),
            pl.Series("_listed", p["_listed"].to_numpy() & ~(self._some(size, LEAVERS) & ~stays)),
        )
        joiners = rng.binomial(size, JOINERS)
        if joiners:
            new = self._new_people(joiners, night).with_columns(
                population_category=pl.lit("general"),
                is_relocated=pl.lit(False),
                resettlement_site_no=pl.lit(None, pl.String),
                _channel=pl.lit(None, pl.String),
                _steady=pl.lit(False),
            )
            self.persons = pl.concat([self.persons, new])

    def _turn_spells(self, night: date) -> None:
        ends, hires = _season(night)
        spells = self.spells.filter(pl.col("end_date").is_null() | (pl.col("end_date") >= night - timedelta(days=365)))
        steady = self.persons["_steady"].to_numpy()
        may_end = spells["end_date"].is_null().to_numpy() & ~steady[spells["_person"].to_numpy()]
        spells = spells.filter(~(may_end & self._some(spells.height, VANISHES)))
        is_open = spells["end_date"].is_null().to_numpy()
        size, number = spells.height, int(is_open.sum())
        ended = (
            is_open
            & ~steady[spells["_person"].to_numpy()]
            & self._some(size, ENDS * ends)
            & (spells["start_date"] < night).to_numpy()
        )
        raised = is_open & self._some(size, RAISES)
        is_updated = ended | raised | (is_open & self._some(size, REFRESHES))
        tonight = pl.repeat(night, size, eager=True)
        spells = spells.with_columns(
            _where(ended, pl.repeat(night - timedelta(days=1), size, eager=True), spells["end_date"]),
            _where(raised, (spells["monthly_wage"] * 21) // 2_000 * 100, spells["monthly_wage"]),
            _where(is_updated, tonight, spells["updated_on"]),
        )
        at_work = self.persons["_channel"].is_in(["public_post", "work_relief"]).fill_null(False).to_numpy().copy()
        at_work[spells.filter(pl.col("end_date").is_null())["_person"].to_numpy()] = True
        idle = np.flatnonzero(self.labour_force(night) & self.persons["_listed"].to_numpy() & ~at_work)
        wanted = min(idle.size, self.rng.binomial(number, min(1.0, HIRES * hires)))
        people = np.sort(self.rng.choice(idle, wanted, replace=False))
        channel = self.rng.choice(np.array([0, 0, 0, 1, 4]), wanted)
        start = np.full(wanted, days(night), dtype=np.int32)
        self.spells = pl.concat([spells, self._spells_of(people, channel, start, None, night)])

    def _turn_posts(self, night: date) -> None:
        posts = self.posts
        if not posts.height:
            return
        ended = posts["end_date"].is_null().to_numpy() & self._some(posts.height, 0.002)
        yesterday = pl.repeat(night - timedelta(days=1), posts.height, eager=True)
        self.posts = posts.with_columns(_where(ended, yesterday, posts["end_date"]))


def is_faulty(person: str) -> pl.Expr:
    """Whether the rows of the person in that column are among those that clerks got wrong."""
    return pl.col(person) % FAULTY_EVERY == FAULTY_EVERY - 1


def _where(mask: Mask, new: pl.Series, old: pl.Series) -> pl.Series:
    return new.zip_with(pl.Series(mask), old).alias(old.name)


def _dates(name: str, since_1970: NDArray[np.int64] | Days) -> pl.Series:
    return pl.Series(name, since_1970.astype(np.int32)).cast(pl.Date)
