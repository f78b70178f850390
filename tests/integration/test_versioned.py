"""The one writer: ranges over builds, on a real server, through the models that use it."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

import psycopg
import pytest
from tests.kit.nights import certify

from employment_warehouse import publication, transform
from employment_warehouse.database import connect
from employment_warehouse.transform.runs import run_models

COUNTY = "532528"
REFUSED = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.ObjectNotInPrerequisiteState,  # a view that cannot be written to at all
)


def workshop(number: str, county: str = COUNTY, **other: Any) -> dict[str, Any]:
    return {
        "county_code": county, "workshop_no": number, "workshop_name": f"车间{number}", "township_code": f"{county}101",
        "recognised_on": "2022-03-01", "status": "operating", "workers": 20, "poverty_alleviated_workers": 8,
    } | other  # fmt: skip


def runs(nights: Any, number: str) -> list[tuple[Any, ...]]:
    """The runs of a workshop as now known: from, to, workers."""
    return nights.rows(
        "select seen_from::text, seen_to::text, workers from build.reported_workshop where workshop_no = %s order by 1",
        number,
    )


@pytest.fixture
def workshops(nights: Any) -> Any:
    """Nights that build the workshops' reported rows and their dimension only."""
    nights.select = "stg_workshop reported_workshop dim_workshop"
    return nights


@pytest.mark.quick
def test_a_night_only_opens_new_rows_and_closes_removed_ones(workshops: Any) -> None:
    workshops.deliver("workshop", COUNTY, "2024-05-01", [workshop("A"), workshop("B")])
    first = workshops.night("2024-05-01")
    workshops.deliver("workshop", COUNTY, "2024-05-02", [workshop("A"), workshop("B", workers=25), workshop("C")])
    second = workshops.night("2024-05-02")
    kept = workshops.rows(
        "select workshop_no, workers, from_build, to_build from store.dim_workshop order by workshop_no, from_build"
    )
    assert kept == [
        ("A", 20, first, None), ("B", 20, first, second), ("B", 25, second, None), ("C", 20, second, None),
    ]  # fmt: skip


def test_a_retry_and_a_full_refresh_write_the_same_rows_again(workshops: Any) -> None:
    workshops.deliver("workshop", COUNTY, "2024-05-01", [workshop("A"), workshop("B")])
    workshops.night("2024-05-01")
    workshops.deliver("workshop", COUNTY, "2024-05-02", [workshop("B", workers=25)])
    build = workshops.start("2024-05-02")
    workshops.build(build)
    digest = workshops.scalar("select ops.build_digest(%s)", build)
    workshops.build(build)
    assert workshops.scalar("select ops.build_digest(%s)", build) == digest
    oid = workshops.scalar("select 'store.reported_workshop'::regclass::oid")
    run_models("full refresh", ["build", "--full-refresh", "--select", workshops.select], build)
    assert workshops.scalar("select ops.build_digest(%s)", build) == digest
    assert workshops.scalar("select 'store.reported_workshop'::regclass::oid") == oid


def test_a_killed_or_held_night_leaves_no_trace(workshops: Any) -> None:
    workshops.deliver("workshop", COUNTY, "2024-05-01", [workshop("A"), workshop("B")])
    workshops.night("2024-05-01")
    bad = workshops.deliver("workshop", COUNTY, "2024-05-02", [workshop("A", workers=2000)])
    killed = workshops.start("2024-05-02")
    workshops.build(killed, "stg_workshop reported_workshop")
    after = workshops.start("2024-05-02")
    workshops.connection.execute("update ops.delivery set status = 'held' where delivery_id = %s", (bad,))
    workshops.build(after)
    workshops.publish(after)
    assert runs(workshops, "A") == [("2024-05-01", None, 20)]
    assert runs(workshops, "B") == [("2024-05-01", None, 20)]
    assert (
        workshops.scalar("select count(*) from store.reported_workshop where from_build in (%s, %s)", killed, after)
        == 0
    )
    assert workshops.scalar("select count(*) from store.reported_workshop where to_build is not null") == 0


def test_an_abandoned_build_leaves_no_rows_even_of_a_model_that_is_not_built_again(workshops: Any) -> None:
    workshops.deliver("workshop", COUNTY, "2024-05-01", [workshop("A")])
    workshops.night("2024-05-01")
    workshops.deliver("workshop", COUNTY, "2024-05-02", [workshop("A", workers=30), workshop("B")])
    abandoned = workshops.start("2024-05-02")
    workshops.build(abandoned)
    later = workshops.start("2024-05-02")
    workshops.build(later, "stg_workshop reported_workshop")
    workshops.publish(later)
    assert workshops.rows("select workshop_no, workers from marts.dim_workshop") == [("A", 20)]
    assert workshops.scalar("select count(*) from store.dim_workshop where from_build = %s", abandoned) == 0


