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
from employment_warehouse.demonstration.counties import County
from employment_warehouse.demonstration.employers import Employers
from employment_warehouse.demonstration.seasons import days, festival_before, season
from employment_warehouse.demonstration.spells_and_posts import CHANNELS, Days, posts_of, spells_of, starts_before

Mask = NDArray[np.bool_]

CHANNEL_SHARES = ((0.645, 0.020, 0.007, 0.072, 0.165, 0.091), (0.580, 0.050, 0.090, 0.120, 0.120, 0.040))
"""Of the employed: general households, poverty-alleviated ones."""
REGISTERED_SHARES = np.array([0.985, 0.98, 0.70, 0.50, 0.90, 0.97])
"""Part of each channel's workers in the county's employment register; the others show only where they are paid."""

ENDS, HIRES, RAISES, REFRESHES, VANISHES = 0.003, 0.003, 0.002, 0.001, 0.0002
FEWEST_LIFTED = 6
"""Poverty-alleviated workers of a workshop: one more than the standard asks for."""
FAULTY_EVERY = 1500
"""One person in that many has a faulty row, the same ones every night: what clerks really get wrong."""
MOBILES, INTENTIONS, DEATHS, LEAVERS, JOINERS = 0.004, 0.002, 0.0001, 0.0001, 0.0002
"""Parts of the open spells, and of the register, that change in an ordinary night: together about one percent."""


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

    def advance(self, night: date) -> None:
        """What changed since the night before."""
        if self.persons.height:
            self._advance_register(night)
            self._advance_spells(night)
            self._advance_posts(night)

    def relief_workers(self) -> pl.DataFrame:
        """The people whose main work is on a relief project: `id_number, full_name, _person`."""
        return self.persons.filter(
            (pl.col("_channel") == "work_relief") & (pl.col("_age") >= 17) & ~is_faulty("_person")
        ).select("id_number", "full_name", "_person")

    def spells_on(self, day: date) -> pl.DataFrame:
        """The spells as a register of an earlier day has them: what ended since then is open."""
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

        on_register = steady | (employed & (rng.random(size) < REGISTERED_SHARES[channel]))
        people = np.flatnonzero(on_register)
        start = starts_before(rng, first, people.size)
        start = np.where(steady[people], np.minimum(start, days(first) - rng.integers(160, 1100, people.size)), start)
        now = self._fill_workshops(self._spells_of(people, channel[people], start.astype(np.int32), None, first))

        # A spell before: of a third of those at work, and of half of those who are not. Who is paid by a project or
        # holds a post has none, as the two might overlap.
        free = ~(employed & np.isin(channel, (2, 3)))
        before = np.flatnonzero(
            (free & on_register & (rng.random(size) < 0.46)) | (able & ~employed & (rng.random(size) < 0.5))
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
        return pl.concat([now, former]), posts_of(rng, self.county, self.persons[holders], first)

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

    def _spells_of(
        self, people: NDArray[np.int64], channel: NDArray[np.int64], start: Days, end: Days | None, reported_on: date
    ) -> pl.DataFrame:
        employer = self.employers.choose(self.rng, self.county, channel)
        return spells_of(
            self.rng, self.persons[people], channel, employer, start=start, end=end, reported_on=reported_on
        )

    # -- every other night

    def _sample(self, size: int, share: float) -> Mask:
        return self.rng.random(size) < share

    def _advance_register(self, night: date) -> None:
        p, rng = self.persons, self.rng
        size = p.height
        mobile = self._sample(size, MOBILES) & p["mobile"].is_not_null().to_numpy()
        intention = self._sample(size, INTENTIONS) & p["job_intention"].is_not_null().to_numpy()
        stays = p["_steady"].to_numpy()
        died = self._sample(size, DEATHS) & p["deceased_on"].is_null().to_numpy() & ~stays
        self.persons = p.with_columns(
            _where(mobile, identities.mobiles(rng, size), p["mobile"]),
            _where(intention, pl.repeat("nearby", size, eager=True), p["job_intention"]),
            _where(died, pl.repeat(night - timedelta(days=1), size, eager=True), p["deceased_on"]),
            pl.Series("_listed", p["_listed"].to_numpy() & ~(self._sample(size, LEAVERS) & ~stays)),
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

    def _advance_spells(self, night: date) -> None:
        ends, hires = season(night)
        spells = self.spells.filter(pl.col("end_date").is_null() | (pl.col("end_date") >= night - timedelta(days=365)))
        steady = self.persons["_steady"].to_numpy()
        may_end = spells["end_date"].is_null().to_numpy() & ~steady[spells["_person"].to_numpy()]
        spells = spells.filter(~(may_end & self._sample(spells.height, VANISHES)))
        is_open = spells["end_date"].is_null().to_numpy()
        size, number = spells.height, int(is_open.sum())
        ended = (
            is_open
            & ~steady[spells["_person"].to_numpy()]
            & self._sample(size, ENDS * ends)
            & (spells["start_date"] < night).to_numpy()
        )
        raised = is_open & self._sample(size, RAISES)
        is_updated = ended | raised | (is_open & self._sample(size, REFRESHES))
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

    def _advance_posts(self, night: date) -> None:
        posts = self.posts
        if not posts.height:
            return
        ended = posts["end_date"].is_null().to_numpy() & self._sample(posts.height, 0.002)
        yesterday = pl.repeat(night - timedelta(days=1), posts.height, eager=True)
        self.posts = posts.with_columns(_where(ended, yesterday, posts["end_date"]))


def is_faulty(person: str) -> pl.Expr:
    """Whether the rows of the person in that column are among those that clerks got wrong."""
    return pl.col(person) % FAULTY_EVERY == FAULTY_EVERY - 1


def _where(mask: Mask, new: pl.Series, old: pl.Series) -> pl.Series:
    return new.zip_with(pl.Series(mask), old).alias(old.name)
