"""What every column type knows: how its cells are read, stored, offered in a form and called."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    import polars as pl

    from employment_warehouse.contract.model import Column


class JsonNumber(str):
    """A number of the HR platform as its JSON has it: `77`, `77.0`, `1e3`."""


def as_json(value: object) -> str:
    """A value of the HR platform as JSON, its numbers as received."""
    match value:
        case JsonNumber():
            return value
        case list():
            return f"[{', '.join(map(as_json, value))}]"
        case dict():
            return f"{{{', '.join(f'{as_json(name)}: {as_json(item)}' for name, item in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


Domain = Literal["person", "account", "mobile", "name", "erased"]
"""Of tokens: those of one domain can be compared with each other, and with nothing else. `erased`: of the tokens of
persons and accounts that were erased."""


@dataclass(frozen=True)
class Parsed:
    """Typed values of a column, and what is wrong with a cell. reasons: None where nothing is wrong with any."""

    values: pl.Series
    reasons: pl.Series | None


class LogicalType:
    """A column type of the contracts (`physicalType` in a contract file). One subclass a type, one instance of each.

    The classes import polars and numpy only in the methods that read cells: every process reads contracts, and few
    read cells.
    """

    name: ClassVar[str]
    name_zh: ClassVar[str]  # what a form says about how to fill in the column
    standard_type: ClassVar[str] = "string"  # `logicalType` of the Open Data Contract Standard
    sql_type: ClassVar[str] = "text"  # of the landing column
    excel_format: ClassVar[str] = "@"  # text, which keeps every digit

    # In which the HR platform sends it; a text is accepted as well, as in a file.
    json_type: ClassVar[type[object]] = str
    is_number: ClassVar[bool] = False
    is_time: ClassVar[bool] = False
    is_day: ClassVar[bool] = False  # a day or a month, which a worksheet may keep as a number
    needs_codes: ClassVar[bool] = False
    may_have_codes: ClassVar[bool] = False
    names_thing: ClassVar[bool] = False  # whose texts are never free: 同上 is not one
    loses_digits: ClassVar[bool] = False  # a worksheet's number keeps 15 digits, and this type has more
    identity: ClassVar[Domain | None] = None  # of an identity, which lands as a token
    parent_column: ClassVar[str | None] = None  # whose code begins this one's
    # Limits of a column that declares none. Codes and dates have theirs by their form.
    longest: ClassVar[int | None] = None  # in characters
    largest: ClassVar[float | None] = None

    def dtype(self) -> pl.DataType:
        """The polars type of its values."""
        import polars as pl

        return pl.String()

    def parse(self, cells: pl.Series, column: Column) -> Parsed:
        """A column of texts (null or '' where a cell is empty) as values of this type.

        What means nothing (`无`, `/`, `—`) becomes null. A cell that cannot be read is null and has a reason.
        """
        raise NotImplementedError

    def from_json(self, value: object) -> str | None:
        """A value of the HR platform as a cell's text; None where its JSON type is wrong for this type."""
        if value is None:
            return ""
        return value if isinstance(value, str) and not isinstance(value, JsonNumber) else None

    def parse_as_received(self, cells: pl.Series, column: Column) -> Parsed:
        """Parse texts that a program has sent, as `parse` does, uncleaned: a program means what it writes."""
        return self.parse(cells, column)

    def choices(self, column: Column) -> tuple[str, ...]:  # noqa: ARG002  most types offer none
        """The values that a form offers in a list."""
        return ()

    def mix_values(self, column: Column) -> tuple[str | bool, ...]:  # noqa: ARG002  most types have none
        """The values whose shares make up the mix of a column."""
        return ()

    def landing_name(self, column_name: str) -> str:
        """The name of its landing column."""
        return column_name

    def __repr__(self) -> str:
        return f"<{self.name}>"


class FormType(LogicalType):
    """A type whose texts are few, or have one form among several: each text is cleaned, then read by an expression."""

    unread: ClassVar[str]  # the reason where that fails

    def value(self, column: Column, text: pl.Expr) -> pl.Expr:
        """The value of a clean text; null where it has none."""
        raise NotImplementedError

    def rejections(self, column: Column, text: pl.Expr, value: pl.Expr) -> list[tuple[pl.Expr, str]]:  # noqa: ARG002
        """(what is wrong, its reason): the first that holds counts."""
        return [(text.is_not_null() & value.is_null(), self.unread)]

    def final(self, value: pl.Expr) -> pl.Expr:
        """The value as it is kept."""
        return value

    def parse(self, cells: pl.Series, column: Column) -> Parsed:
        import polars as pl

        from employment_warehouse.contract.column_types import cleaning

        rejections = self.rejections(column, pl.col("text"), pl.col("value"))
        found = (
            pl.LazyFrame({"text": cleaning.tidied(cells)})
            .with_columns(value=self.value(column, pl.col("text")))
            .with_columns(reason=pl.coalesce(pl.when(wrong).then(pl.lit(reason)) for wrong, reason in rejections))
            .select("reason", value=self.final(pl.when(pl.col("reason").is_null()).then("value")))
            .collect()
        )
        values, reasons = found["value"], found["reason"]
        return Parsed(values, None if reasons.null_count() == len(reasons) else reasons)


class TextType(LogicalType):
    """A type whose cells nearly always are their own values: one regular expression finds those that are not, and only
    these are cleaned and judged.
    """

    def untidy(self, cells: pl.Series) -> pl.Series:
        """Which cells are not yet as this type writes them."""
        raise NotImplementedError

    def clean(self, text: pl.Expr) -> pl.Expr:
        """An untidy cell as this type writes it; null or '' where it means nothing."""
        raise NotImplementedError

    def why(self, value: pl.Expr) -> pl.Expr:
        """The reason why a cleaned value is rejected; null: it is fine."""
        raise NotImplementedError

    def parse(self, cells: pl.Series, column: Column) -> Parsed:
        import polars as pl

        from employment_warehouse.contract.column_types import cleaning

        untidy = self.untidy(cells)
        longest = column.max_length
        # A text has at least as many bytes as characters, and counting bytes costs nothing.
        if longest is None or not (maybe_long := cells.str.len_bytes() > longest).any():
            return Parsed(*cleaning.cleaned(cells, untidy, self.clean, self.why))

        def why(value: pl.Expr) -> pl.Expr:
            return pl.when(value.str.len_chars() > longest).then(pl.lit("too_long")).otherwise(self.why(value))

        return Parsed(*cleaning.cleaned(cells, untidy | maybe_long, self.clean, why))
