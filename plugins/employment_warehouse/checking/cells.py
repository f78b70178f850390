"""One column of texts, as people wrote them → typed values, and a reason for each cell that is none.

Whole columns at a time. Texts and identities are looked at once by one regular expression, and only the cells that
fail it are cleaned; of everything else `columns` shows each text only once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from employment_warehouse.checking import numbers
from employment_warehouse.contract import Column
from employment_warehouse.contract.divisions import COUNTIES, PREFECTURE, PROVINCES
from employment_warehouse.reading.table import NUMERIC_CELL


@dataclass(frozen=True)
class Parsed:
    """Typed values of a column, and what is wrong with a cell. reasons: None where nothing is wrong with any."""

    values: pl.Series
    reasons: pl.Series | None


TYPES: Mapping[str, pl.DataType] = {
    "date": pl.Date(),
    "month": pl.Date(),
    "integer": pl.Int32(),
    "decimal": pl.Decimal(38, 2),
    "boolean": pl.Boolean(),
    "timestamp": pl.Datetime("us", "UTC"),
}

_TRUE = ("是", "√", "✓", "✔", "y", "yes", "1", "true")
_FALSE = ("否", "×", "✗", "✘", "n", "no", "0", "false")

# Full-width letters, digits and signs stand 0xFEE0 above the ASCII ones.
_WIDE = [chr(code + 0xFEE0) for code in range(0x21, 0x7F)]
_NARROW = [chr(code) for code in range(0x21, 0x7F)]
_WIDE_ALPHANUMERIC = [wide for wide, narrow in zip(_WIDE, _NARROW, strict=True) if narrow.isalnum()]
_NARROW_ALPHANUMERIC = [narrow for narrow in _NARROW if narrow.isalnum()]

_BLANK = r"\s\x{200b}\x{feff}"
_NOTHING = r"^(?:无|暂无|/|／|-|－|—|——|--|)$"
# 5.32528E+17: how a worksheet prints a long number, of which it has kept fifteen digits.
_SCIENTIFIC = r"[0-9]+(?:\.[0-9]*)?[Ee]\+[0-9]+"
_NUMERIC = rf"^(?:{NUMERIC_CELL}|{_SCIENTIFIC}$)"
# A cell that is not yet as its type writes it; \x01 is no dress.
_UNTIDY = rf"[{_BLANK}'=！-～]|{_NOTHING}"
# A text that may need a hand: empty, dressed, padded, wide, standing for nothing, or with what no text may have.
_UNTIDY_TEXT = rf"^[{_BLANK}'=#]|[{_BLANK}]$|[\x00-\x1f０-９Ａ-Ｚａ-ｚ]|{_NOTHING}|^[0-9]+\.0+$|^{_SCIENTIFIC}$"
_UNTIDY_NAME = rf"[{_BLANK}\x00-\x1f'=#０-９Ａ-Ｚａ-ｚ]|{_NOTHING}"
_FORMULA_ERROR = r"^#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!)$"
_FLOAT_TAIL = r"\.0+$"
_WELL_FORMED_ID = r"^[0-9]{17}[0-9X]$"

_CLOCK = r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_YEAR = r"((?:19|20)[0-9]{2})"
_DAY = rf"^{_YEAR} ?[-/.年] ?([0-9]{{1,2}}) ?[-/.月] ?([0-9]{{1,2}}) ?[日号]?{_CLOCK}$"
_PACKED_DAY = rf"^{_YEAR}([0-9]{{2}})([0-9]{{2}})$"
_MONTH = rf"^{_YEAR} ?[-/.年] ?([0-9]{{1,2}}) ?月?$"
_PACKED_MONTH = rf"^{_YEAR}([0-9]{{2}})$"
# 1927 to 2119, but for 19500 or 20245, which may be a year with its month.
_SERIAL_DAY = r"^((?:1[0-8]|2[1-9]|[3-7][0-9])[0-9]{3})(?:\.[0-9]+)?$"

_NUMBER = r"^[+-]?[￥¥]?(?:(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?|\.[0-9]+)[万亿]?[元圆]?$"
_INTEGER_LIMIT = 2**31 - 1


def parse_cells(cells: pl.Series, column: Column) -> Parsed:
    """A column of texts (null or '' where nothing stands) as values of its type.

    Nothing becomes null, whatever it was written as. A cell that cannot be read is null and has a reason.
    """
    if column.type in _DIRECT:
        return _DIRECT[column.type](cells)
    found = _read(column, cells).collect()
    values, reasons = found["value"], found["reason"]
    return Parsed(values, None if reasons.null_count() == len(reasons) else reasons)


def _read(column: Column, texts: pl.Series) -> pl.LazyFrame:
    """The `value` that each text stands for, and the `reason` where it stands for none."""
    form = _FORMS[column.type]
    return (
        pl.LazyFrame({"text": _changed(texts, texts.str.contains(_UNTIDY), tidy)})
        .with_columns(value=form.read(column, pl.col("text")))
        .with_columns(reason=_reason(column, form.unread))
        .select("reason", value=_final(column, pl.when(pl.col("reason").is_null()).then("value")))
    )


def _reason(column: Column, unread: str) -> pl.Expr:
    """Why `text` is refused, though it may have been read as `value`."""
    value = pl.col("value")
    text = pl.col("text")
    refusals = [(text.is_not_null() & value.is_null(), unread)]
    if column.type == "uscc":
        refusals.insert(0, (text.str.contains(rf"{_NUMERIC}|{_FLOAT_TAIL}"), "id_not_text"))
    if column.type == "integer":
        refusals += [(value.round(0) != value, "not_an_integer"), (value.abs() > _INTEGER_LIMIT, "out_of_range")]
    if column.minimum is not None:
        refusals.append((value < column.minimum, "out_of_range"))
    if column.maximum is not None:
        refusals.append((value > column.maximum, "out_of_range"))
    return pl.coalesce(pl.when(wrong).then(pl.lit(reason)) for wrong, reason in refusals)


def _final(column: Column, value: pl.Expr) -> pl.Expr:
    if column.type == "decimal":  # money is kept to the fen, half away from zero, as PostgreSQL rounds
        return value.round(2, mode="half_away_from_zero").cast(TYPES["decimal"])
    return value.cast(TYPES["integer"]) if column.type == "integer" else value


def _changed(cells: pl.Series, which: pl.Series, change: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """The cells, some of them changed; what the change costs, only these pay."""
    if not which.any():
        return cells
    at = which.arg_true()
    some = cells.gather(at).to_frame("cell").select(change(pl.col("cell"))).to_series()
    return cells.clone().scatter(at, some)


def tidy(text: pl.Expr) -> pl.Expr:
    """Texts without their dress: ASCII letters, digits and signs, no padding, no `="…"`, no apostrophe; nothing is
    null.
    """
    bare = _undress(text.str.replace_many(_WIDE, _NARROW))
    return pl.when(~bare.str.contains(_NOTHING)).then(bare)


def _undress(text: pl.Expr) -> pl.Expr:
    padding = rf"^[{_BLANK}]+|[{_BLANK}]+$"
    return (
        text.str.replace_all(padding, "")
        .str.replace(r'^="(.*)"$', "$1")
        .str.replace(r"^'", "")
        .str.replace_all(padding, "")
    )


# Texts and identities -------------------------------------------------------------------------------------------


def _parse_text(cells: pl.Series) -> Parsed:
    return _cleaned(cells, cells.str.contains(_UNTIDY_TEXT), _tidy_text, _why_no_text)


def _tidy_text(text: pl.Expr) -> pl.Expr:
    bare = _undress(text.str.replace_many(_WIDE_ALPHANUMERIC, _NARROW_ALPHANUMERIC))
    bare = bare.str.replace(r"^([0-9]+)\.0+$", "$1")
    return pl.when(~bare.str.contains(_NOTHING)).then(bare)


def _why_no_text(value: pl.Expr) -> pl.Expr:
    """A number of a case or a batch that a worksheet has rounded has lost its digits like an ID number. PostgreSQL
    stores no NUL, a control character is never meant, and #N/A is what a formula says that found nothing.
    """
    return (
        pl.when(value.str.contains(_NUMERIC))
        .then(pl.lit("id_not_text"))
        .when(value.str.contains(rf"[\x00-\x08\x0b\x0c\x0e-\x1f]|{_FORMULA_ERROR}"))
        .then(pl.lit("schema_violation"))
    )


def _parse_person_name(cells: pl.Series) -> Parsed:
    return _cleaned(cells, cells.str.contains(_UNTIDY_NAME), _tidy_name, _why_no_text)


def _tidy_name(text: pl.Expr) -> pl.Expr:
    """Blanks inside a Chinese name are typesetting (张　三)."""
    bare = _tidy_text(text)
    return pl.when(bare.str.contains(r"\p{Han}")).then(bare.str.replace_all(rf"[{_BLANK}]", "")).otherwise(bare)


def _parse_mobile(cells: pl.Series) -> Parsed:
    return _cleaned(cells, ~cells.str.contains(r"^1[0-9]{10}$"), _tidy_mobile, _why_no_mobile)


def _tidy_mobile(text: pl.Expr) -> pl.Expr:
    bare = tidy(text).str.replace(_FLOAT_TAIL, "").str.replace_all(rf"[{_BLANK}-]", "")
    return bare.str.replace(r"^\+?86(1[0-9]{10})$", "$1")


def _why_no_mobile(value: pl.Expr) -> pl.Expr:
    return pl.when(value.str.contains(_NUMERIC)).then(pl.lit("id_not_text"))


def _parse_bank_account(cells: pl.Series) -> Parsed:
    return _cleaned(cells, ~cells.str.contains(r"^[0-9]{8,32}$"), _tidy_bank_account, _why_no_bank_account)


def _tidy_bank_account(text: pl.Expr) -> pl.Expr:
    return tidy(text).str.replace_all(rf"[{_BLANK}-]", "")


def _why_no_bank_account(value: pl.Expr) -> pl.Expr:
    return (
        pl.when(value.str.contains(rf"{_NUMERIC}|{_FLOAT_TAIL}"))
        .then(pl.lit("id_not_text"))
        .when(~value.str.contains(r"^[0-9A-Za-z]{8,32}$"))
        .then(pl.lit("id_length"))
    )


def _parse_id_number(cells: pl.Series) -> Parsed:
    """GB 11643: form, check digit and birth date; never the division, which keeps its number of long ago.

    The same answer for each number as `identity.check_id` gives.
    """
    formed = _cleaned(cells, ~cells.str.contains(_WELL_FORMED_ID), _tidy_id, _why_no_id)
    faults = numbers.id_faults(formed.values.drop_nulls())
    if faults is None:
        return formed
    nothing = pl.repeat(None, len(cells), dtype=pl.String, eager=True)
    found = nothing.scatter(formed.values.is_not_null().arg_true(), faults)
    values = formed.values.set(found.is_not_null(), None)
    return Parsed(values, found if formed.reasons is None else found.fill_null(formed.reasons))


def _tidy_id(text: pl.Expr) -> pl.Expr:
    bare = tidy(text).str.replace_all(rf"[{_BLANK}'\"`‘’“”=]", "").str.to_uppercase()
    # 20 or 22 characters: a disability certificate, which is the ID number, kind, grade and count of reissues.
    return bare.str.replace(r"^([0-9]{17}[0-9X])[0-9]{2}(?:[0-9A-Z]{2})?$", "$1")


def _why_no_id(value: pl.Expr) -> pl.Expr:
    return (
        pl.when(value.str.contains(_WELL_FORMED_ID))
        .then(None)
        .when(value.str.contains(rf"{_NUMERIC}|{_FLOAT_TAIL}"))
        .then(pl.lit("id_not_text"))
        .when(value.str.starts_with("999999"))
        .then(pl.lit("id_placeholder"))
        .when(value.str.contains(r"^[0-9]{15}$"))
        .then(pl.lit("id_first_generation"))
        .when(value.is_not_null())
        .then(pl.lit("id_length"))
    )


def _cleaned(
    cells: pl.Series,
    untidy: pl.Series,
    clean: Callable[[pl.Expr], pl.Expr],
    why: Callable[[pl.Expr], pl.Expr],
) -> Parsed:
    """The cells, of which only the untidy ones are cleaned, and refused where there is a reason why."""
    if not untidy.any():
        return Parsed(cells, None)

    def clean_or_nothing(text: pl.Expr) -> pl.Expr:
        cleaned = clean(text)
        return pl.when(cleaned != "").then(cleaned)

    values = _changed(cells, untidy, clean_or_nothing)
    at = untidy.arg_true()
    told = values.gather(at).to_frame("value").select(why(pl.col("value")).cast(pl.String)).to_series()
    if told.null_count() == len(told):
        return Parsed(values, None)
    reasons = pl.repeat(None, len(cells), dtype=pl.String, eager=True).scatter(at, told)
    return Parsed(values.set(reasons.is_not_null(), None), reasons)


# Few distinct values --------------------------------------------------------------------------------------------


def _code(column: Column, text: pl.Expr) -> pl.Expr:
    known = {_spelling(label): code for label, code in column.codes.items()}
    known |= {code.lower(): code for code in column.codes.values()}
    spelt = text.str.replace_all(rf"[{_BLANK}]", "").str.to_lowercase().str.replace(_FLOAT_TAIL, "")
    return spelt.replace_strict(known, default=None, return_dtype=pl.String)


def _spelling(label: str) -> str:
    return label.translate(dict(zip(map(ord, _WIDE), _NARROW, strict=True))).lower()


def _boolean(_: Column, text: pl.Expr) -> pl.Expr:
    known = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)
    spelt = text.str.to_lowercase().str.replace(_FLOAT_TAIL, "")
    return spelt.replace_strict(known, default=None, return_dtype=pl.Boolean)


def _date(_: Column, text: pl.Expr) -> pl.Expr:
    """Days in every form that is read: 2024-05-01, 2024/5/1, 2024.5.1, 20240501, 2024年5月1日, with or without a time
    of day, the serial number of a worksheet; a month (2024.5, 2024-05, 202405) is its first day.
    """
    bare = text.str.replace(_FLOAT_TAIL, "")
    parts = pl.coalesce(
        pl.when(bare.str.contains(form)).then(bare.str.replace(form, order))
        for forms, order in (((_DAY, _PACKED_DAY), "$1-$2-$3"), ((_MONTH, _PACKED_MONTH), "$1-$2-1"))
        for form in forms
    )
    serial = bare.str.extract(_SERIAL_DAY).cast(pl.Int32)
    return parts.str.to_date("%Y-%m-%d", strict=False).fill_null(pl.date(1899, 12, 30) + pl.duration(days=serial))


def _month(column: Column, text: pl.Expr) -> pl.Expr:
    return _date(column, text).dt.month_start()


def _timestamp(_: Column, text: pl.Expr) -> pl.Expr:
    """RFC 3339: with an offset, always."""
    return text.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)


def _number(_: Column, text: pl.Expr) -> pl.Expr:
    """Decimals with eight places; 0.32万元 is 3200."""
    number = pl.when(text.str.contains(_NUMBER)).then(text)
    digits = number.str.replace_all("[￥¥,万亿元圆]", "").str.to_decimal(scale=8)
    tens_of_thousands, hundreds_of_millions = number.str.contains("万"), number.str.contains("亿")
    return digits * pl.when(tens_of_thousands).then(10**4).when(hundreds_of_millions).then(10**8).otherwise(1)


def _uscc(_: Column, text: pl.Expr) -> pl.Expr:
    spelt = text.str.replace_all(rf"[{_BLANK}-]", "").str.to_uppercase()
    return spelt.map_batches(numbers.valid_usccs, return_dtype=pl.String)


def _division(column: Column, text: pl.Expr) -> pl.Expr:
    """Six digits of GB/T 2260, the name of one of the prefecture's counties, or a label of the contract."""
    code = text.str.replace(_FLOAT_TAIL, "").replace(dict(COUNTIES) | dict(column.codes))
    return pl.when(_is_division(code, 6) | code.is_in(list(column.codes.values()))).then(code)


