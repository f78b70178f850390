"""What must be: the ledger, the publications and their marts, as they follow from a list of acts alone.

Every question is answered from lists, slowly: which revision is accepted, which night published it, and what the
independent calculation (tests/oracle) makes of all that is accepted.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random
from typing import Any

from tests.oracle import SEEDS
from tests.oracle.headline import double_registration, headline_series
from tests.oracle.marts import Marts
from tests.oracle.reading import KEYS, Delivery, Row
from tests.oracle.restated import restatement
from tests.oracle.seeds import Seeds
from tests.oracle.state import World
from tests.oracle.tonight import Arrival, Expected, Published, Tonight
from tests.oracle.worlds import Maker
from tests.torture import acts
from tests.torture.acts import Act, Part, Revision

FEEDS = ("labor_register", "employment", "public_post")
FIRST = ("target_progress", "employment_stock", "zero_employment_household", "zero_employment_summary")
MARTS = (*FIRST, "headline_series", "restatement", "double_registration")
PEOPLE, COUNTIES = 30, 3


@dataclass
class Landed:
    """A revision in the ledger. build: the one that used or holds it."""

    revision: Revision
    rows: list[Row]
    status: str = "landed"
    build: int | None = None
    is_withdrawal: bool = False


@dataclass
class Publication:
    """What a build published, or would publish once it is released."""

    number: int
    on: date
    arrivals: list[Arrival]
    marts: dict[str, list[Expected]]
    is_rolled_back: bool = False


@dataclass
class Model:
    """The state of a warehouse after some acts."""

    seed: int
    zone: dict[Part, list[Row]] = field(default_factory=dict)
    """The files that are in the landing zone now."""
    changed: set[Part] = field(default_factory=set)
    """Those that no night has ingested as they are."""
    ledger: list[Landed] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    builds: int = 0
    held: Publication | None = None
    """The night that gate 2 holds, and that may be released."""
    finals: dict[date, int] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    backed_up: bool = False
    """Whether there is a backup from which what follows can be restored."""
    after: dict[int, Model] = field(default_factory=dict)
    """Publication since the backup → the state right after it."""

    def __post_init__(self) -> None:
        self.maker = Maker(self.seed, PEOPLE, COUNTIES)

    # -- what acts do

    def apply(self, act: Act) -> None:
        """One more act."""
        effects: dict[type, Callable[[Any], None]] = {
            acts.Send: self._send,
            acts.TakeBack: self._take_back,
            acts.Night: self._night,
            acts.ReleaseNight: lambda _: self._publish(),
            acts.ReleaseDelivery: self._release_delivery,
            acts.RollBack: self._roll_back,
            acts.CloseMonth: self._close_month,
            acts.Erase: self._erase,
            acts.BackUp: lambda _: self._back_up(),
            acts.Restore: self._restore,
        }
        effects[type(act)](act)

    def rows(self, part: Part, luck: int) -> list[Row]:
        """What a file says: the one before of this unit, changed."""
        before = [rows for of, rows in self.zone.items() if of[:2] == part[:2] and of.name == part.name]
        made = {"labor_register": self.maker.registers, "employment": self.maker.employment}
        make = made.get(part.feed, self.maker.posts)
        self.maker.rng = Random(f"{self.seed} {part} {luck}")
        return make(part.unit, part.on, before[-1] if before else [])

    def _send(self, act: acts.Send) -> None:
        rows = self.rows(act.part, act.luck)
        self.zone.pop(act.part, None)  # the latest is the last
        self.zone[act.part] = rows
        self.changed.add(act.part)

    def _take_back(self, act: acts.TakeBack) -> None:
        self.zone.pop(act.part, None)
        self.changed.discard(act.part)
        self._send(acts.Send(act.part._replace(name=""), act.luck))

    def _night(self, act: acts.Night) -> None:
        self._ingest(act.on)
        self.builds += 1
        standing = {publication.number for publication in self.standing}
        for landed in self.ledger:
            if landed.status in ("accepted", "held") and landed.build not in standing:
                landed.status = "landed"
        for held in self._held_before_what_landed():
            held.status = "landed"
        for landed in self.ledger:
            if landed.status == "landed":
                landed.build = None
                part = landed.revision.part
                if part.on <= act.on:
                    landed.build = self.builds
                    landed.status = "held" if (part.feed, part.unit) in act.held else "accepted"
        self.held = self._built(act.on)
        if not act.is_held:
            self._publish()

    def _held_before_what_landed(self) -> list[Landed]:
        """Of each submission of which something has landed, the parts that were held before: they are judged again."""
        found = []
        for number, held in enumerate(self.ledger):
            part, since = held.revision.part, self.ledger[number + 1 :]
            in_force = [x for x in since if x.revision.part == part and x.status in ("landed", "accepted", "held")]
            arrived = [x for x in since if x.revision.part[:3] == part[:3] and x.status == "landed"]
            if held.status == "held" and arrived and not in_force:
                found.append(held)
        return found

    def _ingest(self, until: date) -> None:
        """Every changed file dated up to a day; and parts whose file is gone, of what changed or is of that day."""
        arrived = [part for part in sorted(self.changed) if part.on <= until]
        for part in arrived:
            self.changed.discard(part)
            self._land(part, self.zone[part])
        changed = {part[:3] for part in arrived}
        submissions = changed | {part[:3] for part in self.zone if part.on == until}
        for part in sorted({landed.revision.part for landed in self.ledger if landed.revision.part[:3] in submissions}):
            current = self._in_force(part)
            if current and not current.is_withdrawal and part not in self.zone:
                present = [other for other in self.zone if other[:3] == part[:3]]
                is_read = all(self._last(other) is self._in_force(other) for other in present)
                if is_read and (part[:3] in changed or not self._is_given_back(current)):
                    self._land(part, [], is_withdrawal=True)

    def _land(self, part: Part, rows: list[Row], *, is_withdrawal: bool = False) -> None:
        last = self._last(part)
        if last and not last.is_withdrawal and not is_withdrawal and last.rows == rows:
            return  # the same bytes again
        number = last.revision.number + 1 if last else 1
        self.ledger.append(Landed(Revision(part, number), rows, is_withdrawal=is_withdrawal))

    def _last(self, part: Part) -> Landed | None:
        found = [landed for landed in self.ledger if landed.revision.part == part]
        return found[-1] if found else None

    def _is_given_back(self, current: Landed) -> bool:
        since = self.ledger[self.ledger.index(current) :]
        return any(x.is_withdrawal for x in since if x.revision.part == current.revision.part)

    def _in_force(self, part: Part) -> Landed | None:
        found = [x for x in self.ledger if x.revision.part == part and x.status != "withdrawn"]
        return found[-1] if found else None

    def _publish(self) -> None:
        assert self.held is not None
        self.publications.append(self.held)
        self.held = None
        if self.backed_up:
            self.after[self.builds] = self._copy()

    def _release_delivery(self, act: acts.ReleaseDelivery) -> None:
        for landed in self.ledger:
            if landed.status == "held" and landed.revision.part[:3] == act.part[:3]:
                landed.status, landed.build = "landed", None

    def _roll_back(self, act: acts.RollBack) -> None:
        self.held = None
        for publication in self.publications:
            publication.is_rolled_back |= publication.number >= act.publication
        wrong = [landed for landed in self.ledger if landed.revision in act.withdrawn]
        for landed in wrong:
            landed.status = "withdrawn"
        for removal in [removal for file in wrong for removal in self._removed_because_of(file)]:
            removal.status = "withdrawn"
        for landed in self.ledger:
            if landed.status in ("accepted", "held") and landed.build is not None and landed.build >= act.publication:
                landed.status, landed.build = "landed", None

    def _removed_because_of(self, file: Landed) -> list[Landed]:
        """The removals that only this file, which is withdrawn, stood for: of other parts, since it came."""
        if file.is_withdrawal or file.build is None:
            return []
        parts = {landed.revision.part for landed in self.ledger if landed.revision.part[:3] == file.revision.part[:3]}
        in_force = [landed for part in sorted(parts) if (landed := self._in_force(part))]
        if any(x.build is None or x.build >= file.build for x in in_force if not x.is_withdrawal):
            return []
        since = self.ledger[self.ledger.index(file) :]
        return [x for x in in_force if x.is_withdrawal and x in since and x.revision.part != file.revision.part]

    def _close_month(self, act: acts.CloseMonth) -> None:
        self.finals[act.month] = self.standing[-1].number

    def _erase(self, act: acts.Erase) -> None:
        self.erased.add(act.id_number)
        self.held = None  # is run again
        self.after.clear()  # nobody restores who was erased

    def _back_up(self) -> None:
        self.backed_up = True
        self.after.clear()

    def _copy(self) -> Model:
        """This state; rows and marts do not change."""
        made = copy.copy(self)
        made.ledger = [replace(landed) for landed in self.ledger]
        made.publications = [replace(publication) for publication in self.publications]
        made.finals, made.erased, made.after = dict(self.finals), set(self.erased), {}
        return made

    def _restore(self, act: acts.Restore) -> None:
        """What the landing zone has is not lost, and is found again."""
        if act.publication is not None:
            zone = self.zone
            self.__dict__.update(self.after[act.publication].__dict__)
            known = {part: last.rows for part in zone if (last := self._last(part)) and not last.is_withdrawal}
            self.zone, self.changed = zone, {part for part, rows in zone.items() if known.get(part) != rows}
        self.backed_up = False
        self.after.clear()

    # -- what follows

    @property
    def standing(self) -> list[Publication]:
        """The publications in force, the one that is shown the last."""
        return [publication for publication in self.publications if not publication.is_rolled_back]

    def may_roll_back(self, number: int) -> bool:
        """A publication is taken back with all later ones, unless one of these is final for a month."""
        return all(final < number for final in self.finals.values())

    def accepted(self, since: int) -> list[Revision]:
        """What publications from a number on have accepted."""
        return [x.revision for x in self.ledger if x.status == "accepted" and x.build is not None and x.build >= since]

    def expected(self, publication: Publication) -> dict[str, list[Expected]]:
        """What its marts must show: what was published, without those who were erased since."""
        return {
            mart: [row for row in rows if row.get("id_number") not in self.erased]
            for mart, rows in publication.marts.items()
        }

    def _built(self, on: date) -> Publication:
        """The marts of tonight."""
        chain = self.standing
        arrivals = self._arrivals(self.builds)
        numbers = [publication.number for publication in chain]
        tonight = Tonight(
            World(self._deliveries(), defaultdict(list), Seeds(SEEDS), on, platform_read=(), has_platform=False),
            [*(publication.on for publication in chain), on],
            tuple(Published(publication.on, self.expected(publication)) for publication in chain),
            [*(publication.arrivals for publication in chain), arrivals],
            finals={month: numbers.index(number) for month, number in self.finals.items()},
        )
        first = Marts(tonight.world, tonight.nights, tonight.earlier)
        for mart in FIRST:
            tonight.marts[mart] = list(getattr(first, mart)())
        tonight.marts["headline_series"] = list(headline_series(tonight))
        tonight.marts["restatement"] = list(restatement(tonight))
        tonight.marts["double_registration"] = list(double_registration(tonight))
        return Publication(self.builds, on, arrivals, tonight.marts)

    def _deliveries(self) -> list[Delivery]:
        """Each submission with an accepted part: of every part the latest accepted revision."""
        submissions: dict[tuple[str, str, date], dict[str, Landed]] = defaultdict(dict)
        for landed in sorted(self.ledger, key=lambda landed: landed.revision.number):
            if landed.status == "accepted":
                part = landed.revision.part
                submissions[part.feed, part.unit, part.on][part.name] = landed
        found = []
        for (feed, unit, on), parts in submissions.items():
            rows = _last_of_each_key(feed, (row for _, part in sorted(parts.items()) for row in part.rows))
            kept = [row for row in rows if row["id_number"] not in self.erased]
            found.append(Delivery(feed, unit, on, kept, len(kept), 0, 0.0))
        return found

    def _arrivals(self, build: int) -> list[Arrival]:
        return [
            Arrival(*x.revision.part[:3], x.revision.number, len(x.rows), 0, x.status == "held")
            for x in self.ledger
            if x.build == build
        ]


def _last_of_each_key(feed: str, rows: Iterable[Row]) -> list[Row]:
    return list({tuple(row[name] for name in KEYS[feed]): row for row in rows}.values())
