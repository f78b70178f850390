"""Whole columns are checked as one value is checked by others: python-stdnum, datetime, Decimal."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from employment_warehouse.checking.parsing_cache import ColumnParser
from employment_warehouse.contract import Parsed, contract_of
from employment_warehouse.contract.column_types.check_digits import birth_dates_and_sexes
from employment_warehouse.identity import valid_id
from employment_warehouse.masking import MAY_BE_REFUSED, may_be_personal

EMPLOYMENT = contract_of("employment")
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Divisions of today, of long ago, and such as never were: none of it may matter.
PREFIXES = st.one_of(
    st.sampled_from(["532528", "532501", "532521", "532522", "532526", "440300", "110101", "000000"]),
    st.from_regex(r"[0-8][0-9]{5}", fullmatch=True),
)
DIGITS = "0123456789"

some = settings(max_examples=100, deadline=None)


def parse(name: str, cells: list[str]) -> Parsed:
    return ColumnParser(EMPLOYMENT, [name]).parse({name: pl.Series(cells, dtype=pl.String)})[name]


def reasons(name: str, cells: list[str]) -> list[str | None]:
    parsed = parse(name, cells)
    assert all((value is None) == (reason is not None) for value, reason in _pairs(parsed))
    return [None] * len(cells) if parsed.reasons is None else parsed.reasons.to_list()


def _pairs(parsed: Parsed) -> list[tuple[object, object]]:
    found = parsed.reasons if parsed.reasons is not None else pl.Series([None] * len(parsed.values))
    return list(zip(parsed.values, found, strict=True))


@st.composite
def id_numbers(draw: st.DrawFn) -> str:
    """Well-formed numbers, most of them right, with a date or a check digit that may be none."""
    year = draw(st.integers(1850, 2030))
    month, day = draw(st.integers(0, 13)), draw(st.integers(0, 32))
    body = f"{draw(PREFIXES)}{year:04d}{month:02d}{day:02d}{draw(st.integers(0, 999)):03d}"
    right = ric.calc_check_digit(body + "0")
    return body + draw(st.sampled_from([right] * 3 + list("0123456789X")))


def stdnum_accepts(number: str) -> bool:
    """Its check digit and its date; not its place, which it would hold against the year of birth."""
    try:
        ric.get_birth_date(number)
    except ValidationError:
        return False
    return ric.calc_check_digit(number) == number[-1]


@some
@given(st.lists(id_numbers(), min_size=1, max_size=30))
def test_an_id_number_passes_where_stdnum_lets_it_pass(numbers: list[str]) -> None:
    assert [reason is None for reason in reasons("id_number", numbers)] == [stdnum_accepts(n) for n in numbers]


@some
@given(st.lists(st.none() | id_numbers().filter(stdnum_accepts), max_size=30))
def test_an_id_number_gives_birth_date_and_sex_as_stdnum_does(numbers: list[str | None]) -> None:
    found = birth_dates_and_sexes(pl.Series(numbers, dtype=pl.String))
    assert found["birth_date"].to_list() == [number and ric.get_birth_date(number) for number in numbers]
    assert found["sex"].to_list() == [number and ("female", "male")[int(number[16]) % 2] for number in numbers]


def fault_of(text: str) -> str | None:
    """The reason of one text without formatting."""
    certificate = re.fullmatch(r"([0-9]{17}[0-9X])[1-7][1-4](B[0-9])?", text)
    number = certificate[1] if certificate else text
    if number.startswith("999999"):
        return "id_placeholder"
    if re.fullmatch(r"[0-9]{15}", number):
        return "id_first_generation"
    if re.fullmatch(r"[0-9]{17}[0-9X]", number) is None:
        return "id_length"
    if ric.calc_check_digit(number) != number[-1]:
        return "id_checksum"
    return None if stdnum_accepts(number) else "id_date"


@some
@given(
    st.lists(
        st.one_of(
            id_numbers(),
            st.builds(str.__add__, id_numbers(), st.from_regex(r"[0-9]{2}(B[0-9])?", fullmatch=True)),
            st.text(DIGITS + "X", min_size=1, max_size=23),
            st.just(""),
        ),
        max_size=20,
    )
)
@example(["532528199001010009" + suffix for suffix in ("43", "99", "43B1", "4311")])
def test_a_column_of_id_numbers_is_judged_as_each_of_them_is(numbers: list[str]) -> None:
    parsed = parse("id_number", numbers)
    found = parsed.reasons.to_list() if parsed.reasons is not None else [None] * len(numbers)
    assert found == [None if number == "" else fault_of(number) for number in numbers]
    assert parsed.values.to_list() == [valid_id(number) for number in numbers]


@some
@given(
    id_numbers().filter(stdnum_accepts),
    st.sampled_from(
        [
            lambda n: n.lower(),
            lambda n: f'="{n}"',
            lambda n: f"'{n}",
            lambda n: f"\u3000{n[:6]} {n[6:14]} {n[14:]}\u00a0",
            lambda n: n.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
            lambda n: n + "44",
            lambda n: n + "12B1",
        ]
    ),
)
def test_a_dressed_id_number_is_the_number(number: str, dress: Callable[[str], str]) -> None:
    assert parse("id_number", [dress(number)]).values.to_list() == [number]


@some
@given(id_numbers().filter(stdnum_accepts))
def test_a_number_from_a_numeric_cell_is_always_refused(number: str) -> None:
    cells = [f"\x01{number}", f"{float(number.replace('X', '0')):.5E}", f"{number[:17]}0.0"]
    assert reasons("id_number", cells) == ["id_not_text"] * 3


@some
@given(
    st.text("AHZ", max_size=9),
    st.one_of(
        id_numbers(),
        id_numbers().map(lambda number: number[:6] + number[8:17]),
        st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
        st.from_regex(r"62[0-9]{14,17}", fullmatch=True),
        st.text(DIGITS, max_size=20),
    ),
)
@example("", "")
@example("", "13800001111")
def test_a_reference_number_is_refused_where_it_may_be_personal(letters: str, digits: str) -> None:
    number = letters + digits
    is_personal = re.search(MAY_BE_REFUSED, number) is not None and may_be_personal(number)
    parsed = contract_of("labor_register").column("household_no").parse(pl.Series(["H1", number]))
    found = [None, None] if parsed.reasons is None else parsed.reasons.to_list()
    assert found == [None, "personal_number" if is_personal else None]
    assert parsed.values.to_list() == ["H1", None if is_personal else number or None]


@some
@given(st.lists(st.text(USCC_ALPHABET, min_size=17, max_size=17), min_size=1, max_size=20), st.data())
def test_a_credit_code_passes_where_stdnum_lets_it_pass(bodies: list[str], data: st.DataObject) -> None:
    formed = [data.draw(st.from_regex("[0-9]{8}", fullmatch=True)) + body[8:] for body in bodies]
    codes = [body + data.draw(st.sampled_from([uscc.calc_check_digit(body), *USCC_ALPHABET[:3]])) for body in formed]
    assert [reason is None for reason in reasons("employer_uscc", codes)] == [uscc.is_valid(code) for code in codes]


@some
@given(
    st.text(USCC_ALPHABET, min_size=2, max_size=2),
    st.text(DIGITS, min_size=6, max_size=6),
    st.text(USCC_ALPHABET, min_size=9, max_size=9),
)
def test_the_registrar_and_kind_of_a_credit_code_may_be_letters(kind: str, division: str, organisation: str) -> None:
    body = kind + division + organisation
    code = body + uscc.calc_check_digit(body)
    assert parse("employer_uscc", [code]).values.to_list() == [code]


DAY_FORMS: list[Callable[[date], str]] = [
    lambda d: d.isoformat(),
    lambda d: f"{d.year}/{d.month}/{d.day}",
    lambda d: f"{d.year}.{d.month}.{d.day}",
    lambda d: f"{d:%Y%m%d}",
    lambda d: f"{d.year}年{d.month}月{d.day}日",
    lambda d: f"{d:%Y-%m-%d} 00:00:00",
    lambda d: f"{d:%Y/%m/%d} 9:05",
    lambda d: str((d - date(1899, 12, 30)).days),
    lambda d: f"{(d - date(1899, 12, 30)).days}.0",
    lambda d: d.isoformat().translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
]


@some
@given(st.dates(date(1958, 1, 1), date(2099, 12, 31)))
def test_all_forms_of_a_day_agree(day: date) -> None:
    cells = [form(day) for form in DAY_FORMS]
    assert parse("start_date", cells).values.to_list() == [day] * len(cells)


@some
@given(st.integers(1900, 2099), st.integers(1, 12))
def test_all_forms_of_a_month_agree(year: int, month: int) -> None:
    first = date(year, month, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    cells = [
        f"{first:%Y-%m}",
        f"{year}/{month}",
        f"{year}.{first:%m}",
        f"{first:%Y%m}",
        f"{year}年{month}月",
        str(last),
    ]
    payroll = contract_of("relief_payroll")
    read = ColumnParser(payroll, ["period"]).parse({"period": pl.Series(cells)})["period"].values
    assert read.to_list() == [first] * len(cells)


@some
@given(st.integers(1900, 2099), st.integers(0, 99), st.integers(0, 99))
def test_a_day_that_does_not_exist_is_not_a_date(year: int, month: int, day: int) -> None:
    try:
        expected = date(year, month, day)
    except ValueError:
        expected = None
    assert parse("start_date", [f"{year}-{month:02d}-{day:02d}"]).values.to_list() == [expected]


AMOUNT_FORMS: list[Callable[[Decimal], str]] = [
    str,
    lambda a: f"{a:,}",
    lambda a: f"￥{a:,}",
    lambda a: f"{a}元",
    lambda a: f"{a:,}元",
    lambda a: f"{a / 10_000}万元",
    lambda a: f"{a / 10_000}万",
    lambda a: f' ="{a}"',
]


@some
@given(st.decimals(0, 200_000, places=2))
def test_all_forms_of_an_amount_agree(amount: Decimal) -> None:
    cells = [form(amount) for form in AMOUNT_FORMS]
    assert parse("monthly_wage", cells).values.to_list() == [amount] * len(cells)


@some
@given(st.decimals(0, 199_999, places=6))
def test_an_amount_is_kept_to_the_fen(amount: Decimal) -> None:
    expected = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert parse("monthly_wage", [f"{amount:f}"]).values.to_list() == [expected]


@pytest.mark.parametrize("name", [column.name for column in EMPLOYMENT.columns])
@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=24), min_size=1, max_size=8))
def test_any_text_is_a_value_or_has_a_reason_or_means_nothing(name: str, cells: list[str]) -> None:
    parsed = parse(name, cells)
    assert len(parsed.values) == len(cells)
    for value, reason in _pairs(parsed):
        assert value is None or reason is None


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["2024-05-01", "x", "", "无", "45413", " 2024.5 "]), max_size=60))
def test_a_cell_means_the_same_in_every_place(cells: list[str]) -> None:
    together = parse("start_date", cells)
    alone = [parse("start_date", [cell]) for cell in cells]
    assert _pairs(together) == [pair for one in alone for pair in _pairs(one)]
