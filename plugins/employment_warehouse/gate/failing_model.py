"""Deliveries that a model cannot be computed with: tried without some of them, and held once they are found."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import inf
from typing import NamedTuple

from employment_warehouse import settings
from employment_warehouse.database import connect
from employment_warehouse.database.model_declarations import read_models
from employment_warehouse.gate import ledger
from employment_warehouse.gate.checked_model import without_remarks
from employment_warehouse.gate.queries import query
from employment_warehouse.gate.threshold_lookup import thresholds_on

REASON = "模型无法计算 model_failed"
EXCLUDED_FROM_TRIAL = "逐一排查时未用 excluded from a trial"


class SentFeed(NamedTuple):
    """What one unit has sent tonight of one feed."""

    unit: str
    feed: str


def sent_tonight(build: int) -> list[SentFeed]:
    """What tonight's build has accepted, unit by unit."""
    with connect("wh_gate") as connection:
        rows = connection.execute(query("sent_tonight"), {"build": build}).fetchall()
    return [SentFeed(*row) for row in rows]


def exclude_from_trial(build: int, sent: Collection[SentFeed]) -> None:
    """Let a trial of tonight's models use all that is accepted but this. `end_trial` takes it back; so does the next
    build, if this one ends here.
    """
    end_trial(build)
    with connect("wh_gate") as connection:
        connection.execute(
            query("exclude_from_trial"),
            {
                "build": build,
                "reason": EXCLUDED_FROM_TRIAL,
                "units": [one.unit for one in sent],
                "feeds": [one.feed for one in sent],
            },
        )


def end_trial(build: int) -> None:
    """Accept again what trials have excluded."""
    with connect("wh_gate") as connection:
        connection.execute(query("end_trial"), {"build": build})


def hold_sent(build: int, sent: SentFeed, models: Sequence[str], error: str) -> None:
    """Hold what the models cannot be computed with, and record a failed check for it. error: without values."""
    titles = _titles()
    parameters = {
        "build": build,
        "reason": REASON,
        "models": ", ".join(models),
        "titles": "、".join(f"“{titles.get(model, model)}”" for model in models),
        "error": error,
        **sent._asdict(),
    }
    with connect("wh_gate") as connection:
        connection.execute(query("hold_sent"), parameters)


def most_failing_units(build: int, units: int) -> int:
    """How many of this many units may be to blame; if more fail, the fault is the warehouse's own. By the settings
    of gate 2; all of them where these are switched off. Raises UserError (`not_tonight`)."""
    with connect("wh_gate") as connection:
        thresholds = thresholds_on(connection, ledger.tonight(connection, build))
    most = thresholds.most_failing_units(units)
    return units if most == inf else int(most)


def _titles() -> dict[str, str]:
    """What models are called in Chinese."""
    models = read_models(settings.project_root() / "dbt_project")
    return {model.name: without_remarks(model.comment.partition(" | ")[0]) or model.name for model in models}
