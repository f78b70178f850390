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
from employment_warehouse.reading.cell_forms import NOTHING, VALUE, filled_count, is_numbering
from employment_warehouse.reading.header import Header
from employment_warehouse.reading.no_change import says_no_change
from employment_warehouse.reading.units import are_places, is_unit

_LETTERS = r"[\u3400-\u9fff·]"
_TOTAL = "合计|小计|总计|共计|汇总|累计|总和|总额|总数|总人数|平均值?|[人户]均|最大值|最小值|上页结转|结转下页"
_COUNTED = "笔数|金额|人数|户数|件数|条数|行数|记录数|人次|总额"
_TOTAL_LINE = re.compile(
    rf"[计σ∑]|其中:?.{{0,12}}|人民币\(大写\).*|(?:本页|总)?共[0-9]+[人户笔条名]|.{{0,20}}(?:{_TOTAL})数?:?(?:\(.*\))?[0-9,.]*(?:元|万元|人|户|笔|条|名)?:?"
    rf"|(?:{_TOTAL})(?:人民币|金额|人数|大写|发放|应发|实发|笔数|户数|:|\().*"
    rf"|.{{0,8}}(?:{_COUNTED})(?::.*|[0-9,.]*)"
    r"|(?:.{0,20}\b)?(?:sub|grand)?-?total(?:s|count|amount)?\b.{0,20}|(?:sum|average|count)\b.{0,20}"
)
_SIGNERS = (
    "制表|填表|填报|编制|审核|复核|审批|批准|负责|经办|经手|领导|主管|会计|出纳|财务|校对|统计|监督|验收|联系|签字|签名|签章|盖章|公章"
    "|单位|部门|日期|时间|电话|地址|说明|备注|注|附|编号|页|打印|导出|数据|来源|截止|截至|开户|收款|付款|汇款|施工|建设|业主|代发|报送|上报"
    "|制单|操作|项目|村|乡镇|县|发放|领取|金额|大写|人民币"
    "|prepared|checked|approved|signature|signed|date|notes?|remarks?|source|contact|tel|phone|printed|report"
)
_LABEL = re.compile(rf"[(*※★]*(?:.{{0,8}}(?:{_SIGNERS})[^:]{{0,16}}):.*|[^:0-9]{{1,12}}:")
# Who signs a form, and his or her name. With 人 or 领导 it is enough that a line begins so; without, all of the line's
# cells must be marks (_is_mark).
_ROLES = "制表|填表|审核|复核|审批|经办"
_SIGNER = re.compile(rf"(?:{_ROLES}|填报|编制|批准|负责|统计|校对|主管|分管)(?:人员?|领导){_LETTERS}{{0,5}}")
_DUTIES = "批准|负责|统计|校对|主管|分管|会计|出纳|财务|验收|监督|经手|制单|操作|打印|导出|[组队班]长"
# What a form asks for, in a cell of its own: 会计 | 张三 | 出纳 | 李四, 审批意见 | 同意.
_BARE_LABEL = re.compile(
    rf"[\u3400-\u9fff]{{0,6}}?(?:(?:{_ROLES}|填报|编制|{_DUTIES})"
    r"(?:人员?|员|主管)?|领导|签字|签名|签章|盖章|公章)"
    r"|[\u3400-\u9fff]{0,4}(?:意见|日期|时间|电话|地址|联系人|联系方式)|(?:填[表报]|编制|报送|主管|施工|建设|业主|监理|监督|[收付用]款)?单位|备注|附?注|(?:填表|填报|情况)?说明"
    r"|[\u3400-\u9fff]{0,6}\(?(?:人民币)?大写\)?|[较比][上去]?[年月周日期][增减][加少长]?"
)
_SIGNED = re.compile(rf"{_ROLES}|{_DUTIES}|联系人|领导|签|章")
_SERIAL = frozenset({"序号", "行号", "no", "no."})
_NOTE = re.compile(
    r"[(*※★]*(?:注|备注|说明|附注|附件|填表说明)(?:[0-9一二三四五]|[.、)]).*|[※].*|[0-9]{1,2}[.、](?:[^0-9]).{5,}|(?:以上|上述|本表|此表|特此).{3,}"
)
_PAGE = re.compile(
    r"第[0-9一二三四五六七八九十]+页.{0,3}(?:[共/][0-9一二三四五六七八九十]+页)?|共[0-9]+页|[-—–·]+[0-9]+[-—–·]+|[0-9]{1,3}/[0-9]{1,3}|page.?[0-9]+(?:(?:of|/).?[0-9]+)?"
    r"|[(]?(?:接下页|转下页|续上页|承上页|承前页|过次页|续表|续前页|接上页)[)]?.{0,6}"
)
_STAMP = re.compile(
    r"[(*—-]*(?:盖章|公章|签字|签章|以下(?:空白|为空|无正文|无数据)|此页无正文|一式.份|完|结束|end|eof|endoffile)[)*—-]*"
    r"|.{0,20}\((?:盖章|公章|签字|签名|签章)\)"
    rf"|(?:{_ROLES}|出纳|会计)人?{_LETTERS}{{0,6}}"
)
# 2024年5月10日, and 第1页 打印时间 2024-05-10 without a colon.
_DAY = re.compile(
    r"(?:.{0,12}(?:日期|时间|公示期:|截[至止])(?:为|是)?)?"
    r"(?:19|20)[0-9]{2}(?:年[0-9]{1,2}月(?:[0-9]{1,2}日)?|[-/.][0-9]{1,2}[-/.][0-9]{1,2})(?:[0-9]{1,2}(?::[0-9]{2}){1,2})?"
    r"(?:[至到~—–-]+(?:20[0-9]{2}年)?[0-9]{1,2}月[0-9]{1,2}日)?"
    r"|年月日"
)
_HEADING = re.compile(
    r"[(\[【<]?(?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})[、.)\]】>](?=[^0-9]).*|第[0-9一二三四五六七八九十]+[组班批队部分章节].*|【.*】|\[.*\]"
    r"|.*(?:组|班|队|村|镇|乡|县|市|区|州|街道|项目|公司|厂|所|站|局|中心|部|科|名单|名册|人员|明细|表|册|台账|部分)(?:\(.*\))?"
)
_REMARK = re.compile(
    r"[(\[【]?(?:非?必[填须录选]|选填|可选|文本|文字|数字|数值|整数|日期|月份|下拉选择|计量单位|单位|[元天](?:[/·.](?:月|天|日|人|户|工日))+"
    r"|yyyy-mm(?:-dd)?|text|string|number|int(?:eger)?|decimal.*|varchar.*|char.*|date)[)\]】]?"
)

