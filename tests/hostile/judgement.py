"""What a reader made of a polluted file, held against the truth by aligned cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.hostile.polluter import Polluted

from employment_warehouse.reading import NUMERIC_CELL, Refused, read_tables


@dataclass
class Judgement:
    """Counts of one file, or of many added up."""

    files: int = 0
    silently_wrong: int = 0  # files with a row that is not the file's, or that should have been refused
    wrongly_refused: int = 0
    rows_lost: int = 0  # neither read nor rejected
    good_rows: int = 0
    good_rows_rejected: int = 0
    bad_rows: int = 0
    bad_rows_on_their_line: int = 0
    faults: list[str] = field(default_factory=list)

    def __iadd__(self, other: Judgement) -> Judgement:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self


def judge(polluted: Polluted, folder: Path) -> Judgement:
    """Write the file, read it, compare."""
    path = folder / polluted.name
    path.write_bytes(polluted.data)
    judgement = Judgement(files=1)
    try:
        table = read_tables(path, polluted.contract)
        frames = list(table.frames)
    except Refused as refusal:
        if not polluted.must_refuse and not polluted.may_refuse:
            judgement.wrongly_refused = 1
            judgement.good_rows = judgement.good_rows_rejected = len(polluted.rows)
            judgement.faults.append(f"refused: {refusal.code}")
        return judgement
    if polluted.must_refuse:
        judgement.silently_wrong = 1
        judgement.faults.append("not refused")
        return judgement
    texts = {at: name for name, at in table.columns.items()}
    read = {
        line: {texts[at]: cell or "" for at, cell in enumerate(cells) if at in texts}
        for frame in frames
        for _, line, *cells in frame.iter_rows()
    }
    broken = table.pop_broken()
    _compare(polluted, read, set(broken["line"]), judgement)
    if table.rows_read != sum(frame.height for frame in frames) + broken.height:
        judgement.rows_lost += 1
        judgement.faults.append("rows_read is not what was read")
    return judgement


def _compare(polluted: Polluted, read: dict[int, dict[str, str]], broken: set[int], judgement: Judgement) -> None:
    judgement.good_rows = len(polluted.rows)
    judgement.bad_rows = len(polluted.bad)
    judgement.bad_rows_on_their_line = len(polluted.bad & broken)
    missing = polluted.rows.keys() - read.keys()
    judgement.good_rows_rejected = len(missing & broken)
    judgement.rows_lost = len((missing - broken) | (polluted.bad - broken - read.keys()))
    wrong = [line for line, row in read.items() if not _is_right(row, polluted.rows.get(line))]
    wrong += [line for line, name in polluted.not_text if not read.get(line, {}).get(name, "").startswith(NUMERIC_CELL)]
    strange = broken - polluted.bad - polluted.also_bad - missing
    judgement.silently_wrong = int(bool(wrong))
    for what, lines in (("wrong rows", wrong), ("rows lost", missing - broken), ("no such bad row", strange)):
        if lines:
            judgement.faults.append(f"{what} at lines {sorted(lines)[:5]}")
    if polluted.bad - broken:
        judgement.faults.append(f"bad rows not on their line {sorted(polluted.bad - broken)[:5]}")


def _is_right(row: dict[str, str], truth: dict[str, str] | None) -> bool:
    return truth is not None and all(row.get(name, "") == cell for name, cell in truth.items())
