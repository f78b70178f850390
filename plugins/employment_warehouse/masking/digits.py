"""A text as its digits: full-width, circled and Chinese ones, and what stands between them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from stdnum.cn import uscc

from employment_warehouse.masking.numbers import is_id

# Digits in words, on the telephone, and on cheques: 零 to 九, 洞 to 勾, 零 to 玖 and their traditional forms.
DIGITS_IN_WORDS = (
    "零一二三四五六七八九", "洞幺两三四五六拐八勾", "〇壹贰叁肆伍陆柒捌玖", "〇壹貳參肆伍陸柒捌玖",
    "〇〡〢〣〤〥〦〧〨〩",
)  # fmt: skip
_CHINESE_DIGITS = {character: str(digit) for words in DIGITS_IN_WORDS for digit, character in enumerate(words)}
_RUN = re.compile(r"[0-9](?: {0,9}[0-9])*(?: {0,9}X)?")
_GROUP = re.compile(r"[0-9]+X?|X")
_USCC = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Z])")
NARROW = {code + 0xFEE0: code for code in range(0x21, 0x7F)}


class Group(NamedTuple):
    """Digits without anything between them, and their place in the text."""

    digits: str
    start: int
    end: int


def skeleton_of(text: str) -> tuple[str, list[int]]:
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


def digit_runs(skeleton: str, places: list[int]) -> Iterator[list[Group]]:
    """The digits of a text: runs of groups, with at most nine other signs between the groups of a run."""
    for run in _RUN.finditer(skeleton):
        groups: list[Group] = []
        for group in _GROUP.finditer(skeleton, *run.span()):
            if group[0] == "X" and groups:  # 53252819900101000 X
                groups[-1] = groups[-1]._replace(digits=groups[-1].digits + "X", end=places[group.end() - 1] + 1)
                continue
            groups.append(Group(group[0], places[group.start()], places[group.end() - 1] + 1))
        if sum(len(group.digits) for group in groups) >= 11:
            yield groups


def _credit_codes(text: str) -> set[int]:
    """Where unified social credit codes stand: seventeen of their eighteen characters may be digits."""
    found = _USCC.finditer(text.translate(NARROW).upper())
    return {at for code in found if uscc.is_valid(code[0]) and not is_id(code[0]) for at in range(*code.span())}


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
