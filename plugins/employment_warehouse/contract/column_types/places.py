"""Division codes: county, township, village."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from employment_warehouse.contract.column_types.base import FormType
from employment_warehouse.contract.divisions import divisions

if TYPE_CHECKING:
    import polars as pl

    from employment_warehouse.contract.model import Column


class _StatisticalCode(FormType):
    """A code of a place whose first two digits are a province; in this prefecture, the first six are a county of
    today.
    """

    digits: ClassVar[int]
    unread = "not_a_division"

    def value(self, column: Column, text: pl.Expr) -> pl.Expr:  # noqa: ARG002
        import polars as pl

        from employment_warehouse.contract.column_types.cleaning import FLOAT_TAIL

        code = text.str.replace(FLOAT_TAIL, "")
        return pl.when(self.is_code(code)).then(code)

    def is_code(self, code: pl.Expr) -> pl.Expr:
        """Whether a text is such a code."""
        known = divisions()
        formed = code.str.contains(rf"^[0-9]{{{self.digits}}}$") & code.str.slice(0, 2).is_in(list(known.provinces))
        ours = code.str.starts_with(known.prefecture_prefix)
        return formed & (~ours | code.str.slice(0, 6).is_in([known.prefecture, *known.counties]))


class Division(_StatisticalCode):
    """Six digits of GB/T 2260, the name of one of the prefecture's counties, or a label of the contract."""

    name = "division"
    name_zh = "6 位区划代码（文本）"
    digits = 6
    may_have_codes = True

    def value(self, column: Column, text: pl.Expr) -> pl.Expr:
        import polars as pl

        from employment_warehouse.contract.column_types.cleaning import FLOAT_TAIL

        named = dict(divisions().county_codes) | dict(column.codes)
        code = text.str.replace(FLOAT_TAIL, "").replace(named)
        return pl.when(self.is_code(code) | code.is_in(list(column.codes.values()))).then(code)


class Township(_StatisticalCode):
    """Nine digits, of which the first six are its county."""

    name = "township"
    name_zh = "9 位乡镇代码（文本）"
    digits = 9
    parent_column = "county_code"


class Village(_StatisticalCode):
    """Twelve digits, of which the first nine are its township."""

    name = "village"
    name_zh = "12 位村代码（文本）"
    digits = 12
    parent_column = "township_code"
