"""Cells that Excel leaves out at the end of rows.

It writes the rows of a sheet as text in groups of sixteen, without delimiters after the last column that has a value in
any of the sixteen (Microsoft's support note 77295). A row that lacks cells for another reason is broken.
"""

from __future__ import annotations

import numpy as np

from employment_warehouse.reading.header import EXCEL_ROW_GROUP, Header
from employment_warehouse.reading.layout import Layout
from employment_warehouse.reading.octets import CR, Mask, octets_of
from employment_warehouse.reading.records import Dialect


class ExcelShortRows:
    """Recognises records that lack cells because of Excel, and restores these cells."""

    def __init__(self, dialect: Dialect, header: Header) -> None:
        self._header = header
        self._delimiter = ord(dialect.delimiter)
        self._group_widths: set[int] = set()  # widths of the groups that were recognised

    def short_records(self, layout: Layout, empty: Mask) -> Mask:
        """Which records lack cells because of Excel. empty: blank lines.

        They are the widest records of their group, if there are several (or the last row alone, if others were as
        narrow), and one of them has a value in its last cell. The header's own group is as wide as the header.
        """
        group = (layout.first_row + np.arange(len(empty))) // EXCEL_ROW_GROUP
        first = np.flatnonzero(np.diff(group, prepend=-1))
        row_counts = np.diff(first, append=len(empty))
        width = np.maximum.reduceat(np.where(empty, 0, layout.cell_counts), first)
        widest = ~empty & (layout.cell_counts == np.repeat(width, row_counts))
        octets = octets_of(layout.chunk)
        last = octets[layout.ends - 1 - (octets[layout.ends - 1] == CR)]
        is_cut = (width < self._header.width) & (group[first] > self._header.index // EXCEL_ROW_GROUP)
        is_cut &= np.logical_or.reduceat(widest & (last != self._delimiter), first)
        several = np.add.reduceat(widest, first, dtype=np.int64) > 1
        self._group_widths |= {*width[is_cut & several].tolist()}
        is_cut &= several | np.isin(width, [*self._group_widths])
        short: Mask = widest & np.repeat(is_cut, row_counts)
        return short

    def filled_up(self, layout: Layout, good: Mask) -> bytes:
        """The good records' bytes, with the delimiters that they lack."""
        kept = layout.records(good)
        lacking = self._header.width - layout.cell_counts[good]
        if not lacking.any():
            return kept
        octets = octets_of(kept)
        ends = np.cumsum((layout.ends - layout.starts + 1)[good]) - 1
        ends -= octets[ends - 1] == CR
        return np.insert(octets, np.repeat(ends, lacking), self._delimiter).tobytes()