_IDENTITY = re.compile(r"(?<![0-9])(?:[0-9]{15}|[0-9]{17}[0-9Xx])(?![0-9])")
_ACCOUNT = re.compile(r"[0-9]{16}")
# An amount or a number of people: of nobody where the line is a total.
_QUANTITY = re.compile(r"(?=(?:[^0-9]*[0-9]){1,8}(?:[^0-9]|$))¥?[0-9,]+(?:\.[0-9]{1,2})?[元人户笔条名]?")
_COUNT = re.compile(r"[共计]?[0-9一二三四五六七八九十百两壹贰叁肆伍陆柒捌玖拾]+[人名户个笔条]")
_TELEPHONE = re.compile(r"1[3-9][0-9]-?[0-9]{4}-?[0-9]{4}|0[0-9]{2,3}-[0-9]{7,8}")
# Beside the heading of a group: its size, or who leads it and the like.
_OF_GROUP = re.compile(rf"{_COUNT.pattern}|[^:0-9]{{1,12}}:.*")
_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]{2,4}|[\u3400-\u9fff]+·[\u3400-\u9fff·]+")
# What may be the number of a thing, of a document, of a person: PC1, 云发改(2024)1号, 13800000000.
_A_NUMBER = re.compile(r"^(?=.*[0-9])[0-9A-Za-z_.-]*$|[(〔\[]20[0-9]{2}[)〕\]]|[0-9]{6}")
_SIGNER_ON_FORM = re.compile(_SIGNERS)
_SHORTEST_PHRASE = 2
_LEAST_PLACES = 3
# As short as a name, and nobody's.
_NOTHING_TO_REPORT = re.compile(
    "零(?:报告|上报|报送)|[本今当][日天周旬月期季年]无|[暂本]?无(?:数据|记录|人员|内容|发放|发生)|未发生"
)
# What says in a table without rows that there are none; and what else a form without rows has in a line of its own.
_NONE = re.compile(
    r"零(?:报告|上报|报送)|空表|不涉及|未(?:发生|产生|开展|发放)|(?:无|没有)(?!法|权|误|需|异议)"
    r"|(?<![0-9])0(?:[条人户笔名行个]|rows?)"
)
_OF_EMPTY_FORM = re.compile(
    rf"{_LETTERS}{{2,20}}(?:政府|委员会|办公室|办|合作社|学校|医院)(?:\(.*\))?"
    r"|[〇零一二三四五六七八九十]{4}年[一二三四五六七八九十]{1,2}月(?:[一二三四五六七八九十]{1,3}日)?"
    r"|.*(?:承诺|属实|真实|责任|举报|监督|公示|特此|一式|填写).*|(?!.*(?:same|chang|error|fail|later|pending))[!-~]+"
)
_FROM_ELSEWHERE = re.compile("见.*(?:表|册|名单|明细|台账)|[已待未]|[以此上本][上表述]")
_FORMS = (_LABEL, _SIGNER, _NOTE, _DAY, _PAGE, _TOTAL_LINE, _COUNT)
_NEVER_NAMES = (_TOTAL_LINE, _HEADING, _COUNT)
_NOUGHT = re.compile(r"[¥-]?0+(?:\.0+)?元?")
_MIN_FILLED_SHARE = 0.6  # of the columns that are not numbers
# A row whose delimiters are not the file's stands in one cell: it has many pieces, and values among them; prose has
# some too where its clauses end.
_PIECES, _MIN_COLUMN_SHARE = 4, 0.5
_DELIMITERS = ((re.compile(r"[,;|\t]"), 2), (re.compile(r"[,;|\t，、；]|\s+"), 3))
_BLANK_WITHIN_DAY = re.compile(r"\s+(?=[年月日])|(?<=[年月])\s+")
_DROPPED = re.compile(rf"[\s{INVISIBLE}]")


