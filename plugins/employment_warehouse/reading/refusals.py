"""Refusals that more than one module of the reader raises."""

from __future__ import annotations

from employment_warehouse.reading.table import Refused


def header_not_found(message: str) -> Refused:
    """No row can be the header. message: why, Chinese and English."""
    return Refused(message, code="header_not_found", todo="请检查表头。 | Check the header.")


def rows_above_header() -> Refused:
    """There are rows of a table above the header."""
    return Refused(
        "表头上方还有数据，像是两张表，或表头排到了数据中间。"
        " | There are rows above the header: two tables, or a header that was sorted among its rows.",
        code="rows_above_header",
        todo="请把表头放到第一行，一张工作表只放一张表。 | Put the header into the first row; one table per sheet.",
    )


def amounts_not_in_yuan(where: str = "") -> Refused:
    """Something that people see says that amounts are not in yuan. where: of what is read, if it is known."""
    return Refused(
        "表里写明金额单位不是元。 | The table says that its amounts are not in yuan.",
        code="amounts_not_in_yuan",
        where=where,
        expected="元 yuan",
        todo="请把金额换算成元，或在单元格里写明单位（0.32万元）。 | Give yuan, or write the unit into the cells.",
    )
