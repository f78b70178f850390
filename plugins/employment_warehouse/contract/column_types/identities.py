"""Who a person is, whose an account is, which enterprise it is. All but the last land as tokens."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from employment_warehouse.contract.column_types.base import (
    FormType,
    JsonNumber,
    LogicalType,
    Parsed,
    TextType,
)
from employment_warehouse.contract.column_types.characters import DITTO, NUMERIC_CELL
from employment_warehouse.contract.column_types.texts import FORMULA_ERROR, Text

if TYPE_CHECKING:
    import polars as pl

    from employment_warehouse.contract.model import Column

_OTHER_DOTS = "•・‧∙⋅．"  # between the names of a person; · is the standard one
_LEFT_OF_NAMES = "﹖⁇□■▢◇◆〓"  # where characters were lost
# Bytes of another encoding: signs of Latin-1 but ´ and ·, three letters of it in a row (Núñez has two); private
# use; what escaped a character, and was not undone; a day, an ID number, a telephone number; no letter at all.
_NO_NAME = (
    r"[\x{80}-\x{9f}\x{a1}-\x{b3}\x{b5}\x{b6}\x{b8}-\x{bf}]|[\x{c0}-\x{d6}\x{d8}-\x{f6}\x{f8}-\x{ff}]{3}|[\x{f0000}-\x{10ffff}]"
    r"|_x[0-9A-Fa-f]{4}_|&#?[0-9A-Za-z]+;|[0-9]{6}|^[0-9]{4}[-/.年]|^[^\p{L}\p{Han}]+$"
)
# Two telephone numbers, or an ID number. A wrong number, or 无电话, costs nobody the row.
_NOT_ONE_TELEPHONE = r"(?:[0-9][^0-9]*){17}"
# Two accounts in one cell: no card has 24 digits. In lines, each may be in groups of four.
_TWO_ACCOUNTS = r"[0-9]{12}[\s-]+[0-9]{12}"
_WELL_FORMED_ID = r"^[0-9]{17}[0-9X]$"


class _Number(LogicalType):
    """A number that identifies somebody: as a JSON number it has lost digits, like a numeric cell of a worksheet."""

    def from_json(self, value: object) -> str | None:
        if isinstance(value, JsonNumber):
            return f"{NUMERIC_CELL}{value}"
        return super().from_json(value)


class IdNumber(_Number, TextType):
    """A citizen's ID number, GB 11643: form, check digit and birth date; never the division, which keeps its number
    of long ago.
    """

    name = "id_number"
    name_zh = "身份证号（文本）"
    sql_type = "uuid"
    loses_digits = True
    identity = "person"

    def untidy(self, cells: pl.Series) -> pl.Series:
        return ~cells.str.contains(_WELL_FORMED_ID)

    def clean(self, text: pl.Expr) -> pl.Expr:
        """Without blanks and quotation marks, with a capital X.

        20 or 22 characters: a disability certificate, which is the ID number, one of seven kinds, one of four grades,
        and which reissue it is (B1).
        """
        from employment_warehouse.contract.column_types.cleaning import BLANK, MARKS, tidy

        bare = tidy(text).str.replace_all(rf"[{BLANK}{MARKS}]", "").str.to_uppercase()
        return bare.str.replace(r"^([0-9]{17}[0-9X])[1-7][1-4](?:B[0-9])?$", "$1")

    def why(self, value: pl.Expr) -> pl.Expr:
        import polars as pl

        from employment_warehouse.contract.column_types.cleaning import FLOAT_TAIL, NUMERIC

        return (
            pl.when(value.str.contains(_WELL_FORMED_ID))
            .then(None)
            .when(value.str.contains(rf"{NUMERIC}|{FLOAT_TAIL}"))
            .then(pl.lit("id_not_text"))
            .when(value.str.starts_with("999999"))
            .then(pl.lit("id_placeholder"))
            .when(value.str.contains(r"^[0-9]{15}$"))
            .then(pl.lit("id_first_generation"))
            .when(value.is_not_null())
            .then(pl.lit("id_length"))
        )

    def parse(self, cells: pl.Series, column: Column) -> Parsed:  # noqa: ARG002  its form says how long it may be
        return self.judge(cells)

    def judge(self, cells: pl.Series) -> Parsed:
        """Texts as ID numbers, whatever column or form they come from."""
        import polars as pl

        from employment_warehouse.contract.column_types import cleaning
        from employment_warehouse.contract.column_types.check_digits import id_faults

        formed = Parsed(*cleaning.cleaned(cells, self.untidy(cells), self.clean, self.why))
        faults = id_faults(formed.values.drop_nulls())
        if faults is None:
            return formed
        nothing = pl.repeat(None, len(cells), dtype=pl.String, eager=True)
        found = nothing.scatter(formed.values.is_not_null().arg_true(), faults)
        values = formed.values.set(found.is_not_null(), None)
        return Parsed(values, found if formed.reasons is None else found.fill_null(formed.reasons))

    def landing_name(self, column_name: str) -> str:
        """`approver_id_number` → `approver_key`."""
        return f"{column_name.removesuffix('_id_number')}_key"


class PersonName(Text):
    """A person's name. Blanks inside a Chinese one are typesetting (张　三)."""

    name = "person_name"
    name_zh = "姓名"
    longest = 64
    sql_type = "uuid"
    identity = "name"

    def untidy(self, cells: pl.Series) -> pl.Series:
        from employment_warehouse.contract.column_types.cleaning import (
            BLANK,
            CONVERTED_TWICE,
            DAMAGED_OR_INVISIBLE,
            NOTHING,
        )

        foreign = r"\x{80}-\x{ff}\x{f0000}-\x{10ffff}０-９Ａ-Ｚａ-ｚ"
        odd = rf"^[^\p{{L}}\p{{Han}}]|[{BLANK}\x00-\x1f'=#&_?？0-9{foreign}{_OTHER_DOTS}{_LEFT_OF_NAMES}]"
        return cells.str.contains(rf"{odd}|{DAMAGED_OR_INVISIBLE}|{CONVERTED_TWICE}|{NOTHING}|{DITTO}")

    def clean(self, text: pl.Expr) -> pl.Expr:
        import polars as pl

        from employment_warehouse.contract.column_types.cleaning import BLANK

        def without_entities(texts: pl.Series) -> pl.Series:
            return texts.map_elements(html.unescape, return_dtype=pl.String)

        # A form of the web sends what its character set lacks as &#19886;.
        bare = super().clean(text.map_batches(without_entities, return_dtype=pl.String))
        chinese = bare.str.replace_all(rf"[{BLANK}]", "").str.replace_all(rf"[{_OTHER_DOTS}]", "·")
        return pl.when(bare.str.contains(r"\p{Han}")).then(chinese).otherwise(bare)

    def why(self, value: pl.Expr) -> pl.Expr:
        """A question mark, a box, or a character in private use that stands for none we know, is left of a name that
        was converted to a character set without it.
        """
        import polars as pl

        from employment_warehouse.contract.column_types.cleaning import NUMERIC

        damaged = rf"[?？{_LEFT_OF_NAMES}\x{{e000}}-\x{{f8ff}}]|{_NO_NAME}"
        return (
            pl.when(value.str.contains(DITTO))
            .then(pl.lit("ditto_mark"))
            .when(value.str.contains(damaged) & ~value.str.contains(rf"{FORMULA_ERROR}|{NUMERIC}"))
            .then(pl.lit("text_damaged"))
            .otherwise(super().why(value))
        )

    def landing_name(self, column_name: str) -> str:
        """`holder` → `holder_key`."""
        return f"{column_name}_key"


