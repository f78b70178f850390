"""The reader's rules (docs/reliability.md): each kind of file with the result that a careful human expects.

A file is written in the test; `lines` are the lines that land, `rejected` the lines that are returned with their
reasons, `refused` the code of a refusal. Values of a column are given where the rule is about them.
"""

from __future__ import annotations

import gzip
import io
import random
import struct
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from tests.hostile.old_workbook import xls
from tests.hostile.workbooks import book, cell, compound, number, sheet
from tests.kit.examples import example_of

from employment_warehouse.checking import check_table
from employment_warehouse.contract import contract_of, contracts
from employment_warehouse.reading import Refused, read_tables, rows
from employment_warehouse.reading.header import find_header
from employment_warehouse.reading.workbook_child.values import plain_values

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PAYROLL = [
    "项目编号",
    "工资期间",
    "身份证号",
    "姓名",
    "出工天数",
    "应发工资",
    "实发工资",
    "发放日期",
    "银行账号",
    "代发批次号",
    "班组",
]
N_COLUMNS = len(PAYROLL)


def id_number(number: int) -> str:
    """A number of a division that does not exist."""
    body = f"532599{1970 + number % 30}0715{number % 999 + 1:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def person(number: int, **cells: str) -> list[str]:
    row = dict(
        zip(
            PAYROLL,
            [
                *("YG532599001", "2024-04", id_number(number), "某某", "20", "3100.00", "3100.00", "2024-05-10"),
                *(f"62999010000{number:08d}", "PC20240510001", "一组"),
            ],
            strict=True,
        )
    )
    return list((row | cells).values())


def text(*rows: list[str] | str, delimiter: str = ",", header: list[str] | None = None, end: str = "\n") -> bytes:
    """A CSV of the payroll; a row that is a text is a line as it is."""
    lines = [delimiter.join(PAYROLL if header is None else header)]
    lines += [row if isinstance(row, str) else delimiter.join(row) for row in rows]
    return (end.join(lines) + end).encode()


def header_of(feed: str) -> list[str]:
    """The header of another feed, as its county writes it: without its own code."""
    return [column.header for column in contract_of(feed).columns if column.required or column.name != "county_code"]


def table(feed: str, *lines: str) -> bytes:
    """A CSV of another feed, with lines as they are."""
    return "\n".join([",".join(header_of(feed)), *lines, ""]).encode()


EMPLOYED = [f"{id_number(at)},某某,企业就业,310000,某公司,,,,2024-01-01,,0.42,,,,,,2024-05-10" for at in (1, 2)]
# Rows of three feeds that begin and end like a heading or a title.
WHOLE_ROWS = {
    "bank_return": "PC2024051000901,2,6299901000000000001,某某,3210.00,失败,账户不属于本公司,",
    "labor_cooperation": "XZ002,310000,东西部,2024-01-01,2024-12-31,300,上海劳务工作站",
    "relief_project": "YG532599002,道路,532528,,重点工程,3000000,3000000,900000,50,2024-03-01,2024-12-01,,某局,某公司",
}


# What programs and people write in one cell under a table.
WRITTEN_BELOW = (
    *("共4条记录", "共 4 条记录", "共查询到4条记录", "总共4条记录", "合计4条记录", "共4条数据", "共4条，第1/1页"),
    *("(4 行受影响)", "(4 rows affected)", "(4 rows)", "(4 行记录)", "4 rows selected.", "已选择 4 行。"),
    *("<EOF>", "##END##", "#END#", "End of Report", "导出人 某某", "操作员：某某", "操作员 某某"),
    *("其中：脱贫户", "其中：男", "本页共 4 人", "上页结转", "结转下页", "(续)", "人民币（大写）叁仟元整", "领导签字"),
    *("二〇二四年五月十日", "阿扎河乡人民政府", "监督电话 12345", "公示期：2024年5月1日—5月7日", "数据来源 国家系统"),
    *("一式三份", "/以下空白/", "审核人 某某  制表人 某某"),
)

# What a form asks for, and what is written behind it, in cells of their own.
OF_LABELS: list[list[str]] = [
    ["制表", "张三", "", "审核", "李四"],
    ["会计", "张三", "出纳", "李四", "负责人", "王五"],
    ["项目负责人", "王五"],
    ["镇领导签字", "", "", "村领导签字"],
    ["备注", "本表一式三份"],
    ["说明", "本月按实际出工天数计算"],
    ["注", "1.本表为4月工资"],
    ["审批意见", "同意"],
    ["审核意见", "情况属实", "", "", "2024-05-10"],
    ["日期", "2024-05-10"],
    ["单位", "元阳县发改局"],
    ["施工单位", "某某建筑公司"],
    ["联系电话", "0873-5621234"],
    ["总金额（大写）", "陆仟贰佰元整"],
    ["实发金额大写", "陆仟贰佰元整"],
    ["较上月增加", "200"],
    ["单位负责人", "张三", "", "填表日期：2024-05-10", "盖章"],
    ["打印日期", "2024-05-10", "打印人", "张三"],
    ["导出时间", "2024-05-10", "操作员", "张三"],
    ["联系电话", "", "13887312345"],
    ["联系电话", "", "0873-5621234"],
    ["联系人", "张三", "138 8731 2345"],
    ["制表", "张三", "13887312345"],
    ["制表", "张三", "电话", "13887312345"],
]

# The heading of a group, with its size or who leads it in cells of their own.
OF_GROUPS: list[list[str]] = [
    ["新街镇", "35人"],
    ["第一组", "组长：王五"],
    ["一组", "5人"],
    ["【二组】", "", "", "共12人"],
    ["（一）新街镇", "35人", "负责人：王五"],
    ["第二班组", "班长", "王五", "3人"],
    ["阿扎河乡", "联系人", "李四", "电话：13887312345"],
    ["二、马街乡", "人数：35"],
]

TWO_ROWS = [
    [{"应发工资": "工资", "实发工资": ""}.get(name, name) for name in PAYROLL],
    [name if name in ("应发工资", "实发工资") else "" for name in PAYROLL],
]


def alone(cell_text: str, at: int = 0) -> list[str]:
    """A line with one filled cell."""
    return ["" if place != at else cell_text for place in range(N_COLUMNS)]


def with_header(**names: str) -> bytes:
    header = [names.get(name, name) for name in PAYROLL]
    return text(person(1), person(2), header=header)


# Cells that begin or end with a sign in every row, so that it stands beside each delimiter.
SIGNS_IN_EACH_ROW: dict[str, Callable[[int], dict[str, str]]] = {
    '="…"': lambda at: {"身份证号": f'="{id_number(at)}"'},
    "/": lambda _: {"班组": "/", "代发批次号": "/", "发放日期": "/"},
    r"\N": lambda _: {"班组": r"\N", "发放日期": r"\N"},
}


def lines_below(header: str) -> list[int]:
    """The lines of two rows below a header with that text in it."""
    first = header.count("\n") + 2
    return [first, first + 1]


def workshop(remark: str) -> bytes:
    """A workshop, with two more columns: who bears the costs, and a remark (a `|` ends the former)."""
    columns = [column for column in contract_of("workshop").columns if column.required]
    who, _, cell_text = remark.rpartition("|")
    rows = [
        [*[column.header for column in columns], "出资方", "备注"],
        [*[example_of(column) for column in columns], who, cell_text],
    ]
    return "\n".join([*map(",".join, rows), ""]).encode()


def project(name: str) -> bytes:
    """Two projects, their names first."""
    header = ["项目名称", *[column.header for column in contract_of("relief_project").columns if column.required][:1]]
    header += [column.header for column in contract_of("relief_project").columns if column.required][2:]
    rows = [
        f"{one},YG5325299900{at},532529,重点工程,3000000,3000000,900000,50,2024-03-01,2024-12-01,某局,某公司"
        for at, one in enumerate((name, "道路"))
    ]
    return "\n".join([",".join(header), *rows, ""]).encode()


def workshops(name: str, *, name_first: bool, whole: bool = True) -> bytes:
    """Two workshops; the first has that name, and without `whole` nothing else but its number."""
    columns = [column for column in contract_of("workshop").columns if column.required or not name_first]
    columns.sort(key=lambda column: name_first and column.name != "workshop_name")
    values = {column.name: example_of(column) if column.required else "" for column in columns}
    first = (values if whole else dict.fromkeys(values, "")) | {"workshop_no": "CJ009", "workshop_name": name}
    rows = [{column.name: column.header for column in columns}, first, values]
    return "\n".join([*(",".join(row.values()) for row in rows), ""]).encode()


def smaller_above(feed: str) -> bytes:
    """A table of three columns above the whole one."""
    columns = [column for column in contract_of(feed).columns if column.required]
    header, row = [column.header for column in columns], [example_of(column) for column in columns]
    return "\n".join(",".join(line) for line in (header[:3], row[:3], [], header, row, "")).encode()


def divided(*names: str) -> bytes:
    """A payroll whose sixth column has a second one beside it without a name, and names below."""
    rows = [[*row[:6], "100", *row[6:]] for row in (person(1), person(2))]
    return text(["", "", "", "", "", *names, *[""] * 5], *rows, header=[*PAYROLL[:6], "", *PAYROLL[6:]])


def attendance(*last: str) -> bytes:
    """A payroll whose days worked stand over a mark for each day of the month."""
    days, others = [str(day) for day in range(1, 32)] + [*last], ["20"] * len(last)
    rows = [[*person(at)[:4], *["1"] * 20, *[""] * 11, *others, *person(at)[5:]] for at in (1, 2)]
    return text(["", "", "", "", *days], *rows, header=[*PAYROLL[:5], *[""] * (len(days) - 1), *PAYROLL[5:]])


def with_cell(column: str, *texts: str) -> bytes:
    return text(*[person(at, **{column: one}) for at, one in enumerate(texts)])


@dataclass(frozen=True)
class Case:
    """A file and its result."""

    kind: str
    data: bytes
    lines: list[int] = field(default_factory=list)
    rejected: dict[int, str] = field(default_factory=dict)
    refused: str = ""
    values: dict[str, list[object]] = field(default_factory=dict)
    name: str = "t.csv"
    feed: str = "relief_payroll"
    detail: str = ""  # in the refusal's message


def in_yuan(kind: str, data: bytes, lines: list[int]) -> Case:
    return Case(f"unit: {kind}", data, lines)


def not_in_yuan(kind: str, data: bytes, name: str = "t.csv", feed: str = "relief_payroll") -> Case:
    return Case(f"unit: {kind}", data, refused="amounts_not_in_yuan", name=name, feed=feed)


def above(line: str) -> bytes:
    return f"{line}\n".encode() + text(person(1))


Cells = list[list[Any]]


def workbook(
    rows: Cells,
    formats: dict[tuple[int, int], str] | None = None,
    sheet_name: str = "发放表",
    more: Cells | None = None,
    header: list[str] = PAYROLL,
    **options: Any,
) -> bytes:
    """An xlsx of the payroll, or below another header; formats: number formats by place; a text that begins with = is a
    formula; more: the rows of a second sheet.
    """
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, options)
    page = made.add_worksheet(sheet_name)
    for y, row in enumerate([header, *rows]):
        for x, value in enumerate(row):
            shown = made.add_format({"num_format": formats[y, x]}) if formats and (y, x) in formats else None
            if isinstance(value, str) and value.startswith("="):
                page.write_formula(y, x, value, shown)
            elif isinstance(value, str):
                page.write_string(y, x, value, shown)
            else:
                page.write(y, x, value, shown)
    if more:
        second = made.add_worksheet("续")
        for y, row in enumerate(more):
            second.write_row(y, 0, row)
    made.close()
    return out.getvalue()


def typed(column: str, *values: Any, shown: str = "") -> bytes:
    """A workbook with values that are not texts in one column."""
    at = PAYROLL.index(column)
    rows: Cells = [[*person(number)] for number in range(len(values))]
    for row, value in zip(rows, values, strict=True):
        row[at] = value
    formats = {(y, at): shown for y in range(1, len(values) + 1)} if shown else None
    return workbook(rows, formats)


def flagged_sheet(*values: Any, flag: bytes = b"1", before: bytes = b"") -> bytes:
    """A workbook with values in 应发工资 whose sheet, and nothing else, says that its formulas were not calculated.
    before: stands before the rows.
    """
    out = io.BytesIO()
    data = typed("应发工资", *values)
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = (
                source.read(name).replace(b' fullCalcOnLoad="1"', b"").replace(b"<sheetData>", before + b"<sheetData>")
            )
            behind = b'</sheetData><sheetCalcPr fullCalcOnLoad="%s"/>' % flag
            target.writestr(name, content.replace(b"</sheetData>", behind))
    return out.getvalue()


