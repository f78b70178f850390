"""Numbers: counts and amounts."""

from __future__ import annotations

import decimal as numbers
import re
from typing import TYPE_CHECKING, ClassVar

from employment_warehouse.contract.column_types.base import FormType, JsonNumber

if TYPE_CHECKING:
    import polars as pl

    from employment_warehouse.contract.model import Column

# Digits grouped by thousands do not begin with 0: in 0,320 the comma was meant as a decimal point.
_DIGITS = r"(?:(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?|\.[0-9]+)"
_MULTIPLES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_SPELLINGS = {"萬": "万", "仟": "千", "佰": "百", "億": "亿", "圓": "元", "圆": "元", "块": "元"}
_PARTS_OF_YUAN = {"角": 10, "分": 100}
# What people write after a number, for each unit of measure in the contracts.
_COUNTERS = {
    "days": "天|日|个?工作?日|个?工天?|个",
    "months": "个?月",
    "hours": "个?小时|时",
    "persons": "人次?|名|个|位",
    "employers": "家|个|户",
    "posts": "个",
    "jobs": "个",
    "intents": "个|人|份",
    "households": "户|个",
}
# 1.1e2: JSON allows it; a longer exponent is out of every range.
_SHORT_EXPONENT = re.compile(r"[eE][+-]?[0-9]{1,2}$")
# Longer numbers are out of every column's range, and would not fit into a decimal of 38 digits.
_MOST_CHARACTERS = 36


def _form_of(column: Column) -> str:
    """A number as people write it in that column, with its unit: 3200, ¥3,200.00, 0.32万元, 320000分, 22天."""
    unit = r"[十百千]?万?亿?\s*(?:元整?|角|分)?\s*(?:人民币|RMB|CNY)?" if column.unit_text == "CNY" else "[万亿]?元?"
    if counters := _COUNTERS.get(column.unit_text or ""):
        unit = f"(?:[万亿]?|{counters})"
    return rf"^([+-]?(?:[￥¥]|人民币|RMB|CNY)?\s*{_DIGITS})\s*{unit}$"


class Decimal(FormType):
    """A number with two decimal places; 0.32万元 is 3200. Money is kept to the fen."""

    name = "decimal"
    name_zh = "数字，两位小数"
    standard_type = "number"
    sql_type = "numeric"
    excel_format = "0.00"
    json_type: ClassVar[type[object]] = float
    largest: ClassVar[float | None] = 10**10
    is_number = True
    unread = "not_a_number"

    def dtype(self) -> pl.DataType:
        import polars as pl

        return pl.Decimal(38, 2)

    def value(self, column: Column, text: pl.Expr) -> pl.Expr:
        """With eight places, until the range was checked."""
        import polars as pl

        text = text.str.replace_many(_SPELLINGS)
        number = pl.when(text.str.len_bytes() <= _MOST_CHARACTERS).then(text)
        digits = number.str.extract(_form_of(column), 1).str.replace_all(r"[￥¥,\s]|人民币|RMB|CNY", "")
        factor = pl.lit(1, dtype=pl.Int64)
        for character, multiple in _MULTIPLES.items():
            factor = pl.when(text.str.contains(character, literal=True)).then(factor * multiple).otherwise(factor)
        value = digits.str.to_decimal(scale=8) * factor
        for character, parts in _PARTS_OF_YUAN.items():
            value = pl.when(text.str.contains(character, literal=True)).then(value / parts).otherwise(value)
        return value

    def rejections(self, column: Column, text: pl.Expr, value: pl.Expr) -> list[tuple[pl.Expr, str]]:
        too_many_digits = text.str.contains(_form_of(column)) & value.is_null()
        found = [(too_many_digits, "out_of_range"), *super().rejections(column, text, value)]
        if column.minimum is not None:
            found.append((value < column.minimum, "out_of_range"))
        if column.maximum is not None:
            found.append((value > column.maximum, "out_of_range"))
        return found

    def final(self, value: pl.Expr) -> pl.Expr:
        """Half away from zero, as PostgreSQL rounds."""
        return value.round(2, mode="half_away_from_zero").cast(self.dtype())

    def from_json(self, value: object) -> str | None:
        if isinstance(value, JsonNumber):
            return f"{numbers.Decimal(value):f}" if _SHORT_EXPONENT.search(value) else value
        return super().from_json(value)


class Integer(Decimal):
    """A whole number."""

    name = "integer"
    name_zh = "整数"
    standard_type = "integer"
    sql_type = "integer"
    excel_format = "0"
    json_type = int
    largest = 10**6

    def dtype(self) -> pl.DataType:
        import polars as pl

        return pl.Int32()

    def rejections(self, column: Column, text: pl.Expr, value: pl.Expr) -> list[tuple[pl.Expr, str]]:
        too_large, unread, *out_of_range = super().rejections(column, text, value)
        return [too_large, unread, (value.round(0) != value, "not_an_integer"), *out_of_range]

    def final(self, value: pl.Expr) -> pl.Expr:
        return value.cast(self.dtype())
