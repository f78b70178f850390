"""How long the console takes for a page.

    python bench/console.py [--share 1] [--rounds 20] [--home FOLDER] [--planted]

Asks every page of the menu of an operator, an analyst, an auditor and a county, and one page behind each, of the
running warehouse of a home, or else of a server of its own with 1.44 M people (`--share 0.1`: 144,000). The bar: 95 of
100 responses of each page within 300 ms, from the request to the last byte, signing in to the database included. A
server of its own has persons alone: most lists are empty. That is not the bar, nor are fewer people.
`--planted` delays each response by a third of a second, to show that the bar can be missed.
"""

from __future__ import annotations

import argparse
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.readers import FILL, FULL_SIZE
from tests.kit.console import Browser, database_variables, links_of, served
from tests.kit.measuring import bench_options, verdict
from tests.kit.nights import publish, start_build
from tests.kit.server import running_server

from employment_warehouse.database import OWN_LOGIN, connect
from employment_warehouse.runtime import signing_in, users
from employment_warehouse.settings import Home

LIMIT_MS = 300
WARM_UPS = 2
ROLES = {"operator": None, "analyst": None, "auditor": None, "county": "532528"}
BEHIND = ("/deliveries/", "/publications/", "/cases/one", "/marts/dim_person", "/marts/fct_person_state", "/roll-back")


@contextmanager
def warehouse(given: argparse.Namespace) -> Iterator[None]:
    """The database that is measured; acts in it are the administrator's."""
    if given.home:
        os.environ["WAREHOUSE_HOME"] = str(Path(given.home).absolute())
        signing_in.administer(Home(Path(given.home).absolute()))
        os.environ.update(database_variables(OWN_LOGIN))
        yield
        return
    with tempfile.TemporaryDirectory(prefix="console-") as folder:
        os.environ["WAREHOUSE_HOME"] = folder
        with running_server(Home(Path(folder))) as server:
            build = start_build("2024-05-01")
            rows = int(FULL_SIZE * given.share) // 13
            with server.connect_superuser() as connection:
                connection.execute(FILL.format(build=build, rows=rows).encode())
                connection.commit()
                connection.autocommit = True
                connection.execute("vacuum analyze")
            publish(build)
            os.environ.update(database_variables())
            signing_in.administer(Home(Path(folder)))
            yield


def pages_of(browser: Browser) -> list[str]:
    """Every page of the menu, and of each the first one behind it of a kind."""
    menu = [link for link in links_of(browser.get(browser.get("/").headers["location"]).text) if link.count("/") == 1]
    pages = list(dict.fromkeys(menu))
    for page in list(pages):
        links = links_of(browser.get(page).text)
        pages += [found[0] for part in BEHIND if (found := [link for link in links if part in link])]
    return list(dict.fromkeys(page for page in pages if not page.startswith("/reports/")))


def measure(given: argparse.Namespace) -> dict[str, list[float]]:
    """Milliseconds of each page and role."""
    application, taken = served(), defaultdict(list)
    if given.planted:

        @application.middleware("http")
        async def delay(request: Any, respond: Any) -> Any:
            time.sleep(0.34)
            return await respond(request)

    for role, county in ROLES.items():
        login = f"bench_{role}_{secrets.token_hex(3)}"
        password = users.add(login, role, county)
        try:
            browser = Browser(application)
            assert browser.sign_in(login, password).status_code == 303
            for page in pages_of(browser):
                for number in range(given.rounds + WARM_UPS):
                    began = time.perf_counter()
                    response = browser.get(page)
                    assert response.status_code == 200, (page, response.status_code)
                    if number >= WARM_UPS:
                        taken[f"{role:9} {page[:60]}"].append((time.perf_counter() - began) * 1000)
        finally:
            users.disable(login)
    return taken


def main() -> int:
    """1 if a page is not within the limit."""
    options = bench_options(__doc__)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--home")
    given = options.parse_args()
    with warehouse(given):
        taken = measure(given)
        with connect("wh_reporter") as reporter:
            (people,) = reporter.execute("select count(*) from marts.person_today").fetchone() or (0,)
    late = {page: statistics.quantiles(times, n=20)[-1] for page, times in taken.items()}
    for page in sorted(late, key=late.__getitem__):
        print(f"p95 {late[page]:6.0f} ms  median {statistics.median(taken[page]):6.0f} ms  {page}")
    slowest = max(late.values())
    met, judged = slowest <= LIMIT_MS, given.planted or (bool(given.home) and people >= FULL_SIZE * 0.95)
    print(f"slowest page, p95: {slowest:.0f} ms (bar {LIMIT_MS}): {verdict(met, judged)}")
    return int(judged and not met)


if __name__ == "__main__":
    sys.exit(main())
