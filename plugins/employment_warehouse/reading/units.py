"""Units of money, as people write them: beside a table, in its header, in a row of units.

Amounts are yuan. Any other unit that people can see (万元, 千元, 分, US dollars) makes the bare
numbers wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_SPELLINGS = str.maketrans("單萬仟佰拾億圓圆块∶→﹕", "单万千百十亿元元元:::", "'\"“”‘’「」『』")

_YUAN = r"(?:人民币|rmb|cny|yuan|¥)"
_CURRENCY = "美元|美金|港元|港币|欧元|日元|英镑|越南盾|越盾|缅币|缅元|基普|泰铢|韩元|卢布|新?台币|加元|澳元"
_LONG = rf"(?:[十百千万亿]+元|[kw]元|{_CURRENCY})"  # beyond doubt money
_SHORT = r"(?:[十百千万亿]+|角?分|角|厘|[kw])"  # money only where a unit is named
_UNIT = rf"{_YUAN}*(?:{_LONG}|{_SHORT}){_YUAN}*[整正]?(?:[/·.][月年人天日户次])*"
_THOUSANDS = r"(?:10 ?k|1[ ,]?000s|0{3,4}s?)"
_NUMBER = rf"(?:10[ ,]?000|1[ ,]?000|{_THOUSANDS})"  # a unit where it says so; alone it is an amount
_WORD = (
    r"(?:(?:ten|hundred)[- ]thousands?|hundreds|thousands?|millions?|wan|fen|jiao|cents?"
    r"|usd|us ?dollars?|us\$|hkd|eur|euros?|jpy|yen|vnd|mmk|lak|thb|gbp|krw|twd|sgd|aud|cad)"
)
_ENGLISH = rf"(?:{_WORD}|{_NUMBER}|k|\$)"
_STANDALONE_UNIT = rf"(?:{_WORD}|{_THOUSANDS}|k|\$)"
_OPEN, _CLOSE = r"[(\[【〔<{]", r"[)\]】〕>}]"
# A unit that is an amount too: 单位 is also the employer, and this what it pays.
_STEP = rf"(?:[1一壹]{_UNIT}|十[百千万亿]*元|1[0,]*0{{2}}元|0{{2,}}元|0?\.0?1元)"

# 单位：万元 · 单位（万元） · 金额单位为分 · 单位：人、万元 · 金额均以万元计.
# An organisation (填报单位：元阳县) is not a unit.
_MONEY = "(?:金额|工资|报酬|款|费用?|补贴|补助|收入|单价|数额|货币|币种|资金|标准|数据|数字|应发|实发)"
_IS = "(?:均|都|皆|统一|一律|全部)*(?:是|为|以|按|用|采用)"
_COUNTED = r"(?:为(?:计量)?单位|计(?![取入件酬划时])|列(?!支)|填|表示|统计)"
_ITEMS = r"(?:[一-龥a-z%]{1,4}[,、/;])*"
_SIGN = rf"(?:[:=|/·—-]|{_OPEN}|{_YUAN}{_CLOSE}?|{_IS})"
_LABELLED = rf"单位{_SIGN}+{_ITEMS}"
_MEASURED = rf"(?:金额|货币|计量|计价)(?:{_LABELLED}|单位)"  # certainly no employer
_NO_AMOUNT = r"(?!\|+[¥\d.])"  # 总投资（万元）| 300 is an amount
_CHINESE_STATEMENT = re.compile(
    rf"{_LABELLED}(?!十){_UNIT}(?!\w)"
    rf"|{_LABELLED}[一-龥a-z%]{{1,4}}{_OPEN}{_YUAN}*{_LONG}{_CLOSE}"
    r"|单位[:=]元[x×*]1[0,]*000"
    rf"|{_MEASURED}(?:{_UNIT}(?!\w)|{_STEP}(?![\w/]))"
    rf"|单位{_YUAN}*(?!十){_LONG}(?!\w)"
    rf"|[以按用]{_UNIT}{_COUNTED}"
    rf"|{_MONEY}[^|。;:]{{0,12}}?{_IS}{_UNIT}(?!\w)"
    rf"|{_MONEY}[:=]{_UNIT}(?!\w)"
)
# The unit of what the cell names: of the table above it, of its own column in a header.
_AFTER_A_NAME = re.compile(
    rf"(?:^|\|)[^|:]*{_OPEN}{_YUAN}*{_LONG}{_YUAN}*{_CLOSE}(?=\||$){_NO_AMOUNT}"
    rf"|{_MONEY}{_OPEN}{_UNIT}{_CLOSE}{_NO_AMOUNT}"
    rf"|(?:表|册|单|台账|明细|情况|统计|汇总)[\s—-]*{_LONG}(?=\||$){_NO_AMOUNT}"
)
_NO_YUAN = r"(?:(?!\d元).)*"
_STEP_ALONE = re.compile(rf"(?:{_NO_YUAN}[\s|(表])?单位{_SIGN}*{_ITEMS}{_STEP}{_CLOSE}*(?:[\s|]{_NO_YUAN})?", re.DOTALL)
# In a cell of the header or of a row, where 资金：万元, 按分计算 and 奖金为十万元 are of that column or row alone.
_UNIT_OF_TABLE = re.compile(
    rf"(?:(?<![一-龥])|(?<=[额币量价的表])){_LABELLED}{_YUAN}*(?!十){_LONG}(?!\w)"
    rf"|{_MEASURED}{_STEP}(?![\w/])"
    rf"|[以按用]{_YUAN}*{_LONG}(?:为(?:计量)?单位|计)(?!\w)"
)
_CHOICE = re.compile(r"(?<![十百千万亿])元[/,、或]")  # 单位（元/万元）, which each row answers
_ENGLISH_STATEMENT = re.compile(
    rf"\b(?:units?|currency|amounts?|figures|values)\b(?: of measure(?:ment)?)?\s*(?:[:=|(]|\bis\b|\bare\b)*\s*"
    rf"(?:in\s+)?{_YUAN}?\s*{_ENGLISH}(?!\w)"
    rf"|\bin\s+(?:{_YUAN}\s*)?(?:{_WORD}|10[ ,]?000s?|1[ ,]?000s?)\s*(?:of\s+)?(?:{_YUAN}|$|[|).,;])"
    rf"|\bin\s+{_UNIT}(?!\w)"
    rf"|(?:^|[|(:])\s*(?:{_YUAN}\s*{_STANDALONE_UNIT}|{_STANDALONE_UNIT}\s*(?:of\s+)?{_YUAN})\s*(?:$|[|)])"
    rf"|\(\s*(?:{_YUAN}\s*{_NUMBER}|{_NUMBER}\s*(?:of\s+)?{_YUAN})\s*\)"
    rf"|^(?:rmb|cny|yuan)\s*{_NUMBER}$"
)
_OTHER_UNIT = re.compile(
    rf"(?:{_OPEN}|/)?(?:单位:?)?(?:{_YUAN}{_OPEN})?{_UNIT}{_CLOSE}{{0,2}}"
    rf"|{_OPEN}?(?:unit:?|in)?\s*(?:{_YUAN}\s*{_STANDALONE_UNIT}|{_STANDALONE_UNIT}\s*(?:of\s+)?{_YUAN}|{_WORD}){_CLOSE}?"
    rf"|{_OPEN}?(?:unit:?|in)\s*(?:{_YUAN}\s*{_NUMBER}|{_NUMBER}\s*(?:of\s+)?{_YUAN}){_CLOSE}?"
    rf"|{_OPEN}?(?:in|[x×*])\s*{_NUMBER}{_CLOSE}?"
)
_BLANK_WITHIN_UNIT = re.compile(r"(?<=[金额单位十百千万亿人民币美港计量])\s+(?=[额单位十百千万亿元圆分角民币金量])")
_BLANKS_AROUND_SIGNS = re.compile(r"\s*([:=(|])\s*|\s+(?=\))")
_ANY_UNIT = re.compile(
    rf"{_OPEN}?(?:单位:?)?(?:{_YUAN}*元[整正]?|{_YUAN}|天|日|月|年|人|人次|岁|户|个|份|亩|次|笔|小时|工日|%|/|—|-"
    rf"|days?|persons?|people|years?|months?|hours?){_CLOSE}?"
)
_UNIT_AFTER_NAME = re.compile(
    rf"(?P<name>.+?)\s*(?:[/_,，、:：|\s—-]\s*(?P<bare>[^/_,，、:：|()（）—-]+)"
    rf"|[(（\[【〔<{{](?P<within>[^()（）\[\]【】〔〕<>{{}}]+)[)）\]】〕>}}]|(?P<glued>[十百千万亿萬仟佰]*[元圆圓]|{_CURRENCY}|(?<=[一-龥])[A-Za-z$]{{1,3}}))$"
)
# 单位：万元 and （万元） as a cell of the header.
_UNIT_CELL = re.compile(rf"{_OPEN}?(?:(?:金额|货币|计量|计价)?单位)?[:=]?{_OPEN}?{_UNIT}{_CLOSE}{{0,2}}")
_TIMES = {"年": "年", "月": "月", "天": "日", "日": "日", "工日": "日", "小时": "小时", "工时": "小时", "周": "周"}
# 小时 of （小时）, 月 of 元/人/月, 日 of 天/月: of days the first counts.
_TIME = re.compile(rf"(?:[/·.]|每|{_OPEN})(?:元[/·.])?个?({'|'.join(_TIMES)})(?:[/·.][人户月年])?(?:{_CLOSE}|$)")
# An amount in words, or the blank for it: 万 仟 佰 拾 元 角 分, some of it filled in. A unit is no such thing: none has
# 十, 百 or 千 behind another place.
_NUMERAL = "[零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖两0-9x×⊗]"
_PLACES = re.compile(rf"(?:(?:{_NUMERAL}\s*)?[十百千万亿]\s*){{2,16}}元?\s*(?:角\s*)?(?:分|[整正])?")
_SMALLER_PLACE = re.compile(rf"[十百千万亿]\s*(?:{_NUMERAL}\s*)?[十百千]")
_PLACE_CELL = re.compile(rf"{_NUMERAL}?(?:[十百千万亿元角分]{{1,2}}[整正]?|[整正])|{_NUMERAL}")
_SEVERAL = re.compile(r"[,，、;；:：\s]+")


def states_other_unit(text: str) -> bool:
    """Whether a line of notes (its cells joined with `|`) says that amounts are in another unit than yuan. An amount in
    it (投资300万元) says nothing about others.
    """
    spaced = _normalised(text)
    text = _compact(spaced)
    return bool(_CHINESE_STATEMENT.search(text) or _AFTER_A_NAME.search(text) or _ENGLISH_STATEMENT.search(spaced))


def states_step(line: str) -> bool:
    """Whether a line that is not a row states a unit such as 单位：1000元, and no amount in yuan beside it."""
    return bool(_STEP_ALONE.fullmatch(_compact(_normalised(line))))


def states_unit_of_table(cell: str) -> bool:
    """Whether a cell of the header or of a row says that the table's amounts are in another unit than yuan."""
    text = _compact(_normalised(cell))
    return bool(_UNIT_OF_TABLE.search(text)) and not _CHOICE.search(text)