def test_a_late_file_splits_runs_and_a_correction_rewrites_its_own_days(workshops: Any) -> None:
    workshops.deliver("workshop", COUNTY, "2024-05-01", [workshop("A"), workshop("B")])
    workshops.deliver("workshop", COUNTY, "2024-05-05", [workshop("A"), workshop("B")])
    workshops.night("2024-05-05")
    assert runs(workshops, "A") == [("2024-05-01", None, 20)]
    workshops.deliver("workshop", COUNTY, "2024-05-03", [workshop("A", workers=30)])
    workshops.night("2024-05-05")
    assert runs(workshops, "A") == [
        ("2024-05-01", "2024-05-03", 20),
        ("2024-05-03", "2024-05-05", 30),
        ("2024-05-05", None, 20),
    ]
    assert runs(workshops, "B") == [("2024-05-01", "2024-05-03", 20), ("2024-05-05", None, 20)]
    workshops.deliver("workshop", COUNTY, "2024-05-03", [workshop("A"), workshop("B")])
    workshops.deliver("workshop", COUNTY, "2024-05-05", [])
    workshops.night("2024-05-05")
    assert runs(workshops, "A") == [("2024-05-01", "2024-05-05", 20)]
    assert runs(workshops, "B") == [("2024-05-01", "2024-05-05", 20)]


def test_the_parts_of_a_day_are_one_snapshot_and_of_one_key_the_last_part_counts(workshops: Any) -> None:
    workshops.deliver("workshop", COUNTY, "2024-05-01", [workshop("A"), workshop("B")])
    workshops.deliver("workshop", COUNTY, "2024-05-01", [workshop("B", workers=22), workshop("C")], part="2")
    workshops.night("2024-05-01")
    assert [runs(workshops, number)[0][2] for number in "ABC"] == [20, 22, 20]
    workshops.deliver("workshop", COUNTY, "2024-05-01", [workshop("C", workers=23)], part="2")
    workshops.night("2024-05-01")
    assert [runs(workshops, number)[0][2] for number in "ABC"] == [20, 20, 23]


def test_the_result_does_not_depend_on_the_order_of_arrival(workshops: Any) -> None:
    files = [
        ("2024-05-01", [workshop("A"), workshop("B")]),
        ("2024-05-02", [workshop("A", workers=30)]),
        ("2024-05-03", [workshop("A"), workshop("B"), workshop("C")]),
    ]
    orders = {"532501": (0, 1, 2), "532502": (2, 0, 1), "532503": (1, 2, 0)}
    for step in range(3):
        for county, order in orders.items():
            on, rows = files[order[step]]
            workshops.deliver("workshop", county, on, [row | {"county_code": "same"} for row in rows])
        workshops.night("2024-05-03")
    results = {
        tuple(
            workshops.rows(
                "select workshop_no, seen_from, seen_to, workers from build.reported_workshop"
                " where unit = %s order by 1, 2",
                county,
            )
        )
        for county in orders
    }
    assert len(results) == 1


def test_a_repeated_key_is_refused_without_its_values(workshops: Any) -> None:
    secret = f"W{uuid.uuid4().hex}"
    workshops.deliver("workshop", COUNTY, "2024-05-01", [workshop(secret), workshop(secret)])
    build = workshops.start("2024-05-01")
    with pytest.raises(transform.TransformFailed, match=r"reported_workshop: 1 keys") as refused:
        workshops.build(build, "stg_workshop reported_workshop")
    assert secret not in str(refused.value)
    assert workshops.scalar("select count(*) from store.reported_workshop") == 0


def test_nothing_is_written_when_no_night_is_being_built(workshops: Any) -> None:
    with pytest.raises(transform.TransformFailed, match="No night is being built"):
        run_models("dim_date", ["run", "--select", "dim_date"])


