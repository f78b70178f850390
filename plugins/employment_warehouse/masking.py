"""Numbers of persons in text: citizen ID numbers, bank accounts and mobiles, however they are written; passports and
permits, addresses of mail and chat.

The one place that knows what they look like. A text is compared as its digits: full-width, circled and Chinese ones,
with or without separators between them, and as what it says in hex or base64. Free text is masked; the number of a case
or a project that may be one is refused, because masking would make one of two. Numbers of things look like much, so
that of them only those are refused that can hardly be anything else. Telephones with an area code are not personal.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from stdnum import luhn
from stdnum.cn import ric, uscc

MASK = "***"
# Digits in words, on the telephone, and on cheques: 零 to 九, 洞 to 勾, 零 to 玖 and their traditional forms.
_DIGITS_IN_WORDS = (
    "零一二三四五六七八九", "洞幺两三四五六拐八勾", "〇壹贰叁肆伍陆柒捌玖", "〇壹貳參肆伍陸柒捌玖",
    "〇〡〢〣〤〥〦〧〨〩",
)  # fmt: skip
# What may hold something of a person, for regular expressions of Rust: eleven digits, whatever is between them; a
# passport; an address; a word so long that it may be another in base64.
_DIGIT = rf"\p{{N}}OolI{''.join(_DIGITS_IN_WORDS)}"
_CODE_WORDS = "(?i:护照|通行证|回乡证|台胞证|居留证|passport)"
_CHAT_WORDS = "(?i:微信|weixin|wechat|wxid|wx|vx|加v|qq)"
MAY_BE_PERSONAL = (
    rf"(?:[{_DIGIT}][^{_DIGIT}]*){{11}}|@|[EG][0-9A-Z][0-9]{{7}}|{_CODE_WORDS}|{_CHAT_WORDS}|[0-9A-Za-z+/]{{15}}"
)

# What the number of a thing must hold to be refused, if it has nothing but ASCII letters and digits: a birth date in
# its place, a card, or all of a mobile. Columns of millions are compared with it, and few numbers read one by one.
_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
MAY_BE_REFUSED = (
    rf"[0-9]{{6}}(?:19|20)[0-9]{{2}}{_DAY}[0-9]{{3}}[0-9Xx]|[0-9]{{6}}[3-9][0-9]{_DAY}[0-9]{{3}}"
    "|62[0-9]{14}|^(?:(?:00)?86)?1[3-9][0-9]{9}$|^(?:3[0-9]){11,}$|[0-9A-Z+/][a-z][0-9A-Za-z+/]{13}"
)

_CHINESE_DIGITS = {character: str(digit) for words in _DIGITS_IN_WORDS for digit, character in enumerate(words)}
_RUN = re.compile(r"[0-9](?: {0,9}[0-9])*(?: {0,9}X)?")
_LOOK_LIKE_DIGITS = re.compile("(?<=[0-9])[OolI]+|[OolI]+(?=[0-9])")
_AS_DIGITS = str.maketrans("OolI", "0011")
_GROUP = re.compile(r"[0-9]+X?|X")
_MOBILE = re.compile(r"(?:(?:00)?86)?1[3-9][0-9]{9}")
_DIALLED_MOBILE = re.compile(r"0?(?:(?:00)?86)?1[3-9][0-9]{9}")
# Of those who are known otherwise: passports and permits, addresses of mail, names in chats.
_OTHER = re.compile(
    rf"(?<![0-9A-Za-z])(?:[EG][0-9]{{8}}|E[A-Z][0-9]{{7}})(?![0-9A-Za-z])"
    rf"|{_CODE_WORDS}[^0-9A-Za-z\n]{{0,5}}(?P<code>[A-Za-z]{{0,2}}[0-9]{{6,10}}(?:[(（][0-9A][)）])?)"
    r"|[0-9A-Za-z_.+-]+@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+"
    rf"|{_CHAT_WORDS}(?:号|群)?[\W_]{{0,3}}(?P<chat>[0-9A-Za-z][0-9A-Za-z_-]{{4,}})",
    re.ASCII,
)
_WORD = re.compile(r"[0-9A-Za-z+/_-]{15,}={0,2}")
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
    for start, end in personal_places(text):
        made += [text[behind:start], MASK]
        behind = end
    return "".join([*made, text[behind:]])


def personal_places(text: str) -> list[tuple[int, int]]:
    """Where numbers of persons stand, in order: from, and up to."""
    return list(_merged(_found(text)))


def may_be_personal(number: str) -> bool:
    """Whether the number of a thing (a project, a case, a household) can hardly be anything but that of a person.

    YG13800001111 and 532528101201001 (a village's code and a number) are fine, and so is the number of a batch with a
    right check digit whose day is too late for the birth of a worker.
    """
    written = unicodedata.normalize("NFKC", number)
    skeleton, places = _skeleton(number)
    whole = skeleton.replace(" ", "")
    if any(character >= "\u4e00" for character in written) and mask(number) != number:
        return True  # 电话13800001111
    if any(True for _ in _encoded(number)):
        return True
    groups = {group.digits for run in _runs(skeleton, places) for group in run}
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
    """Where something of a person stands."""
    skeleton, places = _skeleton(text)
    yield from _numbers(_runs(skeleton, places))
    yield from _ids_between_words(skeleton, places)
    yield from _numbers_with_letters(text)
    plain = text.translate(_NARROW)
    for other in _OTHER.finditer(plain):
        yield other.span(other.lastgroup or 0)
    yield from _encoded(plain)


def _numbers(runs: Iterator[list[_Group]]) -> Iterator[tuple[int, int]]:
    for run in runs:
        for group in run:
            if _is_personal(group.digits):
                yield group.start, group.end
        for joined, groups in _joined(run):
            if _is_personal_in_groups(joined, groups, whole=len(groups) == len(run)):
                yield groups[0].start, groups[-1].end


def _joined(run: list[_Group]) -> Iterator[tuple[str, list[_Group]]]:
    """Digits of two or more groups of a run that may be one number."""
    for first, start in enumerate(run):
        joined = start.digits
        for last in range(first + 1, len(run)):
            joined += run[last].digits
            if len(joined) > _LONGEST_NUMBER:
                break
            yield joined, run[first : last + 1]


def _ids_between_words(skeleton: str, places: list[int]) -> Iterator[tuple[int, int]]:
    """ID numbers with words in them: 532528，1990年01月01日，尾号0013."""
    for run in _runs(skeleton.replace("#", " "), places):
        for joined, groups in _joined(run):
            if len(joined) == 18 and _is_id(joined):
                yield groups[0].start, groups[-1].end


def _numbers_with_letters(text: str) -> Iterator[tuple[int, int]]:
    """Numbers with letters that look like digits: 138OO123456."""
    as_digits = _LOOK_LIKE_DIGITS.sub(lambda letters: letters[0].translate(_AS_DIGITS), text)
    if as_digits == text:
        return
    for run in _runs(*_skeleton(as_digits)):
        for group in run:
            if _MOBILE.fullmatch(group.digits) or _is_id(group.digits):
                yield group.start, group.end


def _encoded(text: str) -> Iterator[tuple[int, int]]:
    """Where a word is the number of a person in hex or base64."""
    for word in _WORD.finditer(text):
        for decoded in _decoded(word[0]):
            if any(True for _ in _numbers(_runs(*_skeleton(decoded)))):
                yield word.span()


def _decoded(word: str) -> Iterator[str]:
    """A word as the text that it may stand for; none if that would not be text."""
    for reading in (bytes.fromhex, _from_base64):
        try:
            yield reading(word).decode()
        except (ValueError, binascii.Error):
            continue


def _from_base64(word: str) -> bytes:
    digits = word.rstrip("=").translate(str.maketrans("-_", "+/"))
    return base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)


def _is_personal(digits: str) -> bool:
    """Whether digits that stand together are a number of a person."""
    if _DIALLED_MOBILE.fullmatch(digits) or _is_id(digits) or _is_first_generation(digits):
        return True
    if len(digits) == 18 and digits.endswith("X") and _is_birth_date(digits[6:14]):  # whatever its check digit
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


def _skeleton(text: str) -> tuple[str, list[int]]:
    """A text as digits, X, blanks for what separates and # for what does not; and where in the text each of them is."""
    signs, places = [], []
    credit_codes = _credit_codes(text)
    for at, character in enumerate(text):
        if at and (character in _CHINESE_DIGITS) != (text[at - 1] in _CHINESE_DIGITS):
            signs.append(" ")  # 张三13812345678: not one number of twelve digits
            places.append(at)
        for sign in "#" if at in credit_codes else _signs(character):
            signs.append(sign)
            places.append(at)
    return "".join(signs), places


def _runs(skeleton: str, places: list[int]) -> Iterator[list[_Group]]:
    """The digits of a text: runs of groups, with at most nine other signs between the groups of a run."""
    for run in _RUN.finditer(skeleton):
        groups: list[_Group] = []
        for group in _GROUP.finditer(skeleton, *run.span()):
            if group[0] == "X" and groups:  # 53252819900101000 X
                groups[-1] = groups[-1]._replace(digits=groups[-1].digits + "X", end=places[group.end() - 1] + 1)
                continue
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
