"""Who gives work: enterprises where people go, enterprises and workshops at home, and the others by their kind."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from employment_warehouse.demonstration.counties import AWAY, COUNTIES, County
from employment_warehouse.demonstration.identities import uscc

SYLLABLES = "华瑞恒达盛兴联创宏泰锦鑫嘉信远东金顺万和佳美天成正大新科"
TRADES = (
    ("电子科技有限公司", "C"),
    ("服装有限公司", "C"),
    ("鞋业有限公司", "C"),
    ("五金制品有限公司", "C"),
    ("家具有限公司", "C"),
    ("建筑劳务有限公司", "E"),
    ("物流有限公司", "G"),
    ("餐饮管理有限公司", "H"),
    ("物业服务有限公司", "K"),
    ("农业开发有限公司", "A"),
)
COLUMNS = ("work_division_code", "employer_name", "employer_uscc", "industry", "workshop_no", "_wage")
ABROAD_SHARE = 0.70
"""Of enterprise work: away from home county."""


@dataclass(frozen=True)
class Employers:
    """Employers by place, in one table: the ones away first, then those of each county."""

    table: pl.DataFrame
    away: NDArray[np.int64]
    """Row numbers, weighted: drawing one of them uniformly draws a destination by its share."""
    local: dict[str, NDArray[np.int64]]
    workshops: dict[str, NDArray[np.int64]]
    others: dict[str, NDArray[np.int64]]
    """Of each county: the rows of public post, work relief, gig and own business, in this order."""

    @classmethod
    def for_people(cls, people: int, seed: int) -> "Employers":
        """Make as many employers as this number of people needs."""
        rng = np.random.default_rng([seed, 7])
        rows: list[tuple[str | int | None, ...]] = []

        def company(division: str, place: str, wage: int) -> int:
            word = "".join(SYLLABLES[i] for i in rng.integers(0, len(SYLLABLES), 3))
            trade, industry = TRADES[rng.integers(0, len(TRADES))]
            registered = division if division != "990000" else "440300"
            rows.append((division, f"{place}{word}{trade}", uscc(registered, len(rows)), industry, None, wage))
            return len(rows) - 1

        away: list[int] = []
        for destination in AWAY:
            firms = max(1, round(destination.share * min(people, 1_500_000) / 500))
            here = [company(destination.division_code, destination.name, destination.wage) for _ in range(firms)]
            tickets = max(1, round(destination.share * 20_000))
            away += [here[i % firms] for i in range(max(tickets, firms))]
        local, workshops, others = {}, {}, {}
        for county in COUNTIES:
            firms = max(2, round(people * county.people_share / 900))
            local[county.code] = np.array([company(county.code, county.name, 3400) for _ in range(firms)])
            first = len(rows)
            for number in range(1, 2 + round(people * county.people_share / 2500)):
                name = f"{county.name}第{number}就业帮扶车间"
                code = uscc(county.code, 500_000 + number)
                rows.append((county.code, name, code, "C", f"{county.code}CJ{number:03d}", 2600))
            workshops[county.code] = np.arange(first, len(rows))
            for name, industry, wage in (
                (f"{county.name}乡村公益性岗位", "N", 900),
                (f"{county.name}以工代赈项目部", "E", 2800),
                (f"{county.name}零工市场", "O", 2900),
                (f"{county.name}个体工商户", "F", 3600),
            ):
                rows.append((county.code, name, None, industry, None, wage))
            others[county.code] = np.arange(len(rows) - 4, len(rows))
        table = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS[:-1], pl.String) | {"_wage": pl.Int64}, orient="row")
        return cls(table, np.array(away), local, workshops, others)

    def choose(self, rng: np.random.Generator, county: County, channel: NDArray[np.int64]) -> pl.DataFrame:
        """An employer for each spell of a county's people, by its channel's number."""
        size = len(channel)
        goes = rng.random(size) < ABROAD_SHARE
        near = rng.choice(np.array([c.code for c in COUNTIES]), size, p=_neighbours(county))
        chosen = np.where(goes, rng.choice(self.away, size), rng.choice(self.local[county.code], size))
        for code in sorted(set(near[~goes & (near != county.code)].tolist())):
            there = ~goes & (near == code)
            chosen[there] = rng.choice(self.local[code], int(there.sum()))
        chosen = np.where(channel == 1, rng.choice(self.workshops[county.code], size), chosen)
        chosen = np.where(channel >= 2, self.others[county.code][np.maximum(channel, 2) - 2], chosen)
        return self.table[chosen]


def _neighbours(county: County) -> list[float]:
    """Where those work who stay in the prefecture: at home, else in Mengzi, Gejiu, Kaiyuan or Mile."""
    towns = {"532503": 0.10, "532501": 0.05, "532502": 0.05, "532504": 0.05}
    shares = {c.code: towns.get(c.code, 0.0) for c in COUNTIES}
    shares[county.code] = 0.0
    shares[county.code] = 1.0 - sum(shares.values())
    return list(shares.values())
