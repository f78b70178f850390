"""A submission in parts, of which one cannot be read."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from tests.kit import files
from tests.kit.files import COUNTY, DAY, ingest_all
from tests.kit.nights import gated_night
from tests.kit.server import rows_of

from employment_warehouse import gate, publication


def send_shops(zone: Path, name: str, numbers: Sequence[int], minutes: int = 0) -> Path:
    """A part of a register of workshops; without numbers one that cannot be read."""
    register = files.rows_of("workshop", *({"workshop_no": f"A{number}"} for number in numbers))
    return files.put(zone, register if numbers else "not a table", name, feed="workshop", minutes=minutes)


def count_of(warehouse: psycopg.Connection, status: str) -> int:
    """How many workshops have landed of deliveries in this state."""
    count = (
        "select count(*) from landing.workshop inner join ops.delivery using (delivery_id) where delivery.status = %s"
    )
    return int(rows_of(warehouse, count, status)[0][0])


@pytest.mark.parametrize("end", ["sent again", "in another form", "nil", "removed", "removed in the night", "released"])
def test_the_other_parts_wait_for_one_that_cannot_be_read(warehouse: psycopg.Connection, zone: Path, end: str) -> None:
    """Alone they would be taken for the whole register, and what is in it for workshops that are no more."""
    later = DAY + timedelta(days=1)
    send_shops(zone, f"{COUNTY}_1.csv", range(8))
    wrong = send_shops(zone, f"{COUNTY}_2.csv", [])
    ingest_all()
    found = gate.preview(warehouse, "workshop", COUNTY, DAY, DAY)
    assert [outcome.expectation.name for outcome in found] == ["parts.refused"]
    assert "有 1 个分册无法读取" in found[0].message_zh
    if end == "removed in the night":
        wrong.unlink()
        assert gated_night(DAY) == ()
    else:
        assert gated_night(DAY) == (1,)
        assert gated_night(later) == ()
        assert count_of(warehouse, "held") == 8
    match end:
        case "sent again":
            send_shops(zone, f"{COUNTY}_2.csv", range(8, 12), minutes=5)
        case "in another form":
            send_shops(zone, f"{COUNTY}_2.csv", [], minutes=5).unlink()
            files.put(
                zone,
                gzip.compress(files.rows_of("workshop", {"workshop_no": "A9"}).encode()),
                f"{COUNTY}_2.csv.gz",
                feed="workshop",
            )
        case "nil":
            files.put(zone, "", f"{COUNTY}_2.nil", feed="workshop", minutes=5)
        case "removed":
            wrong.unlink()
        case "released":
            publication.release_delivery(1, "the second part was empty")
    assert gated_night(later) == ()
    assert count_of(warehouse, "held") == 0
    assert count_of(warehouse, "accepted") == {"sent again": 12, "in another form": 9}.get(end, 8)


def test_a_part_of_which_an_older_file_counts_holds_nothing(warehouse: psycopg.Connection, zone: Path) -> None:
    for part in (1, 2):
        send_shops(zone, f"{COUNTY}_{part}.csv", range(8 * part, 8 * part + 8))
    assert gated_night(DAY) == ()
    send_shops(zone, f"{COUNTY}_2.csv", [], minutes=5)
    send_shops(zone, f"{COUNTY}_1.csv", range(7, 16), minutes=5)
    assert gated_night(DAY) == ()
    assert rows_of(warehouse, "select part, revision from ops.part_in_force order by 1") == [("1", 2), ("2", 1)]
    assert rows_of(warehouse, "select part from ops.refused_part") == []


def test_a_whole_file_that_cannot_be_read_is_not_replaced_by_parts_beside_it(
    warehouse: psycopg.Connection, zone: Path
) -> None:
    """By its name it may be the first of them."""
    in_force = "select distinct on (part) part, revision, kind from ops.delivery order by part, revision desc"
    whole = send_shops(zone, f"{COUNTY}.csv", [])
    send_shops(zone, f"{COUNTY}_2.csv", range(8))
    assert len(gated_night(DAY)) == 1
    whole.unlink()
    assert gated_night(DAY) == ()
    assert rows_of(warehouse, in_force) == [("", 2, "withdrawn"), ("2", 1, "file")]
    send_shops(zone, f"{COUNTY}.csv", [])
    send_shops(zone, f"{COUNTY}_2.csv", range(9), minutes=5)
    assert len(gated_night(DAY)) == 1


def test_a_part_of_events_that_cannot_be_read_holds_nothing(warehouse: psycopg.Connection, zone: Path) -> None:
    """What is not reported of them has not ended."""
    files.put(zone, files.rows_of("job_event", {}), f"{COUNTY}_1.csv", feed="job_event")
    files.put(zone, "not a table", f"{COUNTY}_2.csv", feed="job_event")
    assert gated_night(DAY) == ()
    assert rows_of(warehouse, "select status from ops.delivery order by part") == [("accepted",), ("refused",)]