def raw_book(second: str, **parts: bytes) -> bytes:
    """A workbook of two columns, whose second row is given in XML."""
    head = f'<row r="1">{cell("A1", "品名")}{cell("B1", "数量")}{cell("C1", "产地")}</row>'
    more = f'<row r="3">{cell("A3", "铲")}{number("B3", "4")}{cell("C3", "泸西")}</row>'
    return book(sheet(head + second + more), **parts)


def moved_parts() -> bytes:
    """A workbook whose parts have other names, found by relationships alone."""
    renamed = {"xl/workbook.xml": "content/main.xml", "xl/_rels/workbook.xml.rels": "content/_rels/main.xml.rels"}
    renamed |= {"xl/worksheets/sheet1.xml": "content/pages/p.xml"}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book())) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name).replace(b"xl/workbook.xml", b"/content/main.xml")
            content = content.replace(b"worksheets/sheet1.xml", b"../content/./pages/p.xml")
            target.writestr(renamed.get(name, name), content)
    return out.getvalue()


def zipped(name: bytes, data: bytes) -> bytes:
    """A zip whose member's name is in the encoding of the packer, without saying so."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("?" * (len(name) - 4) + ".csv", data)
    return out.getvalue().replace(b"?" * (len(name) - 4) + b".csv", name)


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return out.getvalue()


def in_encoding(data: bytes, encoding: str) -> bytes:
    """A workbook whose sheet is in another encoding."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            is_sheet = "worksheets/" in name
            target.writestr(name, source.read(name).decode().encode(encoding) if is_sheet else source.read(name))
    return out.getvalue()


def tarred(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo("t.csv")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def open_document() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<office:document-content/>")
    return out.getvalue()


XML_TABLE = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><!-- x -->'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
)
SHORT = [person(1), person(2), person(3)]
DAILY: list[Any] = ["YG532599001", id_number(1), "某某", "2024-03-01", 150.0, "2024-03-01", ""]
# 单位 is the employer here, and what follows is what it pays.
OF_AN_EMPLOYER = (
    "单位：1000元；财政：500元",
    "个人：200元；单位：1000元",
    "个人：50元 单位：100元",
    "帮扶单位：10000元",
    "派遣单位：100元",
    "计薪单位：100元/天",
    "单位：1万元；财政：5千元",
    "单位：十万元；财政：五万元",
)
# The blank for an amount in words, and what stands in some of it.
IN_WORDS = (
    "合计金额：   万   仟   佰   拾   元   角   分",
    "合计金额：  拾  万  仟  佰  拾  元  角  分",
    "总金额：     佰     拾     万     仟     佰     拾     元整",
    "实发工资：   万   仟   佰   拾   元",
    "金额：万 仟 佰 拾 元 角 分",
    "实发工资：仟佰拾圆整",
    "工资合计：  萬  仟  佰  拾  元  角  分（￥9300.00）",
    "应发金额为    万   仟   佰   拾   元",
    "合计金额：人民币   拾   万   玖 仟 叁 佰 零 拾 零 元",
    "合计金额：   拾   万 ⊗ 仟 叁 佰 零 拾 元整",
    "金额（万仟佰拾元）：",
    "　　万　　仟　　佰　　拾　　元　　角　　分",
)
IN_WORDS_BY_CELL: list[list[str]] = [
    ["合计（大写）", "佰", "拾", "万", "仟", "佰", "拾", "元", "角", "分"],
    ["合计", "佰万", "拾万", "万", "仟", "佰", "拾", "元", "角", "分"],
    ["人民币大写", "", "拾", "万", "玖", "仟", "叁", "佰", "零", "拾", "零元整"],
    ["大写金额", "", "⊗万", "玖仟", "叁佰", "零拾", "零元", "整", "", "￥9300.00"],
    ["合计", "人民币（大写）", "拾", "万", "仟", "佰", "拾", "元"],
]
SWAPPED = [*PAYROLL[:5], PAYROLL[6], PAYROLL[5], *PAYROLL[7:]]

