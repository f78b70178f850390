"""`make oracle`: random worlds against the warehouse, then defects planted in its models, each of which must show.

python -m tests.oracle [--worlds 20] [--first 1] [--only mart …] [--planted]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from tests.conftest import fresh_warehouse
from tests.kit.nights import Nights
from tests.kit.server import running_server

from employment_warehouse import settings
from employment_warehouse.database import seed_tables
from employment_warehouse.database.embedded import Server

from . import SEEDS
from .comparison import ALL_KEYS, differences, figures
from .planted import PLANTED, Planted, copied_project, run_planted
from .playing import person_of, play, shown
from .seeds import Seeds
from .worlds import make_world


def main() -> int:
    """Compare; 0 where every figure agrees and every planted defect shows."""
    options = argparse.ArgumentParser(prog="python -m tests.oracle")
    options.add_argument("--worlds", type=int, default=20)
    options.add_argument("--first", type=int, default=1)
    options.add_argument("--only", nargs="*", default=list(ALL_KEYS))
    options.add_argument("--planted", action="store_true", help="only the planted defects")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["WAREHOUSE_HOME"] = home
        fast = {"fsync": "off", "synchronous_commit": "off", "shared_buffers": "'128MB'"}
        with running_server(settings.current_home(), fast) as server:
            seed_tables.load()
            seeds = range(chosen.first, chosen.first + chosen.worlds)
            wrong = 0 if chosen.planted else compare(server, seeds, chosen.only)
            missed = plant(server, Path(home), PLANTED)
    print(f"{wrong} figures differ; {missed} of {len(PLANTED)} planted defects were missed")
    return 1 if wrong or missed else 0


@contextmanager
def warehouse(server: Server) -> Iterator[psycopg.Connection]:
    """A fresh warehouse."""
    with pytest.MonkeyPatch.context() as patch, fresh_warehouse(server, patch) as connection:
        yield connection


def compare(server: Server, seeds: range, marts: list[str]) -> int:
    """Play worlds and tell every figure that differs; how many do."""
    wrong, said = 0, Counter[str]()
    for seed in seeds:
        world = make_world(seed)
        before = wrong
        with warehouse(server) as connection:
            for expected in play(Nights(connection), world, Seeds(SEEDS)):
                for mart in marts:
                    found = list(differences(mart, expected[mart], shown(connection, mart), person_of))
                    wrong += len(found)
                    said[mart] += figures(expected[mart], ALL_KEYS[mart])
                    print(*found, sep="\n", end="\n" if found else "")
        print(f"world {seed}, nights {', '.join(map(str, world.nights))}: {wrong - before} figures differ", flush=True)
    for mart in marts:
        print(f"{said[mart]:>8,} figures of {mart}")
        wrong += not said[mart]
    print(f"{sum(said.values()):>8,} figures in all")
    return wrong


def plant(server: Server, home: Path, planted: tuple[Planted, ...]) -> int:
    """Plant each defect in a copy of the models; how many show no difference."""
    missed = 0
    with copied_project(home / "planted") as project:
        for defect in planted:
            with warehouse(server) as connection:
                found = run_planted(defect, project, connection)
            missed += not found
            print(f"{'found ' if found else 'MISSED'} {defect.name}: {found[:1]}", flush=True)
    return missed


if __name__ == "__main__":
    sys.exit(main())