def is_paper_line(cells: Sequence[str], header: Header) -> bool:
    """Whether a line of trimmed cells that identifies nobody, not all empty, is nobody's row."""
    filled = [_compact(cell) for cell in cells if cell]
    if all(map(_is_nothing, filled)) or all(map(_is_mark, filled)) or is_numbering(cells) or is_amount_in_words(cells):
        return True
    if len(filled) > 1 and all(is_unit(cell) or _REMARK.fullmatch(cell) for cell in filled):
        return True
    if is_row_by_content(cells, header) or _is_row_in_one_cell(cells, header.types):
        return False
    if _is_total(filled):
        return True
    if any(form.fullmatch(filled[0]) for form in (_LABEL, _SIGNER, _NOTE)):
        return not _has_required(cells, header)
    is_alone = len(filled) == 1 and (_is_heading(cells, header.types, header.titles) or _is_phrase(cells, header.types))
    return is_alone or _is_of_labels(cells, header)


def is_nil_return(header: Header) -> bool:
    """Whether the lines around the header of a table without rows say that there are none, or nothing. What does not is
    no nil return, whatever it says: rows that are not repeated would be taken for gone.
    """
    if header.contract is None or not header.contract.is_exhaustive:
        return True
    return not header.no_change and all(_is_of_empty_form(text, header) for text in header.alone)