CASES = [
    # Amounts that are not in yuan ------------------------------------------------------------------------------
    *[
        not_in_yuan(f"above {line}", above(line))
        for line in (
            "单位：千元",
            "单 位：万 元",
            "金额单位:角",
            "（单位：人民币万元）",
            "Unit: 10,000 yuan",
            "amounts in thousands of yuan",
            "单位：萬元",
            "（单位：仟元）",
            "金额（分）",
            "（金额：万元）",
            "单位∶百元",
            "币种：美元",
            "填报单位：元阳县交通局 金额单位：人民币万元",
            "单位：人民币（万元）",
            "金额单位：人民币（万元）",
            "单位（人民币：万元）",
            "单位：（人民币）万元",
            "单位：“万元”",
            "金额以“万元”为单位",
            "单位：人（万元）",
            "2024年4月以工代赈工资发放表 万元",
            "单位:10000元",
            "单位：0.01元",
            "金额单位：角分",
            "RMB'0000",
            "RMB 10,000",
            "填报单位：元阳县 金额单位：10000元",
            "2024年4月（单位：1000元）",
            "元阳县,单位：1000元",
            "单位,1万元",
            "单位：1万元 2024年4月",
        )
    ],
    *[
        not_in_yuan(f"below {line}", text(*SHORT, alone(line)))
        for line in ("金额单位：人民币（万元）", "单位：“万元”", "RMB'0000", "单位：1000元")
    ],
    *[
        in_yuan(f"above {line}", above(line), [3])
        for line in (
            "单位：元",
            "填报单位：元阳县",
            "总投资300万元",
            "（中央资金1,200万元）",
            "用工单位：万达公司",
            "Unit: yuan",
            "项目总投资（万元）,300",
            "填报单位：万元乡人民政府",
            "单位：角美公司",
            "单位：人民币（元）",
            "单位：“元”",
            "填报单位：弥勒（分）局",
            "填报单位：元阳县千家寨乡",
            "建设单位：万元建筑公司",
            "以工代赈资金　　　　万元",
            "补助标准1000元",
            *OF_AN_EMPLOYER,
        )
    ],
    *[in_yuan(f"below {line}", text(*SHORT, alone(line)), [2, 3, 4]) for line in OF_AN_EMPLOYER],
    *[
        in_yuan(f"in words {line}", data, lines)
        for line in IN_WORDS
        for data, lines in ((above(line), [3]), (text(*SHORT, alone(line)), [2, 3, 4]))
    ],
    *[
        in_yuan(
            f"in words, a cell to a place, {cells}", text(*SHORT, [*cells, *[""] * (N_COLUMNS - len(cells))]), [2, 3, 4]
        )
        for cells in IN_WORDS_BY_CELL
    ],
    *[
        not_in_yuan(f"beside an amount in words: {line}", data)
        for line in (*(f"{one} 单位：万元" for one in IN_WORDS[:2]), "金额：百万元", "金额：千万元", "金额：十万元")
        for data in (above(line), text(*SHORT, alone(line)))
    ],
    *[
        not_in_yuan(f"below the table: {note}", text(*SHORT, alone(note, place)))
        for note in (
            "注：表中金额以千元为单位",
            "表中金额单位均为万元",
            "注：应发工资、实发工资均为分",
            "以上金额均以百元计",
        )
        for place in (0, 5)
    ],
    *[
        not_in_yuan(f"in a row under the header: {unit}", text(alone(unit, 5), *SHORT))
        for unit in ("/千元", "万元/月", "【角】", "in 10k")
    ],
    *[
        in_yuan(
            f"a row under the header: {remark}", text(["单位", "", "", "", "天", remark, *[""] * 5], *SHORT), [3, 4, 5]
        )
        for remark in ("元", "¥", "元/月", "元/人/月", "必填", "数字")
    ],
    *[
        not_in_yuan(f"in a header {unit}", with_header(应发工资=f'"应发工资{unit}"'))
        for unit in ("(万元，必填)", "〔千元〕", "万元", " 分", "_USD")
    ],
    *[
        in_yuan(f"yuan in a header {unit}", with_header(应发工资=f'"应发工资{unit}"'), lines_below(unit))
        for unit in (
            *(
                "（元，必填）",
                "（￥）",
                "（元、保留两位小数）",
                "（单位：人民币元）",
                "元",
                "\n元",
                "（元/人/月）",
                "(元／人·月)",
            ),
            *("（元/月/人）", "（税前）", "（元，税前）"),
        )
    ],
    *[
        in_yuan(f"of days in a header {unit}", with_header(出工天数=f"出工天数{unit}"), [2, 3])
        for unit in ("（天/月）", "(天)", "（天/人）")
    ],
    *[
        Case(
            f"unit: another one in a header {name}",
            with_header(**{column: name}),
            refused="amounts_not_in_yuan" if "千" in name else "required_column_missing",
        )
        for column, name in (
            ("应发工资", "应发工资（元/人/天）"),
            ("应发工资", "应发工资（千元/人/月）"),
            ("应发工资", "应发工资（税后）"),
            ("实发工资", "实发工资（税前）"),
            ("出工天数", "出工天数（小时/月）"),
        )
    ],
    *[
        Case(
            f"header: {header}",
            with_header(发放日期=f'"{header}"'),
            [2, 3],
            values={"paid_on": [date(2024, 5, 10)] * 2},
        )
        for header in ("发放日期（年月日）", "发放日期(年/月/日)", "发放日期（年-月-日）", "发放日期（年、月、日）")
    ],
    *[
        Case(f"header: {header}", with_header(工资期间=header), [2, 3])
        for header in ("工资期间（年月）", "工资期间（年-月）")
    ],
    Case(
        "unit: of a day in a header of months",
        with_header(应发工资="应发工资（元/天）"),
        refused="required_column_missing",
    ),
    not_in_yuan("in a row under the header", text(["", "", "", "", "天", "万元", "万元", "", "", "", ""], *SHORT)),
    not_in_yuan("in a header", with_header(应发工资="应发工资（万元）")),
    not_in_yuan("in a header after a slash", with_header(应发工资="应发工资/千元")),
    in_yuan(
        "yuan in a row under the header", text(["", "", "", "", "天", "元", "元", "", "", "", ""], *SHORT), [3, 4, 5]
    ),
    in_yuan("an investment below", text(*SHORT, alone("注：项目总投资500万元")), [2, 3, 4]),
    Case(
        "unit: in the number format",
        typed("应发工资", 0.31, 0.29, shown='0.00"万元"'),
        [2, 3],
        name="t.xlsx",
        values={"amount_due": [3100, 2900]},
    ),
    Case(
        "unit: the number format shows less than there is",
        typed("应发工资", 0.3125, 0.29, shown='0.00"万元"'),
        [2, 3],
        name="t.xlsx",
        values={"amount_due": [3125, 2900]},
    ),
    *[
        Case(
            f"unit: {shown}", typed("应发工资", 0.3125, shown=shown), [2], name="t.xlsx", values={"amount_due": [3125]}
        )
        for shown in ('[DBNum2]0.00"万元"', '0.00E+00"万元"', '"￥"0.00"万元"')
    ],
    *[
        Case(
            f"unit: a format with a condition, {shown}",
            typed("应发工资", *held, shown=shown),
            [*range(2, 2 + len(held))],
            name="t.xlsx",
            values={"amount_due": [*amounts]},
        )
        for shown, held, amounts in (
            ('[>=1]0.00"万元";0.00"元"', (3.5, 0.5), (35_000, 0.5)),
            ('[<10000]0;0!.0,"万"', (50.0, 30_000.0), (50, 30_000)),
            ('[<10000]#,##0;[>=10000]0!.0,"万"', (50.0, 30_000.0), (50, 30_000)),
            ('[<10000]0"元";0!.0,"万元"', (50.0, 30_000.0), (50, 30_000)),
            ('[>=10000]0!.0,"万";0', (50.0, 30_000.0), (50, 30_000)),
            ('[Red][>=10000]0!.0,"万";[=0]"零";0.00', (50.0, 30_000.0, 0.0), (50, 30_000, 0)),
            ('[=0]"万元";0.00', (50.0, 0.0), (50, 0)),
            ('[<10]0!.0000"万元";0"元"', (5.0, 50.0), (5, 50)),
            ('[>=10000]0!.0000"万元";0"元"', (50.0, 31_000.0), (50, 31_000)),
            ('[<>0]0.00"万元";"-"', (0.5, 0.0), (5_000, 0)),
        )
    ],
    *[
        Case(
            f"unit: a format whose condition says nothing, {shown}",
            typed("应发工资", 50.0, shown=shown),
            [],
            {2: "not_a_number"},
            name="t.xlsx",
        )
        for shown in ('[<10]0"万"', '0"万";[<0]0', '[>=100]0"万";0;0"元"', '[<x]0"万";0')
    ],
    Case(
        "a text: a number in a format with a condition",
        typed("班组", 7.0, 1200.0, shown='[<100]"B"000;"C"0'),
        [2, 3],
        name="t.xlsx",
        values={"crew": ["B007", "C1200"]},
    ),
    *[
        Case(
            f"unit: shown as another number, {shown}",
            typed(column, value, shown=shown),
            [],
            {2: "not_a_number"},
            name="t.xlsx",
        )
        for column, value, shown in (
            ("应发工资", 32.0, "0.00%"),
            ("出工天数", 0.22, "0%"),
            ("应发工资", 3.2, '0.0"K"'),
        )
    ],
    *[
        not_in_yuan(f"a column {name}", text([*person(1), "万元"], header=[*PAYROLL, name]))
        for name in ("金额单位", "单位", "")
    ],
    in_yuan("a column of yuan", text([*person(1), "元"], header=[*PAYROLL, "单位"]), [2]),
    *[
        not_in_yuan(f"a sheet {name}", workbook([person(1)], sheet_name=name), name="t.xlsx")
        for name in ("万元", "发放表-万元", "工资表万元", "工资（万元）")
    ],
    *[
        Case(
            f"a text that its format shows as another, {shown}",
            typed(column, typed_text, shown=shown),
            [2],
            name="t.xlsx",
            values={name: [value]},
        )
        for column, typed_text, shown, name, value in (
            ("应发工资", "0.32", '@"万元"', "amount_due", 3200),
            ("应发工资", "3200", '0.00;-0.00;0;@"元"', "amount_due", 3200),
            ("应发工资", "3200", '_ * #,##0.00_ ;_ * "-"??_ ;_ @_ ', "amount_due", 3200),
            ("班组", "1", '"PC"@', "crew", "PC1"),
            ("班组", "1", r"\P\C@\@", "crew", "PC1@"),
            ("班组", "1", '0"元";@', "crew", "1"),
        )
    ],
    Case(
        "an ID that its format shows as another",
        typed("身份证号", id_number(1), shown='"x"@'),
        [],
        {2: "id_length"},
        name="t.xlsx",
    ),
    *[
        Case(
            f"a number in a format of texts, {shown}",
            typed("班组", 1.0, shown=shown),
            [2],
            name="t.xlsx",
            values={"crew": [value]},
        )
        for shown, value in (("@", "1"), ("[Red]@", "1"), ('"PC"@', "PC1"))
    ],
    Case("unit: a sheet of a village", workbook([person(1)], sheet_name="万元村"), [2], name="t.xlsx"),
    Case(
        "unit: fen in the number format",
        typed("应发工资", 310000.0, shown='0"分"'),
        [2],
        name="t.xlsx",
        values={"amount_due": [3100]},
    ),
    *[
        Case(
            f"unit: a format of another time, {shown}",
            typed("应发工资", 150.0, shown=shown),
            [],
            {2: "not_a_number"},
            name="t.xlsx",
        )
        for shown in ('0"元/天"', '0.00"元/人/日"', '"每天"0"元"', '0"元/工日"', '0"元/年"')
    ],
    *[
        Case(
            f"unit: a format of the same time, {shown}",
            typed("应发工资", 3100.0, shown=shown),
            [2],
            name="t.xlsx",
            values={"amount_due": [3100]},
        )
        for shown in ('0"元/月"', '0"元/人/月"', '0"元/人·月"')
    ],
    Case(
        "unit: a format per day of a wage per day",
        workbook([DAILY], {(1, 4): '0"元/天"'}, header=header_of("relief_contract")),
        [2],
        feed="relief_contract",
        name="t.xlsx",
        values={"daily_wage": [150]},
    ),
    Case(
        "unit: a format that only shows yuan in 万",
        typed("应发工资", 31000.0, shown='0!.0,"万"'),
        [2],
        name="t.xlsx",
        values={"amount_due": [31000]},
    ),
    *[
        Case(
            f"unit: a format that draws a point, {shown}",
            typed("应发工资", 31000.0, shown=shown),
            [2],
            name="t.xlsx",
            values={"amount_due": [31000]},
        )
        for shown in ('0!.0000"万元"', '#\\.0000"万元"', '0"."0000"万元"')
    ],
    *[
        not_in_yuan(f"two units in a header, {unit}", with_header(应发工资=f"应发工资{unit}"))
        for unit in ("万元/月", "（万元）/月", "/万元/月")
    ],
    *[
        not_in_yuan(f"an extra cell of the header, {cell}", text([*person(1), ""], header=[*PAYROLL, cell]))
        for cell in (
            "单位：万元",
            "金额单位：万元",
            "（万元）",
            "注：金额以万元计",
            "本表金额单位为万元",
            "单位：万元 2024年4月",
            "单位：人民币（万元）",
            "单位：1000元",
        )
    ],
    *[
        in_yuan(f"an extra column {name} with {cell}", text([*person(1), cell], header=[*PAYROLL, name]), [2])
        for name, cell in (
            ("省级资金（万元）", "300"),
            ("省级资金：万元", "300"),
            ("备注", "奖金为十万元，按分计算"),
            ("工作单位", "工作单位：万元"),
            ("户主", "万元"),
            *[("备注", remark) for remark in ("单位：1000元", *OF_AN_EMPLOYER)],
        )
    ],
    *[
        Case(f"unit: a workshop with {remark}", workshop(remark), [2], feed="workshop")
        for remark in (
            "1000元",
            "1万元",
            "单位：1000元",
            "单位|1000元",
            "帮扶单位10000元",
            "合作单位：1分",
            *OF_AN_EMPLOYER,
        )
    ],
    *[
        not_in_yuan(f"beside the table: {cell}", workbook([person(1), [*person(2), cell]]), name="t.xlsx")
        for cell in ("金额单位：万元", "单位：人民币（万元）", "金额单位：10000元")
    ],
    *[
        not_in_yuan(f"a column {name} with {cell}", text([*person(1), cell], header=[*PAYROLL, name]))
        for name, cell in (
            ("备注", "单位：万元"),
            ("备注", "金额以万元计"),
            ("工资单位", "万元"),
            ("单位（元/万元）", "万元"),
            ("币种", "VND"),
            ("货币名称", "越南盾"),
        )
    ],
    *[
        not_in_yuan(f"above {line}", above(line))
        for line in (
            "单位：缅币",
            "单位：越盾",
            "单位：新台币",
            "单位：1万元",
            "单位：壹万元",
            "单位：元×10000",
            "單位：萬元",
        )
    ],
    *[
        in_yuan(f"an amount of {amount}", with_cell("应发工资", amount), [2])
        for amount in ('"¥1,000"', '"¥10,000"', "1000 RMB", "人民币1000")
    ],
    in_yuan("a total of ¥10,000", text(*SHORT, ["合计", "", "", "", "", '"¥10,000"', *[""] * 5]), [2, 3, 4]),
    *[
        Case(f"unit: of another time, {name}", with_header(**{column: name}), refused="header_not_found")
        for column, name in (
            ("出工天数", "出工天数（小时）"),
            ("应发工资", "应发工资/天"),
            ("应发工资", "应发工资（年）"),
        )
    ],
    in_yuan("of a month", with_header(应发工资="应发工资/月"), [2, 3]),
    in_yuan("of days", with_header(出工天数="出工天数（工日）"), [2, 3]),
    # Lines within quotation marks -------------------------------------------------------------------------------
    Case(
        "quotes: a pasted line is part of its cell",
        text(
            [*person(1), ""],
            [*person(2), '"原行：\n' + ",".join([*person(9), "x"]) + '\n以上"'],
            [*person(3), ""],
            header=[*PAYROLL, "备注"],
        ),
        [2, 3, 6],
    ),
    Case(
        "quotes: two stray marks are two broken rows",
        text(person(1, 姓名='"某某'), person(2), person(3, 姓名='某某"')),
        [3],
        {2: "broken_quote", 4: "broken_quote"},
    ),
    Case("quotes: an inch sign", text(person(1, 班组='12" 管道组')), [2], values={"crew": ['12" 管道组']}),
    # Numbers, days, texts ----------------------------------------------------------------------------------------
    Case(
        "numbers: a decimal comma",
        with_cell("应发工资", '"0,310"', '"3,100.00"', '"12,345.67"'),
        [3, 4],
        {2: "not_a_number"},
    ),
    Case(
        "numbers: units and signs",
        with_cell("应发工资", "3100 元", "0.31 万元", '"¥ 3,100.00"', "310000分", "3.1千元"),
        [2, 3, 4, 5, 6],
        values={"amount_due": [3100] * 5},
    ),
    Case(
        "numbers: more units",
        with_cell("应发工资", "0.31萬元", "3.1仟元", "3100块", '"3,100.00 CNY"'),
        [2, 3, 4, 5],
        values={"amount_due": [3100] * 4},
    ),
    Case(
        "numbers: units behind which the currency stands",
        with_cell("应发工资", "310000分人民币", "310000分RMB", "31000角 CNY", "3100元人民币"),
        [2, 3, 4, 5],
        values={"amount_due": [3100] * 4},
    ),
    Case("numbers: an amount is not a number of days", with_cell("出工天数", "20元"), [], {2: "not_a_number"}),
    Case("numbers: blanks within", with_cell("应发工资", "3 100"), [], {2: "not_a_number"}),
    Case("numbers: days", with_cell("出工天数", "20天", "20 天", "20元/天"), [2, 3], {4: "not_a_number"}),
    Case(
        "months: one that may be two",
        with_cell("工资期间", "2024.1", "2024.10", "2024.4", "2024.01"),
        [3, 4, 5],
        {2: "not_a_date"},
    ),
    Case(
        "months: two in one cell",
        with_cell("工资期间", "2024-3/4", "2024年3-4月", "2024.3-4", "2024年4月份"),
        [5],
        {2: "not_a_date", 3: "not_a_date", 4: "not_a_date"},
    ),
    Case(
        "months: with a third number",
        with_cell("工资期间", "2024.10.0", "2024.5.0"),
        [],
        {2: "not_a_date", 3: "not_a_date"},
    ),
    Case(
        "days: in Chinese numerals and with other dashes",
        with_cell("发放日期", "二〇二四年五月十日", "二零二四年十一月二十三日", "2024—05—10", "2024\u00a0年5月10日"),
        [2, 3, 4, 5],
        values={"paid_on": [date(2024, 5, 10), date(2024, 11, 23), date(2024, 5, 10), date(2024, 5, 10)]},
    ),
    Case("days: a weekday", with_cell("发放日期", "2024-05-10 星期五", "2024年5月10日（周五）"), [2, 3]),
    Case(
        "texts: damage and characters without width",
        with_cell("姓名", "?某", "某\ufffd", "某\u2060某", "\u200e某某", "某\ue863", "某\ue000"),
        [4, 5, 6],
        {2: "text_damaged", 3: "text_damaged", 7: "text_damaged"},
        values={"full_name": ["某某", "某某", "某䶮"]},
    ),
    Case(
        "texts: a key without width",
        with_cell("班组", "一\u200b组", "一组\u202c"),
        [2, 3],
        values={"crew": ["一组"] * 2},
    ),
    Case(
        "texts: other characters without width",
        with_cell("姓名", "某\u2066某", "某某\ufe0f", "某\U000e0100某", "\u180e某某"),
        [2, 3, 4, 5],
        values={"full_name": ["某某"] * 4},
    ),
    Case(
        "texts: lost characters",
        with_cell("姓名", "某□", "某〓", "锟斤拷", "某﹖"),
        [],
        dict.fromkeys((2, 3, 4, 5), "text_damaged"),
    ),
    Case(
        "texts: one dot between the parts of a name",
        with_cell("姓名", "某某•某", "某某・某", "某某·某"),
        [2, 3, 4],
        values={"full_name": ["某某·某"] * 3},
    ),
    *[
        Case(
            f"texts: a ditto mark in {column}", with_cell(column, "同上", "〃"), [], dict.fromkeys((2, 3), "ditto_mark")
        )
        for column in ("姓名", "班组", "银行账号", "应发工资", "发放日期")
    ],
    *[
        Case(
            f"texts: a ditto mark in other dress in {column}",
            with_cell(column, "同 上", "同上\u200b", "＂", "（同上）", "【 同上 】", "↑", "″", "Ditto"),
            [],
            dict.fromkeys(range(2, 10), "ditto_mark"),
        )
        for column in ("姓名", "班组", "银行账号", "应发工资")
    ],
    *[
        Case(
            f"texts: what programs write for nothing in {column}",
            with_cell(column, "NULL", "null", "nan", "NaN", "None", "\\N", "<NA>", "N/A", "NaT"),
            [*range(2, 11)],
            values={name: [None] * 9},
        )
        for column, name in (
            ("班组", "crew"),
            ("代发批次号", "batch_no"),
            ("发放日期", "paid_on"),
            ("银行账号", "bank_account"),
        )
    ],
    *[
        Case(
            f"texts: what programs write for nothing in {column}, which is required",
            with_cell(column, "NULL", "nan", "\\N"),
            [],
            dict.fromkeys((2, 3, 4), "required_missing"),
        )
        for column in ("姓名", "应发工资")
    ],
    Case(
        "texts: a column too narrow for its values",
        with_cell("班组", "#", "####"),
        [],
        dict.fromkeys((2, 3), "schema_violation"),
    ),
    Case(
        "accounts: two in one cell",
        with_cell(
            "银行账号",
            "6299901000000001 6299901000000003",
            "6299901000000001-6299901000000003",
            '"6299 9010 0000 0001\n6299 9010 0000 0003"',
        ),
        [],
        dict.fromkeys((2, 3, 4), "id_length"),
    ),
    Case(
        "accounts: one in groups or in two lines",
        with_cell("银行账号", "6299 9010 0000 0001 003", '"62999010\n00000001003"', "629990 1000000001003"),
        [2, 3, 5],
        values={"bank_account": ["6299901000000001003"] * 3},
    ),
    Case(
        "amounts: a multiple twice", with_cell("应发工资", "3万万", "3千千"), [], dict.fromkeys((2, 3), "not_a_number")
    ),
    Case(
        "names: escaped by a form of the web",
        with_cell("姓名", "李&#19886;", "李&#x4DAE;", "李&nbsp;四", "阿普&middot;拉莫"),
        [2, 3, 4, 5],
        values={"full_name": ["李䶮", "李䶮", "李四", "阿普·拉莫"]},
    ),
    Case(
        "names: in another alphabet, or with a number",
        with_cell("姓名", "José Núñez", "Nguyễn Thị Hoà", "张三1", "㛃𠮷", "〇某"),
        [2, 3, 4, 5, 6],
    ),
    Case(
        "names: bytes of another encoding",
        with_cell("姓名", "å¼\xa0ä¸\x89", "ÕÅÈý", "某\U000f0001", "某_x0002_某", "李&amp;#19886;"),
        [],
        dict.fromkeys(range(2, 7), "text_damaged"),
    ),
    Case(
        "names: nobody's",
        with_cell("姓名", "0", "。", "…", "123", "2024-05-10", "2024年5月10日", id_number(1), "13888888888", "3100.00"),
        [],
        dict.fromkeys(range(2, 11), "text_damaged"),
    ),
    Case("names: a column too narrow", with_cell("姓名", "####"), [], {2: "schema_violation"}),
    Case("texts: what only contains a ditto mark", with_cell("班组", "同上村一组", "如上山组"), [2, 3]),
    # Workbooks ---------------------------------------------------------------------------------------------------
    Case(
        "workbook: a number with a format that adds",
        typed("班组", 7.0, 12.0, shown='"B"000'),
        [2, 3],
        name="t.xlsx",
        values={"crew": ["B007", "B012"]},
    ),
    Case("workbook: a plain number in a text column", typed("班组", 7.0), [2], name="t.xlsx", values={"crew": ["7"]}),
    Case(
        "workbook: a weekday in a text column",
        typed("班组", 45_293, shown="aaaa"),
        [],
        {2: "id_not_text"},
        name="t.xlsx",
    ),
    Case("workbook: a boolean in a text column", typed("班组", True), [], {2: "id_not_text"}, name="t.xlsx"),
    Case(
        "workbook: a day in a text column", typed("班组", 45_000.0, shown="m-d"), [], {2: "id_not_text"}, name="t.xlsx"
    ),
    Case(
        "workbook: a zero that was never calculated",
        typed("应发工资", "=1+2", "3100"),
        [3],
        {2: "formula_uncalculated"},
        name="t.xlsx",
    ),
    *[
        Case(
            f"workbook: a zero that was never calculated, says the sheet in {how}",
            flagged_sheet("=1+2", "3100", before=before),
            [3],
            {2: "formula_uncalculated"},
            name="t.xlsx",
        )
        for how, before in (("pieces", b""), ("whole", b"<!-- <sheetData> -->"))
    ],
    Case("workbook: a sheet flagged, but without a formula", flagged_sheet(0.0), [2], name="t.xlsx"),
    Case("workbook: a zero that was calculated", flagged_sheet("=1+2", flag=b"0"), [2], name="t.xlsx"),
    Case("workbook: flagged, but without a formula", typed("应发工资", 0.0), [2], name="t.xlsx"),
    Case(
        "xls: any code page",
        xls([PAYROLL, person(1)]),
        [2],
        name="t.xls",
    ),
    # Lines that are not rows -------------------------------------------------------------------------------------
    *[
        Case(f"not a row: {line}", text(*SHORT[:2], line, SHORT[2]), [2, 3, 5])
        for line in (
            "马街乡小计,,,2人,,6200.00,6200.00,,,,",
            "合计（大写）：陆仟贰佰元整,,,,,6200.00,,,,,",
            "YG532599001 汇总,,,,,6200.00,6200.00,,,,",
            "Grand Total,,,,,6200.00,6200.00,,,,",
            "共计2人,,,,,6200.00,6200.00,,,,",
            "制表人：甲,,,复核：乙,,,单位负责人：,,,,",
            "填表人,张三,,审核人,李四,,,,,,",
            "填表人　张三,,,,,,,,,,",
            "填报单位（盖章）：,,,,,,,,,,",
            "2024年5月10日,,,,,,,,,,",
            "注：一式三份。,,,,,,,,,,",
            "第 1 页,,,,共 2 页,,,,,,",
            "— 2 —,,,,,,,,,,".replace("— 2 —", "- 2 -"),
            "二、马街乡,,,,,,,,,,",
            "第二班组,,,,,,,,,,",
            "甲,乙,丙,丁,1,2,3,4,5,6,7",
            "A,B,C,D,E,F,G,H,I,J,K",
            "(1),(2),(3),(4),(5),(6),(7)=(5)*(6),(8),(9),(10),(11)",
            "以下空白,,,,,,,,,,",
            "以下为空,,,,,,,,,,",
            "笔数,2,金额,6200.00,,,,,,,",
            "共 2 人,,,,,6200,6200,,,,",
            "最大值,,,,20,3100,3100,,,,",
            "·2·,,,,,,,,,,",
            "村委会（盖章）,,,,,,,,,,",
            "制表 某某,,,,审核 某某,,,,,,",
            "以工代赈劳务报酬发放表（续）,,,,,,,,,,",
            "以上人员工资已全部发放完毕,,,,,,,,,,",
            "*****以下无数据*****,,,,,,,,,,",
            "----------,,,,,,,,,,",
            "栏1,栏2,栏3,栏4,栏5,栏6,栏7,栏8,栏9,栏10,栏11",
            "一,二,三,四,五,六,七,八,九,十,十一",
            "必填,必填,必填,必填,必填,必填,必填,选填,选填,选填,选填",
            ",,,,0,0.00,0,,,,",
            "无,无,无,无,无,无,无,无,无,无,无",
        )
    ],
    Case(
        "not a row: labels in cells of their own",
        workbook([*map(list, SHORT[:2]), *OF_LABELS, SHORT[2]]),
        [2, 3, 4 + len(OF_LABELS)],
        name="t.xlsx",
    ),
    Case(
        "not a row: the heading of a group in several cells",
        workbook([*map(list, SHORT[:2]), *OF_GROUPS, SHORT[2]]),
        [2, 3, 4 + len(OF_GROUPS)],
        name="t.xlsx",
    ),
    *[
        Case(
            f"not a row: the heading of a group in several cells, of {feed}",
            table(
                feed, *rows, *(",".join([*cells, *[""] * (len(header_of(feed)) - len(cells))]) for cells in OF_GROUPS)
            ),
            [*range(2, 2 + len(rows))],
            feed=feed,
        )
        for feed, rows in (("employment", EMPLOYED), ("relief_project", [WHOLE_ROWS["relief_project"]]))
    ],
    Case(
        "not a row: the heading of a group beside the column that counts the rows",
        text(
            ["1", *person(1)],
            *[[*cells, *[""] * (N_COLUMNS + 1 - len(cells))] for one in OF_GROUPS for cells in (one, ["", *one])],
            ["2", *person(2)],
            header=["序号", *PAYROLL],
        ),
        [2, 3 + 2 * len(OF_GROUPS)],
    ),
    *[
        Case(
            f"a row: {cells}, beside a heading",
            text(person(1), [*cells, *[""] * (N_COLUMNS - len(cells))]),
            [2],
            {3: "required_missing"},
        )
        for cells in (
            ["一组", "2024-04"],
            ["一组", "某某"],
            ["一组", "", "", "某某"],
            ["一组", "5人", "", "某某"],
            ["一组", "", "", "", "5人"],
            ["一组", "5人", "", "", "20"],
            ["一组", "", "13887312345"],
            ["YG532599001项目", "5人"],
            ["某某", "", "13887312345"],
            ["制表", "", "", "", "", "", "", "", "13887312345"],
        )
    ],
    Case(
        "not a row: labels in cells of their own below a register",
        table("employment", *EMPLOYED, *(",".join([*cells, *[""] * (17 - len(cells))]) for cells in OF_LABELS)),
        [2, 3],
        feed="employment",
    ),
    Case(
        "not a row: a label in the column that counts the rows",
        text(["1", *person(1)], ["2", *person(2)], ["", "制表", "张三", *[""] * 9], header=["序号", *PAYROLL])
        + text(["会计", "张三", "", "出纳", "李四", *[""] * 7]).split(b"\n", 1)[1],
        [2, 3],
    ),
    *[
        Case(f"a row: {cells}, of which something stands behind no label", text(person(1), line), [2], {3: reason})
        for cells, line, reason in (
            (cells, [*cells, *[""] * (N_COLUMNS - len(cells))], "required_missing")
            for cells in (
                ["备注", "2024-04", "", "某某"],
                ["备注", "2024-04", "", "", "20", "3100", "3100"],
                ["制表", "", "", "某某", "20"],
                ["说明", "2024-04", "", "", "", "3100"],
                ["", "2024-04", "", "某某", "", "", "", "", "", "", "会计"],
                ["YG532599001", "", "", "会计"],
                ["备注", "", "", "某某"],
                ["备注", "", "", "万千"],
                ["", "", "制表", "某某"],
                ["审核", "", "", "", "", "3100"],
                ["审核", "", "", "", "", "", "", "", "", "PC20240510001"],
            )
        )
    ],
    *[
        Case(f"not a row: {line} of a register", table("employment", *EMPLOYED, line), [2, 3], feed="employment")
        for line in (
            "填报时间：2024年5月20日",
            "制表日期：2024-05-20",
            "2024年5月20日",
            "联系电话：0873-7212345",
            "合计：1440000人",
            "合计,143256,,,,,,,,,,,,,,,",
            "填表人：某某 13800000000",
            "注：本表截至2024年5月20日",
            "第1页 打印时间 2024-05-20",
            "第1页 共3页 打印时间：2024-05-20 10:30",
            "截至 2024年5月20日",
            "以上人员均已于2024年5月20日前返岗。",
        )
    ],
    *[
        Case(f"not a row: {line}", text(*SHORT[:2], line, SHORT[2]), [2, 3, 5])
        for line in (
            "制表人：张三,,制表日期：2024-05-10,,审核人：李四,,,,,,",
            "填报单位：元阳县,,,,单位：元,,,,日期：2024-05-10,,",
            "合计,,143256,,,6200,6200,,,,",
            "合计,,143256人,,,6200,6200,,,,",
        )
    ],
    *[
        Case(f"not a row: {line}, as it is written under a table", data, lines, feed=feed)
        for line in WRITTEN_BELOW
        for data, lines, feed in (
            (text(*SHORT[:2], line, SHORT[2]), [2, 3, 5], "relief_payroll"),
            (table("employment", *EMPLOYED, line), [2, 3], "employment"),
            (workshops("服装车间", name_first=False) + f"{line}\n".encode(), [2, 3], "workshop"),
        )
    ],
    *[
        Case(f"not a row: {line}", text(*SHORT[:2], line, SHORT[2]), [2, 3, 5])
        for line in (
            "其中：脱贫户,,,,66,9600,9600,,,,",
            "人均,,,,22,3200,3200,,,,",
            "本月合计数,,,,,6200,6200,,,,",
            "累 计 数,,,,,6200,6200,,,,",
            "上页结转,,,,,6200,6200,,,,",
            "本页共 4 人,,,,,6200,6200,,,,",
            "人民币（大写）陆仟贰佰元整,,,,,6200,6200,,,,",
        )
    ],
    *[
        Case(
            f"a row: nothing but {cell_text} in place {place}",
            text(person(1), alone(cell_text, place)),
            [2],
            {3: "required_missing"},
        )
        for cell_text, place in (
            *(("YG532599002", 0), ("云发改(2024)1号", 0), ("某某", 0), ("阿普·拉莫", 2), ("某某 男 45岁", 0)),
            *(("某某 13800000000", 0), ("3100.00", 5), ("2024-04", 1)),
        )
    ],
    *[
        not_in_yuan(f"below a register: {line}", table("employment", *EMPLOYED, line), feed="employment")
        for line in (
            "注：截至2024年5月20日，月收入以万元计,,,",
            "单位：万元  填表日期：2024-05-20,,,",
            "制表日期：2024-05-20 单位：万元,,,",
            "单位：万元,13800000000,,",
            "联系电话：0873-7212345 金额单位：万元",
        )
    ],
    *[
        Case(f"a row: of {feed} in one cell, {how}", table(feed, row, line), [2], {3: "too_few_cells"}, feed=feed)
        for feed, row in WHOLE_ROWS.items()
        for how, line in {
            **{f"between {sign!r}": row.replace(",", sign) for sign in ("\t", ";", "|", " ", "，", "、")},
            "quoted": f'"{row}"',
        }.items()
    ],
    *[
        Case(
            f"a row: of {feed} in one cell of a sheet",
            workbook([row.split(","), [row.rstrip(",")]], header=header_of(feed)),
            [2],
            {3: "required_missing"},
            feed=feed,
            name="t.xlsx",
        )
        for feed, row in WHOLE_ROWS.items()
    ],
    Case(
        "a row: an account and a firm",
        table("bank_return", WHOLE_ROWS["bank_return"], "6299901000000000003 某公司"),
        [2],
        {3: "too_few_cells"},
        feed="bank_return",
    ),
    Case(
        "a row: nothing but its batch, its number and an amount",
        table("bank_return", WHOLE_ROWS["bank_return"], "PC2024051000901,4,,,9600.00,,,"),
        [2],
        {3: "required_missing"},
        feed="bank_return",
    ),
    *[
        Case(
            f"not a row: {line} of a bank",
            table("bank_return", WHOLE_ROWS["bank_return"], line),
            [2],
            feed="bank_return",
        )
        for line in (
            "元阳县 2024 年 5 月 31 日 代发 明细 表",
            "本批次，共3笔，成功2笔，失败1笔，金额9300元，请核实。",
            "合计 3 9300.00 2 6090.00 1 3210.00",
            *(
                f"PC2024051000901,{cells}"
                for cells in ("4,合计,,9600.00,,,", "3,小计,,9600.00,,,", "4,,总金额,9600.00,,,")
            ),
            "收款账户：6299901000000000001 某公司",
        )
    ],
    *[
        Case(f"a row: {first}, with a name and an amount", text(person(1), line), [2], {3: "required_missing"})
        for first in ("备注：补发", "合计", "注一")
        for line in [[first, "2024-04", "", "某某", "20", "3100", "3100", "", "", "", ""]]
    ],
    *[
        Case(f"a row: a project called {name}", project(name), [2, 3], name="t.csv", feed="relief_project")
        for name in ("1、阿扎河乡道路", "备注：道路", "附件1道路", "累计")
    ],
    *[
        Case(
            f"a row: a workshop called {name}, {'its name' if name_first else 'its number'} first, {how}",
            workshops(name, name_first=name_first, whole=not rejected),
            [3] if rejected else [2, 3],
            rejected,
            feed="workshop",
        )
        for name in (
            "1.阿扎河乡服装加工车间",
            "2、服装车间",
            "一、服装车间",
            "注意服装车间",
            "牛角寨乡新安所村:竹编车间",
        )
        for name_first in (True, False)
        for how, rejected in (("whole", {}), ("with its number alone", {2: "required_missing"}))
    ],
    *[
        Case(
            f"not a row: {line} of a workshop",
            workshops("服装车间", name_first=True) + f"{line}\n".encode(),
            [2, 3],
            feed="workshop",
        )
        for line in (
            "1.本表一式三份，乡镇、县各一份,,,,,,",
            "制表人：甲,,,复核：乙,,,",
            "填报日期：,2024-05-10,,,,,",
            "合计,,,,,40,20",
            "小计,2个,,,,40,20",
            "合计,2,,,,40,20",
        )
    ],
    *[
        Case(f"the header again, {how}", text(person(1), header, person(2)), [2, 4])
        for how, header in {
            "numbered": [f"{at}、{name}" for at, name in enumerate(PAYROLL, 1)],
            "in other words": ["证件号码" if name == "身份证号" else f"{name}*" for name in PAYROLL],
        }.items()
    ],
    *[
        Case(f"another header, {how}", text(person(1), header, person(2)), refused="second_header")
        for how, header in {
            "marked": [f"{name}*" for name in SWAPPED],
            "numbered": [f"{at}、{name}" for at, name in enumerate(SWAPPED, 1)],
            "in other words": ["证件号码" if name == "身份证号" else name for name in SWAPPED],
            "moved": ["序号", *PAYROLL[:-1]],
        }.items()
    ],
    *[
        Case(
            f"another header, {how}", text(person(1), [*line, *[""] * (N_COLUMNS - len(line))], person(2)), refused=code
        )
        for how, code, line in (
            ("of three columns in another order", "second_header", [*[""] * 4, *SWAPPED[4:7]]),
            (
                "with another column in a place",
                "second_header",
                ["扣款金额" if name == "实发工资" else name for name in PAYROLL],
            ),
        )
    ],
    Case("the header again, of four columns", text(person(1), [*PAYROLL[:4], *[""] * 7], person(2)), [2, 4]),
    Case(
        "the header again, of two rows",
        text(*TWO_ROWS[1:], person(1), *TWO_ROWS, person(2), header=TWO_ROWS[0]),
        [3, 6],
    ),
    *[
        Case(
            f"the same column twice, {how}",
            text(*rows, header=[*PAYROLL, "证件号码"]),
            lines,
            refused="" if lines else "header_not_found",
            detail="" if lines else "证件号码",
        )
        for how, lines, rows in (
            ("with the same persons", [2, 3], [[*person(at), id_number(at).lower()] for at in (1, 2)]),
            ("with nobody in one of them", [2, 3], [[*person(at), ""] for at in (1, 2)]),
            ("with other persons", [], [[*person(1), id_number(1)], [*person(2), id_number(3)]]),
        )
    ],
    *[
        Case(
            f"text: columns separated by {sign!r}",
            text(person(1, 班组="失败"), delimiter=sign),
            refused="header_not_found",
            detail=shown,
        )
        for sign, shown in (("^", "^"), ("，", "，"), ("\x01", "U+0001"), ('"^"', "是“^”"))
    ],
    *[
        Case(
            f"workbook: {how} in a second sheet",
            workbook([person(1)], more=[*rows]),
            lines,
            refused="" if lines else "header_not_found",
            name="t.xlsx",
            detail="" if lines else "没有表头",
        )
        for how, lines, rows in (
            ("rows without a header", [], [person(2), person(3)]),
            ("a row without a header", [], [person(2)]),
            ("rows below a title", [], [["续表"], person(2), person(3)]),
            ("other rows", [2], [["姓名", "性别", "身份证号"], ["某某", "男", id_number(2)]]),
            ("figures", [2], [["县市", "人数", "金额"], ["元阳县", "3", "9300"]]),
        )
    ],
    Case(
        "another header, with another unit",
        text(person(1), ["应发工资（万元）" if name == "应发工资" else name for name in PAYROLL], person(2)),
        refused="amounts_not_in_yuan",
    ),
    *[
        Case(f"a row: without {column}", text(person(1), person(2, **{column: ""})), [2], {3: "required_missing"})
        for column in ("身份证号", "项目编号", "姓名")
    ],
    Case("a row: nothing but a name", text(person(1), alone("某某", 3)), [2], {3: "required_missing"}),
    Case(
        "a row: an ID number in a wrong column", text(person(1), alone(id_number(3), 0)), [2], {3: "required_missing"}
    ),
    Case("the header again, after a byte order mark", text(person(1)) + b"\xef\xbb\xbf" + text(person(2)), [2, 4]),
    # Headers -----------------------------------------------------------------------------------------------------
    Case(
        "header: numbers and marks",
        with_header(
            项目编号="1、项目编号",
            身份证号="（3）身份证号",
            姓名="【必填】姓名",
            应发工资="应发工资/元",
            实发工资="实发工资：",
            出工天数="出工天数②",
        ),
        [2, 3],
    ),
    *[
        Case(f"header: {spelling}", with_header(身份证号=f'"{spelling}"'), lines_below(spelling))
        for spelling in (
            "C、身份证号",
            "3-身份证号",
            "【身份证号】",
            "身份证号；",
            "身份证号（请勿修改）",
            "身份证号(末位X大写)",
            "身份证号-必填",
            "身份证号\nID Number",
            "第3列 身份证号",
            "身\0份证号",
        )
    ],
    *[
        Case(f"header: not {spelling}", with_header(身份证号=spelling), refused="required_column_missing")
        for spelling in ("配偶身份证号", "身份证号后四位", "原身份证号")
    ],
    Case(
        "header: under a smaller table of persons",
        f"身份证号,姓名,应发工资\n{id_number(9)},某某,3000\n\n".encode() + text(person(1), person(2)),
        refused="rows_above_header",
    ),
    *[
        Case(f"header: under a smaller table of {feed}", smaller_above(feed), refused="rows_above_header", feed=feed)
        for feed in ("bank_return", "workshop", "job_event")
    ],
    *[
        Case(f"header: over two columns, {names[0]}", divided(*names), refused="header_not_found", detail="第 6 列")
        for names in (("基本工资", "加班工资"), ("1", "2"), ("4月", "5月"), ("2023年", "2024年"), ("合计", "加班"))
    ],
    *[
        Case(
            f"header: over the days of a month {last}", attendance(*last), refused="header_not_found", detail="第 5 列"
        )
        for last in ([], ["合计"])
    ],
    Case(
        "header: one over a month, one over words",
        text(
            ["", "", "", "", "4月", "", "基本工资", "加班工资"],
            [*person(1)[:5], "", "3100.00", "100", *person(1)[6:]],
            header=[*PAYROLL[:5], "", "应发工资", "", *PAYROLL[6:]],
        ),
        refused="header_not_found",
        detail="第 7 列",
    ),
    Case("header: over a column of units", divided("元", "元"), [3, 4]),
    Case(
        "header: a column without a name beside one, all through",
        text(
            [*person(1)[:6], "100", *person(1)[6:]],
            [*person(2)[:6], "200", *person(2)[6:]],
            header=[*PAYROLL[:6], "", *PAYROLL[6:]],
        ),
        [2, 3],
    ),
    Case(
        "header: a column without a name beside one whose first cell is a word",
        text(
            [*person(1, 实发工资="无")[:7], "已签字", *person(1)[7:]],
            [*person(2)[:7], "已签字", *person(2)[7:]],
            header=[*PAYROLL[:7], "", *PAYROLL[7:]],
        ),
        [3],
        {2: "required_missing"},
    ),
    Case(
        "header: two of them over many columns",
        text(
            ["", "", "", "", "", "基本工资", "加班工资", "小计", "银行代发", "现金", "小计", "", ""],
            [*person(1)[:6], "1100", "3100", "2000", "1000", *person(1)[6:9]],
            header=[*PAYROLL[:6], "", "", PAYROLL[6], "", "", *PAYROLL[7:9]],
        ),
        refused="header_not_found",
        detail="第 6 列",
    ),
    Case(
        "header: under a form's head",
        "项目编号,项目名称,工资期间\nYG532599001,道路,2024-04\n\n".encode() + text(person(1), person(2)),
        [5, 6],
    ),
    Case(
        "header: under the form's numbers",
        f"统一社会信用代码,911325017134567892\n负责人身份证号：,{id_number(9)}\n".encode() + text(person(1), person(2)),
        [4, 5],
    ),
    Case(
        "header: characters without width",
        with_header(身份证号="\u200b身份\u2060证号", 项目编号="\ufeff\ufeff项目编号"),
        [2, 3],
    ),
    Case("delimiter after each row", text(",".join(person(1)) + ","), [2]),
    Case("delimiter after the header", text(person(1), header=[*PAYROLL, ""]), [2]),
    # Text files --------------------------------------------------------------------------------------------------
    Case("text: end of file by DOS, on its own line", text(*SHORT) + b"\x1a", [2, 3, 4]),
    Case(
        "text: end of file by DOS, after a cell",
        text(*SHORT).rstrip() + b"\x1a\r\n",
        [2, 3, 4],
        values={"crew": ["一组"] * 3},
    ),
    Case("text: a 0x1A elsewhere is an error", with_cell("班组", "一\x1a组"), [], {2: "schema_violation"}),
    *[
        Case(f"text: delimiter {delimiter}", text(*SHORT, delimiter=delimiter), [2, 3, 4])
        for delimiter in ("|!", "~|~", "||", "@@", "^|", ",|,", "#,#")
    ],
    *[
        Case(
            f"text: {n_rows} rows with {what}, between {sign!r}",
            text(*[person(at, **cells(at)) for at in range(n_rows)], delimiter=sign),
            [*range(2, 2 + n_rows)],
        )
        for what, cells in SIGNS_IN_EACH_ROW.items()
        for sign in (",", ";", "\t", "|")
        for n_rows in (9, 60)
    ],
    *[
        Case(
            f"text: {n_rows} rows with {cell_text} in a column of its own, between {sign!r}",
            text(
                *[[*person(at), cell_text, "2024-05-01"] for at in range(n_rows)],
                delimiter=sign,
                header=[*PAYROLL, "备注", "审批日期"],
            ),
            [*range(2, 2 + n_rows)],
        )
        for cell_text in ("/", "95%", "张**", "http://a.cn/0", "#N/A", "$3200", "3000*", "是?", "甲!!乙", "C:\\dir\\f")
        for sign in (",", "|")
        for n_rows in (9, 60)
    ],
    *[
        Case(
            f"text: {n_rows} lines of a bank with {what}",
            "\r\n".join([",".join(header_of("bank_return")), *rows, ""]).encode("gb18030"),
            [*range(2, 2 + n_rows)],
            feed="bank_return",
        )
        for n_rows in (9, 60)
        for what, rows in {
            '="…"': [f'PC1,{at},="62999010000{at:08d}",某某,3200.00,成功,,2024-05-11' for at in range(n_rows)],
            "/": [f"PC1,{at},62999010000{at:08d},某某,3200.00,成功,/,2024-05-11" for at in range(n_rows)],
        }.items()
    ],
    *[
        Case(f"text: sep={sign!r}", f"{line}\n".encode() + text(*SHORT, delimiter=sign), [3, 4, 5])
        for line, sign in (("sep=^", "^"), ("sep=;", ";"), ('"sep=|"', "|"), ("SEP=\t\t\t", "\t"), ("sep=,,,,", ","))
    ],
    *[
        Case(f"text: GB 18030 below {line}, which might be UTF-8", above(line).decode().encode("gb18030"), [3])
        for line in ("(元)", "一页", "农")
    ],
    Case(
        "text: UTF-8 with a bad byte below a line that might be GB 18030",
        above("(元)") + text(person(2)).split(b"\n")[1].replace("某某".encode(), b"\xe6\x9f") + b"\n",
        refused="encoding_unknown",
        detail="UTF-8，第 4 行",
    ),
    Case("text: UTF-32", text(*SHORT).decode().encode("utf-32"), [2, 3, 4]),
    Case(
        "text: one bad byte",
        text(person(1)) + text(person(2)).split(b"\n")[1].replace("某某".encode(), b"\xe6\x9f") + b"\n",
        refused="encoding_unknown",
        detail="第 3 行",
    ),
    Case(
        "text: a line of GB 18030",
        text(person(1)) + ",".join(person(2)).encode("gb18030") + b"\n",
        refused="encoding_unknown",
        detail="第 3 行",
    ),
    *[
        Case(f"text: {name}", text(*SHORT).decode().encode(name), refused="encoding_unknown", detail=name.upper())
        for name in ("hz", "utf-7")
    ],
    Case("text: ASCII with signs of other encodings", text(person(1, 班组="~{+b$")), [2], values={"crew": ["~{+b$"]}),
    Case("text: one NUL", with_cell("班组", "一\0组", "一组"), [3], {2: "schema_violation"}),
    # Files -------------------------------------------------------------------------------------------------------
    Case("file: nothing", b"", refused="empty_file"),
    Case("file: nothing, called xlsx", b"", refused="empty_file", name="t.xlsx"),
    Case("file: a message", '{"code": 401, "message": "请重新登录"}'.encode(), refused="not_a_table"),
    Case("file: a message in plain text", "系统繁忙，请稍后再试".encode(), refused="not_a_table"),
    Case("file: names of a zip in UTF-8", zipped("马街.csv".encode(), text(*SHORT)), [2, 3, 4], name="t.zip"),
    Case("file: names of a zip in no encoding", zipped(b"\xff\xfe\xfd.csv", text(*SHORT)), [2, 3, 4], name="t.zip"),
    *[
        Case(f"file: a zip of one table called {name}", archive(**{name: text(*SHORT)}), [2, 3, 4], name="t.zip")
        for name in ("马街", "export.dat")
    ],
    Case(
        "file: a zip of a table without an extension and a note",
        archive(**{"马街": text(*SHORT), "说明": "报送说明：请于每月10日前报送".encode()}),
        [2, 3, 4],
        name="t.zip",
    ),
    *[
        Case(
            f"file: a workbook whose sheet is in {encoding}",
            in_encoding(workbook([person(1)]), encoding),
            refused="workbook_unreadable",
            name="t.xlsx",
        )
        for encoding in ("utf-16", "utf-16-be")
    ],
    Case(
        "file: a zip of documents",
        archive(**{"说明.doc": b"x", "签字.pdf": b"%PDF"}),
        refused="empty_archive",
        name="t.zip",
    ),
    Case(
        "file: a zip of notes",
        archive(**{"说明": "报送说明".encode(), "须知": "报送须知".encode()}),
        refused="empty_archive",
        name="t.zip",
    ),
    Case("file: a zip of one workbook with macros", archive(**{"表.xlsm": workbook([person(1)])}), [2], name="t.zip"),
    *[
        Case(
            f"file: a zip of a table and {name}",
            archive(**{"甲.csv": text(person(1)), name: data}),
            refused="archive_member_ambiguous",
            name="t.zip",
        )
        for name, data in {
            "乙.xlsm": workbook([person(2)]),
            "乙.et": xls([[*PAYROLL], [*person(2)]]),
            "万元.csv": above("单位：万元"),
            "密码.xlsx": compound("EncryptedPackage"),
            "乙.zip": archive(**{"乙.csv": text(person(2))}),
            "坏字.csv": text(person(2)).replace("某某".encode(), b"\xe6\x9f"),
            "坏表头.csv": b"\xe6\xe6" + text(person(2)),
            "国标坏字.csv": text(person(2)).decode().encode("gb18030").replace("某某".encode("gb18030"), b"\xc4\xff"),
            "繁体.csv": text(person(2)).decode().encode("big5", "replace"),
            "无表头.csv": ",".join(person(2)).encode(),
            "国标无表头.csv": ",".join(person(2)).encode("gb18030"),
            "缺列.csv": text(person(2)).replace("出工天数".encode(), "天".encode()),
            "乙.csv.bak": text(person(2)),
            "乙": workbook([person(2)]),
            "乙.xml": XML_TABLE.encode(),
            "乙.rar": b"Rar!\x1a\x07\x01\0" + bytes(40),
            "乙.7z": b"7z\xbc\xaf\x27\x1c" + bytes(40),
            "乙.tar": tarred(text(person(2))),
            "乙.dbf": b"\x03" + bytes(40),
        }.items()
    ],
    *[
        Case(
            f"file: a zip of a table and {name}", archive(**{"甲.csv": text(person(1)), name: data}), [2], name="t.zip"
        )
        for name, data in {
            "说明.txt": "报送说明：请于每月10日前报送\n联系人：某某".encode("gb18030"),
            "空.csv": b"",
            "品名.csv": "品名,产地,数量\n绳,开远,3\n".encode(),
            "国标品名.csv": "品名,产地,数量\n绳,开远,3\n".encode("gb18030"),
            "说明": "请于每月10日前报送，账号 629901000012345678".encode("gb18030"),
            "说明.doc": compound("WordDocument"),
            "签字.pdf": b"%PDF-1.7",
        }.items()
    ],
    Case(
        "file: a text that begins like a zip",
        text(["7", *person(1)], ["8", *person(2)], header=["PKID", *PAYROLL]),
        [2, 3],
    ),
    Case("file: a zip without its end", b"PK\x03\x04" + bytes(60), refused="archive_unreadable", name="t.zip"),
    Case("file: a password, called xlsx", compound("EncryptedPackage"), refused="password_protected", name="t.xlsx"),
    Case(
        "file: a workbook in a gz", gzip.compress(workbook([person(1)])), refused="unsupported_format", name="t.csv.gz"
    ),
    Case(
        "file: a gz in a gz", gzip.compress(gzip.compress(text(*SHORT))), refused="unsupported_format", name="t.csv.gz"
    ),
    Case("file: a tar in a gz", gzip.compress(tarred(text(*SHORT))), refused="unsupported_format", name="t.csv.gz"),
    Case("file: OpenDocument", open_document(), refused="unsupported_format", name="t.ods", detail="OpenDocument"),
    Case("file: OpenDocument, called xlsx", open_document(), refused="unsupported_format", name="t.xlsx"),
    Case("file: Excel 2003 XML", XML_TABLE.encode(), refused="unsupported_format", name="t.xls", detail="XML"),
    Case("file: Excel 2003 XML in UTF-16", XML_TABLE.encode("utf-16"), refused="unsupported_format", name="t.xls"),
    Case("file: HTML", b"\n<!-- x --><table><tr><td>1</td></tr></table>", refused="extension_mismatch", name="t.xls"),
    Case(
        "file: Excel 4", struct.pack("<HHHH", 0x409, 6, 0, 0x10) + bytes(40), refused="unsupported_format", name="t.xls"
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_a_file_of_this_kind_is_read_as_a_careful_human_would(case: Case, tmp_path: Path) -> None:
    path = tmp_path / case.name
    path.write_bytes(case.data)
    feed = contract_of(case.feed)
    if case.refused:
        with pytest.raises(Refused) as refusal:
            list(check_table(read_tables(path, feed), feed, {}))
        assert refusal.value.code == case.refused
        assert case.detail in refusal.value.message
        return
    checked = list(check_table(read_tables(path, feed), feed, {}))
    good = pl.concat([part.good for part in checked])
    rejected = {line: reason for part in checked for line, reason in part.rejected.select("line", "reason").iter_rows()}
    assert (good["line"].to_list(), rejected) == (case.lines, case.rejected)
    assert {name: good[name].to_list() for name in case.values} == case.values


@pytest.mark.parametrize(
    ("number", "certain"),
    [
        (f"{id_number(1)}", True),
        (f"'{id_number(1)}", True),
        (f"{id_number(1)[:6]} {id_number(1)[6:14]} {id_number(1)[14:]}", True),
        (f"{id_number(1)[:6]}-{id_number(1)[6:14]}-{id_number(1)[14:]}", True),
        (f"{id_number(1)[:6]}\u3000{id_number(1)[6:]}", True),
        (f"{id_number(1)[:6]} 1990 01 01 {id_number(1)[14:]}", True),
        ("6222 0210 1234 5678 901", True),
        *[(text, False) for text in ("合计：1440000人", "143256", "0873-7212345", "138 0000 0000", "13800000000")],
        *[(text, False) for text in ("2024-05-20 10:30", "2024-05-01 2024-05-31", "202401-202405", "2024-05-20 1030")],
    ],
)
def test_a_line_with_a_number_of_a_person_is_a_row_for_certain(
    number: str, certain: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each other line is looked at by itself, which takes eight times as long as all the rest."""
    looked_at: list[str] = []
    monkeypatch.setattr(rows, "is_row", lambda cells, _: bool(looked_at.append(cells[0])) or True)
    (tmp_path / "t.csv").write_bytes(table("employment", EMPLOYED[0].replace(id_number(1), number)))
    (frame,) = read_tables(tmp_path / "t.csv", contract_of("employment")).frames
    assert (frame.height, looked_at) == (1, [] if certain else [number])


@pytest.mark.parametrize("feed", [one.feed for one in contracts().values() if not one.is_from_platform])
@pytest.mark.parametrize("prefix", ["1.", "2、", "一、", "注意", "注1", "备注：", "某村:", "以上", "合计", "第1组"])
def test_a_row_of_what_it_must_have_is_one_whatever_a_text_of_it_begins_with(feed: str, prefix: str) -> None:
    required = [column for column in contract_of(feed).columns if column.required]
    for seed in range(4):
        columns = random.Random(seed).sample(required, len(required))
        row = [example_of(column) for column in columns]
        header = find_header([[column.header for column in columns], row, row], contract_of(feed))
        for at, column in enumerate(columns):
            if not column.type.is_number and not column.type.is_day:
                assert rows.is_row([*row[:at], prefix + row[at], *row[at + 1 :]], header)


@pytest.mark.parametrize("feed", [one.feed for one in contracts().values() if not one.is_from_platform])
@pytest.mark.parametrize("label", ["备注", "会计", "单位", "出纳", "说明", "日期", "审批意见", "签字"])
def test_a_label_hides_no_row_that_has_two_values_side_by_side(feed: str, label: str) -> None:
    """Whichever column has the label: its row, of the label and two other values, is one, and is returned."""
    columns = [column for column in contract_of(feed).columns if column.required]
    row = [example_of(column) for column in columns]
    header = find_header([[column.header for column in columns], row, row], contract_of(feed))
    for at in range(len(columns) - 2):
        for second in range(at + 2, len(columns)):
            cells = ["" if place not in (at + 1, second) else cell for place, cell in enumerate(row)]
            cells[at] = label
            # A label and nothing but days is a form's, whatever the columns.
            assert (columns[at + 1].type.is_day and columns[second].type.is_day) or rows.is_row(cells, header), cells
        assert rows.is_row([*row[:at], label, *row[at + 1 :]], header)


def printed(path: Path) -> tuple[list[str], list[list[str]]]:
    table = read_tables(path, None)
    return table.header, [list(cells) for frame in table.frames for _, _, *cells in frame.iter_rows()]


ROPE = [["绳", "30", "开远"], ["铲", "4", "泸西"]]


@pytest.mark.parametrize(
    ("second", "cells"),
    [
        ('<row r="2"><c r="A2" t="inlineStr"><v>绳</v></c><c r="B2"><v>30</v></c>{C2}</row>', ROPE[0]),
        (
            '<row r="2"><c r="A2" t="inlineStr"><v>?</v><is><t>绳</t></is></c><c r="B2"><v>30</v></c>{C2}</row>',
            ROPE[0],
        ),
        (
            '<row r="2">{A2}<c r="B2" t="e"><v>#SPILL!</v></c>{C2}</row>',
            ["绳", "#SPILL!", "开远"],
        ),
        ('<row r="2">{A2}<c r="B2" t="e"><v>#GETTING_DATA</v></c>{C2}</row>', ["绳", "#GETTING_DATA", "开远"]),
        ('<row r="2">{A2}<c r="B2"><f>SUM(D2)</f><v>30</v></c>{C2}</row>', ROPE[0]),
    ],
)
def test_a_cell_of_any_writer_is_read(second: str, cells: list[str], tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(raw_book(second.replace("{A2}", cell("A2", "绳")).replace("{C2}", cell("C2", "开远"))))
    assert printed(path) == (["品名", "数量", "产地"], [cells, ROPE[1]])


STRINGS = b"<sst><si><t>\xe9\x9b\xb6</t></si><si><t>\xe5\xa3\xb9</t></si></sst>"  # 零, 壹


@pytest.mark.parametrize(
    ("content", "text", "read_whole"),  # whether the library reads it itself; where not, the workbook is refused
    [
        ('t="s"><v>1</v>', "壹", True),
        ('t="s"><v> 1</v>', "壹", False),
        ('t="s"><v>1 </v>', "壹", False),
        ('t="s">\n<v>\n1\n</v>\n', "壹", False),
        ("t='s'><v> 1</v>", "壹", False),
        ('t="s" s="0"><v>&#49;</v>', "壹", False),
        ('t="s"><v><!--0-->1</v>', "壹", False),
        ('t="s"><v><![CDATA[1]]></v>', "壹", False),
        ('t="str"><v><![CDATA[甲组 & 乙组]]></v>', "甲组 & 乙组", False),
        ('t="str"><v>甲组<!-- c --></v>', "甲组", False),
        ('t="str"><v>甲 &amp; 乙</v>', "甲 & 乙", True),
        ('t="inlineStr"><is><t><![CDATA[甲]]>乙</t></is>', "甲乙", True),
        ("><v>32<!-- c -->00</v>", "3200", False),
        ("><v>&#51;200</v>", "3200", False),
        ("><v> 3200 </v>", "3200", True),
        ("><v><![CDATA[3200]]></v>", "3200", False),
        ('t="n"><f>A1&amp;"x"</f><v>3200</v>', "3200", True),
    ],
)
@pytest.mark.parametrize("way", ["in pieces", "whole"])
def test_a_value_is_read_in_whole_however_it_is_written(
    content: str, text: str, read_whole: bool, way: str, tmp_path: Path
) -> None:
    path = tmp_path / "t.xlsx"
    second = f'<row r="2">{cell("A2", "绳")}<c r="B2" {content}</c>{cell("C2", "开远")}</row>'
    path.write_bytes(of_one_piece(raw_book(second, xl__sharedStrings=STRINGS), way))
    if way == "whole" and not read_whole:
        with pytest.raises(Refused) as refusal:
            printed(path)
        assert refusal.value.code == "workbook_unreadable"
    else:
        assert printed(path)[1] == [["绳", text, "开远"], ROPE[1]]


@pytest.mark.parametrize(
    "content",
    [
        't="s"><v>1.0</v>',
        't="s"><v>abc</v>',
        't="s"><v>-1</v>',
        't="s"><v></v>',
        "><v>3&amp;200</v>",
        "><v>3200</v><v>99</v>",
        't="str"><v>甲</v>\n<v>乙</v>',
    ],
)
@pytest.mark.parametrize("way", ["in pieces", "whole"])
def test_a_value_that_cannot_be_read_in_whole_refuses_the_workbook(content: str, way: str, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    second = f'<row r="2">{cell("A2", "绳")}<c r="B2" {content}</c>{cell("C2", "开远")}</row>'
    path.write_bytes(of_one_piece(raw_book(second, xl__sharedStrings=STRINGS), way))
    with pytest.raises(Refused) as refusal:
        printed(path)
    assert refusal.value.code == "workbook_unreadable"


@pytest.mark.parametrize("written", [b"<v> 1</v>", b"<v>1 </v>", b"<v>\n1</v>", b"<v>&#49;</v>", b"<v><!-- -->1</v>"])
def test_a_part_of_a_large_sheet_shows_how_its_values_are_written(written: bytes) -> None:
    cells = b"".join(b'<c r="A%d" t="s">%s</c>' % (at, written) for at in range(1, 100))
    plain = cells.replace(written, b"<v>1</v>")
    assert plain_values(cells, searched=500) == plain_values(plain, searched=500) == plain


def of_one_piece(data: bytes, way: str) -> bytes:
    """The same, or with a comment by which it cannot be cut, so that the library reads it as it is."""
    if way == "in pieces":
        return data
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(b"<sheetData>", b"<!-- <sheetData> --><sheetData>"))
    return out.getvalue()


@pytest.mark.parametrize("sign", ["^", ",", "~"])
def test_the_line_that_states_the_delimiter_is_not_a_header(sign: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(f"sep={sign}\n品名{sign}数量\n绳{sign}1;2\n")
    assert printed(tmp_path / "t.csv") == (["品名", "数量"], [["绳", "1;2"]])
    (tmp_path / "t.csv").write_text(f"sep={sign}\n品名\n绳\n铲\n")
    assert printed(tmp_path / "t.csv") == (["品名"], [["绳"], ["铲"]])


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("序号,网址,数", "{n},http://a.cn/{n},5"),
        ("网址,数", "http://a.cn,{n}"),
        ("编号,说明,值", "A{n},甲!!乙,{n}"),
        ("编号,变化,值", "A{n},#N/A,{n}"),
        ("编号,路径,值", "A{n},C:\\dir\\f{n},{n}"),
        ("序号,卡号,数", "{n},6217****00{n},5"),
        ("编号,户名,值", "A{n},张**,{n}"),
        ("户名,值", "张**,{n}"),
        ("编号;比例", "A{n};95%"),
        ("比例%,数", "{n}%,3"),
        ("编号\t数", "A{n}\t=1"),
        ("name,address", "John Q {n},12 Main St"),
        ("full name,account", "John {n},6222 0210"),
        ("序号,户名,账号,金额", "{n},某某,6222 0210 1234 5610 901,3200"),
        ("编号,更新时间", "A{n},2024-05-10 10:00:10 +0800"),
    ],
)
@pytest.mark.parametrize("above", ["", "发放表 2024年\n"])
def test_the_delimiter_is_the_one_that_cuts_the_header_too(header: str, row: str, above: str, tmp_path: Path) -> None:
    rows = [row.replace("{n}", str(at)) for at in range(10, 40)]
    (tmp_path / "t.csv").write_text(above + "\n".join([header, *rows, ""]), encoding="utf-8")
    sign = next(sign for sign in "\t;," if sign in header)
    assert printed(tmp_path / "t.csv") == (header.split(sign), [one.split(sign) for one in rows])


def test_an_export_of_an_empty_query_has_no_rows(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(text("共0条记录"))
    table = read_tables(tmp_path / "t.csv", contract_of("relief_payroll"))
    assert ([*table.frames], table.rows_read, table.broken) == ([], 0, [])


SAYS_NO_CHANGE = (
    *(
        "与昨日相同",
        "较昨日无变化",
        "数据同上期",
        "本日无变化",
        "与上期一致，无变化",
        "今日无变动",
        "同5月19日",
        "见昨日报表",
    ),
    *("数据同昨日，不再重复报送", "无变化", "无新增", "本周没有新增人员", "与4月份一致"),
    *("人员无异动", "数据未更新", "本日未更新数据", "见5月19日报表", "以昨日为准", "以上次报送为准", "数据延用上期"),
    *("名单未调整", "本周无调整", "数据同前", "数据与上报一致", "经核实与上报数据一致", "已于昨日上报", "前已上报"),
    *("5月19日已报，不再重复", "此表已报送", "数据见系统", "见全国防返贫系统", "以系统数据为准", "已在系统填报"),
    *("系统故障，无法导出", "数据核实中", "正在统计中", "稍后报送", "数据待核实后上报", "备注：数据核实中"),
    *("共10条记录，另报", "无需重复上报", "unchanged"),
    *("和上个月一样", "人员不变", "沿用上月名单", "详见附件", "备注：与昨日相同", "说明：本月人员无增减"),
)
SAYS_NOTHING = (
    *(
        "",
        "零报告",
        "本月无",
        "无数据",
        "未发生",
        "本月无发放",
        "共0条记录",
        "0 rows",
        "制表人：甲",
        "2024年5月10日",
        "第 1 页",
    ),
    *("合计", "阿扎河乡人民政府", "领导签字", "一式三份", "注：本表与系统数据一致", "注：无变化的不必重复填报"),
    *("说明：较上月有变化的须注明", "注：劳动合同2024年5月20日到期", "填报说明：数据同上月有变化的，请在备注注明"),
    *(
        "注：本表数据与上报系统一致",
        "备注：纸质版一同上报",
        "备注：工资标准与上年一致",
    ),
    *("说明：没有变化也请报全表", "无变化也要报送", "无变动也报", "无变化不填", "无变化时不填", "无变化则不填"),
    *(
        "说明：本月无新增，零报告",
        "我县本月没有发放工资",
        "暂无数据",
        "全县无此类人员",
        "查询结果：0条",
        "(0 rows affected)",
    ),
    *(
        "以上数据真实有效",
        "本人对以上数据的真实性负责",
        "【以下空白】",
        "二〇二四年五月",
        "脱贫人口名单",
        "审核人：",
        "元阳县人社局（盖章）",
        "<EOF>",
    ),
)
WITHOUT_EVENTS = ("labor_register", "employment", "workshop", "relief_payroll", "relief_contract", "labor_dispute")


@pytest.mark.parametrize("feed", WITHOUT_EVENTS)
def test_a_table_that_says_that_nothing_has_changed_is_no_nil_return(feed: str, tmp_path: Path) -> None:
    for at, line in enumerate(SAYS_NO_CHANGE):
        path = tmp_path / f"t.{'xlsx' if at == 0 else 'csv'}"
        path.write_bytes(workbook([[line]], header=header_of(feed)) if at == 0 else table(feed, line))
        with pytest.raises(Refused) as refused:
            list(read_tables(path, contract_of(feed)).frames)
        assert (line, refused.value.code) == (line, "rows_not_repeated")


@pytest.mark.parametrize("feed", WITHOUT_EVENTS)
def test_a_table_that_says_that_there_is_nothing_is_a_nil_return(feed: str, tmp_path: Path) -> None:
    for line in SAYS_NOTHING:
        (tmp_path / "t.csv").write_bytes(table(feed, line))
        read = read_tables(tmp_path / "t.csv", contract_of(feed))
        assert (line, [*read.frames], read.rows_read, read.broken) == (line, [], 0, [])


@pytest.mark.parametrize("line", ["与上周相同", "无变化"])
def test_events_without_new_ones_are_a_nil_return(line: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(table("job_event", line))
    assert [*read_tables(tmp_path / "t.csv", contract_of("job_event")).frames] == []


def test_what_is_said_beside_rows_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(text(person(1), *map(alone, SAYS_NO_CHANGE), person(2)))
    (frame,) = read_tables(tmp_path / "t.csv", contract_of("relief_payroll")).frames
    assert frame["line"].to_list() == [2, 3 + len(SAYS_NO_CHANGE)]


def test_a_sheet_that_says_that_nothing_has_changed_is_no_part_of_a_table(tmp_path: Path) -> None:
    rows = [person(1), person(2)]
    for more in ([PAYROLL, ["与昨日相同"]], [["某镇发放表"], ["与昨日相同，无变化"]], [PAYROLL, ["数据核实中"]]):
        (tmp_path / "t.xlsx").write_bytes(workbook(rows, more=more))
        with pytest.raises(Refused) as refused:
            list(read_tables(tmp_path / "t.xlsx", contract_of("relief_payroll")).frames)
        assert (refused.value.code, "工作表" in refused.value.where) == ("rows_not_repeated", True)
    for more in ([PAYROLL, ["零报告"]], [PAYROLL], [["某镇发放表"], ["制表人：甲"]]):
        (tmp_path / "t.xlsx").write_bytes(workbook(rows, more=more))
        (frame,) = read_tables(tmp_path / "t.xlsx", contract_of("relief_payroll")).frames
        assert frame["line"].to_list() == [2, 3]


@pytest.mark.parametrize("line", ["其余人员与昨日相同，不再列出", "其他乡镇无变化", "注：未列出的人员无变动"])
def test_a_line_that_says_that_the_rest_has_not_changed_refuses_the_rows_above(line: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(text(person(1), person(2), alone(line)))
    with pytest.raises(Refused) as refused:
        list(read_tables(tmp_path / "t.csv", contract_of("relief_payroll")).frames)
    assert (refused.value.code, "4" in refused.value.detail) == ("rows_not_repeated", True)


@pytest.mark.parametrize(
    "line",
    [
        "注：其他收入无法统计的填0",
        "说明：另外2人已离岗，其余人员无变动，均已列出",
        "其他事项：无变化",
        "注：不论其他人员有无变动，均报送名单",
    ],
)
def test_a_note_on_other_things_refuses_no_rows(line: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(text(person(1), person(2), alone(line)))
    (frame,) = read_tables(tmp_path / "t.csv", contract_of("relief_payroll")).frames
    assert frame["line"].to_list() == [2, 3]


def test_a_header_whose_required_columns_have_a_star_is_one_without_rows(tmp_path: Path) -> None:
    feed = contract_of("labor_register")
    (tmp_path / "t.csv").write_text(",".join(f"{column.header}{'*' * column.required}" for column in feed.columns))
    table = read_tables(tmp_path / "t.csv", feed)
    assert ([*table.frames], len(table.columns)) == ([], len(feed.columns))


@pytest.mark.parametrize("above", ["", "某县,2024年\n"])
def test_words_between_blanks_are_a_table_where_nothing_else_cuts_it(above: str, tmp_path: Path) -> None:
    rows = [f"绳 开远 {at} 3200" for at in range(10, 40)]
    (tmp_path / "t.csv").write_text(above + "\n".join(["品名 产地 数量 金额", *rows, ""]), encoding="utf-8")
    assert printed(tmp_path / "t.csv") == (["品名", "产地", "数量", "金额"], [one.split() for one in rows])


@pytest.mark.parametrize("dimension", ["A0:C3", "A1:C0", "0:0", "", "ZZZZ9:A1"])
def test_an_invalid_dimension_is_ignored(dimension: str, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(book(sheet(before=f'<dimension ref="{dimension}"/>')))
    assert printed(path)[1] == [["甲", "1"], ["乙", "2"]]


ROPE_ROW = f'<row r="2">{cell("A2", "绳")}{number("B2", "1")}</row>'


@pytest.mark.parametrize(
    "rows",
    [
        ROPE_ROW * 2,
        ROPE_ROW + ROPE_ROW.replace('r="2"', "r='2'"),
        ROPE_ROW + ROPE_ROW.replace("<row", '<row spans="1:3"'),
        ROPE_ROW + ROPE_ROW.replace("<row ", "<row\n\t"),
        ROPE_ROW + ROPE_ROW.replace('r="2"', 'r="02"', 1),
        ROPE_ROW.replace('<row r="2"', "<row") + ROPE_ROW,
        (ROPE_ROW * 2).replace("<row", "<x:row").replace("</row", "</x:row"),
        f'<row r="2">{cell("A2", "绳")}</row><row r="2">{number("B2", "1")}</row>',
        f'<row r="2">{cell("A2", "绳")}{number("B2", "1")}{number("B2", "2")}</row>',
        f'<row r="2">{cell("A2", "绳")}{number("B2", "1")}{number("b2", "2")}</row>',
        f'<row r="2">{number("B2", "1")}{cell("A2", "绳")}<c><v>2</v></c></row>',
        f'<row r="2">{cell("A2", "绳 v w")}{number("B2", "1")}{cell("B2", "二")}</row>',
        f'<row r="2">{cell("A2", "绳")}{number("B2", "1")}<x:c r="B2"><x:v>2</x:v></x:c></row>',
        f"<row>{cell('A2', '绳')}{number('B2', '1')}{number('B2', '2')}</row>",
    ],
)
def test_two_rows_of_one_number_or_cells_of_one_place_refuse_the_workbook(rows: str, tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(raw_book(rows))
    with pytest.raises(Refused) as refusal:
        printed(tmp_path / "t.xlsx")
    assert refusal.value.code == "workbook_unreadable"


@pytest.mark.parametrize(
    "rows",
    [
        f'<row r="9">{cell("A9", "绳")}{number("B9", "1")}</row>',  # out of order
        f'<row r="2">{number("B2", "1")}{cell("A2", "绳")}</row>',
        f'<row r="2">{cell("A2", "绳")}{number("B2", "1")}<c r="C2" t="str"><v></v></c></row><row r="5"/>',
        f"<!-- {ROPE_ROW} -->{ROPE_ROW}",
        '<row><c t="inlineStr"><is><t>绳</t></is></c><c><v>1</v></c></row>',
    ],
)
def test_a_workbook_that_loses_nothing_is_read_however_it_is_written(rows: str, tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(raw_book(rows))
    assert sorted(printed(tmp_path / "t.xlsx")[1]) == [["绳", "1", ""], ROPE[1]]


def test_two_cells_of_one_place_refuse_an_old_workbook(tmp_path: Path) -> None:
    data = xls([["品名", "数量"], ["绳", 1.0, 2.0]])
    place = struct.pack("<HHHH", 0x0203, 14, 1, 2)
    (tmp_path / "t.xls").write_bytes(data.replace(place, struct.pack("<HHHH", 0x0203, 14, 1, 1)))
    with pytest.raises(Refused) as refusal:
        printed(tmp_path / "t.xls")
    assert refusal.value.code == "workbook_unreadable"


def test_parts_are_found_by_their_relationships(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(moved_parts())
    assert printed(tmp_path / "t.xlsx")[1] == [["甲", "1"], ["乙", "2"]]


@pytest.mark.parametrize(("shown", "text"), [('"PC"@', "PC绳"), ('0"个";-0;0;@"类"', "绳类"), ("0;@", "绳")])
def test_a_text_of_an_old_workbook_is_read_as_its_format_shows_it(shown: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "t.xls").write_bytes(xls([["品名", "数量"], ["绳", "3"]], shown=shown))
    assert [row[0] for row in printed(tmp_path / "t.xls")[1]] == [text]


@pytest.mark.parametrize("code", ["General/天", 'General"元"/"天"', "General/year", 'yyyy"年"General'])
def test_a_format_with_general_is_not_a_date(code: str, tmp_path: Path) -> None:
    rows: Cells = [["绳", 150.0], ["铲", 45_000.0]]
    made = xlsxwriter.Workbook(tmp_path / "t.xlsx")
    page, shown = made.add_worksheet(), made.add_format({"num_format": code})
    page.write_row(0, 0, ["品名", "天数"])
    for y, (name, days) in enumerate(rows, 1):
        page.write(y, 0, name)
        page.write(y, 1, days, shown)
    made.close()
    assert printed(tmp_path / "t.xlsx")[1] == [["绳", "150"], ["铲", "45000"]]


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (lambda rows: xls(rows, since_1904=True), "t.xls"),
        (lambda rows: workbook(rows[1:], date_1904=True), "t.xlsx"),
    ],
)
def test_a_plain_number_counts_from_1904_where_its_workbook_does(
    write: Callable[[Cells], bytes], name: str, tmp_path: Path
) -> None:
    row: list[Any] = person(1)
    row[PAYROLL.index("发放日期")] = 43_960.0
    (tmp_path / name).write_bytes(write([PAYROLL, row]))
    feed = contract_of("relief_payroll")
    (checked,) = check_table(read_tables(tmp_path / name, feed), feed, {})
    assert checked.good["paid_on"].cast(pl.String).to_list() == ["2024-05-10"]


@pytest.mark.parametrize("code_page", [1252, 936, 65001, 10008])
def test_the_code_page_of_a_current_xls_is_ignored(code_page: int, tmp_path: Path) -> None:
    (tmp_path / "t.xls").write_bytes(xls([["品名", "数量"], ["麻绳", "3"]], code_page=code_page))
    assert printed(tmp_path / "t.xls") == (["品名", "数量"], [["麻绳", "3"]])


def test_an_xls_of_excel_95_is_refused_as_such(tmp_path: Path) -> None:
    (tmp_path / "t.xls").write_bytes(xls([["a", "b"], ["c", "d"]], version=0x0500))
    with pytest.raises(Refused) as refusal:
        printed(tmp_path / "t.xls")
    assert refusal.value.code == "unsupported_format"


@pytest.mark.parametrize("column", ["L", "P", "AB"])
def test_a_word_beside_a_large_table_stays_with_its_row(column: str, tmp_path: Path) -> None:
    n_rows, stray = 9_000, 8_700
    xml = "".join(
        f'<row r="{y}">{"".join(cell(f"{chr(65 + x)}{y}", one) for x, one in enumerate(cells))}'
        f"{cell(f'{column}{y}', '见附件') if y == stray else ''}</row>"
        for y, cells in enumerate([PAYROLL, *[person(at) for at in range(n_rows)]], 1)
    )
    (tmp_path / "t.xlsx").write_bytes(book(sheet(xml)))
    feed = contract_of("relief_payroll")
    frames = list(check_table(read_tables(tmp_path / "t.xlsx", feed), feed, {}, {"表外": ""}))
    assert sum(part.rejected.filter(pl.col("reason") == "too_many_cells").height for part in frames) == 0
    beside = pl.concat([part.good.select("line", "extra") for part in frames]).filter(pl.col("extra").is_not_null())
    rejected = pl.concat([part.rejected for part in frames])
    found = beside["line"].to_list() + rejected.filter(pl.col("row_json").str.contains("见附件"))["line"].to_list()
    assert found == [stray]


@pytest.mark.parametrize(
    "lines",
    [
        ["台账,2024年5月,泸西县,", "品名,产地,数量,单价"],
        ["单位：甲,日期：5月,制表：乙,", "品名,产地,数量,单价"],
        ["第三季度,,2024,", ",,,", "品名,产地,数量,单价"],
    ],
)
def test_notes_in_several_cells_are_not_the_header(lines: list[str], tmp_path: Path) -> None:
    rows = ["麻绳,开远,30,2.5", "铁铲,弥勒,12,18", "雨鞋,泸西,45,21"]
    (tmp_path / "t.csv").write_text("\n".join([*lines, *rows]) + "\n", encoding="utf-8")
    assert printed(tmp_path / "t.csv") == (["品名", "产地", "数量", "单价"], [row.split(",") for row in rows])


@pytest.mark.parametrize("before", [b"", b"a,b\n" * 1000], ids=["from its beginning", "behind a table"])
def test_a_gzip_of_four_gib_is_refused_within_two_seconds(tmp_path: Path, before: bytes) -> None:
    """Its declared length, modulo 4 GiB, is nothing."""
    packer = zlib.compressobj(9, wbits=31)
    head = packer.compress(before) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b"0,1\n" * (16 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    path = tmp_path / "532528.csv.gz"
    path.write_bytes(head + block + 63 * zlib_block(b"0,1\n" * (16 << 20)) + bytes(8))
    started = time.monotonic()
    with pytest.raises(Refused) as refused:
        read_tables(path, contract_of("workshop"))
    assert (refused.value.code, time.monotonic() - started < 2) == ("too_large_inflated", True)


def zlib_block(data: bytes) -> bytes:
    """Deflated bytes that stand for themselves, wherever they are in a stream."""
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)
