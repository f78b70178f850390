"""A home that is rebuilt from the archive alone has every publication of the original, with its digest.

NIGHTS=30 (`make torture`) plays as many nights; a sample otherwise.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openpyxl
import pytest
from cryptography.exceptions import InvalidTag
from tests.kit import files
from tests.kit.nights import Nights, certify
from tests.kit.people import id_number
from tests.kit.process import run_warehouse
from tests.kit.server import running_server

from employment_warehouse import hr_platform, landing, publication, returns, transform
from employment_warehouse.contract import FILE_SOURCES, contract_of
from employment_warehouse.database import DatabaseRefusal, seed_tables
from employment_warehouse.database.embedded import Server
from employment_warehouse.errors import UserError
from employment_warehouse.runtime import history, rebuilding, recorded_rows, replaying, steps
from employment_warehouse.settings import Home, project_root

NIGHTS = int(os.environ.get("NIGHTS", "7"))
FIRST = date(2024, 5, 29)
HERE, THERE = "532528", "532503"
SELECT = "stg_workshop reported_workshop dim_workshop stg_labor_register reported_labor_register"
OPTIONS = {"fsync": "off", "shared_buffers": "'64MB'"}
KEPT = {
    "publications": "select publication, report_date, vintage, published_at, released_by, release_reason,"
    " rolled_back_by, rolled_back_at, rollback_reason,"
    " case when %(digests)s then ops.publication_digest(publication) end from ops.publication order by 1",
    "standing": "select publication from ops.pointer",
    "deliveries": "select delivery_id, feed, unit, report_date, part, revision, kind, status, reason, held_by, build,"
    " rows_read, rows_landed, rows_rejected, rows_erased, arrived_at, landed_at, months from ops.delivery order by 1",
    "rows": "select delivery_id, sheet, line, l::text from landing.labor_register as l where delivery_id in"
    " (select delivery_id from ops.delivery where purged_at is null) order by 1, 2, 3",
    "workshops": "select delivery_id, sheet, line, l::text from landing.workshop as l where delivery_id in"
    " (select delivery_id from ops.delivery where purged_at is null) order by 1, 2, 3",
    "persons": "select distinct person_key from vault.person order by 1",
    "rejected": "select delivery_id, sheet, line, column_name, reason, corrected_by from vault.rejected_row"
    " order by 1, 2, 3, 4",
    "erasures": "select marks, done_at from vault.erasure order by erasure",
    "months": "select * from ops.month_close",
    "rules": "select * from ops.rule_decision",
    "waivers": "select check_name, unit, valid_from, valid_to, granted_by, reason from ops.waiver order by 1, 2, 3",
    "decided": "select seed, key, shown, decided_by from ops.decided_value order by 1, 2",
    "targets": "select county_code, valid_from, target_value from seeds.target order by 1, 2, target_code",
    "key counties": "select division_code, key_county_level from seeds.division where level = 'county' order by 1",
    "builds": "select build, report_date, run_id, base, started_at, status, rules_digest from ops.build order by 1",
    "checks": "select build, check_name, unit, success, waiver from ops.check_result order by 1, 2, 3",
    "due": "select * from ops.due order by 1, 2, 3",
    "settings": "select name, valid_from, value from seeds.setting order by 1, 2",
}


@dataclass
class Site:
    """A home, its landing zone, and what its database had at the end."""

    root: Path
    kept: dict[str, list[Any]] = field(default_factory=dict)
    kept_after_erasure: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def home(self) -> Home:
        return Home(self.root / "home")

    @property
    def zone(self) -> Path:
        return self.root / "landing zone"


def contents(nights: Nights, *, digests: bool = True) -> dict[str, list[Any]]:
    """What a rebuild must bring back. Without digests: what an erasure leaves comparable."""
    return {name: nights.connection.execute(query, {"digests": digests}).fetchall() for name, query in KEPT.items()}


def send(zone: Path, county: str, day: date, number: int) -> None:
    """A register and a list of workshops that change from night to night; one row of it is wrong."""
    serials = [1000 * (county == HERE) + n for n in range(number, number + 3)]
    place = {"county_code": county, "township_code": f"{county}101", "village_code": f"{county}101201"}
    people = [{"id_number": id_number(serial), "is_relocated": "否"} | place for serial in serials]
    wrong = {"id_number": "532528199001019999", "is_relocated": "否"} | place
    register = files.rows_of("labor_register", *people, wrong)
    files.put(zone, register, f"{county}.csv", feed="labor_register", day=day, minutes=number)
    shops = [
        {"workshop_no": f"{county}-{n}", "workers": str(n + number), "township_code": f"{county}101"}
        for n in range(3 + number % 2)
    ]
    files.put(zone, files.rows_of("workshop", *shops), f"{county}.csv", feed="workshop", day=day, minutes=number)


def send_corrected(zone: Path, workbook: Path, county: str, day: date, *, person: int, minutes: int) -> None:
    """A county's return workbook, or the one that it has sent, with this person in its wrong row."""
    book = openpyxl.load_workbook(workbook)
    sheet = book[contract_of("labor_register").title_zh]
    headers = [cell.value for cell in sheet[1]]
    sheet.cell(2, headers.index("身份证号") + 1).value = id_number(person)
    book.save(workbook)
    files.put(zone, workbook.read_bytes(), f"{county}.xlsx", feed="corrections", day=day, minutes=minutes)