class Mobile(_Number, TextType):
    """A mobile number: usually eleven digits; another telephone number is kept as well."""

    name = "mobile"
    name_zh = "手机号（文本）"
    longest = 32
    sql_type = "uuid"
    identity = "mobile"

    def untidy(self, cells: pl.Series) -> pl.Series:
        return ~cells.str.contains(r"^1[0-9]{10}$")

    def clean(self, text: pl.Expr) -> pl.Expr:
        """Without blanks, marks of a text, hyphens, brackets and the prefix of China."""
        from employment_warehouse.contract.column_types.cleaning import BLANK, FLOAT_TAIL, tidy, unmarked

        bare = unmarked(tidy(text).str.replace(FLOAT_TAIL, "")).str.replace_all(rf"[{BLANK}()-]", "")
        return bare.str.replace(r"^(?:\+|00)?86(1[0-9]{10})$", "$1")

    def why(self, value: pl.Expr) -> pl.Expr:
        import polars as pl

        from employment_warehouse.contract.column_types.cleaning import NUMERIC

        return (
            pl.when(value.str.contains(NUMERIC))
            .then(pl.lit("id_not_text"))
            .when(value.str.contains(FORMULA_ERROR))
            .then(pl.lit("schema_violation"))
            .when(value.str.contains(DITTO))
            .then(pl.lit("ditto_mark"))
            .when(value.str.contains(_NOT_ONE_TELEPHONE))
            .then(pl.lit("id_length"))
        )

    def landing_name(self, column_name: str) -> str:
        """`mobile` → `mobile_key`."""
        return f"{column_name}_key"


