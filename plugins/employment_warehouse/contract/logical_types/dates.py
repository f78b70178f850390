"""Days, months, instants."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from employment_warehouse.contract.logical_types.base import FormType

if TYPE_CHECKING:
    import polars as pl

    from employment_warehouse.contract.model import Column

_CLOCK = r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_YEAR = r"((?:19|20)[0-9]{2})"
_DAY = rf"^{_YEAR} ?[-/.年] ?([0-9]{{1,2}}) ?[-/.月] ?([0-9]{{1,2}}) ?[日号]?{_CLOCK}$"
_PACKED_DAY = rf"^{_YEAR}([0-9]{{2}})([0-9]{{2}})$"
_MONTH = rf"^{_YEAR} ?[-/.年] ?([0-9]{{1,2}}) ?月?$"
_PACKED_MONTH = rf"^{_YEAR}([0-9]{{2}})$"
# 1927 to 2119, but for 19500 or 20245, which may be a year with its month.
_SERIAL_DAY = r"^((?:1[0-8]|2[1-9]|[3-7][0-9])[0-9]{3})(?:\.[0-9]+)?$"


class Date(FormType):
    """A day in every form that is read: 2024-05-01, 2024/5/1, 2024.5.1, 20240501, 2024年5月1日, with or without a time
    of day, the serial number of a worksheet; a month (2024.5, 2024-05, 202405) is its first day.
    """

    name = "date"
    name_zh = "日期，如 2024-05-01"
    standard_type = "date"
    sql_type = "date"
    excel_format = "yyyy-mm-dd"
    is_time = True
    is_day = True
    unread = "not_a_date"

    def dtype(self) -> pl.DataType:
        import polars as pl

        return pl.Date()

    def value(self, column: Column, text: pl.Expr) -> pl.Expr:  # noqa: ARG002
        import polars as pl

        from employment_warehouse.contract.logical_types.cleaning import FLOAT_TAIL

        bare = text.str.replace(FLOAT_TAIL, "")
        parts = pl.coalesce(
            pl.when(bare.str.contains(form)).then(bare.str.replace(form, order))
            for forms, order in (((_DAY, _PACKED_DAY), "$1-$2-$3"), ((_MONTH, _PACKED_MONTH), "$1-$2-1"))
            for form in forms
        )
        serial = bare.str.extract(_SERIAL_DAY).cast(pl.Int32)
        return parts.str.to_date("%Y-%m-%d", strict=False).fill_null(pl.date(1899, 12, 30) + pl.duration(days=serial))


class Month(Date):
    """A month, kept as its first day."""

    name = "month"
    name_zh = "月份，如 2024-05（文本）"
    standard_type = "string"
    excel_format = "@"

    def value(self, column: Column, text: pl.Expr) -> pl.Expr:
        return super().value(column, text).dt.month_start()


class Timestamp(FormType):
    """An instant in RFC 3339, always with its offset."""

    name = "timestamp"
    name_zh = "时间，如 2024-05-01T08:00:00+08:00"
    standard_type = "timestamp"
    sql_type = "timestamptz"
    json_type = datetime
    is_time = True
    unread = "not_a_date"

    def dtype(self) -> pl.DataType:
        import polars as pl

        return pl.Datetime("us", "UTC")

    def value(self, column: Column, text: pl.Expr) -> pl.Expr:  # noqa: ARG002
        return text.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
