"""Every figure of random worlds, as the warehouse shows it and as the independent calculation has it.

One small world of two nights here, one that comes as files, and one planted defect; `make oracle` takes twenty worlds
as they are, and all defects.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import psycopg
import pytest
from tests.kit.files import ingest_all
from tests.kit.nights import Nights, accept, start_build
from tests.oracle import SEEDS
from tests.oracle.as_files import write
from tests.oracle.comparison import ALL_KEYS, differences, figures, token_of
from tests.oracle.planted import PLANTED, copied_project, run_group
from tests.oracle.playing import EVERYTHING, calculate, expect, person_of, play, shown
from tests.oracle.seeds import Seeds
from tests.oracle.worlds import RandomWorld, Sent, in_nights, make_world

from employment_warehouse import transform

pytestmark = pytest.mark.slow
FILES_FROM = (
    "labor_register",
    "employment",
    "public_post",
    "workshop",
    "youth_support",
    "relief_project",
    "relief_contract",
)


def test_every_figure_of_a_random_world(warehouse: psycopg.Connection) -> None:
    world = in_nights(make_world(5, people=40, counties=4), 2)
    counted: dict[str, int] = {}
    for expected in play(Nights(warehouse), world, Seeds(SEEDS)):
        wrong = [d for mart in expected for d in differences(mart, expected[mart], shown(warehouse, mart), person_of)]
        assert wrong == []
        counted = {mart: figures(rows, ALL_KEYS[mart]) for mart, rows in expected.items()}
    # A mart without a figure would agree with anything.
    assert [mart for mart in ALL_KEYS if not counted.get(mart)] == []


def test_a_planted_defect_shows(warehouse: psycopg.Connection, tmp_path: Path) -> None:
    (defect,) = (defect for defect in PLANTED if defect.name == "an award of tomorrow")
    with copied_project(tmp_path / "planted") as project:
        assert run_group([defect], project, warehouse)[defect.name] != []


def test_a_world_that_arrives_as_files(
    warehouse: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same, through the reader: one night, with the last three reports of each unit until then."""
    monkeypatch.setenv("WAREHOUSE_LANDING_ZONE", str(tmp_path))
    made = make_world(3, people=50, counties=3)
    last = made.nights[-1]
    first_reported = {
        (s.feed, s.unit, s.report_date): s for s in made.sent if s.feed in FILES_FROM and s.report_date <= last
    }
    of_unit: dict[tuple[str, str], list[Sent]] = defaultdict(list)
    for s in sorted(first_reported.values(), key=lambda sent: sent.report_date):
        of_unit[s.feed, s.unit].append(Sent(0, s.feed, s.unit, s.report_date, s.rows))
    world = RandomWorld(3, [last], [sent for reports in of_unit.values() for sent in reports[-3:]])
    expect(last)
    for sent in world.sent:
        write(tmp_path, sent)
    assert len(ingest_all(last)) == len(world.sent)
    nights = Nights(warehouse)
    for feed in ("gig_orders", "applications", "job_postings"):
        nights.deliver(feed, "hr_platform", last, kind="pages")
    build = start_build(last)
    accept(warehouse, build)
    transform.run_dbt(EVERYTHING, build)
    nights.publish(build)
    (expected,) = calculate(world, Seeds(SEEDS))
    wrong = [d for mart in expected for d in differences(mart, expected[mart], shown(warehouse, mart), token_of)]
    assert wrong == []
    assert figures(expected["employment_flow"], ALL_KEYS["employment_flow"]) > 50
