"""The fast way through a CSV file and the exact one give the same rows and the same broken ones."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from employment_warehouse.reading import blocks
from employment_warehouse.reading.blocks import BlockReader
from employment_warehouse.reading.header import Header
from employment_warehouse.reading.records import Dialect, lines_of, read_records
from employment_warehouse.reading.rows import is_row
from employment_warehouse.reading.table import BrokenRow

Rows = list[tuple[int, list[str]]]

CELLS = st.one_of(
    st.sampled_from(["", "532501199001011234", "张三", "a", "x y", "合计", "小计", '"', '""', "王\u3000", " 前", "\t"]),
    st.sampled_from(
        ['"a,b"', '"a""b"', '"a\nb"', '"a\r\nb"', '"\n"', '""', '"', 'a"b"c', 'a"', '" a "', ' "a"', '"a" ']
    ),
    st.text("a9\",; \t\n\r合|\\'\x00\u3000\xa0", max_size=4),
)
LINE_ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\n\n", "\r\n\r\n"])


@st.composite
def files(draw: st.DrawFn) -> tuple[str, Dialect, int]:
    """Mostly tables of one width, often with something wrong in them."""
    delimiter = draw(st.sampled_from(",,;\t|"))
    width = draw(st.integers(1, 6))
    ends = draw(LINE_ENDS)
    parts = []
    for _ in range(draw(st.integers(0, 12))):
        cells = draw(st.lists(CELLS, min_size=width, max_size=width))
        if draw(st.integers(0, 9)) == 0:
            cells = cells[: draw(st.integers(0, width))] + draw(st.lists(CELLS, max_size=2))
        parts.append(delimiter.join(cells) + (ends if draw(st.integers(0, 9)) else draw(LINE_ENDS)))
    text = "".join(parts)
    if text and draw(st.booleans()):
        text = text.rstrip("\r\n")
    dialect = Dialect(
        delimiter,
        escape=draw(st.sampled_from(["", "", "", "\\"])),
        bare_quotes=draw(st.sampled_from([False, False, False, True])),
    )
    return text, dialect, width


def header_of(width: int) -> Header:
    return Header(0, width, [f"列{at}" for at in range(width)], {})


def read_fast(text: str, dialect: Dialect, width: int, repeated: set[int], step: int) -> tuple[Rows, list[BrokenRow]]:
    broken: list[BrokenRow] = []
    reader = BlockReader(dialect, header_of(width), repeated, 2, broken.append)
    data = text.encode()
    stream = (data[at : at + step] for at in range(0, len(data), step))
    rows = [(line, cells) for frame in reader.frames(stream) for line, *cells in frame.iter_rows()]
    return [(line, [cell or "" for cell in cells]) for line, cells in rows], broken


def read_exactly(text: str, dialect: Dialect, width: int) -> tuple[Rows, list[BrokenRow]]:
    rows: Rows = []
    broken: list[BrokenRow] = []
    for record in read_records(lines_of(text), 2, dialect, width):
        cells = record.cells and [cell.strip() for cell in record.cells]
        if cells is None:
            broken.append(BrokenRow("", record.line, "broken_quote", record.text))
        elif is_row(cells, header_of(width)):
            if "\0" in record.text:
                broken.append(BrokenRow("", record.line, "schema_violation", record.text))
            elif len(cells) != width:
                reason = "too_many_cells" if len(cells) > width else "too_few_cells"
                broken.append(BrokenRow("", record.line, reason, record.text))
            else:
                rows.append((record.line, cells))
    return rows, broken


@given(files(), st.sets(st.integers(0, 5)), st.sampled_from([3, 64, 10_000]), st.sampled_from([20, 10_000]))
@settings(max_examples=500, deadline=None)
def test_the_fast_way_and_the_exact_way_give_the_same(
    file: tuple[str, Dialect, int], repeated: set[int], step: int, chunk: int
) -> None:
    text, dialect, width = file
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_SMALLEST", chunk)
        patch.setattr(blocks, "_LARGEST", chunk)
        patch.setattr(blocks, "MOST_TEXTS", 3)
        repeated = {at for at in repeated if at < width}
        assert read_fast(text, dialect, width, repeated, step) == read_exactly(text, dialect, width)