def decide(nights: Nights, day: date) -> None:
    """What operators decide from that day on, and from a day that never comes."""
    nights.connection.execute(
        "select ops.decide_target(t.target_code, t.county_code, %s, (t.target_value + 7)::integer, 'as agreed')"
        " from seeds.target as t where t.county_code = %s and t.target_code = 'rural_employed'",
        [day, HERE],
    )
    nights.connection.execute("select ops.decide_key_county(%s, %s, 'provincial', 'as announced')", [THERE, day])
    nights.connection.execute("select ops.decide_key_county(%s, '2030-01-01', '', 'as announced')", [THERE])
    nights.connection.execute(
        "insert into ops.waiver (check_name, unit, valid_from, valid_to, granted_by, reason)"
        " values ('delivery:volume.ratio', %s, %s, %s, 'zhang_san', 'fewer workshops')",
        [HERE, day, day],
    )


def night(nights: Nights, day: date) -> int:
    """A night with real files, ended as a night of Airflow ends; gate 1 holds the given list."""
    landing.expect_deliveries(day)
    files.ingest_all(day, (*FILE_SOURCES, "correction"))
    build = publication.start_build(day, f"night {day}")
    landing.restore_offered(build, hr_platform.read_archived)
    nights.connection.execute(
        "update ops.delivery set status = case when rows_landed = 4 and feed = 'workshop' and not exists"
        " (select from ops.waiver as w where w.check_name = 'delivery:' || delivery_id) then 'held' else 'accepted' end"
        " where build = %s and status = 'landed'",
        [build],
    )
    nights.connection.execute(
        "update ops.delivery set held_by = 'gate_1', reason = '本次 4 行' where build = %s and status = 'held'", [build]
    )
    transform.run_dbt(SELECT, build)
    number = int(nights.publish(build))
    history.record()
    landing.purge()
    return number


def released_and_rolled_back(nights: Nights, day: date) -> None:
    """A night that gate 2 holds, with a list that gate 1 holds; no record is made of its publication."""
    files.ingest_all(day)
    build = publication.start_build(day, f"held {day}")
    nights.connection.execute(
        "update ops.delivery set status = case when feed = 'workshop' then 'held' else 'accepted' end"
        " where build = %s and status = 'landed'",
        [build],
    )
    transform.run_dbt(SELECT, build)
    certify(build, failed=1)
    with pytest.raises(DatabaseRefusal):
        publication.publish_or_hold(build)
    publication.release_night(build, "checked by telephone")
    publication.roll_back(build, [], "it was wrong after all")


