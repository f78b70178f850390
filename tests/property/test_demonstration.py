"""The demonstration's data: seeded, sound, and with every planted fault at any size."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from stdnum.cn import ric, uscc
from tests import oracle
from tests.oracle import defects
from tests.oracle.reading import FEEDS, read_file
from tests.oracle.seeds import Seeds

from employment_warehouse import demonstration
from employment_warehouse.checking import check_table
from employment_warehouse.contract import contract_of
from employment_warehouse.contract.model import UNIT_COLUMNS
from employment_warehouse.demonstration import Delivery, Manifest
from employment_warehouse.demonstration.counties import COUNTIES
from employment_warehouse.demonstration.crowd import Crowd
from employment_warehouse.demonstration.employers import Employers
from employment_warehouse.demonstration.seasons import SPRING_FESTIVALS
from employment_warehouse.errors import UserError
from employment_warehouse.reading import read_tables
from employment_warehouse.runtime.demonstration import MONTH_ENDS


@pytest.fixture(scope="module")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    folder = tmp_path_factory.mktemp("demonstration") / "smallest"
    return folder, demonstration.generate(folder, people=100, nights=3, seed=1)


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    folder = tmp_path_factory.mktemp("demonstration") / "village"
    return folder, demonstration.generate(folder, people=3000, nights=2, seed=2)


def bytes_of(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def path_before_arrival(folder: Path, delivery: Delivery) -> Path:
    waiting = folder / "later" / delivery.arrives_for.isoformat() / delivery.path
    return waiting if waiting.exists() else folder / "landing_zone" / delivery.path


def files(folder: Path, manifest: Manifest) -> Iterator[tuple[Delivery, Path]]:
    for delivery in manifest.deliveries:
        if delivery.kind == "file":
            yield delivery, path_before_arrival(folder, delivery)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    smallest: tuple[Path, Manifest], tmp_path: Path
) -> None:
    demonstration.generate(tmp_path / "same", people=100, nights=3, seed=1)
    demonstration.generate(tmp_path / "other", people=100, nights=3, seed=2)
    assert bytes_of(tmp_path / "same") == bytes_of(smallest[0])
    known = bytes_of(smallest[0])
    changed = [path for path, digest in bytes_of(tmp_path / "other").items() if known.get(path) != digest]
    assert sum("labor_register" in path for path in changed) > 30


def test_the_manifest_survives_writing_and_reading(smallest: tuple[Path, Manifest]) -> None:
    folder, manifest = smallest
    again = demonstration.read_manifest(folder)
    assert again.deliveries == [
        Delivery(**delivery.__dict__ | {"rejected": list(delivery.rejected)}) for delivery in manifest.deliveries
    ]
    assert [f.code for f in again.faults] == [f.code for f in manifest.faults]
    assert list(again.nights) == [date(2024, 5, 18), date(2024, 5, 19), date(2024, 5, 20)]


@pytest.mark.slow
@pytest.mark.parametrize("world", ["smallest", "village"])
def test_rows_landed_and_rejected_are_those_of_a_plain_reading(world: str, request: pytest.FixtureRequest) -> None:
    folder, manifest = request.getfixturevalue(world)
    compared = 0
    for delivery, path in files(folder, manifest):
        if delivery.feed in FEEDS:
            good, bad = read_file(delivery.feed, delivery.unit, path)
            listed = sorted((r.line, r.reason) for r in delivery.rejected)
            assert (len(good), sorted((line, reason) for line, _, reason in bad)) == (delivery.landed, listed), path
            assert delivery.rows == len(good) + len(bad)
            compared += 1
    assert compared > 150


@pytest.mark.slow
def test_reader_and_checks_reject_exactly_what_was_planted(smallest: tuple[Path, Manifest]) -> None:
    folder, manifest = smallest
    for delivery, path in files(folder, manifest):
        of = contract_of(delivery.feed)
        rows = landed = 0
        rejected = []
        for checked in check_table(read_tables(path, of), of, {UNIT_COLUMNS[of.unit]: delivery.unit}):
            rows += checked.rows_read
            landed += checked.good.height
            rejected += [(r["line"], r["reason"]) for r in checked.rejected.iter_rows(named=True)]
        assert (rows, landed) == (delivery.rows, delivery.landed), path
        assert set(rejected) == {(r.line, r.reason) for r in delivery.rejected}, path


@pytest.mark.slow
def test_every_id_number_and_credit_code_passes_its_check_digit(village: tuple[Path, Manifest]) -> None:
    folder, manifest = village
    prefixes: Counter[str] = Counter()
    for delivery, path in files(folder, manifest):
        if delivery.feed in ("labor_register", "employment"):
            for row in read_file(delivery.feed, delivery.unit, path)[0]:
                number = row["id_number"]
                assert ric.calc_check_digit(number) == number[-1]
                assert ric.get_birth_date(number) < manifest.nights[0]
                prefixes[number[:6]] += 1
                if row.get("employer_uscc"):
                    assert uscc.is_valid(row["employer_uscc"])
    assert {"532521", "532522", "532526"} <= prefixes.keys(), "retired prefixes stand in older people's numbers"


def test_numbers_of_the_crowd_are_unique() -> None:
    employers = Employers.for_people(20_000, 1)
    numbers = [
        number
        for county in COUNTIES[:4]
        for number in Crowd.gather(county, 6000, date(2024, 5, 18), employers, 1).persons["id_number"]
    ]
    assert len(set(numbers)) == 24_000


@pytest.mark.slow
def test_the_register_has_as_many_rows_as_people_asked_for(
    smallest: tuple[Path, Manifest], village: tuple[Path, Manifest]
) -> None:
    for _, manifest in (smallest, village):
        first = [d for d in manifest.deliveries if d.arrives_for == manifest.nights[0]]
        assert sum(d.rows for d in first if d.feed == "labor_register") == manifest.people


def test_a_quarter_of_the_employed_is_poverty_alleviated() -> None:
    employers = Employers.for_people(60_000, 1)
    employed = lifted = 0
    for county in COUNTIES:
        crowd = Crowd.gather(county, round(60_000 * county.people_share), date(2024, 5, 18), employers, 1)
        at_work = crowd.persons.filter(crowd.persons["_channel"].is_not_null())
        employed += at_work.height
        lifted += at_work.filter(at_work["population_category"] != "general").height
    assert lifted / employed == pytest.approx(370 / 1440, abs=0.02)
    assert employed / 60_000 == pytest.approx(0.65, abs=0.03)


def test_about_one_percent_changes_from_one_night_to_the_next() -> None:
    crowd = Crowd.gather(COUNTIES[8], 20_000, date(2024, 5, 18), Employers.for_people(20_000, 1), 1)
    before = set(crowd.spells.drop("_person").iter_rows())
    crowd.advance(date(2024, 5, 19))
    after = set(crowd.spells.drop("_person").iter_rows())
    assert 0.004 < len(before ^ after) / 2 / len(before) < 0.02


def test_employment_dips_at_spring_festival_and_recovers() -> None:
    festival = next(f for f in SPRING_FESTIVALS if f.year == 2025)
    first = festival - timedelta(days=25)
    crowd = Crowd.gather(COUNTIES[8], 3000, first, Employers.for_people(3000, 1), 1)
    open_spells = []
    for night in range(60):
        if night:
            crowd.advance(first + timedelta(days=night))
        open_spells.append(crowd.spells["end_date"].null_count())
    lowest = min(open_spells)
    assert 0.65 < lowest / open_spells[0] < 0.9
    assert open_spells.index(lowest) in range(20, 35)
    assert open_spells[-1] > 0.95 * open_spells[0]


@pytest.mark.slow
def test_every_fault_is_there_at_any_size(smallest: tuple[Path, Manifest], village: tuple[Path, Manifest]) -> None:
    manifest, larger = smallest[1], village[1]
    assert [f.code for f in manifest.faults] == [f.code for f in larger.faults]
    assert len(manifest.faults) >= 60
    assert len({f.code for f in manifest.faults}) == len(manifest.faults)
    kinds = Counter(delivery.kind for delivery in manifest.deliveries)
    assert kinds["nil"] and kinds["repeat"] and kinds["growing"]


@pytest.mark.slow
def test_with_the_month_ends_of_make_run_every_kind_of_case_and_finding_is_planted(tmp_path: Path) -> None:
    """What is planted is found, and nothing else is: tests/end_to_end/test_nights.py."""
    manifest = demonstration.generate(tmp_path / "zone", people=100, nights=3, seed=1, month_ends=MONTH_ENDS)
    registers = {delivery.report_date for delivery in manifest.deliveries if delivery.feed == "labor_register"}
    assert registers == {date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30), *manifest.nights}
    assert {case.kind for case in manifest.cases} == {rule["case_kind"] for rule in seed_rows("case_rule")}
    findings = {case.finding for case in manifest.cases if case.kind in ("relief_payroll", "public_post")}
    enabled = {rule["finding"] for rule in seed_rows("finding_rule") if rule["enabled"] == "true"}
    assert findings == enabled | {"account_shared"}
    affairs = {"agreement_not_fulfilled", "graduate_without_work", "labor_brand", "posting_filled"}
    assert affairs | {"service_followed_by_work"} <= {fault.code for fault in manifest.faults}


def seed_rows(name: str) -> list[dict[str, str]]:
    """The rows of a seed of the project."""
    with (oracle.SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
@pytest.mark.parametrize("first_date", ["2023-02-05", "2024-05-10", "2024-12-31"])
def test_the_stories_hold_on_any_date(first_date: str, tmp_path: Path) -> None:
    folder = tmp_path / "zone"
    manifest = demonstration.generate(folder, 100, 3, 3, date.fromisoformat(first_date))
    assert missing_traces(folder, manifest) == []


def test_the_oracle_agrees_with_the_manifest(smallest: tuple[Path, Manifest], tmp_path: Path) -> None:
    folder = shutil.copytree(smallest[0], tmp_path / "zone")
    assert missing_traces(folder, smallest[1]) == []


def missing_traces(folder: Path, manifest: Manifest) -> list[tuple[str, str, date]]:
    """Of the marts that the oracle works out: the traces that it lacks."""
    items = oracle.read_platform_items(folder)
    searched = Seeds(oracle.SEEDS).findings(manifest.nights[0])
    unseen = []
    for number, night in enumerate(manifest.nights):
        demonstration.arrive(folder, night)
        rows: dict[str, list[dict[str, Any]]] = oracle.expected_marts(
            folder / "landing_zone", items, night, manifest.nights[: number + 1]
        )
        persons = [
            {"id_number": p} | facts
            for p, facts in oracle.expected_persons(folder / "landing_zone", items, night).items()
        ]
        rows |= {"dim_person": persons, "fct_person_state": persons}
        for fault in manifest.faults:
            for trace in fault.traces:
                if trace.night != night or trace.mart not in rows or trace.key.get("feed") == "resettlement_site":
                    continue
                if trace.key.get("finding", "unpaid") not in searched:
                    continue
                found = [row for row in map(as_text, rows[trace.mart]) if as_text(trace.key).items() <= row.items()]
                seen = (
                    not found
                    if trace.value is None
                    else any(as_text(trace.value).items() <= row.items() for row in found)
                )
                if not seen:
                    unseen.append((fault.code, trace.mart, night))
    return unseen


def as_text(row: Any) -> dict[str, str]:
    return {name: f"{Decimal(value):.2f}" if name == "amount" else str(value) for name, value in row.items()}


@pytest.mark.slow
def test_payroll_totals_are_the_files_to_the_fen(village: tuple[Path, Manifest]) -> None:
    folder, manifest = village
    compared = 0
    for delivery, path in files(folder, manifest):
        if delivery.feed == "relief_payroll":
            rows = read_file(delivery.feed, delivery.unit, path)[0]
            for period, totals in delivery.totals.items():
                of_period = [r for r in rows if f"{r['period']:%Y-%m}" == period]
                assert Decimal(totals["due"]) == sum(r["amount_due"] for r in of_period)
                assert Decimal(totals["paid"]) == sum(r["amount_paid"] for r in of_period)
                compared += 1
    assert compared > 20


def test_a_late_delivery_arrives_once(smallest: tuple[Path, Manifest], tmp_path: Path) -> None:
    folder = shutil.copytree(smallest[0], tmp_path / "zone")
    second, third = smallest[1].nights[1:]
    corrected = folder / "landing_zone" / "employment" / "2024-05-18" / "532524.csv"
    before = corrected.read_bytes()
    assert {p.relative_to(folder / "landing_zone").parts[0] for p in demonstration.arrive(folder, second)} == {
        "employment",
        "labor_register",
    }
    assert corrected.read_bytes() != before
    assert demonstration.arrive(folder, second) == []
    assert demonstration.arrive(folder, third) == [folder / "landing_zone" / "employment" / "2024-05-19" / "532531.csv"]


def test_the_resent_file_has_the_same_bytes_and_a_later_time(smallest: tuple[Path, Manifest]) -> None:
    folder, manifest = smallest
    repeat = next(d for d in manifest.deliveries if d.kind == "repeat")
    first, again = folder / "landing_zone" / repeat.path, path_before_arrival(folder, repeat)
    assert first != again
    assert first.read_bytes() == again.read_bytes()
    assert again.stat().st_mtime > first.stat().st_mtime


def test_a_county_where_nothing_happened_sends_the_same_bytes_for_the_next_date(
    smallest: tuple[Path, Manifest],
) -> None:
    zone, (first, second, _) = smallest[0] / "landing_zone", smallest[1].nights
    for feed, name in (("resettlement_site", "532503.csv"), ("relief_contract", "532531YG24908.csv")):
        assert (zone / feed / f"{first}" / name).read_bytes() == (zone / feed / f"{second}" / name).read_bytes()


@pytest.mark.slow
def test_platform_items_are_in_order_and_fit_their_contract(village: tuple[Path, Manifest]) -> None:
    folder, manifest = village
    for feed in ("job_postings", "applications", "gig_orders"):
        lines = (folder / "hr_platform" / f"{feed}.jsonl").read_text(encoding="utf-8").splitlines()
        items = [json.loads(line) for line in lines]
        assert len(items) == manifest.counts[feed] > 0
        assert [(i["updated_at"], i["id"]) for i in items] == sorted((i["updated_at"], i["id"]) for i in items)
        assert {c.header for c in contract_of(feed).columns} == set(items[0])
        latest = {item["id"]: item for item in items}
        assert len(latest) < len(items), "some items change and stand there again"


def test_an_impossible_demonstration_is_refused(tmp_path: Path) -> None:
    for people, nights in ((99, 1), (3_000_001, 1), (100, 0)):
        with pytest.raises(UserError):
            demonstration.generate(tmp_path / "zone", people, nights, 1)
    (tmp_path / "something").touch()
    with pytest.raises(UserError) as refusal:
        demonstration.generate(tmp_path, 100, 1, 1)
    assert refusal.value.code == "folder_not_empty"


@pytest.fixture
def zone(village: tuple[Path, Manifest], tmp_path: Path) -> Path:
    return shutil.copytree(village[0] / "landing_zone", tmp_path / "zone")


def rows_of(zone: Path, feed: str, unit: str, day: date) -> list[dict[str, Any]]:
    path = next((zone / feed / day.isoformat()).glob(f"{unit}.*"))
    return read_file(feed, unit, path)[0]


@pytest.mark.slow
def test_each_defect_damages_its_target(zone: Path, village: tuple[Path, Manifest]) -> None:
    day, county = village[1].nights[1], "532530"
    register, employed = rows_of(zone, "labor_register", county, day), rows_of(zone, "employment", county, day)
    names = {row["employer_name"] for row in employed}

    assert defects.cut_register_to_a_third(zone, county, day) == [("labor_register", county, day)]
    assert len(rows_of(zone, "labor_register", county, day)) == pytest.approx(len(register) / 3, abs=2)

    defects.swap_columns(zone, "employment", county, day, ("employer_name", "work_division_code"))
    assert rows_of(zone, "employment", county, day) == [], "no division code is an employer's name"
    defects.swap_columns(zone, "employment", county, day, ("employer_name", "work_division_code"))
    assert {row["employer_name"] for row in rows_of(zone, "employment", county, day)} == names

    defects.employ_strangers(zone, county, day)
    known = {row["id_number"] for row in register}
    strangers = rows_of(zone, "employment", county, day)
    assert len(strangers) == len(employed)
    assert not {row["id_number"] for row in strangers} & known

    defects.multiply_amounts(zone, "employment", "532503", day)
    wages = [row["monthly_wage"] for row in rows_of(zone, "employment", "532503", day)]
    assert wages == [] or min(wages) > 20_000
    defects.empty_wages(zone, "532503", day)
    assert rows_of(zone, "employment", "532503", day) == []

    defects.send_another_county(zone, "labor_register", "532503", day, "532501")
    assert rows_of(zone, "labor_register", "532503", day) == [], "every row names another county than the path"

    assert len(defects.empty_everywhere(zone, "public_post", village[1].nights[0])) == len(COUNTIES) - 1


@pytest.mark.slow
def test_a_doubled_payroll_month_has_twice_the_wages(zone: Path, village: tuple[Path, Manifest]) -> None:
    delivery = next(d for d in village[1].deliveries if d.feed == "relief_payroll" and len(d.totals) == 1)
    before = rows_of(zone, "relief_payroll", delivery.unit, delivery.report_date)
    defects.double_payroll_month(zone, delivery.unit, delivery.report_date)
    after = rows_of(zone, "relief_payroll", delivery.unit, delivery.report_date)
    assert sum(r["amount_due"] for r in after) == 2 * sum(r["amount_due"] for r in before)


def test_targets_are_in_the_operators_form(smallest: tuple[Path, Manifest]) -> None:
    seed = seed_rows("target")
    listed = list(csv.DictReader(io.StringIO((smallest[0] / "target.csv").read_text(encoding="utf-8"))))
    assert {(r["county_code"], r["target_code"]) for r in listed} == {
        (r["county_code"], r["target_code"]) for r in seed
    }
    assert set(listed[0]) == set(seed[0])