def _is_of_empty_form(cell: str, header: Header) -> bool:
    text = _compact(cell)
    if cell in header.titles or _is_nothing(text) or is_unit(text) or _NONE.search(text):
        return True
    forms = (_SIGNER, _TOTAL_LINE, _COUNT, _BARE_LABEL, _REMARK, _OF_EMPTY_FORM)
    if _is_mark(text) or any(form.fullmatch(text) for form in forms):
        return True
    return any(form.fullmatch(text) for form in (_NOTE, _HEADING)) and not _FROM_ELSEWHERE.match(text)


def is_row_by_content(cells: Sequence[str], header: Header) -> bool:
    """Whether a line is a row by what it has, even if none of it identifies somebody."""
    return _is_complete(cells, header.types) or _has_key(cells, header) or _has_name_and_number(cells, header.types)


def is_amount_in_words(cells: Sequence[str]) -> bool:
    """Whether a line is the total in words, a cell to a place, or the blank for it: 合计 | 佰 | 拾 | 万 | 仟."""
    filled = [cell for cell in map(_compact, cells) if not _is_nothing(cell)]
    labels = (_TOTAL_LINE, _BARE_LABEL)
    if not any(label.fullmatch(cell) for label in labels for cell in filled[:1]):
        return False
    places = [cell for cell in filled if not any(form.fullmatch(cell) for form in (*labels, _QUANTITY))]
    return len(places) >= _LEAST_PLACES and are_places(places)


def _is_total(filled: Sequence[str]) -> bool:
    """Whether a line of compact cells, none empty, begins as a total does."""
    return any(_TOTAL_LINE.fullmatch(cell) for cell in [filled[0], *[cell for cell in filled[1:3] if len(cell) < 8]])


def _is_of_labels(cells: Sequence[str], header: Header) -> bool:
    """Whether a line begins with the label of a form, or the heading of a group, where the table has no words, and goes
    on as a form does: a cell after each label, labels and marks. A row has two values side by side that no label
    explains, a number in its place, or a name in its place that is not a signer's.
    """
    place, first = _first(cells)
    is_label = bool(_BARE_LABEL.fullmatch(first))
    is_heading = not is_label and bool(_HEADING.fullmatch(first)) and not _A_NUMBER.search(first)
    if not (is_label or is_heading) or not _has_no_words(place, header):
        return False
    label = ""
    for at, text in enumerate(map(_compact, cells)):
        if _is_nothing(text) or (is_heading and at == place):
            continue
        if text.endswith(":") or _BARE_LABEL.fullmatch(text) or _SIGNER.fullmatch(text):
            label = text
        elif _may_be_value(text, header.types.get(at), label):
            return False
        else:
            label = ""
    return True


def _may_be_value(text: str, kind: LogicalType | None, label: str) -> bool:
    """Whether a compact cell may be a value of a row, rather than what a form has behind a label ('': none), a mark, a
    telephone or something of a group.
    """
    is_mark = _is_mark(text)
    if not (kind is not None and kind.is_number):
        is_mark |= bool(_OF_GROUP.fullmatch(text))
    if not (kind is not None and kind.identity in ("account", "mobile")):
        is_mark |= bool(_TELEPHONE.fullmatch(text))
    if kind is not None and not (kind.is_day or _may_have_words(kind) or is_mark) and _digit_count(text):
        return True
    if label:
        may_be_name = kind is not None and kind.identity == "name" and _NAME.fullmatch(text)
        return bool(may_be_name) and not _SIGNED.search(label)
    return not is_mark or (kind is not None and kind.is_day and bool(_DAY.fullmatch(text)))


def _has_no_words(place: int, header: Header) -> bool:
    """Whether a column is the table's first, beside one that counts the rows, and has numbers, codes or days; or is
    that one.
    """
    is_serial = _compact(header.texts[0]) in _SERIAL
    if place == 0 and is_serial:
        return True
    return place == is_serial and place in header.types and not _may_have_words(header.types[place])


