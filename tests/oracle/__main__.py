"""`make oracle`: random worlds against the warehouse, then defects planted in its models, each of which must show.

python -m tests.oracle [worlds] [planted] [--worlds 1 2 …] [--marts mart …] [--defects name …]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from tests.conftest import fresh_warehouse
from tests.kit.nights import Nights
from tests.kit.server import running_server

from employment_warehouse import settings, transform
from employment_warehouse.database import seed_tables
from employment_warehouse.database.embedded import Server

from . import SEEDS
from .comparison import ALL_KEYS, differences, figures
from .planted import PLANTED, Planted, control, copied_project, groups, run_group, upstream
from .playing import person_of, play, shown
from .seeds import Seeds
from .worlds import make_world


def main() -> int:
    """Compare; 0 where every figure agrees and every planted defect shows."""
    options = argparse.ArgumentParser(prog="python -m tests.oracle")
    options.add_argument("parts", nargs="*", choices=["worlds", "planted", []], help="without any: both")
    options.add_argument("--worlds", nargs="*", type=int, default=range(1, 21))
    options.add_argument("--marts", nargs="*", default=list(ALL_KEYS))
    options.add_argument("--defects", nargs="*", help="words of their names")
    chosen = options.parse_args()
    parts = chosen.parts or ["worlds", "planted"]
    planted = [d for d in PLANTED if not chosen.defects or any(word in d.name for word in chosen.defects)]
    with tempfile.TemporaryDirectory() as home:
        os.environ["WAREHOUSE_HOME"] = home
        fast = {"fsync": "off", "synchronous_commit": "off", "shared_buffers": "'128MB'"}
        with running_server(settings.current_home(), fast) as server:
            seed_tables.load()
            wrong = compare(server, chosen.worlds, chosen.marts) if "worlds" in parts else 0
            missed = plant(server, Path(home), planted) if "planted" in parts else 0
    print(f"{wrong} figures differ; {missed} of {len(planted)} planted defects were missed")
    return 1 if wrong or missed else 0


@contextmanager
def warehouse(server: Server) -> Iterator[psycopg.Connection]:
    """A fresh warehouse."""
    with pytest.MonkeyPatch.context() as patch, fresh_warehouse(server, patch) as connection:
        yield connection


def compare(server: Server, seeds: Sequence[int], marts: list[str]) -> int:
    """Play worlds and print every figure that differs; how many do."""
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


def plant(server: Server, home: Path, planted: Sequence[Planted]) -> int:
    """Plant the defects in a copy of the models, many in one build; how many show no difference."""
    missed = 0
    with copied_project(home / "planted") as project:
        for world in dict.fromkeys(defect.world for defect in planted):
            with warehouse(server) as connection:
                if differing := control(world, project, connection):
                    raise SystemExit(f"{world} differs without a defect: {differing[:3]}")
            reads = upstream()
            for group in groups([defect for defect in planted if defect.world == world], reads):
                for defect, found in plant_group(server, project, group, reads):
                    missed += not found
                    said = found[0] if found else ""
                    print(f"{'found ' if found else 'MISSED'} world {world.seed}: {defect.name}: {said}", flush=True)
    return missed


def plant_group(
    server: Server, project: Path, group: list[Planted], reads: Mapping[str, set[str]]
) -> Iterator[tuple[Planted, list[str]]]:
    """What differs with each defect of a group; if a model fails, with each suspect alone."""
    try:
        with warehouse(server) as connection:
            found = run_group(group, project, connection)
    except transform.TransformFailed as failed:
        broken = {node.name for node in failed.failed}
        suspects = [defect for defect in group if reads[defect.mart] & broken]
        others = [defect for defect in group if defect not in suspects]
        for part in [*([defect] for defect in suspects), others]:
            yield from plant_group(server, project, part, reads) if part else ()
        return
    yield from ((defect, found[defect.name]) for defect in group)


if __name__ == "__main__":
    sys.exit(main())
