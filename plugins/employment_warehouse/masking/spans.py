"""Where personal numbers are in a text, and the text without them."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator

from employment_warehouse.masking.digits import NARROW, Group, digit_runs, skeleton_of
from employment_warehouse.masking.numbers import (
    MOBILE,
    is_certain,
    is_id,
    is_personal,
    is_personal_in_groups,
)
from employment_warehouse.masking.prefilter import CHAT_WORDS, CODE_WORDS

MASK = "***"

_LOOK_LIKE_DIGITS = re.compile("(?<=[0-9])[OolI]+|[OolI]+(?=[0-9])")
_AS_DIGITS = str.maketrans("OolI", "0011")
# Of those who are known otherwise: passports and permits, addresses of mail, names in chats.
_OTHER = re.compile(
    rf"(?<![0-9A-Za-z])(?:[EG][0-9]{{8}}|E[A-Z][0-9]{{7}})(?![0-9A-Za-z])"
    rf"|{CODE_WORDS}[^0-9A-Za-z\n]{{0,5}}(?P<code>[A-Za-z]{{0,2}}[0-9]{{6,10}}(?:[(（][0-9A][)）])?)"
    r"|[0-9A-Za-z_.+-]+@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+"
    rf"|{CHAT_WORDS}(?:号|群)?[\W_]{{0,3}}(?P<chat>[0-9A-Za-z][0-9A-Za-z_-]{{4,}})",
    re.ASCII,
)
_WORD = re.compile(r"[0-9A-Za-z+/_-]{15,}={0,2}")
_LONGEST_NUMBER = 19


def mask(text: str) -> str:
    """The text with `***` for every personal number."""
    pieces, behind = [], 0
    for start, end in personal_places(text):
        pieces += [text[behind:start], MASK]
        behind = end
    return "".join([*pieces, text[behind:]])


def personal_places(text: str) -> list[tuple[int, int]]:
    """Where personal numbers are, in order: from, and up to."""
    return list(_merged(_spans(text)))


def may_be_personal(number: str) -> bool:
    """Whether a reference number (of a project, a case, a household) can hardly be anything but a personal number.

    YG13800001111 and 532528101201001 (a village's code and a number) are fine, and so is the number of a batch with a
    right check digit whose day is too late for the birth of a worker.
    """
    written = unicodedata.normalize("NFKC", number)
    skeleton, places = skeleton_of(number)
    whole = skeleton.replace(" ", "")
    if any(character >= "\u4e00" for character in written) and mask(number) != number:
        return True  # 电话13800001111
    if any(True for _ in _encoded(number)):
        return True
    groups = {group.digits for run in digit_runs(skeleton, places) for group in run}
    if re.fullmatch(r"[0-9]+X?", whole):
        groups.add(whole)
    return MOBILE.fullmatch(whole) is not None or any(map(is_certain, groups))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where something of a person stands."""
    skeleton, places = skeleton_of(text)
    yield from _numbers(digit_runs(skeleton, places))
    yield from _ids_between_words(skeleton, places)
    yield from _numbers_with_letters(text)
    plain = text.translate(NARROW)
    for other in _OTHER.finditer(plain):
        yield other.span(other.lastgroup or 0)
    yield from _encoded(plain)


def _numbers(runs: Iterator[list[Group]]) -> Iterator[tuple[int, int]]:
    for run in runs:
        for group in run:
            if is_personal(group.digits):
                yield group.start, group.end
        for _, groups in _joined(run):
            if is_personal_in_groups([group.digits for group in groups], whole=len(groups) == len(run)):
                yield groups[0].start, groups[-1].end


def _joined(run: list[Group]) -> Iterator[tuple[str, list[Group]]]:
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
    for run in digit_runs(skeleton.replace("#", " "), places):
        for joined, groups in _joined(run):
            if len(joined) == 18 and is_id(joined):
                yield groups[0].start, groups[-1].end


def _numbers_with_letters(text: str) -> Iterator[tuple[int, int]]:
    """Numbers with letters that look like digits: 138OO123456."""
    as_digits = _LOOK_LIKE_DIGITS.sub(lambda letters: letters[0].translate(_AS_DIGITS), text)
    if as_digits == text:
        return
    for run in digit_runs(*skeleton_of(as_digits)):
        for group in run:
            if MOBILE.fullmatch(group.digits) or is_id(group.digits):
                yield group.start, group.end


def _encoded(text: str) -> Iterator[tuple[int, int]]:
    """Where a word is a personal number in hex or base64."""
    for word in _WORD.finditer(text):
        for decoded in _decoded(word[0]):
            if any(True for _ in _numbers(digit_runs(*skeleton_of(decoded)))):
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