def is_other_unit(cell: str) -> bool:
    """Whether a cell consists of a unit of money other than yuan."""
    return bool(_OTHER_UNIT.fullmatch(_compact(_normalised(cell))) or _OTHER_UNIT.fullmatch(_normalised(cell)))


def names_other_unit(name: str) -> bool:
    """Whether the name of a sheet is such a unit, ends in one, or says so: 万元, 工资表-万元, 工资（单位：万元）."""
    unit = name if len(name) > 1 else ""
    stated = states_other_unit(name) or states_step(name)
    return stated or is_other_unit(unit) or is_other_unit(split_unit(name)[1])


def is_unit(cell: str) -> bool:
    """Whether a cell consists of a unit, of money or not, or of the blank for an amount in words."""
    text = _compact(_normalised(cell))
    is_blank = not text and not re.search(_NUMERAL, _spelled(cell))
    return is_blank or is_other_unit(cell) or bool(_ANY_UNIT.fullmatch(text))


def are_places(cells: Sequence[str]) -> bool:
    """Whether cells are those of an amount in words, or of the blank for it: 佰 | 拾 | 万 | 玖 | 仟 | 元整."""
    texts = [_spelled(cell) for cell in cells]
    return all(map(_PLACE_CELL.fullmatch, texts)) and bool(_SMALLER_PLACE.search("".join(texts)))