def _may_have_words(kind: LogicalType) -> bool:
    return kind.name == "text" or kind.needs_codes or kind.identity == "name"


def _is_row_in_one_cell(cells: Sequence[str], types: Mapping[int, LogicalType]) -> bool:
    """Whether the only filled cell has the cells of a row, several of them values: the row is quoted as a whole, or its
    delimiters are not the file's.
    """
    filled = [cell for cell in cells if cell]
    if len(filled) != 1:
        return False
    text = _BLANK_WITHIN_DAY.sub("", filled[0])
    if _is_total([_compact(_DELIMITERS[-1][0].split(text)[0])]):
        return False
    for delimiter, least_values in _DELIMITERS:
        pieces = [piece.strip(" '\"") for piece in delimiter.split(text)]
        value_count = sum(bool(VALUE.match(piece)) for piece in pieces)
        if len(pieces) >= max(_PIECES, _MIN_COLUMN_SHARE * len(types)) and value_count >= least_values:
            return True
    return False


def _is_heading(cells: Sequence[str], types: Mapping[int, LogicalType], titles: frozenset[str]) -> bool:
    """Whether a line with one filled cell is a title, a heading, a sentence or a unit, and not a name or an account."""
    place, text = _first(cells)
    may_be_name = types.get(place) is not None and types[place].identity == "name" and _NAME.fullmatch(text)
    return cells[place] in titles or bool(
        not may_be_name
        and ((_HEADING.fullmatch(text) and not _ACCOUNT.search(text)) or _is_sentence(text) or is_unit(text))
    )


def _is_phrase(cells: Sequence[str], types: Mapping[int, LogicalType]) -> bool:
    """Whether the only filled cell has words where no column of the contract has any, and neither a name nor a number:
    what people and programs write under a table (其中：脱贫户, 共4条记录, (4 rows), <EOF>).
    """
    place, cell = next((at, unicodedata.normalize("NFKC", cell)) for at, cell in enumerate(cells) if cell)
    kind, text = types.get(place), _compact(cell)
    has_words = kind is not None and _may_have_words(kind)
    if has_words or len(text) <= _SHORTEST_PHRASE or VALUE.match(text) or _A_NUMBER.search(cell):
        return False
    first = _compact(cell.split()[0])
    if not _NAME.fullmatch(first) or _SIGNER_ON_FORM.search(first):
        return True
    return bool(_NOTHING_TO_REPORT.fullmatch(text)) or says_no_change([text])


def _is_complete(cells: Sequence[str], types: Mapping[int, LogicalType]) -> bool:
    """Whether most of the columns that are not numbers have a value of their own, which a total or note never has: a
    project may be called 1、道路, a workshop 合计.
    """
    texts = [_compact(cells[at]) if at < len(cells) else "" for at, kind in types.items() if not kind.is_number]
    own = {text for text in texts if text and not _is_nothing(text)}
    return len(own) >= max(3, _MIN_FILLED_SHARE * len(texts))


def _has_key(cells: Sequence[str], header: Header) -> bool:
    """Whether a line has the number of a thing, which no note has, and something else. A total may have its batch's."""
    values = [_value(cells, at, header.types[at]) for at in header.key_places]
    if not values or not all(any(map(str.isdigit, value)) for value in values) or filled_count(cells) == len(values):
        return False
    return not _is_total([_compact(cell) for cell in cells if cell])


def _has_required(cells: Sequence[str], header: Header) -> bool:
    """Whether a line that begins like a note has most of the values that a row must have, beside numbers: a workshop
    may be called 1.服装车间. A note fills a cell, signers fill some with names.
    """
    values = [_value(cells, at, header.types[at]) for at in header.required_texts]
    own = {value for value in values if value}
    has_number = any(character.isdigit() for value in own for character in value)
    return has_number and len(own) >= max(2, _MIN_FILLED_SHARE * len(values))


