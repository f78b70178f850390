"""Check digits and birth dates of whole columns: an array row holds one of the 18 places of all numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

Integers = npt.NDArray[np.int32]
Places = npt.NDArray[np.uint8]  # (18, n): the characters

ID_WEIGHTS = [2 ** (17 - place) % 11 for place in range(17)]
ID_CHECK_CHARACTERS = np.frombuffer(b"10X98765432", dtype=np.uint8)  # by the weighted sum modulo 11
_FIRST_BIRTH_YEAR = 1850
# The first day of each month from there on, in days since 1970.
_FIRST_DAYS = np.arange("1850-01", "10000-02", dtype="datetime64[M]").astype("datetime64[D]").astype(np.int32)
_PLACEHOLDER_ID = "0" * 6 + "19700101" + "0" * 4

USCC_ALPHABET = b"0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
USCC_WEIGHTS = [pow(3, place, 31) for place in range(17)]
# GB 32100: who registered it and what it is (a letter for some: N2, a village's co-operative), six digits of the
# division, nine characters of the organisation, the check character.
USCC_FORM = r"^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$"


def id_faults(numbers: pl.Series) -> pl.Series | None:
    """`id_placeholder`, `id_checksum` or `id_date` for each well-formed ID number at fault; None if none is.

    GB 11643-1999: ISO 7064 MOD 11-2 over 17 digits, and a date of birth that the calendar has.
    """
    places = _places(numbers)
    placeholder = (places[:6] == ord("9")).all(axis=0)
    wrong_digit = ID_CHECK_CHARACTERS[_weighted(places - ord("0"), ID_WEIGHTS) % 11] != places[17]
    year, month, day = _birth(places)
    wrong_month = (year < _FIRST_BIRTH_YEAR) | (month < 1) | (month > 12)
    at = np.where(wrong_month, 0, _month_of(year, month))
    wrong_date = wrong_month | (day < 1) | (day > _FIRST_DAYS[at + 1] - _FIRST_DAYS[at])
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
    """`birth_date` and `sex` (male, female) of valid ID numbers; null for null."""
    places = _places(numbers.fill_null(_PLACEHOLDER_ID))
    year, month, day = _birth(places)
    birth_date = pl.Series(_FIRST_DAYS[_month_of(year, month)] + day - 1).cast(pl.Date)
    sex = pl.Series(["female", "male"]).gather(places[16] % 2)  # ASCII digits are odd where their values are
    found = pl.DataFrame({"birth_date": birth_date, "sex": sex})
    return found.select(pl.when(numbers.is_not_null()).then(pl.all())) if numbers.null_count() else found


def valid_usccs(codes: pl.Series) -> pl.Series:
    """The codes that GB 32100 allows; null for the others."""
    is_well_formed = codes.str.contains(USCC_FORM).fill_null(False)
    values = np.zeros(256, dtype=np.uint8)
    values[np.frombuffer(USCC_ALPHABET, dtype=np.uint8)] = np.arange(len(USCC_ALPHABET))
    places = values[_places(codes.filter(is_well_formed))]
    right = -_weighted(places, USCC_WEIGHTS) % 31 == places[17]
    is_well_formed = is_well_formed.scatter(is_well_formed.arg_true(), pl.Series(right))
    return codes.set(~is_well_formed, None)


def _birth(places: Places) -> tuple[Integers, Integers, Integers]:
    """Year, month and day of birth of ID numbers, whether the calendar has them or not."""
    digits = (places[6:14] - ord("0")).astype(np.int32)
    year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
    return year, digits[4] * 10 + digits[5], digits[6] * 10 + digits[7]


def _month_of(year: Integers, month: Integers) -> Integers:
    """Its place in _FIRST_DAYS."""
    return (year - _FIRST_BIRTH_YEAR) * 12 + month - 1


def _weighted(places: Places, weights: list[int]) -> Integers:
    """The weighted sum of each number's places; 17 of them stay below 2¹⁵."""
    total = np.zeros(places.shape[1], np.int16)
    for place, weight in zip(places, weights, strict=False):
        total += place.astype(np.int16) * np.int16(weight)
    return total.astype(np.int32)


def _places(texts: pl.Series) -> Places:
    """Of texts of 18 ASCII characters."""
    characters = np.frombuffer((texts.str.join("").item() or "").encode(), dtype=np.uint8)
    return np.ascontiguousarray(characters.reshape(-1, 18).T)
