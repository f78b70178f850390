"""The answer to an upload: codes and counts from the ledger and the checks, never a value.

The console gives them words. Its keys, each only where there is something to say:

- `refusal`: code and detail of what stopped the file as a whole (of a feed: `feeds[].refusal`);
- `feeds`: for each feed of the file what was read, landed and rejected; where and why (the first rows, and the count of
  each reason, of what is not corrected yet); `is_unchanged`; `failed`: what gate 1 would find tonight; `notes`,
  `extra_columns`;
- `waits`: feeds of a return workbook whose submission has to be accepted first; `corrected`: rejected rows corrected;
- `due_at`, `is_late` (null: it has not come), `publication` and `is_closed` of the report date, `other_parts`;
  `is_return_workbook`: the file was recognised as one.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from employment_warehouse import gate
from employment_warehouse.contract import contract_of, due
from employment_warehouse.landing import campaign_frequency
from employment_warehouse.landing.delivery import IngestResult
from employment_warehouse.landing.ledger import IncomingPart
from employment_warehouse.landing.return_form import PLACE_HEADERS
from employment_warehouse.reading import Refused, sheet_names
from employment_warehouse.settings import TIMEZONE
from employment_warehouse.upload.queries import query

Answer = dict[str, Any]
# Rejected cells that an answer lists; the return workbook has them all.
CELLS_LISTED = 300


def compose(
    connection: psycopg.Connection, part: IncomingPart, result: IngestResult, moment: datetime, file: Path
) -> Answer:
    """The answer to a file that has just been ingested, read in the same transaction. moment: when it was received."""
    numbers = [delivery.delivery_id for delivery in result.landed]
    known = [] if numbers or result.waiting else _latest(connection, part)
    answer: Answer = {
        "feeds": [
            _of_delivery(connection, part, found, moment) | ({"is_unchanged": True} if known else {})
            for found in _deliveries(connection, numbers or known)
        ],
        "waits": list(result.waiting),
    }
    if part.kind == "correction":
        answer["corrected"] = _row(connection, "corrected_rows", {"numbers": numbers})[0]
        if not (numbers or known or result.waiting):
            why = result.refusal or _unreadable(file)
            answer["refusal"] = {"code": why.code, "detail": why.detail}
    else:
        answer["other_parts"] = [name for (name,) in connection.execute(query("other_parts"), part.__dict__)]
        answer |= _timeliness(connection, part)
    publication, is_closed = _row(connection, "published", part.__dict__)
    return answer | {"publication": publication, "is_closed": is_closed}


def _latest(connection: psycopg.Connection, part: IncomingPart) -> list[int]:
    """The deliveries that have these bytes already."""
    return [number for (number,) in connection.execute(query("latest_delivery"), part.__dict__)]


def _deliveries(connection: psycopg.Connection, numbers: list[int]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query("deliveries"), {"numbers": numbers}).fetchall()


def _of_delivery(
    connection: psycopg.Connection, part: IncomingPart, found: dict[str, Any], moment: datetime
) -> dict[str, Any]:
    parameters = {"delivery_id": found["delivery_id"], "most": CELLS_LISTED}
    counts = {name: found[name] for name in ("feed", "rows_read", "rows_landed", "rows_rejected", "extra_columns")}
    if part.kind == "correction":  # the workbook's own columns name the rejected row
        counts["extra_columns"] = [name for name in counts["extra_columns"] if name not in PLACE_HEADERS.values()]
    if found["status"] == "refused":
        refusal = {"code": found["reason"], "detail": found["understood"].get("refusal", "")}
        return counts | {"refusal": refusal}
    failed = gate.preview(connection, found["feed"], part.unit, part.report_date, moment.astimezone(TIMEZONE).date())
    return counts | {
        "cells": [list(cell) for cell in connection.execute(query("rejected"), parameters)],
        "reasons": [list(reason) for reason in connection.execute(query("rejected_reasons"), parameters)],
        "notes": found["understood"].get("notes", []),
        "failed": [
            {"severity": outcome.expectation.severity, "zh": outcome.message_zh, "en": outcome.message_en}
            for outcome in failed
        ],
    }


def _unreadable(file: Path) -> Refused:
    """Why a return workbook gave nothing: it cannot be opened, or it has no sheet of a feed."""
    try:
        sheet_names(file)
    except Refused as refusal:
        return refusal
    return Refused("no_sheet_of_a_feed")


def _timeliness(connection: psycopg.Connection, part: IncomingPart) -> Answer:
    """When the submission is due, and whether it came later: what came in time stays so when it is sent again. As the
    marts judge it, or by the calendar where no night has listed it as due yet."""
    judged = connection.execute(query("due_submission"), part.__dict__).fetchone()
    if judged is None:
        due_at = due(contract_of(part.feed), part.report_date, campaign_frequency(connection, part.report_date))
        [came_at] = _row(connection, "first_arrival", part.__dict__)
        judged = due_at, due_at and came_at and came_at > due_at
    due_at, is_late = judged
    return {"due_at": due_at and due_at.astimezone(TIMEZONE).isoformat(), "is_late": is_late}


def _row(connection: psycopg.Connection, name: str, parameters: dict[str, Any]) -> tuple[Any, ...]:
    """The one row of a statement."""
    row = connection.execute(query(name), parameters).fetchone()
    assert row is not None
    return row