def play(nights: Nights, zone: Path) -> None:
    """Nights with late files, corrections, removed parts, held and released lists; rollbacks, one of them of a night
    that had just been released; a closed month, a rule and a setting that change; and an erasure that is asked for
    before the last files, and not done.
    """
    for number in range(NIGHTS):
        day = FIRST + timedelta(number)
        if number == NIGHTS - 1:
            landing.ask_erasure(id_number(1000 + number), "asked for while a night was held")
        send(zone, HERE, day, number)
        if number % 3 != 1:
            send(zone, THERE, day, number)
        else:  # late: yesterday's comes with a file that corrects it, and a second part
            send(zone, THERE, day - timedelta(1), number + 20)
            extra = files.rows_of("workshop", {"workshop_no": "extra", "workers": "9", "township_code": f"{THERE}101"})
            files.put(zone, extra, f"{THERE}_2.csv", feed="workshop", day=day - timedelta(1), minutes=number)
            (returned,) = [path for path in returns.write_workbooks(day - timedelta(1)) if HERE in path.name]
            send_corrected(zone, returned, HERE, day - timedelta(1), person=5000 + number, minutes=number + 60)
        if number == 2:
            sent = zone / "corrections" / str(day - timedelta(2)) / f"{HERE}.xlsx"
            send_corrected(zone, sent, HERE, day - timedelta(2), person=6000 + number, minutes=number + 90)
            decide(nights, day)
        if number % 3 == 2:  # and the second part is taken back when the first is sent again
            send(zone, THERE, day - timedelta(2), number + 40)
            (zone / "workshop" / str(day - timedelta(2)) / f"{THERE}_2.csv").unlink()
            publication.decide_rule("underpaid", day, enabled=number % 2 == 0, legal_basis="as decided on that day")
        if number == NIGHTS - 1:
            released_and_rolled_back(nights, day)
        published = night(nights, day)
        if day == date(2024, 5, 31):
            publication.close_month(day)
        if number == NIGHTS // 2:
            wrong = nights.scalar(
                "select max(delivery_id) from ops.delivery where (build, unit, status) = (%s, %s, 'accepted')",
                published, THERE,
            )  # fmt: skip
            publication.roll_back(published, [wrong], "a wrong file")
            change_setting(day)
            night(nights, day)
        held = nights.rows("select min(delivery_id) from ops.delivery where status = 'held' having count(*) > 2")
        for (delivery_id,) in held:
            publication.release_delivery(delivery_id, "checked by telephone")
    publication.roll_back(published, [], "rolled back last, no night since")


def change_setting(day: date) -> None:
    own = Home(Path(os.environ["WAREHOUSE_HOME"])).seeds / "setting.csv"
    rows = (Path("dbt_project") / "seeds" / "setting.csv").read_text().rstrip("\n")
    own.write_text(f"{rows}\nworking_age_from,{day},15,integer,true,a test,,\n")
    seed_tables.load()


@contextmanager
def served(site: Site) -> Iterator[Nights]:
    """The new home of a site while its server runs."""
    site.home.root.mkdir()
    site.zone.mkdir()
    places = {"WAREHOUSE_HOME": str(site.home.root), "WAREHOUSE_LANDING_ZONE": str(site.zone)}
    with (
        patch.dict(os.environ, places),
        running_server(site.home, OPTIONS) as server,
        server.connect_superuser() as connection,
    ):
        connection.autocommit = True
        yield Nights(connection, SELECT)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("rebuild"))
    with served(site) as nights:
        play(nights, site.zone)
        history.record()
        site.kept = contents(nights)
        shutil.copytree(site.home.archive, site.root / "archive")
        landing.ask_erasure(id_number(1000 + 2), "asked for in writing")
        steps.erase_persons()
        site.kept_after_erasure = contents(nights, digests=False)
        yield site


def rebuild(site: Site, archive: Path, new: Home) -> list[replaying.RebuiltPublication]:
    """As `warehouse rebuild` does, with the models of these nights."""
    new.root.mkdir(mode=0o700)
    with patch.dict(os.environ, {"WAREHOUSE_HOME": str(new.root)}), patch.object(recorded_rows, "ROWS_AT_ONCE", 3):
        for name in [name for name in os.environ if name.startswith("AIRFLOW_CONN_")]:
            del os.environ[name]
        return rebuilding.rebuild(new, archive, site.home.secrets, layers=[SELECT])


def rewrite(site: Site, archive: Path, change: Callable[[int, history.Record], history.Record]) -> None:
    """The records of an archive, each (by its place) changed."""
    folder = archive / "history"
    with patch.dict(os.environ, {"WAREHOUSE_HOME": str(site.home.root)}):
        for place, path in enumerate(sorted(folder.glob("*.sealed"))):
            history._write(folder, path.stem, change(place, history._open(folder, path.stem)))


