"""Numbers of persons in text: citizen ID numbers, bank accounts and mobiles, however they are written.

The one place that knows what they look like. A text is compared as its digits: full-width, circled and Chinese ones,
with or without separators between them. Free text is masked; the number of a case or a project that may be one is
refused, because masking would make one of two. Numbers of things look like much, so that of them only those are refused
that can hardly be anything else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from stdnum import luhn
from stdnum.cn import ric, uscc

MASK = "***"
# What may hold such a number, for regular expressions of Python and of Rust: eleven digits, little between them.
_DIGIT = r"[\p{N}零一二三四五六七八九]"
MAY_BE_PERSONAL = rf"(?:{_DIGIT}[\W_]{{0,3}}){{10}}{_DIGIT}"

# What the number of a thing must hold to be refused, if it has nothing but ASCII letters and digits: a birth date in
# its place, a card, or all of a mobile. Columns of millions are compared with it, and few numbers read one by one.
_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
MAY_BE_REFUSED = (
    rf"[0-9]{{6}}(?:19|20)[0-9]{{2}}{_DAY}[0-9]{{3}}[0-9Xx]|[0-9]{{6}}[3-9][0-9]{_DAY}[0-9]{{3}}"
    "|62[0-9]{14}|^(?:(?:00)?86)?1[3-9][0-9]{9}$"
)

_CHINESE_DIGITS = {character: str(digit) for digit, character in enumerate("零一二三四五六七八九")} | {"〇": "0"}
_RUN = re.compile(r"[0-9](?: {0,3}[0-9])*(?: {0,3}X)?")
_GROUP = re.compile(r"[0-9]+X?|X")
_MOBILE = re.compile(r"(?:(?:00)?86)?1[3-9][0-9]{9}")
_USCC = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Z])")
_NARROW = {code + 0xFEE0: code for code in range(0x21, 0x7F)}
_PROVINCES = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]"
_FIRST_GENERATION = re.compile(rf"(?:{_PROVINCES})[0-9]{{4}}([0-9]{{6}})[0-9]{{3}}")
# 532528 101 201 001 and 532528 240501 001: a village and a day of today have the place of a birth date. Nobody
# born then can still be a worker.
_EARLIEST_WORKER = "30"
_ACCOUNT_DIGITS = range(16, 20)
_LONGEST_NUMBER = 19
_MOST_DIGITS = 24  # longer ones are several numbers in a row
_EARLIEST_BIRTH = 1900
_WORKING_AGE = 16  # years: Labour Law of the PRC, article 15


class _Group(NamedTuple):
    """Digits without anything between them, and their place in the text."""

    digits: str
    start: int
    end: int


def mask(text: str) -> str:
    """The text with `***` for every number of a person."""
    made, behind = [], 0
    for start, end in _merged(_found(text)):
        made += [text[behind:start], MASK]
        behind = end
    return "".join([*made, text[behind:]])


def may_be_personal(number: str) -> bool:
    """Whether the number of a thing (a project, a case, a household) can hardly be anything but that of a person.

    YG13800001111 and 532528101201001 (a village's code and a number) are fine, and so is the number of a batch with a
    right check digit whose day is too late for the birth of a worker.
    """
    written = unicodedata.normalize("NFKC", number)
    whole = re.sub(r"[\W_]", "", written).upper()
    if any(character >= "\u4e00" for character in written) and mask(number) != number:
        return True  # 电话13800001111
    groups = {group.digits for run in _runs(number) for group in run}
    if re.fullmatch(r"[0-9]+X?", whole):
        groups.add(whole)
    return _MOBILE.fullmatch(whole) is not None or any(map(_is_certain, groups))


def _is_certain(digits: str) -> bool:
    """A card, or an ID number of somebody of working age: of the first generation, one who was born after 1929."""
    if _is_id(digits, date.today().year - _WORKING_AGE):  # noqa: DTZ011  years of birth
        return True
    if _is_first_generation(digits) and digits[6:8] >= _EARLIEST_WORKER:
        return True
    return len(digits) in _ACCOUNT_DIGITS and digits.startswith("62") and digits.isdecimal()


def _found(text: str) -> Iterator[tuple[int, int]]:
    """Where numbers of persons stand."""
    for run in _runs(text):
        for group in run:
            if _is_personal(group.digits):
                yield group.start, group.end
        for first, start in enumerate(run):
            joined = start.digits
            for last in range(first + 1, len(run)):
                joined += run[last].digits
                if len(joined) > _LONGEST_NUMBER:
                    break
                if _is_personal_in_groups(joined, run[first : last + 1], whole=last - first + 1 == len(run)):
                    yield start.start, run[last].end


def _is_personal(digits: str) -> bool:
    """Whether digits that stand together are a number of a person."""
    if _MOBILE.fullmatch(digits) or _is_id(digits) or _is_first_generation(digits):
        return True
    return len(digits) > _MOST_DIGITS or (
        len(digits) in _ACCOUNT_DIGITS and digits.isdecimal() and not _is_dated(digits)
    )


def _is_personal_in_groups(digits: str, groups: list[_Group], *, whole: bool) -> bool:
    """The same of digits with separators between them, which may as well be several numbers."""
    if _MOBILE.fullmatch(digits) or (len(digits) == 18 and _is_id(digits)):
        return True
    if whole and _is_first_generation(digits):
        return True
    even = len({len(group.digits) for group in groups[:-1]}) == 1
    is_account = len(digits) in _ACCOUNT_DIGITS and digits.isdecimal() and not _is_dated(digits)
    return is_account and ((even and whole) or luhn.is_valid(digits))


def _is_id(digits: str, latest_birth: int | None = None) -> bool:
    """Whether an ID number with a right check digit and a possible birth date is among these."""
    return any(
        _is_birth_date(digits[at + 6 : at + 14], latest_birth)
        and ric.calc_check_digit(digits[at : at + 18]) == digits[at + 17]
        for at in range(len(digits) - 17)
        if digits[at : at + 17].isdecimal()
    )


def _is_first_generation(digits: str) -> bool:
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


def _runs(text: str) -> Iterator[list[_Group]]:
    """The digits of a text: runs of groups, with at most three other signs between the groups of a run."""
    signs, places = [], []
    credit_codes = _credit_codes(text)
    for at, character in enumerate(text):
        for sign in "#" if at in credit_codes else _signs(character):
            signs.append(sign)
            places.append(at)
    skeleton = "".join(signs)
    for run in _RUN.finditer(skeleton):
        groups: list[_Group] = []
        for group in _GROUP.finditer(skeleton, *run.span()):
            if group[0] == "X" and groups:  # 53252819900101000 X
                groups[-1] = groups[-1]._replace(digits=groups[-1].digits + "X", end=places[group.end() - 1] + 1)
            else:
                groups.append(_Group(group[0], places[group.start()], places[group.end() - 1] + 1))
        if sum(len(group.digits) for group in groups) >= 11:
            yield groups


def _credit_codes(text: str) -> set[int]:
    """Where unified social credit codes stand: seventeen of their eighteen characters may be digits."""
    found = _USCC.finditer(text.translate(_NARROW).upper())
    return {at for code in found if uscc.is_valid(code[0]) and not _is_id(code[0]) for at in range(*code.span())}


def _signs(character: str) -> str:
    """A character as a digit, X, a blank for what separates, or # for what does not."""
    if character.isascii() and character.isalnum():
        return character.upper() if character.isdigit() or character in "xX" else "#"
    if character in _CHINESE_DIGITS:
        return _CHINESE_DIGITS[character]
    plain = unicodedata.normalize("NFKC", character)
    digits = "".join(str(unicodedata.decimal(sign, "")) for sign in plain)
    if digits and len(digits) >= len(plain.strip("().")):  # ⑩ ⑴ ⒈ too
        return digits
    if plain in ("x", "X"):
        return "X"
    return "#" if plain and plain[0].isalnum() else " "


def _merged(found: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Places that overlap as one."""
    last: tuple[int, int] | None = None
    for start, end in sorted(found):
        if last is not None and start < last[1]:
            last = last[0], max(end, last[1])
            continue
        if last is not None:
            yield last
        last = start, end
    if last is not None:
        yield last
