"""A home that is rebuilt from the archive and the seeds alone has every publication, with its digest.

NIGHTS=30 (`make torture`) runs as many nights; a sample otherwise.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from tests.kit import files
from tests.kit.nights import Nights
from tests.kit.people import id_number
from tests.kit.server import running_server

from employment_warehouse import publication, transform
from employment_warehouse.database.embedded import Server
from employment_warehouse.runtime import backup, history
from employment_warehouse.settings import Home

NIGHTS = int(os.environ.get("NIGHTS", "6"))
FIRST = date(2024, 5, 1)
COUNTIES = ("532528", "532503")
SELECT = "stg_workshop reported_workshop dim_workshop stg_labor_register reported_labor_register"
KEPT = (
    "select publication, report_date, rolled_back_at is not null, ops.publication_digest(publication)"
    " from ops.publication order by 1"
)


@dataclass
class Site:
    root: Path
    publications: list[Any] = field(default_factory=list)
    vault: list[Any] = field(default_factory=list)

    @property
    def home(self) -> Home:
        return Home(self.root / "home")


def send(zone: Path, county: str, day: date, number: int) -> None:
    """A register and a list of workshops that change from night to night; one row of it is wrong."""
    people = [{"id_number": id_number(1000 * (county == COUNTIES[0]) + n)} for n in range(number, number + 3)]
    wrong = {"id_number": "532528199001019999"}
    files.put(
        zone,
        files.rows_of("labor_register", *people, wrong),
        f"{county}.csv",
        feed="labor_register",
        day=day,
        minutes=number,
    )
    shops = [{"workshop_no": f"{county}-{n}", "workers": str(n + number)} for n in range(3 + number % 2)]
    files.put(zone, files.rows_of("workshop", *shops), f"{county}.csv", feed="workshop", day=day, minutes=number)


def night(nights: Nights, day: date) -> int:
    files.ingest_all(day)
    build = nights.start(day)
    transform.run_dbt(SELECT, build)
    number = int(nights.publish(build))
    history.record()
    return number


def play(nights: Nights, zone: Path) -> None:
    """Nights in which a county is late, corrects a date, removes a part, and one that is rolled back and run again."""
    for number in range(NIGHTS):
        day = FIRST + timedelta(number)
        send(zone, COUNTIES[0], day, number)
        if number % 3 != 1:
            send(zone, COUNTIES[1], day, number)
        else:  # late: yesterday's comes with a file that corrects it, and a second part
            send(zone, COUNTIES[1], day - timedelta(1), number + 20)
            extra = files.rows_of("workshop", {"workshop_no": "extra", "workers": "9"})
            files.put(zone, extra, f"{COUNTIES[1]}～2.csv", feed="workshop", day=day - timedelta(1), minutes=number)
        if number % 3 == 2:  # and the second part is taken back when the first is sent again
            send(zone, COUNTIES[1], day - timedelta(2), number + 40)
            (zone / "workshop" / str(day - timedelta(2)) / f"{COUNTIES[1]}～2.csv").unlink()
        published = night(nights, day)
        if number == NIGHTS // 2:
            wrong = nights.scalar("select max(delivery_id) from ops.delivery where build = %s", published)
            publication.roll_back(published, [wrong], "a wrong file")
            night(nights, day)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("rebuild"))
    site.home.root.mkdir()
    zone = site.root / "landing zone"
    zone.mkdir()
    places = {"WAREHOUSE_HOME": str(site.home.root), "WAREHOUSE_LANDING_ZONE": str(zone)}
    with (
        patch.dict(os.environ, places),
        running_server(site.home, {"fsync": "off", "shared_buffers": "'64MB'"}) as server,
        server.connect_superuser() as connection,
    ):
        connection.autocommit = True
        nights = Nights(connection, SELECT)
        play(nights, zone)
        site.publications = nights.rows(KEPT)
        site.vault = contents_of_the_vault(nights)
    return site


def contents_of_the_vault(nights: Nights) -> list[Any]:
    return nights.rows(
        "select 'person', person_key::text from vault.person"
        " union all select 'rejected', delivery_id || ' ' || line || ' ' || reason from vault.rejected_row"
        " order by 1, 2"
    )


def rebuild(site: Site, archive: Path, new: Home) -> list[int]:
    """As `warehouse rebuild` does, with the models of these nights."""
    new.root.mkdir(mode=0o700)
    with patch.dict(os.environ, {"WAREHOUSE_HOME": str(new.root)}):
        for name in [name for name in os.environ if name.startswith("AIRFLOW_CONN_")]:
            del os.environ[name]
        return backup.rebuild(new, archive, site.home.secrets, models=SELECT)


def test_every_publication_is_rebuilt_with_its_digest(site: Site, tmp_path: Path) -> None:
    new = Home(tmp_path / "new")
    assert len(rebuild(site, site.home.archive, new)) == NIGHTS + 1
    assert len(site.publications) == NIGHTS + 1
    assert sum(rolled_back for _, _, rolled_back, _ in site.publications) == 1
    server = Server(new)
    server.start()
    try:
        with server.connect_superuser() as connection:
            rebuilt = Nights(connection)
            assert rebuilt.rows(KEPT) == site.publications
            assert contents_of_the_vault(rebuilt) == site.vault
            kinds = {kind for (kind,) in rebuilt.rows("select distinct kind from ops.delivery")}
            assert kinds >= {"file", "withdrawn"}
    finally:
        server.stop()


def test_an_archive_that_lacks_a_night_is_not_rebuilt_in_silence(site: Site, tmp_path: Path) -> None:
    archive = shutil.copytree(site.home.archive, tmp_path / "archive")
    min((archive / "nights").glob("*.sealed")).unlink()
    with pytest.raises(history.RebuiltOtherwise, match="重建的结果与原来的发布不同"):
        rebuild(site, archive, Home(tmp_path / "new"))