def names_unit(cell: str) -> bool:
    """Whether a cell of a header states another unit than yuan for the table, and names nothing."""
    stated = states_unit_of_table(cell) or states_step(cell)
    return stated or (len(cell) > 1 and bool(_UNIT_CELL.fullmatch(_compact(_normalised(cell)))))


def time_unit(text: str) -> str:
    """The time by which a header counts: 小时 of 出工天数（小时）; '' where it says nothing."""
    found = _TIME.search(_compact(_normalised(text)))
    return _TIMES[found[1]] if found else ""


def split_unit(text: str) -> tuple[str, str]:
    """A name and its unit: 应发工资/元, 应发工资（万元，必填）, 工资表-万元. The unit is '' where it has none."""
    found = _UNIT_AFTER_NAME.match(text)
    unit = (found["bare"] or found["within"] or found["glued"]).strip() if found else ""
    if not found or not _normalised(unit):  # none, or an amount in words
        return text, ""
    units = _SEVERAL.split(unit)
    other = next(filter(is_other_unit, units), "")
    if other or all(map(is_unit, units)):
        return found["name"].strip(), other or units[0]
    return text, ""


def _normalised(text: str) -> str:
    """In one spelling, and without amounts in words."""
    return _PLACES.sub(lambda run: " " if _SMALLER_PLACE.search(run[0]) else run[0], _spelled(text)).strip()


def _spelled(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_SPELLINGS).casefold().strip()


def _compact(text: str) -> str:
    """Without the blanks inside a unit (万 元) and around signs; those that separate words stay."""
    return _BLANKS_AROUND_SIGNS.sub(r"\1", _BLANK_WITHIN_UNIT.sub("", text))
