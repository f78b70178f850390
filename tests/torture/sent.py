"""What two counties and a project send: in each register is a row that is wrong, and one that is there twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.kit.files import put, rows_of
from tests.kit.people import id_number

EVERY_COUNTY = (
    *("532503", "532528"),
    *("532501", "532502", "532504", "532523", "532524", "532525", "532527", "532529", "532530", "532531", "532532"),
)
COUNTIES = EVERY_COUNTY[:2]
PROJECT = "YG532528001"
PEOPLE = 99


def send(zone: Path, day: date, number: int = 0, counties: Sequence[str] = COUNTIES) -> None:
    """Everything that is due on a day. number: of the night; what is sent changes with it."""
    send_counties(zone, day, number, counties)
    workers = [{"project_no": PROJECT, "id_number": id_number(n)} for n in range(5 + number)]
    of_project = {"relief_project": [{"project_no": PROJECT}], "relief_contract": workers, "relief_payroll": workers}
    for feed, rows in of_project.items():
        put(zone, rows_of(feed, *rows), f"{PROJECT}.csv", feed=feed, day=day, minutes=number)


def send_counties(zone: Path, day: date, number: int = 0, counties: Sequence[str] = COUNTIES) -> None:
    """The registers and the workshops of some counties. From night to night some people come, go, and find work."""
    for county in counties:
        place = {"county_code": county, "township_code": f"{county}101", "village_code": f"{county}101201"}
        base = 1000 * EVERY_COUNTY.index(county) + 2 * number  # every other one works
        people = [
            {"id_number": id_number(base + n), "household_no": f"H{(base + n) // 3}", "is_relocated": "否"} | place
            for n in range(PEOPLE)
        ]
        wrong = people[0] | {"id_number": "532528199001019999"}
        jobs = [
            {"id_number": person["id_number"], "start_date": "2024-03-01", "updated_on": str(day)}
            for person in people[1::2]
        ]
        shops = [
            {"workshop_no": f"{county}-{n}", "workers": str(20 + n + number), "township_code": f"{county}101"}
            for n in range(3)
        ]
        posts = [{"post_no": f"GW{county}", "holder": people[0]["id_number"]} | place]
        registers = [*people, wrong, people[1]]
        of_feed = {"labor_register": registers, "employment": jobs, "workshop": shops, "public_post": posts}
        for feed, rows in of_feed.items():
            put(zone, rows_of(feed, *rows), f"{county}.csv", feed=feed, day=day, minutes=number)
