"""Header texts, as they are compared: what units add to the name of a column is left out."""

from __future__ import annotations

import re
import unicodedata

# A remark in brackets after a header that does not change the meaning of its cells; several may stand together.
# 万元 is not among them, nor is 元/天, unless the header speaks of days.
_HARMLESS_REMARKS = frozenset(["单位", "人民币元", "人民币", "¥", "rmb", "cny", "个", "是/否"])
_UNITS = frozenset(["元", "人", "户", "月", "次"])
_DAYS = frozenset(["天", "日", "工日"])
_PER = re.compile("[/·.]")  # 元/人/月, 元/人·月, 天/月
# How to fill in the column: 必填, 18位, 请勿修改, 末位X大写, 保留两位小数, yyyy-mm-dd, 年/月/日.
_INSTRUCTION = re.compile(
    r"年[-/.、]?月(?:[-/.、]?日)?"
    r"|(?:非?必[填须录选]|[选可]填|可选|请|勿|不能|不得|不可|须|需|末[位尾]|保留|精确|大于|小于|格式|文本|数字|数值|日期|下拉|选择|[如例]"
    r"|[0-9]{1,2}位|[一两二]位小数|yyyy)[^元分角万千百]*"
)
_REMARK = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]$")


def normalise_header(text: str) -> str:
    """A header reduced to its words: without full-width forms, blanks, line breaks, `*`, remarks like （元）, （必填）.

    >>> normalise_header("＊ 月收入 （元）")
    '月收入'
    """
    bare = "".join(unicodedata.normalize("NFKC", text).split()).strip("*").casefold()
    while (remark := _REMARK.search(bare)) and _is_harmless(remark.group(1), bare[: remark.start()]):
        bare = bare[: remark.start()].strip("*")
    return bare


def _is_harmless(remark: str, name: str) -> bool:
    """Whether a remark, or each of those that it consists of, changes nothing about a column of that name."""
    whole = remark.strip("*")
    remarks = [remark for remark in re.split("[,、;:。]", whole) if remark]
    return bool(_INSTRUCTION.fullmatch(whole)) or all(
        _INSTRUCTION.fullmatch(remark) or _says_the_usual(remark, name) for remark in remarks
    )


def _says_the_usual(remark: str, name: str) -> bool:
    """Whether a remark says what cells of a column of that name are anyhow: unit, time, before tax or after."""
    if remark in ("税前", "税后"):
        return ("实发" if remark == "税前" else "应发") not in name
    units = {*_PER.split(remark)}
    is_daily = bool(units & _DAYS) and "元" in units
    return remark in _HARMLESS_REMARKS or (units <= _UNITS | _DAYS and (not is_daily or "日" in name))
