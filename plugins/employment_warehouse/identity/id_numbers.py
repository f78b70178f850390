"""Citizen ID numbers, one at a time (`contract.column_types` checks whole columns by the same rules)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from stdnum.cn import ric

ID_LENGTH = 18
FIRST_GENERATION_LENGTH = 15
# Number of a disability certificate: the ID number, kind and grade; if it was reissued, also how often.
DISABILITY_CERTIFICATE_LENGTHS = (20, 22)

_DRESS = re.compile(r"""[\s\u200b\ufeff'"`‘’“”=]""")


def normalise_id(text: str) -> str:
    """The number in one form: 18 characters, ASCII, a capital X; any other text without its formatting.

    Undone: full-width characters, blanks, apostrophes, `="…"`, a small x. Of a disability certificate's
    20 or 22 characters the first 18 are the ID number.
    """
    bare = _DRESS.sub("", unicodedata.normalize("NFKC", text)).upper()
    if len(bare) in DISABILITY_CERTIFICATE_LENGTHS and bare[:17].isdecimal():
        return bare[:ID_LENGTH]
    return bare


def check_id(text: str) -> str | None:
    """Why a number cannot be a citizen's (a reason code of rejected rows), or None if it can. GB 11643-1999.

    The check digit and the date are checked, the division prefix is not: a number keeps the
    prefix of the division of birth, also where that has been renumbered or is in no later table.
    """
    number = normalise_id(text)
    if number.startswith("999999"):
        return "id_placeholder"
    if len(number) == FIRST_GENERATION_LENGTH and number.isdecimal():
        return "id_first_generation"
    if re.fullmatch(r"[0-9]{17}[0-9X]", number) is None:
        return "id_length"
    if ric.calc_check_digit(number) != number[-1]:
        return "id_checksum"
    if not _is_birth_date(number[6:14]):
        return "id_date"
    return None


def _is_birth_date(digits: str) -> bool:
    try:
        born = datetime.strptime(digits, "%Y%m%d").date()  # noqa: DTZ007  a birth date has no time zone
    except ValueError:
        return False
    return date(1850, 1, 1) <= born
