"""Number formats that add something: "GW"0000 shows 1001 as GW1001, 0.00"万元" shows 0.32 as 0.32万元, and @"万元" the
text 0.32 as 0.32万元.
"""

from __future__ import annotations

import decimal
import operator
import re
from collections.abc import Mapping, Sequence

from .cells import number_text
from .protocol import NUMBER, OTHER, SHOWN, TYPED

BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    48: "##0.0E+0",
    49: "@",
}
GENERAL = re.compile(r"general|g/通用格式", re.I)
TOKEN = re.compile(r'"([^"]*)"|[\\!](.)|[_*].|\[\$([^\]-]*)[^\]]*\]|\[([^\]]*)\]|(general|g/通用格式)|(.)', re.I | re.S)
DATE_LETTERS = re.compile(r"[dmyhseb]|上午|下午", re.I)
SCALED = re.compile(r"[0#?],+(?=[^0#?]*$)")
CONDITION = re.compile(r"^[^<>=]*\[(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d*)?)\s*\]")
COMPARED = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip


class NumberFormat:
    """One section of a format: its literals and its places for digits."""

    def __init__(self, code: str) -> None:
        self.integer: list[tuple[str, str]] = []  # (place or literal, text)
        self.fraction: list[tuple[str, str]] = []
        self.can_show = True
        self.percent = False
        self.thousands = False
        self.is_general = False
        digits = self.integer
        for quoted, escaped, currency, bracket, general, other in TOKEN.findall(code):
            literal = quoted or escaped or currency
            if literal:
                digits.append(("literal", literal))
            elif bracket:
                self.can_show &= not re.match("dbnum", bracket, re.I)
            elif general or other == "@":
                self.is_general = True
                digits.append(("general", ""))
            elif other in "0#?" and other:
                digits.append(("place", other))
            elif other == "." and digits is self.integer:
                digits = self.fraction
            elif other == ",":
                self.thousands = True
            elif other in "EeAa" and other:  # aaaa: a day of the week
                self.can_show = False
            elif other == "%":
                self.percent = True
                digits.append(("literal", "%"))
            elif other:
                digits.append(("literal", other))

    @property
    def literals(self) -> str:
        """The texts that it adds."""
        return "".join(text for kind, text in [*self.integer, *self.fraction] if kind == "literal")

    @property
    def draws_point(self) -> bool:
        """Whether it draws a point between digits: 0!.0000"万元" shows 310000 as 31.0000万元."""
        kinds = [kind if kind == "place" else text for kind, text in self.integer]
        drawn = [at for at, text in enumerate(kinds) if text == "."]
        return any("place" in kinds[:at] and "place" in kinds[at:] for at in drawn)

    @property
    def adds_text(self) -> bool:
        """Whether it shows more than the number itself."""
        zero_count = sum(text == "0" for kind, text in self.integer if kind == "place")
        return bool(self.literals.strip(" ()-+¥￥")) or zero_count > 1 or not self.can_show

    def shown(self, value: float) -> str | None:
        """The number as the sheet shows it; None where that is beyond these formats."""
        if not self.can_show or any(
            text == "/" for kind, text in self.integer if kind == "literal" and not self.is_general
        ):
            return None
        if self.is_general:
            return "".join(text if kind == "literal" else number_text(value) for kind, text in self.integer)
        digit_count = sum(kind == "place" for kind, _ in self.fraction)
        exact = decimal.Decimal(number_text(abs(value))) * (100 if self.percent else 1)
        rounded = exact.quantize(decimal.Decimal(1).scaleb(-digit_count), decimal.ROUND_HALF_UP)
        whole, _, fraction = f"{rounded:f}".partition(".")
        after, digits = "", list(fraction)
        for kind, text in self.fraction:
            after += digits.pop(0) if kind == "place" else text
        return ("-" if value < 0 else "") + self._whole(whole) + ("." if digit_count else "") + after

    def _whole(self, digits: str) -> str:
        """The digits before the point in their places, from the right; the first place takes all that are left."""
        if self.thousands:
            digits = f"{int(digits):,}"
        places = [at for at, (kind, _) in enumerate(self.integer) if kind == "place"]
        left = list(digits if digits != "0" else "")
        shown = ""
        for at in range(len(self.integer) - 1, -1, -1):
            kind, text = self.integer[at]
            if kind == "literal":
                shown = text + shown
            elif kind == "place":
                taken = "".join(left) if at == places[0] else (left[-1] if left else "")
                left = [] if at == places[0] else left[:-1]
                shown = (taken or ("0" if text == "0" else "")) + shown
        return shown


