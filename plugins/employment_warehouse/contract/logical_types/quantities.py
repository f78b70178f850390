"""Numbers: counts and amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from employment_warehouse.contract.logical_types.base import FormType

if TYPE_CHECKING:
    import polars as pl

    from employment_warehouse.contract.model import Column

_NUMBER = r"^[+-]?[￥¥]?(?:(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?|\.[0-9]+)[万亿]?[元圆]?$"
_INTEGER_LIMIT = 2**31 - 1


class Decimal(FormType):
    """A number with two decimal places; 0.32万元 is 3200. Money is kept to the fen."""

    name = "decimal"
    name_zh = "数字，两位小数"
    standard_type = "number"
    sql_type = "numeric"
    excel_format = "0.00"
    json_type: ClassVar[type[object]] = float
    is_number = True
    unread = "not_a_number"

    def dtype(self) -> pl.DataType:
        import polars as pl

        return pl.Decimal(38, 2)

    def value(self, column: Column, text: pl.Expr) -> pl.Expr:  # noqa: ARG002
        """With eight places, until the range was checked."""
        import polars as pl

        number = pl.when(text.str.contains(_NUMBER)).then(text)
        digits = number.str.replace_all("[￥¥,万亿元圆]", "").str.to_decimal(scale=8)
        tens_of_thousands, hundreds_of_millions = number.str.contains("万"), number.str.contains("亿")
        return digits * pl.when(tens_of_thousands).then(10**4).when(hundreds_of_millions).then(10**8).otherwise(1)

    def refusals(self, column: Column, text: pl.Expr, value: pl.Expr) -> list[tuple[pl.Expr, str]]:
        found = super().refusals(column, text, value)
        if column.minimum is not None:
            found.append((value < column.minimum, "out_of_range"))
        if column.maximum is not None:
            found.append((value > column.maximum, "out_of_range"))
        return found

    def final(self, value: pl.Expr) -> pl.Expr:
        """Half away from zero, as PostgreSQL rounds."""
        return value.round(2, mode="half_away_from_zero").cast(self.dtype())

    def from_json(self, value: object) -> str | None:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return repr(value)
        return super().from_json(value)


class Integer(Decimal):
    """A whole number."""

    name = "integer"
    name_zh = "整数"
    standard_type = "integer"
    sql_type = "integer"
    excel_format = "0"
    json_type = int

    def dtype(self) -> pl.DataType:
        import polars as pl

        return pl.Int32()

    def refusals(self, column: Column, text: pl.Expr, value: pl.Expr) -> list[tuple[pl.Expr, str]]:
        unread, *out_of_range = super().refusals(column, text, value)
        too_large = value.abs() > _INTEGER_LIMIT
        return [unread, (value.round(0) != value, "not_an_integer"), (too_large, "out_of_range"), *out_of_range]

    def final(self, value: pl.Expr) -> pl.Expr:
        return value.cast(self.dtype())
