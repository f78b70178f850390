"""One layer of models. Deliveries of a few units with which a model fails are held, and not the whole night."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from employment_warehouse import gate, transform
from employment_warehouse.gate import SentFeed
from employment_warehouse.transform import ServerLost, Summary, TransformFailed

Item = TypeVar("Item")
log = logging.getLogger(__name__)


def build_layer(layer: str, build: int) -> Summary:
    """Build the models of a layer (`core`, `mart`) for tonight's build.

    If models fail because of what a few units have sent tonight, those deliveries are held, and the layer is built
    without them. Marts are computed from a whole core alone: where it is missing it is built first.
    Raises TransformFailed if the cause lies elsewhere, ServerLost if the server was away or has crashed, NotTonight.
    """
    gate.end_trial(build)
    if layer == "core":
        transform.begin_core(build)
    elif not transform.core_is_built(build):
        log.warning("build %d has no whole core, or has lost it by a crash of the server: it is built again", build)
        build_layer("core", build)
    try:
        built = transform.run_dbt(f"tag:{layer}", build)
    except TransformFailed as failure:
        if not _hold_failing(build, failure):
            raise
        # What was built before was built with them.
        if layer != "core":
            build_layer("core", build)
        return build_layer(layer, build)
    if layer == "core":
        transform.confirm_core(build)
    if not transform.core_is_built(build):
        raise ServerLost(where=layer, found="the server has crashed, and what the layer left is gone")
    return built


def minimal_failing(items: Sequence[Item], fails: Callable[[Sequence[Item]], bool], most: int) -> list[Item]:
    """The items without which the others no longer fail, each found by bisecting; none if no item is the cause, or if
    more than `most` are.

    fails: whether these items fail together. Each item found is the last of the shortest prefix that fails: of
    items that fail only together, one is found and not all.
    """
    if fails([]):
        return []
    found: list[Item] = []
    rest = list(items)
    while fails(rest):
        good, bad = 0, len(rest)
        while bad - good > 1:
            middle = (good + bad) // 2
            good, bad = (good, middle) if fails(rest[:middle]) else (middle, bad)
        found.append(rest.pop(bad - 1))
        if len(found) > most:
            return []
    return found


def _hold_failing(build: int, failure: TransformFailed) -> bool:
    """Hold the deliveries with which the models fail; whether any was found."""
    models = [node.name for node in failure.failed if node.kind == "model"]
    if not models:
        return False
    transform.begin_core(build)  # trials leave a core without what they leave out
    select = " ".join(f"+{model}" for model in models)
    sent = gate.sent_tonight(build)

    def fails(kept: Sequence[SentFeed]) -> bool:
        gate.exclude_from_trial(build, set(sent) - set(kept))
        try:
            transform.run_dbt(select, build)
        except TransformFailed:
            return True
        return False

    try:
        found = minimal_failing(sent, fails, most=gate.most_failing_units(build, len({each.unit for each in sent})))
    finally:
        gate.end_trial(build)
    for each in found:
        log.error("held: %s of %s, because of %s", each.feed, each.unit, ", ".join(models))
        gate.hold_sent(build, each, models, failure.failed[0].message)
    return bool(found)
