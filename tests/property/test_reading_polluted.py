"""Bad input: what the reader makes of files that are wrong in one known place. bench/bad_input.py has the full run."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.hostile.judgement import judge
from tests.hostile.polluter import KINDS, pollute


@pytest.mark.parametrize("kind", KINDS)
def test_a_polluted_file_is_read_right_or_refused_and_bad_rows_are_named(kind: str, tmp_path: Path) -> None:
    for seed in (1, 2, 3):
        judgement = judge(pollute(kind, seed), tmp_path)
        assert judgement.faults == []
        assert judgement.bad_rows_on_their_line == judgement.bad_rows


def test_the_judgement_detects_a_wrong_row_a_lost_row_and_a_missed_row(tmp_path: Path) -> None:
    polluted = pollute("one_delimiter_more", 1)
    first, second, *_ = polluted.rows
    polluted.rows[first] = dict.fromkeys(polluted.rows[first], "别的")
    assert judge(polluted, tmp_path).silently_wrong == 1
    polluted = pollute("clean", 1)
    polluted.rows[10_000] = {}
    assert judge(polluted, tmp_path).rows_lost == 1
    polluted = pollute("clean", 1)
    polluted.bad.add(second)
    assert judge(polluted, tmp_path).bad_rows_on_their_line == 0