def test_dbt_writes_nothing_that_readers_can_see(workshops: Any) -> None:
    workshops.deliver("workshop", COUNTY, "2024-05-01", [workshop("A")])
    published = workshops.night("2024-05-01")
    build = workshops.start("2024-05-02")
    refused = [
        f"insert into store.dim_workshop (county_code, workshop_no, from_build) values ('x', 'y', {published})",
        f"insert into store.dim_workshop (county_code, workshop_no, from_build) values ('x', 'y', {build})",
        "update store.dim_workshop set to_build = 99 where to_build is null",
        "delete from store.dim_workshop",
        "truncate store.dim_workshop",
        "truncate tonight.dim_workshop",
        "drop table store.dim_workshop",
        "drop table tonight.dim_workshop",
        "drop view marts.dim_workshop",
        "create table tonight.mine (x integer)",
        "create view build.mine as select 1 as x",
        "create function tonight.mine() returns integer language sql as 'select 1'",
        "insert into ops.store_index values ('dim_workshop', 'x', 'drop table store.dim_workshop')",
        "update ops.versioned set scope = '{}'",
        "insert into ops.model_version values (1, 'dim_workshop', 0, 0)",
        "update seeds.setting set value = '0'",
        "select ops.load_seeds('{}')",
        "delete from ops.certificate",
    ]
    for statement in refused:
        with connect("wh_transformer") as dbt, pytest.raises(REFUSED):
            dbt.execute(statement)
    assert workshops.scalar("select count(*) from pg_class where relowner = 'wh_transformer'::regrole") == 0


def test_a_hostile_model_cannot_change_a_published_row(workshops: Any) -> None:
    workshops.deliver("workshop", COUNTY, "2024-05-01", [workshop("A")])
    published = workshops.night("2024-05-01")
    before = workshops.rows("select * from store.dim_workshop")
    build = workshops.start("2024-05-02")
    with connect("wh_transformer") as dbt:
        dbt.execute("select ops.undo_version('dim_workshop')")
        dbt.execute("insert into tonight.dim_workshop (county_code, workshop_no, workers) values ('532501', 'A', 9999)")
        dbt.execute("select ops.write_version('dim_workshop')")
    # The row of the publication is closed by the build, and as it was for everyone who reads that publication.
    rows = workshops.rows("select * from store.dim_workshop where from_build = %s", published)
    assert [row[:-1] for row in rows] == [row[:-1] for row in before]
    assert [row[-1] for row in rows] == [build]
    with connect("wh_transformer") as dbt:
        dbt.execute("select ops.undo_version('dim_workshop')")
    assert workshops.rows("select * from store.dim_workshop") == before


def test_a_certified_build_can_no_longer_be_written(workshops: Any) -> None:
    workshops.deliver("workshop", COUNTY, "2024-05-01", [workshop("A")])
    build = workshops.start("2024-05-01")
    workshops.build(build)
    certify(build)
    for function in ("undo_version", "write_version"):
        with connect("wh_transformer") as dbt, pytest.raises(psycopg.Error, match="has begun to check") as refused:
            dbt.execute(f"select ops.{function}('dim_workshop')")
        assert refused.value.sqlstate == "WH021"
    assert publication.publish(build) == build


def test_the_ledger_names_the_models_that_a_build_has_written(workshops: Any) -> None:
    workshops.deliver("workshop", COUNTY, "2024-05-01", [workshop("A"), workshop("B")])
    first = workshops.night("2024-05-01")
    workshops.deliver("workshop", COUNTY, "2024-05-02", [workshop("A", workers=30), workshop("B")])
    second = workshops.night("2024-05-02")
    written = workshops.rows(
        "select build, model, rows_opened, rows_closed from ops.model_version where rows_opened > 0 order by 1, 2"
    )
    assert written == [
        (first, "dim_workshop", 2, 0),
        (first, "reported_workshop", 2, 0),
        (second, "dim_workshop", 1, 1),
        (second, "reported_workshop", 2, 1),
    ]


def test_an_index_that_is_declared_otherwise_is_built_again(workshops: Any) -> None:
    workshops.deliver("workshop", COUNTY, "2024-05-01", [workshop("A")])
    workshops.night("2024-05-01")
    definition = "select pg_get_indexdef('store.dim_workshop_versions'::regclass)"
    assert "(county_code, workshop_no, from_build)" in workshops.scalar(definition)
    workshops.connection.execute(
        "update ops.store_index set statement = replace(statement, '\"county_code\", ', '')"
        " where index_name = 'dim_workshop_versions'"
    )
    workshops.connection.execute("delete from ops.store_index where index_name = 'dim_workshop_opened'")
    workshops.night("2024-05-02")
    assert "(workshop_no, from_build)" in workshops.scalar(definition)
    assert workshops.scalar("select to_regclass('store.dim_workshop_opened')") is None


@pytest.mark.parametrize("role", ["wh_loader", "wh_gate", "wh_publisher", "wh_analyst", "wh_auditor", "county_532528"])
def test_no_other_role_writes_the_store(warehouse: psycopg.Connection, role: str) -> None:
    for verb, schema in itertools.product(
        (
            "delete from {}.dim_workshop",
            "update {}.dim_workshop set workers = 1",
            "insert into {}.dim_workshop (workers) values (1)",
        ),
        ("store", "build", "marts"),
    ):
        with connect(role) as reader, pytest.raises(REFUSED):
            reader.execute(verb.format(schema))
