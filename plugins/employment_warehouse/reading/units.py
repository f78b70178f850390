"""Units of money, as people write them: beside a table, in its header, in a row of units.

Amounts are yuan. Any other unit that people can see (万元, 千元, 分, US dollars) makes the bare
numbers wrong.
"""

from __future__ import annotations

import re
import unicodedata

_YUAN = r"(?:人民币|rmb|cny|yuan|¥)"
_CURRENCY = "美元|美金|港元|港币|欧元|日元|英镑|越南盾|泰铢|韩元|卢布"
_LONG = rf"(?:[十百千万亿]+[元圆]|{_CURRENCY})"  # beyond doubt money
_SHORT = r"(?:[十百千万亿]+|分|角|厘)"  # money only where a unit is named
_NUMBER = r"(?:10[ ,]?000|10 ?k|1[ ,]?000|'000s?|000s)"
_WORD = (
    r"(?:(?:ten|hundred)[- ]thousands?|hundreds|thousands?|millions?|wan|fen|jiao|cents?"
    r"|usd|us ?dollars?|us\$|hkd|eur|euros?|jpy|yen)"
)
_ENGLISH = rf"(?:{_WORD}|{_NUMBER}|k|\$)"

# 单位：万元 · 单位（万元） · 金额单位为分 · 单位：人、万元. An organisation (填报单位：元阳县) is not a unit.
_ITEMS = r"(?:[一-龥a-z%]{1,4}[,、/;])*"
_CHINESE_STATEMENT = re.compile(
    rf"单位(?:[:=(|]|是|为|均为)+{_ITEMS}{_YUAN}?(?:{_LONG}|{_SHORT}){_YUAN}?(?!\w)"
    rf"|单位:?{_YUAN}?(?:{_LONG}|1[0,]*000元)(?!\w)"
    rf"|[以按](?:{_LONG}|{_SHORT})(?:为单位|计|列|填)"
    rf"|(?:^|\|)[^|:]*\({_YUAN}?{_LONG}{_YUAN}?\)(?:\||$)"
)
_ENGLISH_STATEMENT = re.compile(
    rf"\b(?:units?|currency|amounts?|figures|values)\b(?: of measure(?:ment)?)?\s*(?:[:=|(]|\bis\b|\bare\b)*\s*"
    rf"(?:in\s+)?{_YUAN}?\s*{_ENGLISH}(?!\w)"
    rf"|\bin\s+(?:{_YUAN}\s*)?(?:{_WORD}|10[ ,]?000s?|1[ ,]?000s?)\s*(?:of\s+)?(?:{_YUAN}|$|[|).,;])"
    rf"|(?:^|[|(:])\s*{_YUAN}\s*(?:{_NUMBER}|{_WORD}|k)\s*(?:$|[|)])"
    rf"|(?:^|[|(:])\s*{_ENGLISH}\s*(?:of\s+)?{_YUAN}\s*(?:$|[|)])"
)
_OTHER_UNIT = re.compile(
    rf"[(\[]?(?:单位:?)?{_YUAN}?(?:{_LONG}|{_SHORT}){_YUAN}?[)\]]?"
    rf"|[(\[]?(?:unit:?|in)?\s*(?:{_YUAN}\s*{_ENGLISH}|{_ENGLISH}\s*(?:of\s+)?{_YUAN}|{_WORD})[)\]]?"
)
_WITHIN_UNIT = re.compile(r"(?<=[金额单位十百千万亿人民币美港计量])\s+(?=[额单位十百千万亿元圆分角民币金量])")
_AROUND_SIGNS = re.compile(r"\s*([:=(|])\s*|\s+(?=\))")
_ANY_UNIT = re.compile(
    r"[(\[]?(?:单位:?)?(?:元|圆|人民币元?|天|日|月|年|人|人次|岁|户|个|份|亩|次|笔|小时|工日|%|/|—|-"
    r"|yuan|rmb|cny|days?|persons?|people|years?|months?|hours?)[)\]]?"
)
_UNIT_AFTER_NAME = re.compile(
    r"(?P<name>.+?)\s*(?:[/_,，、:：|-]\s*(?P<bare>[^/_,，、:：|()（）-]+)|[(（\[【](?P<within>[^()（）\[\]【】]+)[)）\]】])$"
)


def states_other_unit(text: str) -> bool:
    """Whether a line of notes (its cells joined with `|`) says that amounts are in another unit than yuan. An amount in
    it (投资300万元) says nothing about others.
    """
    spaced = _normalised(text)
    return bool(_CHINESE_STATEMENT.search(_compact(spaced)) or _ENGLISH_STATEMENT.search(spaced))


def is_other_unit(cell: str) -> bool:
    """Whether a cell consists of a unit of money other than yuan."""
    return bool(_OTHER_UNIT.fullmatch(_compact(_normalised(cell))) or _OTHER_UNIT.fullmatch(_normalised(cell)))


def is_unit(cell: str) -> bool:
    """Whether a cell consists of a unit, of money or not."""
    return is_other_unit(cell) or bool(_ANY_UNIT.fullmatch(_compact(_normalised(cell))))


def split_unit(text: str) -> tuple[str, str]:
    """A header's name and its unit: 应发工资/元, 应发工资（万元）. The unit is '' where it has none."""
    found = _UNIT_AFTER_NAME.match(text)
    unit = (found["bare"] or found["within"] or "").strip() if found else ""
    return (found["name"].strip(), unit) if found and is_unit(unit) else (text, "")


def _normalised(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _compact(text: str) -> str:
    """Without the blanks inside a unit (万 元) and around signs; those that separate words stay."""
    return _AROUND_SIGNS.sub(r"\1", _WITHIN_UNIT.sub("", text))