def _township(_: Column, text: pl.Expr) -> pl.Expr:
    code = text.str.replace(_FLOAT_TAIL, "")
    return pl.when(_is_division(code, 9)).then(code)


def _village(_: Column, text: pl.Expr) -> pl.Expr:
    code = text.str.replace(_FLOAT_TAIL, "")
    return pl.when(_is_division(code, 12)).then(code)


def _is_division(code: pl.Expr, digits: int) -> pl.Expr:
    """Digits of that number, in a province that exists; in this prefecture, of a county that exists today."""
    formed = code.str.contains(rf"^[0-9]{{{digits}}}$") & code.str.slice(0, 2).is_in(PROVINCES)
    ours = code.str.starts_with(PREFECTURE[:4])
    return formed & (~ours | code.str.slice(0, 6).is_in([PREFECTURE, *COUNTIES.values()]))


@dataclass(frozen=True)
class _Form:
    """How texts of a type are read (null: they are none), and the reason where that fails."""

    read: Callable[[Column, pl.Expr], pl.Expr]
    unread: str


_DIRECT: Mapping[str, Callable[[pl.Series], Parsed]] = {
    "text": _parse_text,
    "person_name": _parse_person_name,
    "id_number": _parse_id_number,
    "mobile": _parse_mobile,
    "bank_account": _parse_bank_account,
}
_FORMS: Mapping[str, _Form] = {
    "code": _Form(_code, "unknown_code"),
    "boolean": _Form(_boolean, "not_a_boolean"),
    "date": _Form(_date, "not_a_date"),
    "month": _Form(_month, "not_a_date"),
    "timestamp": _Form(_timestamp, "not_a_date"),
    "decimal": _Form(_number, "not_a_number"),
    "integer": _Form(_number, "not_a_number"),
    "uscc": _Form(_uscc, "uscc_checksum"),
    "division": _Form(_division, "not_a_division"),
    "township": _Form(_township, "not_a_division"),
    "village": _Form(_village, "not_a_division"),
}