class BankAccount(_Number, TextType):
    """A bank account: 8 to 32 digits or letters."""

    name = "bank_account"
    name_zh = "银行账号（文本）"
    sql_type = "uuid"
    loses_digits = True
    identity = "account"

    def untidy(self, cells: pl.Series) -> pl.Series:
        return ~cells.str.contains(r"^[0-9]{8,32}$")

    def clean(self, text: pl.Expr) -> pl.Expr:
        """Without marks of a text, blanks and hyphens, unless they stand between two accounts."""
        import polars as pl

        from employment_warehouse.contract.column_types.cleaning import BLANK, tidy, unmarked

        tidied = unmarked(tidy(text))
        lines = tidied.str.replace_all(r"[ \t\x{a0}\x{3000}-]", "")
        is_two = tidied.str.contains(_TWO_ACCOUNTS) | lines.str.contains(_TWO_ACCOUNTS)
        return pl.when(is_two).then(tidied).otherwise(tidied.str.replace_all(rf"[{BLANK}-]", ""))

    def why(self, value: pl.Expr) -> pl.Expr:
        import polars as pl

        from employment_warehouse.contract.column_types.cleaning import FLOAT_TAIL, NUMERIC

        return (
            pl.when(value.str.contains(rf"{NUMERIC}|{FLOAT_TAIL}"))
            .then(pl.lit("id_not_text"))
            .when(~value.str.contains(r"^[0-9A-Za-z]{8,32}$"))
            .then(pl.lit("id_length"))
        )

    def landing_name(self, column_name: str) -> str:
        """`bank_account` → `account_key`."""
        return f"{column_name.removeprefix('bank_')}_key"


class Uscc(FormType):
    """A unified social credit code, GB 32100."""

    name = "uscc"
    name_zh = "18 位信用代码（文本）"
    unread = "uscc_checksum"
    loses_digits = True

    def value(self, column: Column, text: pl.Expr) -> pl.Expr:  # noqa: ARG002
        import polars as pl

        from employment_warehouse.contract.column_types.check_digits import valid_usccs
        from employment_warehouse.contract.column_types.cleaning import BLANK, unmarked

        spelt = unmarked(text).str.replace_all(rf"[{BLANK}-]", "").str.to_uppercase()
        return spelt.map_batches(valid_usccs, return_dtype=pl.String)

    def rejections(self, column: Column, text: pl.Expr, value: pl.Expr) -> list[tuple[pl.Expr, str]]:
        from employment_warehouse.contract.column_types.cleaning import FLOAT_TAIL, NUMERIC

        is_number = text.str.contains(rf"{NUMERIC}|{FLOAT_TAIL}")
        return [(is_number, "id_not_text"), *super().rejections(column, text, value)]
