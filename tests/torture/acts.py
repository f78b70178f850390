"""What people and machines do to a warehouse: a history is a list of these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Part(NamedTuple):
    """One file of a submission, by what its path says."""

    feed: str
    unit: str
    on: date
    name: str = ""


class Revision(NamedTuple):
    """One delivery of a part."""

    part: Part
    number: int


@dataclass(frozen=True)
class Send:
    """A county puts a file into the landing zone; what it says follows from the one before and a number."""

    part: Part
    luck: int


@dataclass(frozen=True)
class TakeBack:
    """A county removes the second part of a submission, and sends the first again."""

    part: Part
    luck: int


@dataclass(frozen=True)
class Night:
    """The night of a date. held: (feed, unit) that gate 1 holds. is_held: gate 2 holds the night. fault: what happens
    in it (`faults.FAULTS`), before whoever runs it runs it again.
    """

    on: date
    held: tuple[tuple[str, str], ...] = ()
    is_held: bool = False
    fault: str = ""


@dataclass(frozen=True)
class ReleaseNight:
    """An operator publishes the night that gate 2 holds."""


@dataclass(frozen=True)
class ReleaseDelivery:
    """An operator lets the next night use what gate 1 holds."""

    part: Part


@dataclass(frozen=True)
class RollBack:
    """An operator takes back a publication and every later one, because of these deliveries."""

    publication: int
    withdrawn: tuple[Revision, ...] = ()


@dataclass(frozen=True)
class CloseMonth:
    """An operator makes the standing publication final for a month."""

    month: date


@dataclass(frozen=True)
class Erase:
    """A person asks to be erased."""

    id_number: str


@dataclass(frozen=True)
class BackUp:
    """A backup is made into a folder of its own."""


@dataclass(frozen=True)
class Restore:
    """The warehouse is lost, and the backup restored into a new home: as it was after a publication, or to the end."""

    publication: int | None = None


Act = Send | TakeBack | Night | ReleaseNight | ReleaseDelivery | RollBack | CloseMonth | Erase | BackUp | Restore