def with_digest(night: history.Record, digest: str, rules: str | None = None) -> history.Record:
    """The record of a night with another digest; rules: with other models too."""
    build = night["build"] | ({"rules_digest": rules} if rules else {})
    return night | {"digest": digest, "build": build}


@contextmanager
def opened(home: Home) -> Iterator[Nights]:
    server = Server(home)
    server.start()
    try:
        with server.connect_superuser() as connection:
            connection.autocommit = True
            yield Nights(connection)
    finally:
        server.stop()


def test_every_publication_is_rebuilt_with_its_digest(site: Site, tmp_path: Path) -> None:
    new = Home(tmp_path / "new")
    rebuilt = rebuild(site, site.root / "archive", new)
    assert [one.proof for one in rebuilt] == ["equal"] * (NIGHTS + 1)
    assert len(site.kept["publications"]) == NIGHTS + 2
    with opened(new) as there:
        found = contents(there)
        assert {name: rows for name, rows in found.items() if rows != site.kept[name]} == {}
        landed = there.rows(
            "select feed, unit from ops.delivery group by 1, 2 having sum(rows_landed) > 10 order by 1, 2"
        )
        assert landed == [(feed, unit) for feed in ("labor_register", "workshop") for unit in (THERE, HERE)]
        of_nights = there.rows("select kind, status from ops.delivery group by 1, 2")
        assert {kind for kind, _ in of_nights} == {"file", "correction", "withdrawn"}
        assert {status for _, status in of_nights} == {"accepted", "held", "landed", "withdrawn"}
        assert there.scalar("select count(*) from vault.rejected_row where corrected_by is not null") > 0
        assert there.scalar("select count(*) from vault.rejected_row where reason = 'person_erased'") > 0
        assert there.scalar("select count(*) from ops.act where login <> 'postgres'") >= 4
        assert there.scalar("select vintage from ops.publication where vintage <> 'flash'") == "final"
        # The next night goes on from there.
        assert there.scalar("select ops.start_build('2024-07-31', 'next')") > site.kept["publications"][-1][0]


def test_an_erased_person_is_not_rebuilt(site: Site, tmp_path: Path) -> None:
    """Also from the archive of backups, of which older ones have the person."""
    new, archive = Home(tmp_path / "new"), shutil.copytree(site.root / "archive", tmp_path / "archive")
    shutil.copytree(site.home.archive, archive, dirs_exist_ok=True)
    rebuilt = rebuild(site, archive, new)
    assert {one.proof for one in rebuilt} == {"equal", "erased"}
    with opened(new) as there:
        found = contents(there, digests=False)
        assert {name: rows for name, rows in found.items() if rows != site.kept_after_erasure[name]} == {}
        assert found["persons"] != site.kept["persons"]


def pay(zone: Path, county: str, day: date, *, part: str = "", month: str, minutes: int) -> None:
    """A list of payments for a month."""
    rows = files.rows_of("public_post_payment", {"period": month, "id_number": id_number(minutes)})
    files.put(zone, rows, f"{county}{part}.csv", feed="public_post_payment", day=day, minutes=minutes)


@contextmanager
def former_models(folder: Path) -> Iterator[None]:
    """An earlier version of the project: each workshop has one worker more."""
    checkout = project_root()
    folder.mkdir()
    for name in ("dags", "expectations"):
        (folder / name).symlink_to(checkout / name)
    shutil.copytree(checkout / "dbt_project", folder / "dbt_project")
    model = folder / "dbt_project" / "models" / "core" / "employment" / "dim_workshop.sql"
    assert "    workers, " in model.read_text()
    model.write_text(model.read_text().replace("    workers, ", "    workers + 1 as workers, "))
    with patch.dict(os.environ, {"WAREHOUSE_PROJECT": str(folder)}):
        yield


def without_months(_: int, record: history.Record) -> history.Record:
    """As records were before the ledger had the months of a delivery."""
    deliveries = [{k: v for k, v in row.items() if k != "months"} for row in record["deliveries"]]
    return record | {"deliveries": deliveries}


