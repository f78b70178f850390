"""A whole warehouse, as `make run` makes it: PostgreSQL, Airflow and the platform simulator, three nights."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl
import psutil
import psycopg
import pytest
from psycopg import sql
from psycopg.rows import DictRow, dict_row
from tests import oracle
from tests.end_to_end.conftest import Run, kill_scheduler, make_run, rows
from tests.kit.process import start_warehouse
from tests.oracle.comparison import KEYS, differences

from employment_warehouse.database.embedded import Server
from employment_warehouse.database.program_logins import LOGINS, SUPERUSER, password_variable
from employment_warehouse.demonstration import Manifest, Trace
from employment_warehouse.identity import tokens
from employment_warehouse.runtime.deployment import embedded
from employment_warehouse.runtime.processes import Service
from employment_warehouse.settings import Home

REJECTED = """(
    select rejected.*, delivery.feed, delivery.unit, delivery.report_date
    from vault.rejected_row as rejected inner join ops.delivery as delivery using (delivery_id)
) as rejected"""


def living(home: Path) -> list[str]:
    """Processes that work in the home, sockets and locks."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(home):
                found.append(f"{process.pid} {process.name()}")
        except (psutil.Error, OSError):
            continue
    return found + [str(path) for path in home.glob("run/*")] + [str(path) for path in home.glob("run/.s*")]


def test_every_night_is_published(run: Run, manifest: Manifest) -> None:
    published = rows(run, "select report_date from marts.publications order by publication")
    assert [row["report_date"] for row in published] == [str(night) for night in manifest.nights]


def test_nothing_of_the_demonstration_is_misplaced(run: Run) -> None:
    alerts = rows(
        run, "select kind from ops.alert where kind in ('misplaced_files', 'night_not_started')", "--role", "wh_watcher"
    )
    assert alerts == []


def test_every_delivery_has_the_outcome_that_the_manifest_names(run: Run, manifest: Manifest) -> None:
    landed = rows(
        run,
        "select feed, unit, report_date, part, revision, rows_read, rows_landed, rows_rejected from ops.delivery "
        "where kind <> 'pages'",
        "--role", "wh_watcher",
    )  # fmt: skip
    found = {
        (row["feed"], row["unit"], row["report_date"], row["part"], int(row["revision"])):
        (int(row["rows_read"]), int(row["rows_landed"]), int(row["rows_rejected"]))
        for row in landed
    }  # fmt: skip
    wanted = {
        (d.feed, d.unit, str(d.report_date), d.part, d.revision): (d.rows, d.landed, d.rows - d.landed)
        for d in manifest.deliveries
        if d.kind in {"file", "nil"}
    }
    assert found == wanted


