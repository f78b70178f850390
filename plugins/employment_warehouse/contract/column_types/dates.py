"""Days, months, instants."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from employment_warehouse.contract.column_types.base import FormType

if TYPE_CHECKING:
    import polars as pl

    from employment_warehouse.contract.model import Column

_CLOCK = r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
YEARS = range(1900, 2100)
"""In which dates may be."""
_YEAR = r"((?:19|20)[0-9]{2})"
_DAY = rf"^{_YEAR} ?[-/.年] ?([0-9]{{1,2}}) ?[-/.月] ?([0-9]{{1,2}}) ?[日号]?{_CLOCK}$"
_PACKED_DAY = rf"^{_YEAR}([0-9]{{2}})([0-9]{{2}})$"
# 2024.1 is January, or October that lost its zero when a worksheet wrote it.
_MONTH = rf"^{_YEAR} ?(?:[-/年] ?([0-9]{{1,2}}) ?(?:月份?)?|\. ?([2-9]|0[0-9]|1[0-9]) ?(?:月份?)?|\. ?(1) ?月份?)$"
# In a column of months, 2024-3/4 means two of them, not a day.
_DAY_OF_ONE_FORM = (
    rf"^{_YEAR} ?- ?([0-9]{{1,2}}) ?- ?([0-9]{{1,2}}) ?{_CLOCK}$",
    rf"^{_YEAR} ?/ ?([0-9]{{1,2}}) ?/ ?([0-9]{{1,2}}) ?{_CLOCK}$",
    rf"^{_YEAR} ?\. ?([0-9]{{1,2}}) ?\. ?([0-9]{{1,2}}) ?{_CLOCK}$",
    rf"^{_YEAR} ?年 ?([0-9]{{1,2}}) ?月 ?([0-9]{{1,2}}) ?[日号]{_CLOCK}$",
)
_WEEKDAY = r"(?i)[ ,(]*(?:(?:星期|周|礼拜)[一二三四五六日天]|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*)[ )]*"
_PACKED_MONTH = rf"^{_YEAR}([0-9]{{2}})$"
# 1927 to 2119, but for 19500 or 20245, which may be a year with its month.
_SERIAL_DAY = r"^((?:1[0-8]|2[1-9]|[3-7][0-9])[0-9]{3})(?:\.[0-9]+)?$"
# 至今: in a column of ends, one that has not been reached.
_NOT_REACHED = r"(?i)^(?:至今|迄今|至目前|至现在|目前|现在|present|now|to date)$"
_ENDS = ("止", "终", "离", "退", "到期", "结案", "完工", "竣工", "毕业", "结束")


_CHINESE_DIGITS = dict(zip("〇零○一二三四五六七八九", "000123456789", strict=True))


def _spelt(text: pl.Expr) -> pl.Expr:
    """A day with plain blanks and hyphens, and in digits: 二〇二四年五月十日."""
    import polars as pl

    plain = text.str.replace_all(r"\s+", " ").str.replace_all("[‐‑‒–—−]", "-")
    in_digits = plain.str.replace_many(_CHINESE_DIGITS)
    for tens, digits in (("([0-9])十([0-9])", "$1$2"), ("([0-9])十", "${1}0"), ("十([0-9])", "1$1"), ("十", "10")):
        in_digits = in_digits.str.replace_all(tens, digits)
    is_chinese = plain.str.contains("年") & plain.str.contains("[〇零○一二三四五六七八九十]")
    return pl.when(is_chinese & ~plain.str.contains(_WEEKDAY)).then(in_digits).otherwise(plain)


def _is_end(column: Column) -> bool:
    return any(word in column.header for word in _ENDS)


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
    day_forms: ClassVar[tuple[str, ...]] = (_DAY,)

    def dtype(self) -> pl.DataType:
        import polars as pl

        return pl.Date()

    def value(self, column: Column, text: pl.Expr) -> pl.Expr:  # noqa: ARG002
        import polars as pl

        from employment_warehouse.contract.column_types.cleaning import FLOAT_TAIL

        bare = _spelt(text).str.replace(rf"^([0-9]+){FLOAT_TAIL}", "$1").str.replace(_WEEKDAY, " ").str.strip_chars(" ")
        days = pl.coalesce(
            pl.when(bare.str.contains(form)).then(bare.str.replace(form, order))
            for forms, order in (((*self.day_forms, _PACKED_DAY), "$1-$2-$3"), ((_MONTH, _PACKED_MONTH), "$1-$2$3$4-1"))
            for form in forms
        )
        serial = bare.str.extract(_SERIAL_DAY).cast(pl.Int32)
        return days.str.to_date("%Y-%m-%d", strict=False).fill_null(pl.date(1899, 12, 30) + pl.duration(days=serial))

    def rejections(self, column: Column, text: pl.Expr, value: pl.Expr) -> list[tuple[pl.Expr, str]]:
        (unread, reason), *others = super().rejections(column, text, value)
        if not column.required and _is_end(column):
            unread &= ~text.str.contains(_NOT_REACHED)
        return [(unread, reason), *others]


class Month(Date):
    """A month, kept as its first day."""

    name = "month"
    name_zh = "月份，如 2024-05（文本）"
    standard_type = "string"
    excel_format = "@"
    day_forms = _DAY_OF_ONE_FORM

    def value(self, column: Column, text: pl.Expr) -> pl.Expr:
        return super().value(column, text).dt.month_start()


class Timestamp(FormType):
    """An instant in RFC 3339, always with its offset, in one of YEARS."""

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
        import polars as pl

        instant = text.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
        return pl.when(text.str.contains(rf"^{_YEAR}-")).then(instant)
