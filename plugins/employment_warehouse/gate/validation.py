"""Great Expectations over one frame, guarded against its ways of passing without having checked anything."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from employment_warehouse.errors import UserError
from employment_warehouse.gate.expectation import (
    NO_HISTORY,
    NO_VALUE,
    NOT_CHECKED,
    ROW_TYPES,
    Expectation,
    Outcome,
    number,
)

if TYPE_CHECKING:
    import pandas as pd

ROW = "__row__"


def validate(suite: str, frame: pd.DataFrame, expectations: Sequence[Expectation]) -> list[Outcome]:
    """Check a frame: one outcome for each expectation and row. The column `unit` names the row's unit; the optional
    column `item` says what of the unit the row is about, `feed` which of its feeds.

    An expectation without a value in any row (a comparison without history) passes without being run.
    Each of the others must return once, without an exception, with every row seen; a missing value fails.
    """
    checked = [
        expectation
        for expectation in expectations
        if not (expectation.may_lack and frame[list(expectation.columns)].isna().any(axis=1).all())
    ]
    results = _run(suite, frame.reset_index(drop=True), checked)
    return [
        outcome
        for expectation in expectations
        for outcome in _outcomes(suite, frame, expectation, results.get(expectation.name), expectation in checked)
    ]


def _run(suite: str, frame: pd.DataFrame, expectations: Sequence[Expectation]) -> dict[str, Any]:
    """Results of Great Expectations by name of the expectation; they are returned unordered."""
    if frame.empty or not expectations:
        return {}
    frames = _frames()  # first: importing is silent then
    import great_expectations as gx  # noqa: PLC0415

    batch = frames.get_batch({"dataframe": frame.assign(**{ROW: range(len(frame))})})

    def results(of: Sequence[Expectation], **result_format: Any) -> dict[str, Any]:
        checked = gx.ExpectationSuite(name=suite, expectations=[_gx_expectation(expectation) for expectation in of])
        return {_name(result): result for result in batch.validate(checked, result_format=result_format).results}

    found = results(expectations, result_format="BASIC")
    # Which rows are unexpected takes as long again, and is asked only where there are any.
    failing = [expectation for expectation in expectations if not _is_clean(found.get(expectation.name))]
    if failing:
        found |= results(failing, result_format="COMPLETE", unexpected_index_column_names=[ROW])
    return found


def _is_clean(result: Any) -> bool:
    return result is not None and result.success and result.result.get("unexpected_count") == 0


@cache
def _frames() -> Any:
    """What makes a batch of a frame in memory, once for this process; without analytics and log messages."""
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations as gx  # noqa: PLC0415  takes seconds
    from great_expectations.data_context.types import base  # noqa: PLC0415

    base.logger.setLevel(logging.WARNING)  # it has a level of its own
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = base.ProgressBarsConfig(globally=False)
    return context.data_sources.pandas_default.add_dataframe_asset("frames").add_batch_definition_whole_dataframe("all")


def _gx_expectation(expectation: Expectation) -> Any:
    from great_expectations.expectations.registry import get_expectation_impl  # noqa: PLC0415

    try:
        return get_expectation_impl(expectation.type)(**expectation.kwargs, meta={"name": expectation.name})
    except ValueError as error:
        raise UserError(
            f"检查项 {expectation.name} 的参数有误 | the arguments of the expectation are invalid",
            code="suite_invalid",
            expected=f"those of {expectation.type}",
            todo="correct the suite, or the setting that it names",
        ) from error


def _name(result: Any) -> str:
    return str(result.expectation_config.meta["name"])


def _outcomes(
    suite: str, frame: pd.DataFrame, expectation: Expectation, result: Any, was_checked: bool
) -> list[Outcome]:
    was_run = not was_checked or _was_run(expectation, result, len(frame))
    failed = _failed_rows(result) if was_checked and was_run else set()
    lacks = frame[list(expectation.columns)].isna().any(axis=1).tolist()
    checked_values = frame[expectation.columns[0]].tolist()
    # As lists: to ask a frame for each cell takes a hundred times as long.
    shown = {
        name: frame[name].tolist()
        for name in dict.fromkeys((*expectation.columns, *expectation.shown))
        if name in frame
    }
    items = frame["item"] if "item" in frame else [""] * len(frame)
    feeds = frame["feed"] if "feed" in frame else [None] * len(frame)
    outcomes = []
    for row, (unit, item, feed) in enumerate(zip(frame["unit"], items, feeds, strict=True)):
        values = {}
        if not was_run:
            success, observed = False, NOT_CHECKED
        elif lacks[row]:
            success, observed = expectation.may_lack, NO_HISTORY if expectation.may_lack else NO_VALUE
        else:
            success, observed = row not in failed, number(checked_values[row])
            values = {name: cells[row] for name, cells in shown.items()}
        outcomes.append(
            Outcome(
                suite,
                expectation,
                str(unit),
                success=success,
                observed=f"{item} {observed}".strip() if was_run else observed,
                was_run=was_run,
                item=str(item),
                feed=feed,
                values=values,
            )
        )
    return outcomes


def _was_run(expectation: Expectation, result: Any, rows: int) -> bool:
    """Whether a result can be relied on: it is there, raised nothing, and is about all rows."""
    assert expectation.type in ROW_TYPES
    return (
        result is not None
        and not (result.exception_info or {}).get("raised_exception", True)
        and result.result.get("element_count") == rows
    )


def _failed_rows(result: Any) -> set[int]:
    return {int(found[ROW]) for found in result.result.get("unexpected_index_list") or ()}
