"""What the answer to an upload tells its clerk to do."""

from __future__ import annotations

from typing import Any

import pytest

from employment_warehouse.console import upload_answer as step
from employment_warehouse.console.upload_answer import answer_text
from employment_warehouse.report.code_names import Label

pytestmark = pytest.mark.quick
WRONG = {"cells": [["", 3, "id_number", "id_length"]], "reasons": [["id_number", "id_length", 1]]}
REPEATED = {"cells": [["", 2, "", "duplicate_key"]], "reasons": [["", "duplicate_key", 1]]}
HELD = {"failed": [{"severity": "critical", "zh": "行数不对", "en": "too few rows"}]}
NOTICED = {"failed": [{"severity": "warning", "zh": "行数偏少", "en": "few rows"}]}
UNREADABLE = {"refusal": {"code": "empty_file", "detail": ""}}


def of_feed(**found: Any) -> dict[str, Any]:
    return {"feed": "public_post_payment", "rows_read": 2, "rows_landed": 1, "rows_rejected": 1} | found


@pytest.mark.parametrize(
    ("answer", "has_workbook", "checked", "sent"),
    [
        ({"feeds": [of_feed()]}, True, step.SEND, [step.INGESTED]),
        ({"feeds": [of_feed(**NOTICED)]}, None, step.SEND, [step.INGESTED]),
        ({"feeds": [of_feed(**REPEATED)]}, True, step.SEND, [step.INGESTED]),
        ({"feeds": [of_feed(is_unchanged=True)]}, True, step.UNCHANGED, [step.UNCHANGED]),
        ({"feeds": [of_feed(**WRONG)]}, True, step.CHECK_OR_SEND, [step.WORKBOOK]),
        ({"feeds": [of_feed(**WRONG, is_unchanged=True)]}, True, step.CHECK_OR_SEND, [step.WORKBOOK]),
        ({"feeds": [of_feed(**WRONG)]}, False, step.CHECK_OR_SEND, [step.WORKBOOK_IS_GONE]),
        ({"feeds": [of_feed(**WRONG)]}, None, step.CHECK_OR_SEND, [step.SEND_AGAIN]),
        ({"feeds": [of_feed(**WRONG, **HELD)]}, True, step.CHECK_AGAIN, [step.SEND_AGAIN]),
        ({"feeds": [of_feed(**UNREADABLE)]}, True, step.CHECK_AGAIN, [step.SEND_AGAIN]),
        ({"feeds": [of_feed(**UNREADABLE)], "corrected": 0}, True, step.CHECK_AGAIN, [step.AS_SAID]),
        ({"refusal": {"code": "newer_file_landed", "detail": ""}}, None, step.CHECK_AGAIN, [step.AS_SAID]),
        ({"feeds": [], "waits": ["job_event"], "corrected": 0}, True, step.SEND, [step.WAITS]),
        ({"feeds": [of_feed()], "waits": ["job_event"], "corrected": 1}, True, step.SEND, [step.INGESTED, step.WAITS]),
        ({"feeds": [of_feed(**WRONG)], "waits": ["job_event"]}, True, step.CHECK_OR_SEND, [step.WORKBOOK, step.WAITS]),
    ],
)
def test_the_next_step_follows_from_what_became_of_the_file(
    answer: dict[str, Any], has_workbook: bool | None, checked: Label, sent: list[Label]
) -> None:
    words = answer_text(answer)
    assert words.next_steps(is_check=True, has_workbook=None) == (checked,)
    assert words.next_steps(is_check=False, has_workbook=has_workbook) == tuple(sent)


@pytest.mark.parametrize(("found", "is_said"), [({}, True), ({"is_unchanged": True}, False), (UNREADABLE, False)])
def test_what_changes_nothing_is_not_said_to_be_in_the_next_publication(found: dict[str, Any], is_said: bool) -> None:
    said = [
        text.zh for text in answer_text({"feeds": [of_feed(**found)], "publication": 57, "is_closed": True}).warnings
    ]
    assert [any(words in text for text in said) for words in ("该日期已经发布", "该月已结账")] == [is_said] * 2
