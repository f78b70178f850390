"""An independent calculation of what the warehouse must show, from what arrived and the operator's seeds alone.

It shares no code with the warehouse: only the words of the definition. It works out everything again for each
question, from lists: slow, and close to the words. It is read from two sides:

- the files of a landing zone (`reading`), for the demonstration: `expected_marts`;
- random worlds (`worlds`), given to a warehouse and to the calculation (`playing`), every figure of every night
  compared (`comparison`), and defects planted in the models (`planted`): `make oracle`, a sample in `make test`.

`state` says who is registered, who works and where on a day; `pay` what was due and credited; `status` how far the
feeds speak of a day or a period; `tonight` puts one night together. The marts stand by theme: `marts` (targets,
zero-employment households, work relief), `flow`, `income`, `places`, `bodies`, `findings`, `services`,
`reconciliation`, `headline`, `restated`, `cases`, `timeliness`; `indicators` and `reports` are made of them. Not here:
`data_quality`, and of `feed_timeliness` the feeds of projects and banks.

Where the definition leaves room, this is what it does (each a question to whoever owns the words):

 1. A correction of a spell is one with the same employer key as jobs have: a row without a credit code has that of
    the person's other spells with the name.
 2. The year to date: a gig order covers the 7 days of its reference week.
 3. Change against a day for which no county had a register yet is not known (None); one county without a register
    then contributes 0. A target is on track only where every county has a register and the deadline is not over.
 4. Baseline by default: the value of the year's first night on which the county (of the prefecture: each county) had a
    register, as published. Of a day that is decided without a value: the figure of that day, as known now.
 5. A case of zero employment shows its household as it was last known; cleared_by_channel is the best-ranked main job
    in the household on the day of clearing.
 6. paid_late: what was credited or, without a return, reported as paid after the pay date. bank_amount_differs: by how
    much. unpaid and underpaid wait until the pay date is over.
 7. workers are the persons on any payroll of the project; contract_coverage is the share of them with a contract of
    that project that touches a month they are paid for.
 8. A stage of pay is counted of the lines in force that have both its dates; credit is the last credit; of equally
    slow stages the earlier is the slowest. median_days_to_cure: from the date of the first return that refused a line
    to the first credit of that attempt or a later one.
 9. A post that is paid without a tenure in the month has the category of its tenure that began last.
10. A job takes the credit code that the person's other spells reported tonight give its name, not that of a row which
    has been corrected away.
11. Of a weekly or monthly feed the report that is due is one dated after the one due before; what a report's rows say
    of rejection counts while it is held, too.
12. A figure of a mart that is divided by a headline figure looks at the feeds of the mart: posts_per_100_jobless,
    posts_offered_per_1000.
13. A person without a home counts with each county that reports the person, and once in the prefecture.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from .marts import Marts
from .reading import read_landing_zone
from .seeds import Seeds
from .state import World

SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"


def expected_marts(
    landing_zone: Path,
    platform_items: Mapping[str, list[dict[str, Any]]],
    report_date: date,
    nights_built: Sequence[date],
    *,
    held: Collection[tuple[str, str, date]] = (),
    seeds: Path = SEEDS,
) -> dict[str, list[dict[str, Any]]]:
    """Mart → its expected rows for `report_date`, from the landing zone as it stands now.

    nights_built: the report dates published so far, tonight's the last. held: (feed, unit, report date) of
    deliveries that a gate holds. Persons are given by `id_number`, households by county and number; the
    warehouse's tokens are made of them by whoever compares.
    """
    deliveries = [
        d for d in read_landing_zone(landing_zone, report_date) if (d.feed, d.unit, d.report_date) not in held
    ]
    nights = [*(n for n in nights_built if n < report_date), report_date]
    marts = Marts(World(deliveries, platform_items, Seeds(seeds), report_date), nights)
    return {
        "target_progress": list(marts.target_progress()),
        "employment_stock": marts.employment_stock(),
        "zero_employment_household": list(marts.zero_employment_household()),
        "zero_employment_summary": list(marts.zero_employment_summary()),
        "relief_project_monitor": list(marts.relief_project_monitor()),
        "relief_payroll_check": list(marts.relief_payroll_check()),
        "feed_timeliness": list(marts.feed_timeliness()),
    }


def expected_persons(
    landing_zone: Path, platform_items: Mapping[str, list[dict[str, Any]]], report_date: date, seeds: Path = SEEDS
) -> dict[str, dict[str, Any]]:
    """ID number → county, labour force, employed and main job's channel of everyone on a register."""
    world = World(read_landing_zone(landing_zone, report_date), platform_items, Seeds(seeds), report_date)
    employed = world.employed(report_date)
    return {
        person: {
            "county_code": county,
            "is_in_labour_force": person in world.labour_force(report_date),
            "is_employed": person in employed,
            "channel": employed[person][2][0].channel if person in employed else None,
        }
        for person, (county, _) in world.register(report_date).items()
    }


def read_platform_items(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The demonstration's platform items, by feed."""
    return {
        path.stem: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for path in sorted((folder / "hr_platform").glob("*.jsonl"))
    }
