"""The fast way through a CSV file and the exact one give the same rows and the same broken ones."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.hostile.polluter import left_by_excel

from employment_warehouse.reading import blocks, collector, excel_short_rows
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


@pytest.mark.slow
@given(files(), st.sets(st.integers(0, 5)), st.sampled_from([3, 64, 10_000]), st.sampled_from([20, 10_000]))
@settings(max_examples=500, deadline=None)
@example(('\t\t"\t"\n"\n', Dialect("\t"), 3), set(), 3, 20)
def test_the_fast_way_and_the_exact_way_give_the_same(
    file: tuple[str, Dialect, int], repeated: set[int], step: int, chunk: int
) -> None:
    text, dialect, width = file
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_SMALLEST", chunk)
        patch.setattr(blocks, "_LARGEST", chunk)
        patch.setattr(collector, "MOST_TEXTS", 3)
        patch.setattr(excel_short_rows, "EXCEL_ROW_GROUP", 1000)  # what Excel leaves out is another test's
        repeated = {at for at in repeated if at < width}
        assert read_fast(text, dialect, width, repeated, step) == read_exactly(text, dialect, width)


def as_excel_writes(rows: list[list[str]], title: int) -> str:
    return "\r\n".join(map(",".join, left_by_excel([[""]] * title + rows))) + "\r\n"


@pytest.mark.slow
@given(
    st.lists(st.lists(st.sampled_from(["甲", '"乙\n丙"', ""]), min_size=4, max_size=4), min_size=16, max_size=80),
    st.lists(st.integers(1, 4), min_size=5, max_size=5),
    st.integers(0, 3),
    st.sampled_from([3, 64, 10_000]),
    st.sampled_from([20, 10_000]),
)
@settings(max_examples=300, deadline=None)
def test_cells_that_excel_leaves_out_are_empty(
    rows: list[list[str]], filled: list[int], title: int, step: int, chunk: int
) -> None:
    """filled: how many columns have something in each sixteen rows."""
    header = [f"列{at}" for at in range(5)]
    kept = [["1", *cells[: filled[(number + 1 + title) // 16 % 5]]] for number, cells in enumerate(rows)]
    sheet = [[*cells, *[""] * 5][:5] for cells in kept]
    body = as_excel_writes([header, *sheet], title).split("\r\n", title + 1)[-1]
    broken: list[BrokenRow] = []
    reader = BlockReader(Dialect(","), Header(title, 5, header, {}), {2}, title + 2, broken.append)
    data = body.encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_SMALLEST", chunk)
        patch.setattr(blocks, "_LARGEST", chunk)
        frames = reader.frames(data[at : at + step] for at in range(0, len(data), step))
        read = [[cell or "" for cell in cells] for frame in frames for _, *cells in frame.iter_rows()]
    alone = (len(sheet) + 1 + title) % 16 == 1 and bool(broken)  # by itself the last row usually proves nothing
    expected = [[cell.strip('"') for cell in cells] for cells in sheet]
    assert read == (expected[:-1] if alone else expected)
    assert len(broken) == alone


def test_rows_that_lack_cells_for_another_reason_are_broken() -> None:
    width = 5
    whole = ["1,2,3,4,5"] * 40
    # One; some of their sixteen; those beside the header; a sixteen of which Excel would have left out more.
    for short, cells in (([20], "4"), ([20, 21], "4"), ([*range(5, 15)], "4"), ([*range(15, 31)], "")):
        lines = [f"1,2,3,{cells}" if at in short else line for at, line in enumerate(whole)]
        rows, broken = read_fast("\n".join(lines) + "\n", Dialect(","), width, set(), 10_000)
        assert [row.line for row in broken] == [at + 2 for at in short]
        assert len(rows) == 40 - len(short)


def test_a_broken_row_does_not_affect_others_where_excel_left_out_cells() -> None:
    lines = ["1,2,3,4,5"] * 15 + ["1,2,3"] * 48
    lines[40] = "1,2"
    rows, broken = read_fast("\n".join(lines) + "\n", Dialect(","), 5, set(), 10_000)
    assert [row.line for row in broken] == [42]
    assert [cells for _, cells in rows[15:]] == [["1", "2", "3", "", ""]] * 47
