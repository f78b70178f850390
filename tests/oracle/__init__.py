"""An independent calculation of what the warehouse must show, from the files of a landing zone.

It reads the files and the operator's seeds itself and shares no code with the warehouse: only the words of
feeds.md and marts.md. Where these leave room, this is what it does (each a question to whoever owns the words):

 1. Spells, posts and contracts that a snapshot leaves out: the same rule for all three, the last teller's next
    snapshot decides. Another unit that still names the same key is not asked.
 2. A corrected spell: what was left out disappears with all its days, the new one is believed as it stands.
 3. An employment row with channel public_post or work_relief covers its own days as evidence, also where the post
    or contract that it matches (days overlap anywhere) does not; its rank is then the matched one's.
 4. Windows: '7 days that end with d' is d-6 … d, 'in the 60 days to d' likewise d-59 … d; 'updated within 90 days'
    is d-90 … d.
 5. Grade A asks for a credit in the window, whichever work it was for; grade B by hire for any application that
    stands as hired by d, without a window.
 6. `subsidised` in employment_stock is the main job's.
 7. A tie that goes to the employer name goes to the lowest; posts, contracts and orders have none ('').
 8. The year to date: a gig order covers the 7 days of its reference week.
 9. Change against a day for which no county had a register yet is not known (None); one county without a register
    then counts as carried forward and contributes 0.
10. Carried forward in change: labor_register, employment or public_post of that date not accepted.
11. Baseline by default: the value of the first night of the year that was built, as known now. Begun on the
    deadline or after it, the whole target is asked for.
12. required_daily_change: (target - actual) / days from d to the deadline.
13. A case clears on the first day on which it no longer holds; days_open = cleared (or d) - opened.
    members_in_labour_force is of the last day of the case; cleared_by_channel the best-ranked main job in the
    household on the day of clearing.
14. Paid = credited + what the payroll says while the current batch of the line has no return (or it has no batch).
15. The amount by which return lines join is the payroll's amount paid, of the latest revision with that batch.
16. paid_late: the bank credited something after the pay date (the payroll's word alone does not make it late); the
    amount is what was credited late. bank_amount_differs: by how much. not_on_register: by tonight's registers.
    deceased: before the period began. underage: at the period's end. unpaid and underpaid wait until the pay date
    is over.
17. workers are the persons on any payroll of the project; contract_coverage is the share of them who have a
    contract of that project, of whatever days.
18. arrears sum what is missing line by line: what is overpaid to one does not pay another.
19. A stage of pay is counted of the lines in force that have both its dates; credit is the last credit; of equally
    slow stages the earlier is the slowest. median_days_to_cure: from the date of the return that refused a line to
    its credit. Not worked out here: `coverage`.
20. Applications and orders count by their state as of the end of d (updated_at).
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
