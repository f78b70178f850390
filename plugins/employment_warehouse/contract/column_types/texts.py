"""Texts, reference numbers, codes, yes or no."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from employment_warehouse.contract.column_types.base import FormType, Parsed, TextType
from employment_warehouse.contract.column_types.characters import UNCALCULATED
from employment_warehouse.masking import MAY_BE_PERSONAL, MAY_BE_REFUSED, mask, may_be_personal

if TYPE_CHECKING:
    import polars as pl

    from employment_warehouse.contract.model import Column

# What a formula gives for no result (#N/A, #DIV/0!, those of newer functions); no result at all; a column too narrow
# for its values (####).
FORMULA_ERROR = rf"^(?:#+|#(?:N/A|GETTING_DATA|[A-Z][A-Z0-9_/]*[!?])|{UNCALCULATED})$"
_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f"
# The number of a project or a payment batch, which is a file's name and is shown everywhere: letters, digits and signs,
# or the number of a document (云发改(2024)1号). In the form NFKC: what is typed on a Chinese keyboard is the same.
UNIT_NUMBER = r"^(?:[0-9A-Za-z][0-9A-Za-z_.-]{0,63}|\p{Han}{2,6}[(〔\[]20[0-9]{2}[)〕\]][0-9]{1,4}号)$"
UNIT_NUMBER_FORM: Literal["NFKC"] = "NFKC"
_COMPATIBLE_HAN = r"[\x{f900}-\x{faff}\x{2f800}-\x{2fa1f}]"  # which NFKC replaces
# A usual reference number: tidy, and too short to be personal (a mobile has 11 digits, the next longer number 15);
# without digits it may be NULL.
USUAL_REFERENCE = r"^(?:[0-9]{1,10}|[A-Z]{1,8}[0-9]{1,14})$"
_TRUE = ("是", "√", "✓", "✔", "y", "yes", "1", "true")
_FALSE = ("否", "×", "✗", "✘", "n", "no", "0", "false")


class Text(TextType):
    """Any text without control characters; personal numbers in it are masked."""

    name = "text"
    name_zh = "文字"
    longest = 200

    def untidy(self, cells: pl.Series) -> pl.Series:
        """Empty, quoted, padded, full-width, standing for nothing, or with what no text may contain."""
        from employment_warehouse.contract.column_types.cleaning import (
            BLANK,
            CONVERTED_TWICE,
            DAMAGED_OR_INVISIBLE,
            NOTHING,
            SCIENTIFIC,
        )

        return cells.str.contains(
            rf"^[{BLANK}'`=#]|[{BLANK}]$|[\x00-\x1f０-９Ａ-Ｚａ-ｚ]|{DAMAGED_OR_INVISIBLE}|{CONVERTED_TWICE}|{NOTHING}|^[0-9]+\.0+$|^{SCIENTIFIC}$"
        ) | self.suspects(cells)

    def clean(self, text: pl.Expr) -> pl.Expr:
        import polars as pl

        from employment_warehouse.contract.column_types.cleaning import NUMERIC, tidy_text

        tidied = tidy_text(text)
        return pl.when(tidied.str.contains(NUMERIC)).then(tidied).otherwise(self.without_persons(tidied))

    def why(self, value: pl.Expr) -> pl.Expr:
        """A number of a case or a batch that a worksheet has rounded has lost its digits like an ID number. PostgreSQL
        stores no NUL, a control character is never meant, and #N/A is what a formula gives that found nothing.
        """
        import polars as pl

        from employment_warehouse.contract.column_types.cleaning import CONVERTED_TWICE, NUMERIC

        return (
            pl.when(value.str.contains(NUMERIC))
            .then(pl.lit("id_not_text"))
            .when(value.str.contains(rf"[{_CONTROL}]|{FORMULA_ERROR}"))
            .then(pl.lit("schema_violation"))
            .when(value.str.contains(f"\ufffd|{CONVERTED_TWICE}"))
            .then(pl.lit("text_damaged"))
            .otherwise(self.reason_as_received(value))
        )

    def parse_as_received(self, cells: pl.Series, column: Column) -> Parsed:
        """Every text that is not blank is itself; control characters and too long texts are rejected."""
        import polars as pl

        found = pl.DataFrame({"cell": cells}).select(
            value=self.without_persons(pl.when(pl.col("cell").str.contains(r"\S")).then("cell")),
            reason=pl.when(pl.col("cell").str.contains(rf"[{_CONTROL}]"))
            .then(pl.lit("schema_violation"))
            .when(pl.col("cell").str.len_chars() > (column.max_length or 0))
            .then(pl.lit("too_long"))
            .otherwise(self.reason_as_received(pl.col("cell"))),
        )
        if found["reason"].null_count() == found.height:
            return Parsed(found["value"], None)
        return Parsed(found["value"].set(found["reason"].is_not_null(), None), found["reason"])

    def without_persons(self, text: pl.Expr) -> pl.Expr:
        """The text without personal numbers."""
        import polars as pl

        return text.map_batches(lambda texts: self._at_suspects(texts, mask, texts), return_dtype=pl.String)

    def reason_as_received(self, value: pl.Expr) -> pl.Expr:  # noqa: ARG002  free text is masked, not rejected
        """The reason why a value is rejected that is neither damaged nor malformed; null: it is fine."""
        import polars as pl

        return pl.lit(None, dtype=pl.String)

    def suspects(self, texts: pl.Series) -> pl.Series:
        """Which texts may hold a personal number."""
        return texts.str.contains(MAY_BE_PERSONAL)

    def _at_suspects(self, texts: pl.Series, result: Callable[[str], str | None], others: pl.Series) -> pl.Series:
        """A result for each text that may hold a personal number; only these cost anything."""
        import polars as pl

        at = self.suspects(texts).arg_true()
        if not len(at):
            return others
        return others.clone().scatter(at, pl.Series([result(text) for text in texts.gather(at)], dtype=pl.String))


class Reference(Text):
    """A reference number: of a project, a post, a case, a household. One that may be personal is rejected, because
    masked it would be the number of another thing.
    """

    name = "reference"
    names_thing = True
    name_zh = "编号（文本）"
    longest = 64

    def untidy(self, cells: pl.Series) -> pl.Series:
        return _among_unusual(cells, super().untidy)

    def clean(self, text: pl.Expr) -> pl.Expr:
        from employment_warehouse.contract.column_types.cleaning import tidy_text

        return tidy_text(text)

    def without_persons(self, text: pl.Expr) -> pl.Expr:
        return text

    def reason_as_received(self, value: pl.Expr) -> pl.Expr:
        import polars as pl

        def why(numbers: pl.Series) -> pl.Series:
            nothing = pl.repeat(None, len(numbers), dtype=pl.String, eager=True)
            return self._at_suspects(
                numbers, lambda text: "personal_number" if may_be_personal(text) else None, nothing
            )

        return value.map_batches(why, return_dtype=pl.String)

    def suspects(self, texts: pl.Series) -> pl.Series:
        return _among_unusual(texts, _may_be_rejected)


def _among_unusual(cells: pl.Series, judge: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """A judgement of reference numbers, false for every usual one; a column of millions has mostly these."""
    import polars as pl

    at = (~cells.str.contains(USUAL_REFERENCE)).arg_true()
    judged = pl.Series(cells.name, [False]).new_from_index(0, len(cells))
    return judged.scatter(at, judge(cells.gather(at))) if len(at) else judged


def _may_be_rejected(numbers: pl.Series) -> pl.Series:
    """A number of letters and digits is compared as it is; any other as a text."""
    with_signs = ~numbers.str.contains(r"^[0-9A-Za-z]*$") & numbers.str.contains(MAY_BE_PERSONAL)
    return with_signs | numbers.str.contains(MAY_BE_REFUSED)


class UnitNumber(Reference):
    """The number of a unit that reports: a project or a payment batch. It stands in names of files, in the ledger and
    in messages, so its form is strict.
    """

    name = "unit_number"
    name_zh = "编号（字母、数字和 - _ .，或文号）"

    def untidy(self, cells: pl.Series) -> pl.Series:
        return super().untidy(cells) | ~cells.str.contains(UNIT_NUMBER) | cells.str.contains(_COMPATIBLE_HAN)

    def clean(self, text: pl.Expr) -> pl.Expr:
        return super().clean(text.str.normalize(UNIT_NUMBER_FORM))

    def reason_as_received(self, value: pl.Expr) -> pl.Expr:
        import polars as pl

        malformed = pl.when(~value.str.contains(UNIT_NUMBER)).then(pl.lit("number_malformed"))
        return malformed.otherwise(super().reason_as_received(value))


class Code(FormType):
    """One of the contract's codes, written as a label or as the code itself."""

    name = "code"
    name_zh = "从列表选择"
    unread = "unknown_code"
    needs_codes = True
    may_have_codes = True

    def value(self, column: Column, text: pl.Expr) -> pl.Expr:
        import polars as pl

        from employment_warehouse.contract.column_types.cleaning import BLANK, FLOAT_TAIL, NARROW, WIDE

        narrow = str.maketrans(dict(zip(WIDE, NARROW, strict=True)))
        known = {label.translate(narrow).lower(): code for label, code in column.codes.items()}
        known |= {code.lower(): code for code in column.codes.values()}
        spelt = text.str.replace_all(rf"[{BLANK}]", "").str.to_lowercase().str.replace(FLOAT_TAIL, "")
        return spelt.replace_strict(known, default=None, return_dtype=pl.String)

    def choices(self, column: Column) -> tuple[str, ...]:
        """The first label of each code."""
        labels: dict[str, str] = {}
        for label, code in column.codes.items():
            labels.setdefault(code, label)
        return tuple(labels.values())

    def mix_values(self, column: Column) -> tuple[str | bool, ...]:
        return tuple(sorted(set(column.codes.values())))


class Boolean(FormType):
    """Yes or no."""

    name = "boolean"
    name_zh = "是／否"
    standard_type = "boolean"
    sql_type = "boolean"
    json_type = bool
    unread = "not_a_boolean"

    def dtype(self) -> pl.DataType:
        import polars as pl

        return pl.Boolean()

    def value(self, column: Column, text: pl.Expr) -> pl.Expr:  # noqa: ARG002
        import polars as pl

        from employment_warehouse.contract.column_types.cleaning import FLOAT_TAIL

        known = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)
        spelt = text.str.to_lowercase().str.replace(FLOAT_TAIL, "")
        return spelt.replace_strict(known, default=None, return_dtype=pl.Boolean)

    def from_json(self, value: object) -> str | None:
        if isinstance(value, bool):
            return "true" if value else "false"
        return super().from_json(value)

    def choices(self, column: Column) -> tuple[str, ...]:  # noqa: ARG002
        return "是", "否"

    def mix_values(self, column: Column) -> tuple[str | bool, ...]:  # noqa: ARG002
        return (True,)
