"""Which digits are a personal number: an ID number, a bank account, a mobile."""

from __future__ import annotations

import re
from datetime import date

from stdnum import luhn
from stdnum.cn import ric

MOBILE = re.compile(r"(?:(?:00)?86)?1[3-9][0-9]{9}")
_DIALLED_MOBILE = re.compile(r"0?(?:(?:00)?86)?1[3-9][0-9]{9}")
_PROVINCES = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]"
_FIRST_GENERATION = re.compile(rf"(?:{_PROVINCES})[0-9]{{4}}([0-9]{{6}})[0-9]{{3}}")
# 532528 101 201 001 and 532528 240501 001: a village and a day of today have the place of a birth date. Nobody
# born then can still be a worker.
_EARLIEST_WORKER = "30"
_ACCOUNT_DIGITS = range(16, 20)
_MOST_DIGITS = 24  # longer ones are several numbers in a row
_EARLIEST_BIRTH = 1900
# Years: Labour Law of the PRC, article 15. Not the setting `working_age_from`: logs and errors are masked where there
# is no database, and another age of a definition makes no number less personal.
_WORKING_AGE = 16


def is_personal(digits: str) -> bool:
    """Whether digits without separators are a personal number."""
    if _DIALLED_MOBILE.fullmatch(digits) or is_id(digits) or is_first_generation(digits):
        return True
    if len(digits) == 18 and digits.endswith("X") and _is_birth_date(digits[6:14]):  # whatever its check digit
        return True
    return len(digits) > _MOST_DIGITS or (
        len(digits) in _ACCOUNT_DIGITS and digits.isdecimal() and not _is_dated(digits)
    )


def is_personal_in_groups(groups: list[str], *, whole: bool) -> bool:
    """Whether groups of digits with separators between them, which may also be several numbers, are a personal number;
    `whole`: there are no other digits near them.
    """
    digits = "".join(groups)
    if MOBILE.fullmatch(digits) or (len(digits) == 18 and is_id(digits)):
        return True
    if whole and is_first_generation(digits):
        return True
    even = len({len(group) for group in groups[:-1]}) == 1
    is_account = len(digits) in _ACCOUNT_DIGITS and digits.isdecimal() and not _is_dated(digits)
    return is_account and ((even and whole) or luhn.is_valid(digits))


def is_certain(digits: str) -> bool:
    """Whether digits are certainly a personal number: a card, or an ID number of somebody of working age (of the first
    generation, somebody born after 1929).
    """
    if is_id(digits, date.today().year - _WORKING_AGE):  # noqa: DTZ011  years of birth
        return True
    if is_first_generation(digits) and digits[6:8] >= _EARLIEST_WORKER:
        return True
    return len(digits) in _ACCOUNT_DIGITS and digits.startswith("62") and digits.isdecimal()


def is_id(digits: str, latest_birth: int | None = None) -> bool:
    """Whether an ID number with a right check digit and a possible birth date is among these."""
    return any(
        _is_birth_date(digits[at + 6 : at + 14], latest_birth)
        and ric.calc_check_digit(digits[at : at + 18]) == digits[at + 17]
        for at in range(len(digits) - 17)
        if digits[at : at + 17].isdecimal()
    )


def is_first_generation(digits: str) -> bool:
    """Whether these may be an ID number of fifteen digits, which has no check digit."""
    found = _FIRST_GENERATION.fullmatch(digits)
    return found is not None and _is_birth_date(f"19{found[1]}")


def _is_birth_date(digits: str, latest: int | None = None) -> bool:
    latest = latest or date.today().year  # noqa: DTZ011  years of birth
    return _EARLIEST_BIRTH <= int(digits[:4]) <= latest and _is_date(digits)


def _is_dated(digits: str) -> bool:
    """20240501000001: the number of a batch begins with its day."""
    return digits.startswith("20") and _is_date(digits[:8])


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True
