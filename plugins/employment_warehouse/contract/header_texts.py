"""Header texts, as they are compared: what units add to the name of a column is left out."""

from __future__ import annotations

import re
import unicodedata

# A remark in brackets after a header that does not change the meaning of its cells; several may stand together.
# 万元 is not among them, nor is 元/天, unless the header speaks of days.
_HARMLESS_REMARKS = frozenset(
    [
        "元",
        "单位",
        "人民币元",
        "人民币",
        "¥",
        "rmb",
        "cny",
        "元/月",
        "元/人",
        "人",
        "天",
        "月",
        "户",
        "个",
        "是/否",
    ]
)
_DAILY_REMARKS = frozenset(["元/天", "元/日", "元/工日"])
# How to fill in the column: 必填, 18位, 请勿修改, 末位X大写, 保留两位小数, yyyy-mm-dd.
_INSTRUCTION = re.compile(
    r"(?:非?必[填须录选]|[选可]填|可选|请|勿|不能|不得|不可|须|需|末[位尾]|保留|精确|大于|小于|格式|文本|数字|数值|日期|下拉|选择|[如例]"
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
    """Whether a remark, or each part of it, changes nothing about a column of that name."""
    harmless = _HARMLESS_REMARKS | (_DAILY_REMARKS if "日" in name else frozenset())
    whole = remark.strip("*")
    return whole in harmless or all(
        not part or part in harmless or _INSTRUCTION.fullmatch(part) for part in re.split("[,、;:。]", whole)
    )
