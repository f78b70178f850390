"""What cells and rows look like: values or names, notes, totals, column numbers. Rows are lists of trimmed cells."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from statistics import median

from employment_warehouse.contract.column_types.characters import INVISIBLE

# What str.strip removes; polars removes the same, so that every path trims alike.
BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())

_INVISIBLE = re.compile(rf"[\x00-\x08\x0e-\x1f\x7f{INVISIBLE}]")

TOTALS = frozenset({"合计", "小计", "总计", "共计", "总合计", "本页合计", "本页小计"})
NOTHING = frozenset({"", "nan", "na", "n/a", "null", "none", "nat", "\\n", "<na>", "-", "--", "/", "无"})

NOTE = re.compile(r"[^\d\s:：][^:：]*[:：]\s*\S")
LABEL = re.compile(r"[^\d\s:：][:：]")
VALUE = re.compile(r"[¥$￥€£+-]*[\d.,:/ %-]*\d[\d.,:/ %年月日-]*([eE][+-]?\d+)?(元|万元)?$")


def visible(text: str) -> str:
    """A trimmed text without characters that nobody sees."""
    return _INVISIBLE.sub("", text).strip()


def filled_count(row: Sequence[str]) -> int:
    """How many cells have a text."""
    return sum(map(bool, row))


def usual_filled_count(rows: Sequence[Sequence[str]]) -> float:
    """How many cells of a row are filled, as a rule: the median."""
    return median(map(filled_count, rows)) if rows else 0


def is_total(cells: Sequence[str]) -> bool:
    """Whether a row is a line of totals, by its first cell that is not empty."""
    first = next((cell for cell in cells if cell), "")
    return "".join(first.split()).rstrip(":：") in TOTALS


def is_note(row: Sequence[str]) -> bool:
    """Whether a row is a note such as 单位：元阳县, in one cell or in two."""
    filled = [cell for cell in row if cell]
    if filled[0].endswith(("：", ":")) or (not all(row) and NOTE.match(filled[0])):
        return True
    return len(filled) > 1 and all(map(NOTE.match, filled))


_ORDINALS = [
    [str(number) for number in range(1, 100)],
    [chr(code) for code in range(ord("A"), ord("Z") + 1)],
    list("甲乙丙丁戊己庚辛壬癸"),
    [*"一二三四五六七八九", "十", *("十" + digit for digit in "一二三四五六七八九"), "二十"],
]
_COLUMN_MARK = re.compile(
    r"(?:第|栏|列|[Cc]|col)?[（(\[]?0?([0-9]{1,2}|[A-Za-z]|[甲乙丙丁戊己庚辛壬癸]|[一二三四五六七八九十]{1,2})[)）\]]?[栏列]?(?:=.*)?$"
)


def is_numbering(row: Sequence[str]) -> bool:
    """Whether a row counts the columns: 1, 2, 3; A, B, C; 甲, 乙, 1, 2; ①, ②; perhaps with formulas (3=1+2)."""
    filled = [unicodedata.normalize("NFKC", cell).replace(" ", "") for cell in row if cell]
    if filled and filled[0] in ("栏次", "序号", "列次", "行次"):
        filled = filled[1:]
    marks = [found[1].upper() if (found := _COLUMN_MARK.match(cell)) else "" for cell in filled]
    if len(marks) < 2 or not all(marks):
        return False
    counted = 0
    for ordinals in _ORDINALS:
        of_kind = [mark for mark in marks if mark in ordinals]
        if of_kind != ordinals[: len(of_kind)]:
            return False
        counted += len(of_kind)
    return counted == len(marks)


def are_values(texts: Sequence[str]) -> bool:
    """Whether texts are values, except for one in ten, or one."""
    filled = [text for text in texts if text.lower() not in NOTHING]
    value_count = sum(bool(VALUE.match(text)) for text in filled)
    return value_count > 0 and len(filled) - value_count <= max(1, len(filled) / 10)


def looks_like_data(row: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether a row has only values; or values where the rows below have values of the same form, and no name above
    values. body: rows of the same width.
    """
    filled = [cell for cell in row if cell.lower() not in NOTHING]
    if body and all(map(VALUE.match, filled)):
        return True
    if _are_years([cell for cell in filled if VALUE.match(cell)]):
        return False
    alike = 0
    for position, cell in enumerate(row):
        if cell.lower() in NOTHING:
            continue
        below = [later[position] for later in body if later[position]]
        if not are_values(below):
            continue
        if not VALUE.match(cell):
            return False
        forms = Counter(map(_form, below))
        alike += forms[_form(cell)] > len(below) / 2
    return alike >= max(1, len(filled) / 4)


def _are_years(values: list[str]) -> bool:
    """Whether numbers beside a name increase by one, as years and days in a header do."""
    numbers = [int(value) for value in values if value.isdecimal()]
    return len(numbers) == len(values) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _form(text: str) -> str:
    return re.sub(r"\d+", "9", text)
