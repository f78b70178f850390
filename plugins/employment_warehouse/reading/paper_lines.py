"""Lines that belong to the printed form and to no person: totals, notes, signatures, page numbers, headings, units.

A line is one of these only if nothing in it identifies a person or an account; whatever may be somebody's row stays one
and is returned if it is broken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from employment_warehouse.contract.column_types import LogicalType
from employment_warehouse.contract.column_types.characters import INVISIBLE
from employment_warehouse.reading.cell_forms import is_numbering
from employment_warehouse.reading.units import is_unit

_TOTAL = "合计|小计|总计|共计|汇总|累计|总和|总额|总数|总人数|平均值?"
_COUNTED = "笔数|金额|人数|户数|件数|条数|行数|记录数|人次|总额"
_TOTAL_LINE = re.compile(
    rf"计|.{{0,20}}(?:{_TOTAL}):?(?:\(.*\))?[0-9,.]*(?:元|万元|人|户|笔|条|名)?:?"
    rf"|(?:{_TOTAL})(?:人民币|金额|人数|大写|发放|应发|实发|笔数|户数|:|\().*"
    rf"|.{{0,8}}(?:{_COUNTED})(?::.*|[0-9,.]*)"
    r"|(?:.{0,20}\b)?(?:sub|grand)?-?total(?:s|count|amount)?\b.{0,20}|(?:sum|average|count)\b.{0,20}"
)
_SIGNERS = (
    "制表|填表|填报|编制|审核|复核|审批|批准|负责|经办|经手|领导|主管|会计|出纳|财务|校对|统计|监督|验收|联系|签字|签名|签章|盖章|公章"
    "|单位|部门|日期|时间|电话|地址|说明|备注|注|附|编号|页|打印|导出|数据|来源|截止|截至|开户|收款|付款|汇款|施工|建设|业主|代发|报送|上报"
    "|制单|项目|村|乡镇|县|发放|领取|金额|大写|人民币"
    "|prepared|checked|approved|signature|signed|date|notes?|remarks?|source|contact|tel|phone|printed|report"
)
_LABEL = re.compile(rf"[(*※★]*(?:.{{0,8}}(?:{_SIGNERS})[^:]{{0,16}}):.*|[^:0-9]{{1,12}}:")
_SIGNER = re.compile(
    r"(?:制表|填表|填报|编制|审核|复核|审批|批准|负责|经办|统计|校对|主管|分管)(?:人员?|领导)[\u3400-\u9fff·]{0,5}"
)
_NOTE = re.compile(
    r"[(*※★]*(?:注|备注|说明|附注|附件|填表说明)(?:[0-9一二三四五]|[.、)]).*|[※].*|[0-9]{1,2}[.、](?:[^0-9]).{5,}"
)
_PAGE = re.compile(
    r"第[0-9一二三四五六七八九十]+页.{0,3}(?:[共/][0-9一二三四五六七八九十]+页)?|共[0-9]+页|-+[0-9]+-+|[0-9]{1,3}/[0-9]{1,3}|page.?[0-9]+(?:(?:of|/).?[0-9]+)?"
    r"|[(]?(?:接下页|转下页|续上页|承上页|承前页|过次页|续表|续前页|接上页)[)]?.{0,6}"
)
_STAMP = re.compile(r"[(—-]*(?:盖章|公章|签字|签章|以下空白|以下无正文|此页无正文|完|结束|end|eof|endoffile)[)—-]*")
_DAY = re.compile(r"(?:19|20)[0-9]{2}(?:年[0-9]{1,2}月(?:[0-9]{1,2}日)?|[-/.][0-9]{1,2}[-/.][0-9]{1,2})|年月日")
_HEADING = re.compile(
    r"[(\[【<]?(?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})[、.)\]】>](?=[^0-9]).*|第[0-9一二三四五六七八九十]+[组班批队部分章节].*|【.*】|\[.*\]"
    r"|.*(?:组|班|队|村|镇|乡|县|市|区|州|街道|项目|公司|厂|所|站|局|中心|部|科|名单|名册|人员|明细|表|册|台账|部分)"
)

_IDENTITY = re.compile(r"(?<![0-9])(?:[0-9]{15}|[0-9]{17}[0-9Xx])(?![0-9])")
_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]{2,4}|[\u3400-\u9fff]+·[\u3400-\u9fff·]+")
_DROPPED = re.compile(rf"[\s{INVISIBLE}]")


def is_paper_line(cells: Sequence[str], types: Mapping[int, LogicalType], titles: frozenset[str]) -> bool:
    """Whether a line of trimmed cells, not all empty, belongs to the printed form.

    types: position → type of the contract's columns; titles: texts that stand alone above the header.
    """
    if _has_identity(cells, types):
        return False
    filled = [_compact(cell) for cell in cells if cell]
    if _TOTAL_LINE.fullmatch(filled[0]) or any(_TOTAL_LINE.fullmatch(cell) for cell in filled[1:3] if len(cell) < 8):
        return True
    if (
        _LABEL.fullmatch(filled[0])
        or _SIGNER.fullmatch(filled[0])
        or _NOTE.fullmatch(filled[0])
        or all(map(_is_mark, filled))
    ):
        return True
    if is_numbering(cells) or (len(filled) > 1 and all(map(is_unit, filled))):
        return True
    if len(filled) > 1:
        return False
    (place,) = (at for at, cell in enumerate(cells) if cell)
    may_be_name = types.get(place) is not None and types[place].identity == "name" and _NAME.fullmatch(filled[0])
    return cells[place] in titles or bool(
        not may_be_name and (_HEADING.fullmatch(filled[0]) or _is_sentence(filled[0]) or is_unit(filled[0]))
    )


def _has_identity(cells: Sequence[str], types: Mapping[int, LogicalType]) -> bool:
    """Whether a cell identifies a person or an account: six digits in such a column, or an ID number anywhere."""
    for at, kind in types.items():
        if kind.identity in ("person", "account", "mobile") and at < len(cells) and _n_digits(cells[at]) >= 6:
            return True
    return any(len(cell) >= 15 and _IDENTITY.search(cell) for cell in cells)


def _n_digits(cell: str) -> int:
    return sum(character.isdigit() for character in cell)


def _is_sentence(cell: str) -> bool:
    """Whether a compact cell is prose; a row whose delimiters were lost is not."""
    is_long = len(cell) >= 16 and 4 * _n_digits(cell) < len(cell)
    return ("。" in cell or is_long) and not any(delimiter in cell for delimiter in ";|")


def _is_mark(cell: str) -> bool:
    """Whether a compact cell is a label, page, stamp or day, as on a printed form."""
    return any(form.fullmatch(cell) for form in (_LABEL, _PAGE, _STAMP, _DAY))


def _compact(cell: str) -> str:
    return _DROPPED.sub("", unicodedata.normalize("NFKC", cell)).casefold()
