"""When nights run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from airflow.serialization.decoders import decode_timetable
from airflow.serialization.encoders import encode_timetable
from airflow.timetables.base import TimeRestriction

from employment_warehouse.runtime.dag_defaults import night_timetable
from employment_warehouse.settings import TIMEZONE, Home

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("arrived", "runs"),
    [("20:15", "21:30"), ("23:00", "06:00"), ("07:30", "07:40")],
)
def test_a_late_county_is_in_the_next_run_of_the_night(arrived: str, runs: str, fresh_home: Home) -> None:
    schedule = decode_timetable(encode_timetable(night_timetable()))  # as the scheduler gets it
    moment = datetime.fromisoformat(f"2024-05-18T{arrived}").replace(tzinfo=TIMEZONE)
    following = schedule.next_dagrun_info(
        last_automated_data_interval=None,
        restriction=TimeRestriction(earliest=moment.astimezone(UTC), latest=None, catchup=True),
    )
    assert following is not None
    assert f"{following.run_after.astimezone(TIMEZONE):%H:%M}" == runs
    assert following.run_after - moment < timedelta(hours=8)