def test_each_planted_fault_is_detected_as_in_the_manifest(
    home: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE_HOME", str(home))
    with Server(Home(home)).connect_superuser() as connection, connection.cursor(row_factory=dict_row) as cursor:
        wrong = [
            (fault.code, trace.mart, str(trace.night), dict(trace.key), trace.value)
            for fault in manifest.faults
            for trace in fault.traces
            if not is_seen(cursor, trace)
        ]
    assert wrong == []


OPEN_CASES = """
    select case_kind, finding, case_key, lines from marts.finding_case where closed_on is null
    union all
    select 'relief_payroll', finding, concat_ws('·', project_no, period, finding), count(*)::integer
    from marts.relief_payroll_check
    where finding = 'paid_late'
    group by project_no, period, finding"""


def test_each_planted_case_is_open_on_its_nights_and_no_other_is(
    home: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE_HOME", str(home))
    with Server(Home(home)).connect_superuser() as connection:
        for night in manifest.nights:
            connection.execute("select marts.as_of(%s)", (night,))
            found = set(connection.execute(OPEN_CASES).fetchall())
            planted = {
                (case.kind, case.finding, "·".join(map(person_key, case.key)), case.lines)
                for case in manifest.cases
                if night in case.nights
            }
            assert found == planted, night


def person_key(part: str) -> str:
    """A part of a case's key: the token of a person, where the manifest has an ID number."""
    is_person = re.fullmatch(r"\d{17}[\dX]", part)
    return str(uuid.UUID(bytes=tokens(pl.Series([part]), "person")[0])) if is_person else part


def is_seen(cursor: psycopg.Cursor[DictRow], trace: Trace) -> bool:
    """Whether the mart, as published for the night, has the row that it must have, or none where there must be none."""
    key = dict(trace.key)
    if "id_number" in key:
        key["person_key"] = str(uuid.UUID(bytes=tokens(pl.Series([key.pop("id_number")]), "person")[0]))
    source = {"vault.rejected_row": REJECTED}.get(
        trace.mart, trace.mart if "." in trace.mart else f"marts.{trace.mart}"
    )
    cursor.execute("select marts.as_of(%s)", (trace.night,))
    found = cursor.execute(f"select * from {source}").fetchall()  # type: ignore[arg-type]
    of_key = [row for row in found if is_part(key, row) and covers(row, trace.night)]
    if trace.value is None:
        return of_key == []
    return any(is_part(trace.value, row) for row in of_key)


def is_part(wanted: Mapping[str, object], row: DictRow) -> bool:
    return all(str(row[name]) == str(value) for name, value in wanted.items())


def covers(row: DictRow, night: date) -> bool:
    """A row with a range of days counts on the days in it."""
    begins, ends = row.get("valid_from") or date.min, row.get("valid_to") or date.max
    return bool(begins <= night < ends) if isinstance(begins, date) else True


def test_the_last_night_s_marts_are_those_of_an_independent_calculation(
    run: Run, home: Path, manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE_HOME", str(home))
    seeds = tmp_path / "seeds"
    shutil.copytree(oracle.SEEDS, seeds)
    shutil.copy(home / "seeds" / "target.csv", seeds)
    rules = (seeds / "finding_rule.csv").read_text()
    (seeds / "finding_rule.csv").write_text(
        re.sub(r"(?m)^(account_shared,[^,]*),false", r"\1,true", rules)  # as the demonstration decides
    )
    made = home / "demonstration"
    nights = list(manifest.nights)
    expected = oracle.expected_marts(
        made / "landing_zone", oracle.read_platform_items(made), nights[-1], nights, seeds=seeds
    )
    found = {mart: rows(run, f"select * from marts.{mart}", "--role", "postgres") for mart in KEYS}
    for row in (*expected["target_progress"], *found["target_progress"]):
        # They rest on the baseline that the first night published; the oracle knows it as of now.
        del row["on_track"], row["scheduled_value"], row["baseline_value"]
    assert [wrong for mart in KEYS for wrong in differences(mart, expected[mart], found[mart])] == []


def test_an_earlier_night_is_shown_as_it_was_published(run: Run, home: Path, manifest: Manifest) -> None:
    query = "select distinct report_date from marts.target_progress"
    for night in manifest.nights:
        assert rows(run, query, "--as-of", str(night)) == [{"report_date": str(night)}]
        assert list((home / "reports" / str(night)).glob("daily-*.html"))


def test_a_second_run_loads_nothing_and_is_quick(run: Run) -> None:
    ledger = "select count(*), sum(rows_landed), max(delivery_id) from ops.delivery"
    before = rows(run, ledger, "--role", "wh_watcher")
    began = time.monotonic()
    done = run("demonstrate", "--people", "200")
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began < 90
    assert rows(run, ledger, "--role", "wh_watcher") == before


def test_an_earlier_date_is_refused_before_anything_is_ingested(run: Run, manifest: Manifest) -> None:
    done = run("night", str(manifest.nights[0]))
    assert done.returncode == 1
    assert "date_passed" in done.stderr or "早于" in done.stderr
    assert len(rows(run, "select * from marts.publications")) == len(manifest.nights)


def test_no_identity_is_in_a_log_an_artefact_or_the_database_of_airflow(run: Run, home: Path) -> None:
    identities: set[str] = set()
    for path in sorted((home / "demonstration" / "landing_zone" / "labor_register").rglob("*.csv"))[:3]:
        cells = {cell for line in csv.reader(io.StringIO(run("read", str(path)).stdout)) for cell in line}
        identities |= {cell for cell in cells if len(cell) == 18 and cell[:17].isdigit()}
    assert identities
    for path in [*(home / "logs").rglob("*.log"), *(home / "dbt").rglob("*.json"), *(home / "reports").rglob("*.*")]:
        text = path.read_text(errors="replace")
        assert not [number for number in identities if number in text], path
    with Server(Home(home)).connect_superuser("airflow") as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        for (table,) in tables:
            found = connection.execute(
                sql.SQL("select count(*) from {} as t where t::text ~ %s").format(sql.Identifier(table)),
                ("|".join(identities),),
            ).fetchone()
            assert found == (0,), table


def test_two_warehouses_run_side_by_side_and_neither_signs_in_at_the_other(
    run: Run, home: Path, tmp_path: Path
) -> None:
    other_home = tmp_path / "other"
    other = make_run(other_home)
    try:
        assert other("up").returncode == 0
        assert (other_home / "landing_zone").is_dir()
        assert rows(other, "select count(*) from marts.publications") == [{"count": "0"}]
        assert len(rows(run, "select * from marts.publications")) == 3
        assert embedded(Home(home)).url != embedded(Home(other_home)).url
        password = json.loads((home / "airflow" / "sign_in.json").read_text())["operator"]
        assert sign_in(Home(home), password) == 201
        assert sign_in(Home(other_home), password) == 401
    finally:
        other("down")
    assert living(other_home) == []
    assert run("status").returncode == 0
    assert living(home)


@pytest.mark.parametrize("part", ["api-server", "dag-processor", "triggerer"])
def test_parts_that_do_not_use_the_warehouse_cannot_reach_it(run: Run, home: Path, part: str) -> None:
    """Neither in its environment nor in a folder that it sees; the scheduler, whose tasks do the work, has."""
    deployment, kept = embedded(Home(home)), json.loads((home / "secrets" / "keys.json").read_text())
    secrets = {deployment.secret(password_variable(role)) for role in (SUPERUSER, *LOGINS)}
    secrets |= {kept[name] for name in ("token_key", "wrapping_key", "derivation_key")}
    secrets.add(Home(home).secret("hr-platform"))
    scheduler, own = Service(Home(home), "scheduler").session(), Service(Home(home), part).session()
    assert own
    assert any(value.encode() in environ(process) for value in secrets for process in scheduler)
    for process in own:
        assert not [value for value in secrets if value.encode() in environ(process)]
        for folder in ("secrets", "postgres", "archive", "returns", "reports"):
            assert list(Path(f"/proc/{process.pid}/root{home}/{folder}").iterdir()) == []


def environ(process: psutil.Process) -> bytes:
    return Path(f"/proc/{process.pid}/environ").read_bytes()


def sign_in(home: Home, password: str) -> int:
    body = json.dumps({"username": "operator", "password": password}).encode()
    request = urllib.request.Request(f"{embedded(home).url}/auth/token", body, {"Content-Type": "application/json"})
    try:
        return int(urllib.request.urlopen(request, timeout=30).status)
    except urllib.error.HTTPError as refusal:
        return refusal.code


def test_a_late_county_is_published_by_the_next_run_of_the_night_even_if_its_scheduler_is_killed(
    run: Run, home: Path, manifest: Manifest
) -> None:
    last, zone = manifest.nights[-1], home / "demonstration" / "landing_zone" / "job_event"
    arrived = (
        "select status, rows_landed from marts.feed_timeliness where feed = 'job_event' and county_code = '532501'"
    )
    assert rows(run, arrived) == []
    late = zone / str(last) / "532501.csv"
    late.parent.mkdir(exist_ok=True)
    shutil.copyfile(next(zone.glob("*/532501.csv")), late)
    before = rows(run, "select publication from marts.publications order by publication")
    run_with_a_killed_scheduler(home, str(last))
    after = rows(run, "select publication, report_date from marts.publications order by publication")
    assert [row["publication"] for row in after[:-1]] == [row["publication"] for row in before]
    assert after[-1]["report_date"] == str(last)
    assert rows(run, arrived)[0]["rows_landed"] > "0"
    for row in after[-2:]:  # the report of an earlier publication is kept
        kept = home / "reports" / row["report_date"] / f"daily-{row['publication']}.html"
        assert f"发布号 {row['publication']}" in kept.read_text(encoding="utf-8")


def run_with_a_killed_scheduler(home: Path, night: str) -> None:
    """A night whose scheduler is killed when the build starts, and which goes on when it is started again."""
    command = start_warehouse("night", night, home=home)
    assert command.stdout is not None
    assert any("start_build" in line for line in command.stdout)
    kill_scheduler(home)
    rest = command.stdout.read()
    assert command.wait(timeout=1200) == 0, rest


def test_after_a_rollback_the_night_is_published_without_what_was_withdrawn(
    run: Run, home: Path, manifest: Manifest
) -> None:
    last = str(manifest.nights[-1])
    figures = "select * from target_progress order by county_code, target_code, basis"
    before = rows(run, figures)
    arrived = "select status from feed_timeliness where feed = 'job_event' and county_code = '532501'"
    late = rows(
        run, "select delivery_id, build from ops.delivery where feed = 'job_event' and unit = '532501'"
        f" and report_date = '{last}' and status = 'accepted'", "--role", "wh_watcher",
    )[0]  # fmt: skip
    made = run("user", "add", "zhang_san", "--role", "operator")
    assert made.returncode == 0, made.stderr
    withdrawn = ("--withdraw", late["delivery_id"], "--reason", "测试：误报 sent by mistake")
    person = {"PGUSER": "zhang_san", "PGPASSWORD": made.stdout.strip()}
    rolled = run("rollback", late["build"], *withdrawn, **person)
    assert rolled.returncode == 0, rolled.stderr
    assert late["build"] not in [row["publication"] for row in rows(run, "select * from publications where is_current")]
    assert run("night", last).returncode == 0
    assert rows(run, arrived) == []
    assert [drop_publication(row) for row in rows(run, figures)] == [drop_publication(row) for row in before]
    (current,) = rows(run, "select publication, report_date from publications where is_current")
    assert current["report_date"] == last
    assert (home / "reports" / last / f"daily-{current['publication']}.html").exists()


def drop_publication(row: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if name != "publication"}


def test_down_leaves_no_process_socket_or_lock(run: Run, home: Path) -> None:
    assert run("down").returncode == 0
    assert living(home) == []
