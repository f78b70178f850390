"""Random histories: after every act, what is shown equals a model that recomputes everything from the acts alone.

`make torture` draws HISTORIES histories of twenty acts (two hundred); `make test` plays the fixed ones.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from tests.torture import acts
from tests.torture.acts import (
    Act,
    CloseMonth,
    Erase,
    Night,
    Part,
    ReleaseDelivery,
    ReleaseNight,
    Revision,
    RollBack,
    Send,
    TakeBack,
)
from tests.torture.faults import FAULTS
from tests.torture.model import FEEDS, Model
from tests.torture.site import REASON, Site

from employment_warehouse import publication
from employment_warehouse.database import DatabaseRefusal

FIRST, BEFORE = date(2024, 5, 29), date(2024, 5, 20)
MAY = date(2024, 5, 1)
HISTORIES = int(os.environ.get("HISTORIES", "0"))


@contextmanager
def begun(folder: Path, seed: int) -> Iterator[tuple[Site, Model]]:
    """A new warehouse and its model, with what the counties sent before the first night."""
    root = folder / f"{seed}-{len(list(folder.iterdir()))}"
    root.mkdir()
    with Site(root).opened() as site:
        model = Model(seed)
        for county in model.maker.counties:
            for feed in FEEDS:
                assert site.play(model, Send(Part(feed, county, BEFORE), 0)) == []
        yield site, model
    shutil.rmtree(root)


class Histories(RuleBasedStateMachine):
    """Draws acts that are possible, and plays each."""

    folder: Path

    @initialize(seed=st.integers(1, 9))
    def begin(self, seed: int) -> None:
        self.history: list[Act] = []
        self.stack = ExitStack()
        self.site, self.model = self.stack.enter_context(begun(self.folder, seed))
        self.today = FIRST - timedelta(1)

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.stack.close()

    def play(self, act: Act) -> None:
        self.history.append(act)
        differing = self.site.play(self.model, act)
        assert differing == [], "\n".join(["", *map(repr, self.history), *differing[:10]])

    # Most acts are nights, and what counties send for them.

    @rule(data=st.data(), gap=st.sampled_from((0, 1, 1, 1, 2)), files=st.integers(0, 4))
    def night(self, data: st.DataObject, gap: int, files: int) -> None:
        today = self.today + timedelta(gap)
        for _ in range(files):
            self.send_for(today, data)
        self.today = today
        self.play(Night(today))

    @rule(data=st.data(), fault=st.sampled_from(sorted(FAULTS)))
    def disturbed_night(self, data: st.DataObject, fault: str) -> None:
        self.today += timedelta(1)
        self.send_for(self.today, data)
        self.play(Night(self.today, fault=fault))

    @rule(data=st.data(), feed=st.sampled_from(FEEDS), is_held=st.booleans())
    def held_night(self, data: st.DataObject, feed: str, is_held: bool) -> None:
        self.today += timedelta(1)
        county = data.draw(st.sampled_from(self.model.maker.counties))
        self.play(Send(Part(feed, county, self.today), data.draw(st.integers(1, 99))))
        self.play(Night(self.today, held=((feed, county),), is_held=is_held))

    @rule(data=st.data())
    def late_file_or_correction(self, data: st.DataObject) -> None:
        self.send_for(self.today - timedelta(data.draw(st.integers(0, 9))), data)

    def send_for(self, on: date, data: st.DataObject) -> None:
        feed, county = data.draw(st.sampled_from(FEEDS)), data.draw(st.sampled_from(self.model.maker.counties))
        name = data.draw(st.sampled_from(("", "", "", "2")))
        self.play(Send(Part(feed, county, on, name), data.draw(st.integers(1, 99))))

    @precondition(lambda self: self.second_parts())
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        self.play(acts.TakeBack(data.draw(st.sampled_from(self.second_parts())), data.draw(st.integers(1, 99))))

    def second_parts(self) -> list[Part]:
        return sorted(part for part in self.model.zone if part.name)

    @precondition(lambda self: self.model.held is not None)
    @rule()
    def release_night(self) -> None:
        self.play(ReleaseNight())

    @precondition(lambda self: self.held_parts())
    @rule(data=st.data())
    def release_delivery(self, data: st.DataObject) -> None:
        self.play(ReleaseDelivery(data.draw(st.sampled_from(self.held_parts()))))

    def held_parts(self) -> list[Part]:
        return sorted({landed.revision.part for landed in self.model.ledger if landed.status == "held"})

    @precondition(lambda self: self.model.standing)
    @rule(data=st.data())
    def roll_back(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from([one.number for one in self.model.standing[-3:]]))
        if not self.model.may_roll_back(number):
            with pytest.raises(DatabaseRefusal, match="final for"):
                publication.roll_back(self.site.numbers[number], [], REASON)
            return
        accepted = self.model.accepted(number)
        withdrawn = data.draw(st.lists(st.sampled_from(accepted), unique=True, max_size=2)) if accepted else []
        self.play(RollBack(number, tuple(withdrawn)))
        self.today = self.model.standing[-1].on if self.model.standing else FIRST

    @precondition(lambda self: not self.model.finals and self.model.standing and self.model.standing[-1].on.month > 5)
    @rule()
    def close_month(self) -> None:
        self.play(CloseMonth(MAY))

    @precondition(lambda self: self.model.standing)
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        is_held = self.model.held is not None
        self.play(Erase(data.draw(st.sampled_from(self.model.maker.people))))
        if is_held:
            with pytest.raises(DatabaseRefusal, match="a person was erased after build"):
                publication.release_night(publication.newest_build(), REASON)

    @precondition(lambda self: not self.model.held)
    @rule()
    def back_up(self) -> None:
        self.play(acts.BackUp())

    @precondition(lambda self: self.model.backed_up)
    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        self.play(acts.Restore(data.draw(st.sampled_from([None, *self.model.after]))))
        self.today = self.model.standing[-1].on if self.model.standing else FIRST


@pytest.mark.torture
@pytest.mark.timeout(0)
def test_random_histories(tmp_path: Path) -> None:
    class Here(Histories):
        folder = tmp_path

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=HISTORIES or 200,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
            print_blob=True,
            database=None,
        ),
    )


def played(folder: Path, history: Iterable[Act], kills: int = 0) -> list[str]:
    """What differs after the first act after which something does. kills: how many faults were reached."""
    with begun(folder, 1) as (site, model):
        for act in history:
            if differing := site.play(model, act):
                return [repr(act), *differing]
        assert site.kills == kills
    return []


def day(number: int) -> date:
    return FIRST + timedelta(number)


def test_a_history_with_every_act(tmp_path: Path) -> None:
    one, two, three = Model(1).maker.counties
    register = Part("labor_register", one, day(1))
    history: list[Act] = [
        Night(day(0), held=(("employment", two),)),
        ReleaseDelivery(Part("employment", two, BEFORE)),
        Send(register, 1),
        Send(register._replace(name="2"), 2),
        Send(Part("public_post", three, day(0)), 3),
        Night(day(1), fault="rows were copied"),
        acts.TakeBack(register._replace(name="2"), 4),
        Send(Part("employment", one, day(2)), 5),
        Night(day(2), is_held=True),
        ReleaseNight(),
        RollBack(3, ()),
        Night(day(3), fault="models were built"),
        CloseMonth(MAY),
        acts.BackUp(),
        Send(Part("labor_register", two, day(1)), 6),
        Night(day(4)),
        Night(day(5)),
        acts.Restore(5),
    ]
    differing = played(tmp_path, history, kills=2)
    assert not differing, "\n".join(differing)


@pytest.mark.torture
def test_a_part_that_is_sent_again_is_accepted_with_the_part_that_was_held_with_it(tmp_path: Path) -> None:
    one, *_ = Model(1).maker.counties
    register = Part("labor_register", one, day(0))
    history: list[Act] = [
        Send(register, 1),
        Send(register._replace(name="2"), 2),
        Night(day(0), held=(("labor_register", one),)),
        Send(register._replace(name="2"), 3),
        Night(day(1)),
    ]
    differing = played(tmp_path, history)
    assert not differing, "\n".join(differing)


@pytest.mark.torture
def test_a_part_is_taken_back_while_the_night_is_killed(tmp_path: Path) -> None:
    """After the other part is in, and before the one that was removed is withdrawn."""
    one = Model(1).maker.counties[0]
    second = Part("public_post", one, day(0), "2")
    history: list[Act] = [
        Send(second, 20),
        Night(day(0)),
        TakeBack(second, 29),
        Night(day(1), fault="the first file is in"),
    ]
    differing = played(tmp_path, history, kills=1)
    assert not differing, "\n".join(differing)


@pytest.mark.torture
def test_a_part_counts_again_without_the_file_that_replaced_it_and_until_the_next(tmp_path: Path) -> None:
    one = Model(1).maker.counties[0]
    first = Part("public_post", one, day(0))
    history: list[Act] = [
        Send(first, 20),
        Send(first._replace(name="2"), 21),
        Night(day(0)),
        TakeBack(first._replace(name="2"), 29),
        Night(day(1)),
        RollBack(2, (Revision(first, 2),)),
        Night(day(1)),
        Send(first, 30),
        Night(day(2)),
    ]
    differing = played(tmp_path, history)
    assert not differing, "\n".join(differing)


@pytest.mark.torture
@pytest.mark.parametrize("is_published", [True, False])
def test_what_was_held_is_judged_again_without_what_was_wrong(tmp_path: Path, is_published: bool) -> None:
    one = Model(1).maker.counties[0]
    held = (("employment", one),)
    history: list[Act] = [
        Night(day(0)),
        Send(Part("employment", one, day(1)), 30),
        Night(day(1), held=held, is_held=not is_published),
        *([RollBack(2, ())] if is_published else []),
        Night(day(2)),
    ]
    differing = played(tmp_path, history)
    assert not differing, "\n".join(differing)


ALONE = "532528200003120290"
"""In the world of seed 1 alone in a household."""


@pytest.mark.torture
@pytest.mark.parametrize("person", [Model(1).maker.people[3], ALONE], ids=["one of several", "alone in a household"])
def test_the_marts_of_the_night_after_an_erasure_agree(tmp_path: Path, person: str) -> None:
    differing = played(tmp_path, [Night(day(0)), Erase(person), Night(day(1))])
    assert not differing, "\n".join(differing)