def test_an_archive_with_nights_of_an_earlier_version_is_rebuilt(tmp_path: Path) -> None:
    """What those nights changed, and later ones of the same rows, is not proved; other later ones are."""
    site, archive = Site(tmp_path / "site"), tmp_path / "archive"
    site.root.mkdir()
    with served(site) as nights:
        send(site.zone, HERE, FIRST, 40)
        pay(site.zone, HERE, FIRST, month="2024-05", minutes=0)
        pay(site.zone, HERE, FIRST, part="_2", month="2024-04", minutes=1)
        with former_models(tmp_path / "former"):
            night(nights, FIRST)
        pay(site.zone, HERE, FIRST, month="2024-03", minutes=2)
        (site.zone / "public_post_payment" / str(FIRST) / f"{HERE}_2.csv").unlink()
        night(nights, FIRST + timedelta(1))
        send(site.zone, THERE, FIRST + timedelta(2), 42)
        night(nights, FIRST + timedelta(2))
        send(site.zone, HERE, FIRST + timedelta(3), 44)
        night(nights, FIRST + timedelta(3))
        deliveries = contents(nights)["deliveries"]
    shutil.copytree(site.home.archive, archive)
    rewrite(site, archive, without_months)
    new = Home(tmp_path / "new")
    rebuilt = rebuild(site, archive, new)
    assert [one.proof for one in rebuilt] == ["other_models", "other_models", "equal", "other_models"]
    with opened(new) as there:
        assert contents(there)["deliveries"] == deliveries
        payments = there.rows(
            "select part, revision, kind, months from ops.delivery where feed = 'public_post_payment' order by 1, 2"
        )
    assert payments == [
        ("", 1, "file", [date(2024, 5, 1)]),
        ("", 2, "file", [date(2024, 3, 1)]),
        ("2", 1, "file", [date(2024, 4, 1)]),
        ("2", 2, "withdrawn", []),
    ]


def test_a_wrong_digest_is_found_also_after_other_models_were_rolled_back(site: Site, tmp_path: Path) -> None:
    archive, rolled_back = shutil.copytree(site.root / "archive", tmp_path / "archive"), NIGHTS // 2

    def change(place: int, record: history.Record) -> history.Record:
        if place == rolled_back:
            return with_digest(record, "1", "of other models")
        return with_digest(record, "2") if place == rolled_back + 1 else record

    rewrite(site, archive, change)
    with pytest.raises(replaying.RebuildDiffers, match="expected: digest 2\n"):
        rebuild(site, archive, Home(tmp_path / "new"))


@pytest.mark.parametrize("fault", ["a night is missing", "a record was changed", "no records"])
def test_an_archive_that_is_not_whole_is_not_rebuilt_in_silence(site: Site, tmp_path: Path, fault: str) -> None:
    archive = shutil.copytree(site.root / "archive", tmp_path / "archive")
    first = min((archive / "history").glob("*.sealed"))
    error: type[Exception] = replaying.RebuildDiffers
    if fault == "a night is missing":
        first.unlink()
    elif fault == "a record was changed":
        *kept, last = first.read_bytes()
        first.write_bytes(bytes([*kept, last ^ 1]))
        error = InvalidTag
    else:
        shutil.rmtree(archive / "history")
        error = UserError
    with pytest.raises(error):
        rebuild(site, archive, Home(tmp_path / "new"))


def test_a_rebuild_that_needs_an_expired_file_is_refused_before_it_begins(site: Site, tmp_path: Path) -> None:
    archive, new = shutil.copytree(site.root / "archive", tmp_path / "archive"), Home(tmp_path / "new")
    next(archive.glob("??/*.sealed")).unlink()
    with pytest.raises(UserError, match="retention_archive_days"):
        rebuild(site, archive, new)
    assert not Server(new).exists()


def test_the_command_names_its_requirements(site: Site, tmp_path: Path) -> None:
    target = tmp_path / "new"
    target.mkdir(mode=0o700)
    (target / "notes.txt").write_text("kept")
    archive = str(site.root / "archive")
    refused = run_warehouse("rebuild", archive, "--keys", str(site.home.secrets), home=target)
    assert (refused.returncode, "目标不是空的" in refused.stderr) == (2, True)
    (target / "notes.txt").unlink()
    refused = run_warehouse("rebuild", archive, "--keys", str(tmp_path), home=target)
    assert (refused.returncode, "缺少密钥" in refused.stderr) == (2, True)
