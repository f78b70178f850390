"""Deliveries that an operator has released: gate 2 waives what would hold them, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import psycopg
from psycopg.rows import class_row

from employment_warehouse.gate.expectation import Outcome
from employment_warehouse.gate.queries import query


@dataclass(frozen=True)
class Blamable:
    """What a unit has sent for one feed and report date, that a failure of gate 2 may be due to.

    deliveries: what of it was accepted last. waiver: who released all of these, and why.
    """

    unit: str
    feed: str
    is_of_tonight: bool
    deliveries: list[int]
    waiver: str | None


@dataclass(frozen=True)
class Releases:
    """The releases in force, among all that failures of a build may be due to."""

    blamable: Sequence[Blamable]

    @property
    def deliveries(self) -> list[int]:
        """Released deliveries of tonight: they are not held again."""
        return [number for sent in self.blamable if sent.is_of_tonight and sent.waiver for number in sent.deliveries]

    def applied(self, outcome: Outcome) -> Outcome:
        """The outcome, waived if it is a failure that only what was released may have caused."""
        if outcome.success or outcome.waiver or not outcome.was_run:
            return outcome
        return replace(outcome, waiver=self._waiver(outcome))

    def _waiver(self, outcome: Outcome) -> str | None:
        """Suspects first, released on any night (their rows are still shown); then all that the unit sent tonight.
        What was sent tonight and is not released may be the cause, and is held.
        """
        of_unit = [sent for sent in self.blamable if sent.unit == outcome.unit]
        suspects = [sent for sent in of_unit if sent.feed in outcome.suspects]
        for causes in suspects, [sent for sent in of_unit if sent.is_of_tonight]:
            if any(sent.is_of_tonight and not sent.waiver for sent in causes):
                return None
            if waivers := [sent.waiver for sent in causes if sent.waiver]:
                return waivers[0]
        return None


def releases(connection: psycopg.Connection, build: int, held: Collection[int]) -> Releases:
    """The releases in force in a build: of each unit's latest accepted submissions, and of those of tonight.

    held: deliveries that the build still has rows of.
    """
    with connection.cursor(row_factory=class_row(Blamable)) as cursor:
        return Releases(cursor.execute(query("releases"), {"build": build, "held": list(held)}).fetchall())
