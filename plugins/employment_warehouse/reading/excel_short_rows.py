"""Cells that Excel leaves out at the end of rows.

It writes the rows of a sheet as text sixteen by sixteen, with no delimiters behind the last column in which one of the
sixteen has something (Microsoft's support note 77295). A row that lacks cells for another reason stays a broken one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from employment_warehouse.reading.header import EXCEL_ROW_GROUP, Header
from employment_warehouse.reading.layout import CR, Layout
from employment_warehouse.reading.records import Dialect


class ExcelShortRows:
    """Tells records that lack cells because of Excel, and gives them back."""

    def __init__(self, dialect: Dialect, header: Header) -> None:
        self._header = header
        self._delimiter = ord(dialect.delimiter)
        self._seen: set[int] = set()  # how many cells it has left of a row

    def short_records(self, layout: Layout, empty: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which records those are: the widest of their sixteen, if they are several (or the last row by itself, if
        others were as narrow) and have something in their last cell; none of the header's own sixteen, which is as wide
        as the header. empty: blank lines.
        """
        sixteen = (layout.first_row + np.arange(len(empty))) // EXCEL_ROW_GROUP
        first = np.flatnonzero(np.diff(sixteen, prepend=-1))
        n_rows = np.diff(first, append=len(empty))
        width = np.maximum.reduceat(np.where(empty, 0, layout.n_cells), first)
        widest = ~empty & (layout.n_cells == np.repeat(width, n_rows))
        octets = np.frombuffer(layout.chunk, np.uint8)
        last = octets[layout.ends - 1 - (octets[layout.ends - 1] == CR)]
        is_cut = (width < self._header.width) & (sixteen[first] > self._header.index // EXCEL_ROW_GROUP)
        is_cut &= np.logical_or.reduceat(widest & (last != self._delimiter), first)
        several = np.add.reduceat(widest, first, dtype=np.int64) > 1
        self._seen |= {*width[is_cut & several].tolist()}
        is_cut &= several | np.isin(width, [*self._seen])
        short: NDArray[np.bool_] = widest & np.repeat(is_cut, n_rows)
        return short

    def filled_up(self, layout: Layout, good: NDArray[np.bool_]) -> bytes:
        """The good records' bytes, with the delimiters that they lack."""
        kept = layout.records(good)
        lacking = self._header.width - layout.n_cells[good]
        if not lacking.any():
            return kept
        octets = np.frombuffer(kept, np.uint8)
        ends = np.cumsum((layout.ends - layout.starts + 1)[good]) - 1
        ends -= octets[ends - 1] == CR
        return np.insert(octets, np.repeat(ends, lacking), self._delimiter).tobytes()
