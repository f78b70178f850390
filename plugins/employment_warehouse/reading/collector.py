"""Collects the rows of one frame: from bytes that polars cuts, or from records that were cut one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
import polars as pl

from employment_warehouse.reading.excel_short_rows import ExcelShortRows
from employment_warehouse.reading.header import Header
from employment_warehouse.reading.layout import Layout, is_blank_line
from employment_warehouse.reading.records import Dialect, Record, cells_of
from employment_warehouse.reading.rows import is_row, only_rows, refuse_contradiction, trimmed
from employment_warehouse.reading.table import BrokenRow
from employment_warehouse.repeated_texts import MOST_TEXTS, categories


class RowCollector:
    """Rows since the last `frame`; a record that is not a row goes to `on_broken`."""

    def __init__(
        self, dialect: Dialect, header: Header, repeated: Collection[int], on_broken: Callable[[BrokenRow], None]
    ) -> None:
        """repeated: positions of columns whose texts occur again and again; they are categories while that is so."""
        self._dialect = dialect
        self._header = header
        self._on_broken = on_broken
        self._short_rows = ExcelShortRows(dialect, header)
        self._texts: dict[str, pl.DataType] = {f"c{position}": pl.String() for position in range(header.width)}
        self._columns = self._texts | {f"c{position}": categories() for position in repeated}
        self._frames: list[pl.DataFrame] = []

    def add_plain(self, chunk: bytes, first_line: int, line_count: int, quoted: bool, blanks: bool) -> bool:
        """Add a plain chunk with one record in each line; False, and nothing added, if it is not one after all."""
        try:
            frame = self._cut(chunk, quoted, blanks)
        except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):  # too many cells in a record
            return False
        if frame.height != line_count:
            return False
        lines = pl.arange(first_line, first_line + line_count, eager=True).alias("line")
        frame = frame.insert_column(0, lines)
        self._add(trimmed(frame) if blanks else frame)
        return True

    def add_layout(self, layout: Layout) -> None:
        """Add the records of a layout. One with too many cells is broken even where those too many are empty: a
        delimiter within a cell may have moved the others.
        """
        data, lines = layout.chunk[: layout.stop], layout.lines
        good = layout.cell_counts == self._header.width
        if not good.all():
            empty = is_blank_line(layout)
            good |= self._short_rows.short_records(layout, empty)
            for index in np.flatnonzero(~good & ~empty):
                text = data[int(layout.starts[index]) : int(layout.ends[index])].decode().removesuffix("\r")
                self.cells_of_row(Record(int(lines[index]), 1, cells_of(text, self._dialect), text))
            data, lines = self._short_rows.filled_up(layout, good), lines[good]
        if not len(lines):
            return
        frame = self._cut(data, layout.quoted, layout.blanks)
        if frame.height != len(lines):
            raise AssertionError("polars cut another number of records")
        frame = frame.insert_column(0, pl.Series("line", lines))
        self._add(trimmed(frame) if layout.blanks else frame)

    def add_rows(self, rows: Sequence[tuple[int, list[str]]]) -> None:
        """Add rows that `cells_of_row` gave, each with its line."""
        if not rows:
            return
        columns = {"line": pl.Series([line for line, _ in rows], dtype=pl.Int64)}
        columns |= {
            name: pl.Series([row[at] for _, row in rows], dtype=pl.String) for at, name in enumerate(self._texts)
        }
        self._add(pl.DataFrame(columns))

    def cells_of_row(self, record: Record) -> list[str] | None:
        """The trimmed cells of a record; None if it is not a row, or broken, which is reported."""
        cells = record.cells and [cell.strip() for cell in record.cells]
        row = cells is None or is_row(cells, self._header)
        refuse_contradiction(cells or (), self._header, record.line, row)
        if not row:
            return None
        if cells is None:
            reason = "broken_quote"
        elif "\0" in record.text:
            reason = "schema_violation"
        elif len(cells) != self._header.width:
            reason = "too_many_cells" if len(cells) > self._header.width else "too_few_cells"
        else:
            return cells
        self._on_broken(BrokenRow("", record.line, reason, record.text))
        return None

    def frame(self) -> pl.DataFrame | None:
        """The rows collected so far; a column that turns out not to repeat itself is text from the next frame on."""
        frames, self._frames = self._frames, []
        if not frames:
            return None
        wanted = pl.Schema((name, self._columns.get(name, pl.Int64())) for name in frames[0].columns)
        rows = pl.concat(frame if frame.schema == wanted else frame.cast(wanted) for frame in frames)
        highest = rows.select(pl.col(pl.Categorical).to_physical().max())
        if highest.width:
            high_cardinality = {
                name for name, number in highest.row(0, named=True).items() if (number or 0) >= MOST_TEXTS
            }
            self._columns |= {name: self._texts[name] for name in high_cardinality}
        return rows

    def _cut(self, data: bytes, quoted: bool, blanks: bool) -> pl.DataFrame:
        return pl.read_csv(
            data,
            has_header=False,
            schema=self._texts if blanks else self._columns,
            separator=self._dialect.delimiter,
            quote_char=self._dialect.quote if quoted else None,
            empty_string_is_null=False,
        )

    def _add(self, frame: pl.DataFrame) -> None:
        """Add the rows of a cut and trimmed frame; a text beyond the last column makes its row broken."""
        frame = only_rows(frame, self._header)
        beyond = [*self._texts][len(self._header.texts) :]
        if beyond:
            too_many = pl.any_horizontal(pl.col(name) != "" for name in beyond)
            for line, *cells in frame.filter(too_many).iter_rows():
                self._on_broken(BrokenRow("", line, "too_many_cells", self._dialect.delimiter.join(cells)))
            frame = frame.filter(~too_many).drop(beyond)
        if frame.height:
            self._frames.append(frame)