def is_date(code: str) -> bool:
    """Whether a format shows a number as a date or a time; one with General in it never does."""
    if GENERAL.search(code):
        return False
    bare = "".join(other or bracket for _, _, _, bracket, _, other in TOKEN.findall(code) if not is_colour(bracket))
    return bool(DATE_LETTERS.search(bare)) and not re.search(r"[0#?][.0#?]*e[+-]", bare, re.I)


def is_colour(bracket: str) -> bool:
    return bool(re.fullmatch(r"(?i)black|blue|cyan|green|magenta|red|white|yellow|color ?\d+|dbnum\d|[<>=].*", bracket))


def sections_of(code: str) -> list[str]:
    """The sections of a format: for positive and negative numbers, zero and text."""
    return re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)


def number_sections(code: str) -> list[str]:
    """The sections of a format that show numbers: the first, and at most two more."""
    first, *others = sections_of(code)
    return [first, *[section for section in others[:2] if "@" not in without_literals(section)]]


def has_conditions(sections: Sequence[str]) -> bool:
    return any(re.search(r"\[[<>=]", without_quoted(section)) for section in sections)


def section_of(value: float, sections: Sequence[str]) -> int | None:
    """The position of the section that shows a number; None where no condition says which one does."""
    if not has_conditions(sections):
        return 1 if value < 0 and len(sections) > 1 else 2 if value == 0 and len(sections) > 2 else 0
    for at, section in enumerate(sections):
        condition = CONDITION.search(without_quoted(section))
        if condition is None:
            return at if at == len(sections) - 1 and not has_conditions([section]) else None
        if COMPARED[condition[1]](value, float(condition[2])):
            return at
    return None


def is_scaled(section: str) -> bool:
    """Whether a section shows the same amount in another unit (0!.0,"万")."""
    return bool(SCALED.search(without_literals(section)))


def formats_with_text(codes: Mapping[int, str]) -> dict[int, str]:
    """The formats, by their number, that add something to a number. One that scales it does not."""
    found = {}
    for key, code in codes.items():
        sections = number_sections(code)
        shown = sections if has_conditions(sections) else sections[:1]
        if not is_date(code) and any(not is_scaled(section) and NumberFormat(section).adds_text for section in shown):
            found[key] = code
    return found


def text_formats(codes: Mapping[int, str]) -> dict[int, str]:
    """What the formats that add something to a text show of it, with TYPED in its place."""
    shown = {key: shown_text(code) for key, code in codes.items() if "@" in code}
    return {key: text for key, text in shown.items() if text.replace(TYPED, "", 1).strip()}


def shown_text(code: str) -> str:
    """The fourth section of a format is for texts; of fewer the one with an @."""
    sections = sections_of(code)
    of_texts = sections[3:4] or [section for section in sections if "@" in without_literals(section)] or ["@"]
    tokens = TOKEN.findall(of_texts[0])
    return "".join(quoted or escaped or (TYPED if other == "@" else other) for quoted, escaped, *_, other in tokens)


def without_literals(section: str) -> str:
    return re.sub(r'"[^"]*"|\[[^\]]*\]', "", section).rstrip()


def without_quoted(section: str) -> str:
    return re.sub(r'"[^"]*"', "", section)


def marked_number(value: float, code: str) -> str:
    """A number with the mark of one, and how the sheet shows it; or with the mark of what is not shown as a number."""
    sections = number_sections(code)
    at = section_of(value, sections)
    raw = number_text(value)
    if at is None:
        literals = "或".join([*(NumberFormat(section).literals.strip() for section in sections), ""])  # not 万或
        return f"{OTHER}{raw}{SHOWN}{literals}"
    if is_scaled(sections[at]):
        return f"{NUMBER}{raw}"
    chosen = NumberFormat(sections[at])
    shown = chosen.shown(abs(value) if at == 1 and not has_conditions(sections) else value)
    if shown is None:
        return f"{OTHER}{raw}{SHOWN}{chosen.literals.strip()}"
    if chosen.draws_point:
        raw = "".join(re.findall(r"[0-9.-]", shown))  # its unit is that of the number with the point
    return f"{NUMBER}{raw}{SHOWN}{shown.strip()}"
