"""Defects planted in the models, as small edits of their text: the calculation must see each of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import psycopg
from tests.kit.nights import Nights

from employment_warehouse import settings, transform

from . import SEEDS
from .comparison import differences
from .playing import calculate, person_of, play_night, shown
from .seeds import Seeds
from .worlds import RandomWorld, Sent, make_world


@dataclass(frozen=True)
class Planted:
    """A defect: what it is, where, and the mart that must then differ."""

    name: str
    path: str
    """Below dbt_project."""
    old: str
    new: str
    mart: str
    seed: int = 8
    """The world that shows it."""
    nights: int = 1
    """1: all that comes with any night comes with one; else the nights as they are."""


@contextmanager
def copied_project(folder: Path) -> Iterator[Path]:
    """A copy of the warehouse's root with its dbt project."""
    shutil.copytree(settings.project_root() / "dbt_project", folder / "dbt_project")
    yield folder


def run_planted(defect: Planted, project: Path, connection: psycopg.Connection) -> list[str]:
    """What differs with the defect."""
    path = project / "dbt_project" / defect.path
    sound = path.read_text("utf-8")
    if defect.old not in sound:
        raise LookupError(f"{defect.name}: {defect.path} has no {defect.old!r}")
    path.write_text(sound.replace(defect.old, defect.new), "utf-8")
    try:
        return list(_differences(defect, project, connection))
    finally:
        path.write_text(sound, "utf-8")


def _differences(defect: Planted, project: Path, connection: psycopg.Connection) -> Iterator[str]:
    world = make_world(defect.seed)
    if defect.nights == 1:
        world = in_one_night(world)
    nights, seeds = Nights(connection), Seeds(SEEDS)
    for night, expected in enumerate(calculate(world, seeds, {defect.mart})):
        build = play_night(nights, world, night)
        with patch.object(settings, "project_root", lambda: project):
            try:
                transform.run_dbt(f"+{defect.mart},resource_type:model", build)
            except transform.TransformFailed as failed:
                yield f"the build fails: {failed.expected}"
                return
        nights.publish(build)
        yield from differences(defect.mart, expected[defect.mart], shown(connection, defect.mart), person_of)


def in_one_night(world: RandomWorld) -> RandomWorld:
    """The same world going live with its last night."""
    last = world.nights[-1]
    sent = [Sent(0, s.feed, s.unit, s.report_date, s.rows, s.is_held) for s in world.sent if s.report_date <= last]
    return RandomWorld(world.seed, [last], sent, [(0, resource, item) for _, resource, item in world.items])


PLANTED: tuple[Planted, ...] = ()