def _value(cells: Sequence[str], at: int, kind: LogicalType) -> str:
    """A compact cell that may be a value of its column; '' where it is none, or what a form prints, or stands behind a
    label.
    """
    cell = _compact(cells[at]) if at < len(cells) else ""
    if _is_nothing(cell) or (at and _compact(cells[at - 1]).endswith(":")):
        return ""
    if kind.is_day:
        return cell if VALUE.match(cell) else ""
    return "" if any(form.fullmatch(cell) for form in (*_FORMS, _STAMP)) else cell


def _has_name_and_number(cells: Sequence[str], types: Mapping[int, LogicalType]) -> bool:
    """Whether a line has a person's name in its place, and a number in a place of numbers."""
    names = [_compact(cells[at]) for at, kind in types.items() if kind.identity == "name" and at < len(cells)]
    if not any(_NAME.fullmatch(name) and not any(form.fullmatch(name) for form in _NEVER_NAMES) for name in names):
        return False
    return any(kind.is_number and at < len(cells) and VALUE.match(cells[at]) for at, kind in types.items())


def has_identity(cells: Sequence[str], header: Header) -> bool:
    """Whether a cell identifies a person or an account: six digits in such a column, unless they are a day, a telephone
    or a number of a printed form; or an ID number anywhere.
    """
    if any(len(cell) >= 15 and _IDENTITY.search(cell) for cell in cells):
        return True
    places = [at for at, kind in header.types.items() if kind.identity in ("person", "account", "mobile")]
    numbers = [at for at in places if at < len(cells) and _digit_count(cells[at]) >= 6]
    return any(
        _ACCOUNT.search(cells[at])
        or not (_is_of_form(_compact(cells[at]), cells) or _is_telephone_of_form(at, cells, header))
        for at in numbers
    )


def _is_telephone_of_form(at: int, cells: Sequence[str], header: Header) -> bool:
    """Whether a telephone stands in the column of ID numbers, in a line that begins with the label of a form:
    制表 | 张三 | 13800000000.
    """
    place, first = _first(cells)
    is_label = bool(_BARE_LABEL.fullmatch(first)) and _has_no_words(place, header)
    return header.types[at].identity == "person" and is_label and bool(_TELEPHONE.fullmatch(_compact(cells[at])))


def _is_of_form(number: str, cells: Sequence[str]) -> bool:
    """Whether a compact cell with digits, in a line of these cells, belongs to a printed form and to no person."""
    if _is_sentence(number) or any(form.fullmatch(number) for form in _FORMS):
        return True
    return bool(_QUANTITY.fullmatch(number)) and _is_total([_compact(cell) for cell in cells if cell])


def _first(cells: Sequence[str]) -> tuple[int, str]:
    """The place of the first cell that is not empty, and what it says, compact."""
    return next((at, _compact(cell)) for at, cell in enumerate(cells) if cell)


def _digit_count(cell: str) -> int:
    return sum(character.isdigit() for character in cell)


def _is_sentence(cell: str) -> bool:
    """Whether a compact cell is prose; a row whose delimiters were lost is not."""
    is_long = len(cell) >= 16 and 4 * _digit_count(cell) < len(cell)
    return ("。" in cell or is_long) and not any(delimiter in cell for delimiter in ";|")


def _is_nothing(cell: str) -> bool:
    """Whether a compact cell says nothing: 无, NULL, a 0 that a formula left, a line of signs."""
    return cell in NOTHING or bool(_NOUGHT.fullmatch(cell)) or not any(map(str.isalnum, cell))


def _is_mark(cell: str) -> bool:
    """Whether a compact cell is a label, page, stamp or day, as on a printed form."""
    return any(form.fullmatch(cell) for form in (_LABEL, _PAGE, _STAMP, _DAY))


def _compact(cell: str) -> str:
    return _DROPPED.sub("", unicodedata.normalize("NFKC", cell)).casefold()
