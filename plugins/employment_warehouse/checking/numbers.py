"""Check digits over whole columns: the numbers lie side by side as bytes, a weighted sum is one product."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

Integers = npt.NDArray[np.int32]

ID_WEIGHTS = np.array([2 ** (17 - place) % 11 for place in range(17)], dtype=np.int32)
ID_CHECK_CHARACTERS = np.frombuffer(b"10X98765432", dtype=np.uint8)  # by the weighted sum modulo 11
_DATE_WEIGHTS = np.array([1000, 100, 10, 1], dtype=np.int32)
_DAYS_IN_MONTH = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int32)
_FIRST_BIRTH_YEAR = 1850

USCC_ALPHABET = b"0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
USCC_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)], dtype=np.int32)
# GB 32100: who registered it and what it is (a letter for some: N2, a village's co-operative), six digits of the
# division, nine characters of the organisation, the check character.
USCC_FORM = r"^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$"


def id_faults(numbers: pl.Series) -> pl.Series | None:
    """`id_placeholder`, `id_checksum` or `id_date` for each well-formed ID number at fault; None if none is.

    GB 11643-1999: ISO 7064 MOD 11-2 over 17 digits, and a date of birth that the calendar has.
    """
    characters = _characters(numbers)
    digits = (characters[:, :17] - ord("0")).astype(np.int32)
    placeholder = (digits[:, :6] == 9).all(axis=1)
    wrong_digit = ID_CHECK_CHARACTERS[digits @ ID_WEIGHTS % 11] != characters[:, 17]
    year, month, day = _birth(characters)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last_day = _DAYS_IN_MONTH[np.clip(month, 0, 12) * (month <= 12)] + (leap & (month == 2))
    wrong_date = (year < _FIRST_BIRTH_YEAR) | (day < 1) | (day > last_day)
    if not (placeholder | wrong_digit | wrong_date).any():
        return None
    faults = pl.DataFrame({"placeholder": placeholder, "digit": wrong_digit, "date": wrong_date})
    return faults.select(
        pl.when("placeholder")
        .then(pl.lit("id_placeholder"))
        .when("digit")
        .then(pl.lit("id_checksum"))
        .when("date")
        .then(pl.lit("id_date"))
    ).to_series()


def birth_dates_and_sexes(numbers: pl.Series) -> pl.DataFrame:
    """`birth_date` and `sex` (male, female) that valid ID numbers tell; null for null."""
    is_there = numbers.is_not_null()
    at = (is_there.cast(pl.Int64).cum_sum() - 1).set(~is_there, None)  # among those that are there
    characters = _characters(numbers.drop_nulls())
    year, month, day = _birth(characters)
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    sex = pl.Series(["female", "male"]).gather(characters[:, 16] % 2)  # ASCII digits are odd where their values are
    birth_date = pl.Series(months.astype("datetime64[D]") + day - 1)
    return pl.DataFrame({"birth_date": birth_date.gather(at), "sex": sex.gather(at)})


def valid_usccs(codes: pl.Series) -> pl.Series:
    """The codes that GB 32100 allows; null for the others."""
    formed = codes.str.contains(USCC_FORM).fill_null(False)
    values = np.zeros(256, dtype=np.int32)
    values[np.frombuffer(USCC_ALPHABET, dtype=np.uint8)] = np.arange(len(USCC_ALPHABET))
    characters = values[_characters(codes.filter(formed))]
    right = -(characters[:, :17] @ USCC_WEIGHTS) % 31 == characters[:, 17]
    formed = formed.scatter(formed.arg_true(), pl.Series(right))
    return codes.set(~formed, None)


def _birth(characters: npt.NDArray[np.uint8]) -> tuple[Integers, Integers, Integers]:
    """Year, month and day of birth of ID numbers, whether the calendar has them or not."""
    digits = (characters[:, 6:14] - ord("0")).astype(np.int32)
    return digits[:, :4] @ _DATE_WEIGHTS, digits[:, 4:6] @ _DATE_WEIGHTS[2:], digits[:, 6:] @ _DATE_WEIGHTS[2:]


def _characters(texts: pl.Series) -> npt.NDArray[np.uint8]:
    """Texts of 18 ASCII characters as a matrix of bytes, a row each."""
    return np.frombuffer((texts.str.join("").item() or "").encode(), dtype=np.uint8).reshape(-1, 18)
