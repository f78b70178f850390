"""Files of a landing zone read the slow and plain way: csv and openpyxl, one cell after the other.

Shares nothing with the warehouse's reader, checks or contracts: headers, codes and reasons are spelt out here
from feeds.md, so that the same mistake need not be made twice.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl

COUNTIES = tuple(f"5325{n:02d}" for n in (1, 2, 3, 4, 23, 24, 25, 27, 28, 29, 30, 31, 32))
NOTHING = {"", "无", "/", "-", "暂无", "—"}
TOTALS = ("合计", "小计")
YES, NO = {"是", "√", "Y", "y", "1"}, {"否", "×", "N", "n", "0"}

CATEGORY = {
    "一般农户": "general",
    "脱贫户": "lifted_out",
    "脱贫不稳定户": "unstable",
    "边缘易致贫户": "marginal",
    "边缘户": "marginal",
    "易致贫户": "marginal",
    "突发严重困难户": "sudden_hardship",
}
CAPACITY = {"普通劳动力": "ordinary", "技能劳动力": "skilled", "弱劳动力或半劳动力": "partial", "无劳动能力": "none"}
CHANNEL = {
    "企业就业": "enterprise",
    "就业帮扶车间": "workshop",
    "乡村公益性岗位": "public_post",
    "以工代赈": "work_relief",
    "灵活就业": "gig",
    "自主创业": "self_employed",
}
INTENTION = {"外出务工": "away", "就近就业": "nearby", "自主创业": "startup", "无意愿": "none"}
RESULT = {"成功": "success", "失败": "failed"}
PROJECT_TYPE = {
    "重点工程": "key_project",
    "农业农村中小型基础设施": "small_infrastructure",
    "专项投资": "special_investment",
}


@dataclass(frozen=True)
class Field:
    """A column: its names in a header, and what a cell must be."""

    headers: tuple[str, ...]
    kind: str
    required: bool = False
    codes: dict[str, str] = field(default_factory=dict)
    minimum: int | None = None
    maximum: int | None = None


def _field(headers: str, kind: str = "text", *more: Any, codes: dict[str, str] | None = None) -> Field:
    name = headers.rstrip("*")
    low, high = more if more else (None, None)
    return Field(tuple(name.split("|")), kind, headers.endswith("*"), codes or {}, low, high)


ID = _field("身份证号|证件号码|身份证号码|公民身份号码*", "id")
NAME = _field("姓名*")
TOWNSHIP = _field("乡镇代码|乡(镇)代码*", "township")
VILLAGE = _field("村代码|行政村代码*", "village")
BATCH = _field("代发批次号|批次号")
ACCOUNT = _field("银行账号|银行卡号")

FEEDS: dict[str, dict[str, Field]] = {
    "labor_register": {
        "id_number": ID,
        "full_name": NAME,
        "household_no": _field("户编号|户号*"),
        "county_code": _field("县市代码|县（市、区、旗）*", "division"),
        "township_code": TOWNSHIP,
        "village_code": VILLAGE,
        "population_category": _field("人口类别|户类型*", "code", codes=CATEGORY),
        "is_relocated": _field("是否易地搬迁|是否易地扶贫搬迁*", "yes"),
        "resettlement_site_no": _field("安置点编号"),
        "work_capacity": _field("劳动能力|劳动技能*", "code", codes=CAPACITY),
        "in_school": _field("是否在校|是否在校生*", "yes"),
        "job_intention": _field("就业意愿", "code", codes=INTENTION),
        "is_low_income": _field("是否农村低收入|是否农村低收入人口", "yes"),
        "deceased_on": _field("死亡日期", "date"),
    },
    "employment": {
        "id_number": ID,
        "full_name": NAME,
        "channel": _field("就业渠道|就业类型*", "code", codes=CHANNEL),
        "work_division_code": _field("务工地代码|务工地区划代码*", "division"),
        "employer_name": _field("用工单位|用人单位*"),
        "employer_uscc": _field("统一社会信用代码|社会信用代码", "uscc"),
        "start_date": _field("入职日期|务工开始时间*", "date"),
        "end_date": _field("离职日期|务工结束时间", "date"),
        "monthly_wage": _field("月收入|月工资*", "number", 0, 200_000),
        "has_contract": _field("是否签订合同|是否签订劳动合同", "yes"),
        "workshop_no": _field("帮扶车间编号|就业帮扶车间编号"),
        "updated_on": _field("更新日期|更新时间*", "date"),
    },
    "public_post": {
        "post_no": _field("岗位编号|岗位编码*"),
        "township_code": TOWNSHIP,
        "village_code": VILLAGE,
        "id_number": ID,
        "full_name": NAME,
        "start_date": _field("上岗日期*", "date"),
        "end_date": _field("离岗日期", "date"),
        "term_months": _field("协议期限(月)|协议期限", "whole"),
        "is_full_time": _field("是否全日制*", "yes"),
        "monthly_subsidy": _field("月补贴标准|补贴标准*", "number"),
    },
    "public_post_payment": {
        "post_no": _field("岗位编号|岗位编码*"),
        "id_number": ID,
        "period": _field("补贴月份*", "month"),
        "amount_due": _field("应发金额*", "number"),
        "amount_paid": _field("实发金额*", "number"),
        "paid_on": _field("发放日期", "date"),
        "bank_account": ACCOUNT,
        "batch_no": BATCH,
    },
    "workshop": {
        "workshop_no": _field("车间编号|帮扶车间编号*"),
        "subsidy_amount": _field("奖补金额", "number"),
        "subsidy_on": _field("奖补日期", "date"),
    },
    "relief_project": {
        "project_no": _field("项目编号*"),
        "project_name": _field("项目名称*"),
        "county_code": _field("县市代码*", "division"),
        "township_code": _field("乡镇代码|乡(镇)代码", "township"),
        "project_type": _field("项目类型*", "code", codes=PROJECT_TYPE),
        "relief_funds": _field("以工代赈资金*", "number"),
        "planned_remuneration": _field("计划劳务报酬*", "number"),
        "started_on": _field("开工日期*", "date"),
        "planned_completion_on": _field("计划完工日期*", "date"),
        "completed_on": _field("竣工日期", "date"),
    },
    "relief_contract": {
        "project_no": _field("项目编号*"),
        "id_number": ID,
        "full_name": NAME,
        "daily_wage": _field("日工资*", "number"),
        "onsite_from": _field("进场日期*", "date"),
        "offsite_on": _field("离场日期", "date"),
    },
    "relief_payroll": {
        "project_no": _field("项目编号*"),
        "period": _field("工资期间*", "month"),
        "id_number": ID,
        "full_name": NAME,
        "days_worked": _field("出工天数*", "number", 0, 31),
        "amount_due": _field("应发工资*", "number"),
        "amount_paid": _field("实发工资*", "number"),
        "paid_on": _field("发放日期", "date"),
        "bank_account": ACCOUNT,
        "batch_no": BATCH,
        "crew": _field("班组"),
        "listed_on": _field("制表日期", "date"),
        "signed_on": _field("签字日期", "date"),
        "approved_on": _field("审批日期", "date"),
        "sent_on": _field("报送银行日期", "date"),
    },
    "bank_return": {
        "batch_no": _field("代发批次号*"),
        "line_no": _field("序号*", "whole"),
        "bank_account": _field("银行账号*"),
        "account_name": _field("户名*"),
        "amount": _field("金额*", "number"),
        "result": _field("处理结果*", "code", codes=RESULT),
        "credited_on": _field("入账日期", "date"),
    },
}
KEYS = {
    "labor_register": ("id_number",),
    "employment": ("id_number", "employer_name", "start_date"),
    "public_post": ("post_no", "id_number", "start_date"),
    "public_post_payment": ("post_no", "id_number", "period"),
    "workshop": ("workshop_no",),
    "relief_project": ("project_no",),
    "relief_contract": ("project_no", "id_number", "onsite_from"),
    "relief_payroll": ("project_no", "period", "id_number", "crew"),
    "bank_return": ("batch_no", "line_no"),
}
UNIT_COLUMN = {
    "labor_register": "county_code",
    "relief_project": "project_no",
    "relief_contract": "project_no",
    "relief_payroll": "project_no",
    "bank_return": "batch_no",
}
# (first, second): the second date is not before the first.
ORDERED = {
    "employment": ("start_date", "end_date"),
    "public_post": ("start_date", "end_date"),
    "relief_contract": ("onsite_from", "offsite_on"),
}

Row = dict[str, Any]


@dataclass
class Delivery:
    """What one unit reports for one date: the good rows of all its parts together, and how many were turned away."""

    feed: str
    unit: str
    report_date: date
    rows: list[Row]
    rows_read: int
    rejected: int
    modified_at: float


class Wrong(Exception):
    """A cell that may not stand: the reason's word."""


def read_landing_zone(folder: Path, until: date) -> list[Delivery]:
    """All deliveries of the feeds known here that are dated until then; files still growing are left alone."""
    files: dict[tuple[str, str, date], dict[str, Path]] = {}
    for path in sorted(folder.glob("*/*/*")):
        feed, day = path.parts[-3:-1]
        if feed not in FEEDS or path.name.startswith("~$") or path.suffix in (".part", ".tmp"):
            continue
        stem = path.name.split(".")[0]
        unit, _, part = stem.partition("_")
        if (reported := date.fromisoformat(day)) <= until:
            parts = files.setdefault((feed, unit, reported), {})
            # The same stem with another ending replaces it: the later modified counts.
            if part not in parts or parts[part].stat().st_mtime < path.stat().st_mtime:
                parts[part] = path
    return [_deliver(feed, unit, day, parts) for (feed, unit, day), parts in files.items()]


def _deliver(feed: str, unit: str, day: date, parts: dict[str, Path]) -> Delivery:
    rows: list[Row] = []
    rows_read = rejected = 0
    for _, path in sorted(parts.items()):
        if path.suffix == ".nil":
            continue
        good, bad = _read_once(feed, unit, path, path.stat().st_mtime_ns)
        rows_read += len(good) + len(bad)
        rejected += len(bad)
        rows += good
    modified = max(p.stat().st_mtime for p in parts.values())
    return Delivery(feed, unit, day, rows, rows_read, rejected, modified)


@cache
def _read_once(feed: str, unit: str, path: Path, _modified: int) -> tuple[list[Row], list[tuple[int, str, str]]]:
    return read_file(feed, unit, path)


def read_file(feed: str, unit: str, path: Path) -> tuple[list[Row], list[tuple[int, str, str]]]:
    """Good rows, and (line, column, reason) of the others."""
    fields, good, bad = FEEDS[feed], [], []
    for line, cells in _records(path, fields):
        try:
            row = {name: _value(fields[name], cells.get(name)) for name in fields}
            _check_row(feed, unit, row, cells)
        except Wrong as wrong:
            bad.append((line, *wrong.args))
            continue
        good.append((line, row))
    # Of rows with one key the last counts.
    last = {tuple(row[name] for name in KEYS[feed]): line for line, row in good}
    kept = [row for line, row in good if last[tuple(row[name] for name in KEYS[feed])] == line]
    bad += [
        (line, KEYS[feed][0], "duplicate_key")
        for line, row in good
        if last[tuple(row[name] for name in KEYS[feed])] != line
    ]
    return kept, bad


def plain_rows(path: Path, fields: dict[str, Field]) -> tuple[list[str], list[list[str]]]:
    """Header texts, and the rows below as texts: no title, totals or blank line among them."""
    head: list[str] = []
    rows = []
    for _, cells in _lines(path):
        texts = ["" if c is None else str(c).strip() for c in cells]
        if _as_header(texts, fields):
            head = texts
        elif head and any(texts) and texts[0] not in TOTALS:
            rows.append(texts)
    return head, rows


def _records(path: Path, fields: dict[str, Field]) -> list[tuple[int, dict[str, Any]]]:
    """(line, cells by column) of the rows below the header: no title, header, totals or blank line among them."""
    names: dict[int, str] = {}
    records = []
    for line, cells in _lines(path):
        texts = ["" if c is None else str(c).strip() for c in cells]
        found = _as_header(texts, fields)
        if found:
            names = found  # also where it stands again in the body
            continue
        if not names or not any(texts) or texts[0] in TOTALS:
            continue
        records.append((line, {name: cells[place] for place, name in names.items() if place < len(cells)}))
    return records


def _as_header(texts: list[str], fields: dict[str, Field]) -> dict[int, str]:
    bare = [t.replace("\n", "").replace(" ", "").rstrip("*") for t in texts]
    found = {bare.index(h): name for name, f in fields.items() for h in f.headers if h in bare}
    missing = [name for name, f in fields.items() if f.required and name not in found.values()]
    return {} if missing else found


def _lines(path: Path) -> list[tuple[int, list[Any]]]:
    return _workbook_lines(path) if path.suffix == ".xlsx" else _csv_lines(path)


def _csv_lines(path: Path) -> list[tuple[int, list[Any]]]:
    raw = path.read_bytes()
    if path.suffix == ".gz":
        raw = gzip.decompress(raw)
    text = _decode(raw)
    first = max(text.splitlines()[:3], key=lambda line: max(line.count(d) for d in ",;\t|"), default="")
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [(reader.line_num, cells) for cells in reader]


def _decode(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def _workbook_lines(path: Path) -> list[tuple[int, list[Any]]]:
    sheet = openpyxl.load_workbook(path, read_only=False, data_only=True).worksheets[0]
    return [(number, list(cells)) for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1)]


def _value(rule: Field, cell: Any) -> Any:
    name = rule.headers[0]
    if rule.kind == "id" and isinstance(cell, (int, float)):
        raise Wrong(name, "id_not_text")
    text = unicodedata.normalize("NFKC", str("" if cell is None else cell)).strip()
    if text in NOTHING:
        if rule.required:
            raise Wrong(name, "required_missing")
        return None
    return _FORMS[rule.kind](rule, text)


def _id_number(rule: Field, text: str) -> str:
    name = rule.headers[0]
    text = text.upper().strip("'").removeprefix('="').removesuffix('"')
    if re.fullmatch(r"\d(\.\d+)?E\+1[67]", text):
        raise Wrong(name, "id_not_text")
    if len(text) in (20, 22):
        text = text[:18]
    if re.fullmatch(r"\d{15}", text):
        raise Wrong(name, "id_first_generation")
    if not re.fullmatch(r"\d{17}[\dX]", text):
        raise Wrong(name, "id_length")
    if text.startswith("999999"):
        raise Wrong(name, "id_placeholder")
    weights = [2 ** (17 - i) % 11 for i in range(17)]
    if "10X98765432"[sum(w * int(c) for w, c in zip(weights, text, strict=False)) % 11] != text[17]:
        raise Wrong(name, "id_checksum")
    try:
        born_on(text)
    except ValueError:
        raise Wrong(name, "id_date") from None
    return text


def born_on(id_number: str) -> date:
    """The birth date that an ID number names."""
    return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))


def _date(rule: Field, text: str) -> date:
    name = rule.headers[0]
    numbers = re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?", text.removesuffix(" 00:00:00"))
    if numbers is None:
        raise Wrong(name, "not_a_date")
    try:
        return date(*(int(n) for n in numbers.groups()))
    except ValueError:
        raise Wrong(name, "not_a_date") from None


def _number(rule: Field, text: str) -> Decimal | int:
    bare = text.replace(",", "").removesuffix("元")
    factor = 1
    if bare.endswith("万"):
        bare, factor = bare[:-1], 10_000
    try:
        value = Decimal(bare) * factor
    except InvalidOperation:
        raise Wrong(rule.headers[0], "not_a_number") from None
    if rule.kind == "whole" and value != int(value):
        raise Wrong(rule.headers[0], "not_an_integer")
    if (rule.minimum is not None and value < rule.minimum) or (rule.maximum is not None and value > rule.maximum):
        raise Wrong(rule.headers[0], "out_of_range")
    return int(value) if rule.kind == "whole" else value


def _uscc(rule: Field, text: str) -> str:
    name = rule.headers[0]
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    text = text.upper()
    if len(text) != 18 or any(c not in alphabet for c in text):
        raise Wrong(name, "uscc_checksum")
    total = sum(alphabet.index(c) * 3**i for i, c in enumerate(text[:17]))
    if alphabet[(31 - total % 31) % 31] != text[17]:
        raise Wrong(name, "uscc_checksum")
    return text


def _yes(rule: Field, text: str) -> bool:
    if text not in YES | NO:
        raise Wrong(rule.headers[0], "not_a_boolean")
    return text in YES


def _code(rule: Field, text: str) -> str:
    if text in rule.codes.values():
        return text
    if text not in rule.codes:
        raise Wrong(rule.headers[0], "unknown_code")
    return rule.codes[text]


def _division(rule: Field, text: str) -> str:
    length = {"division": 6, "township": 9, "village": 12}[rule.kind]
    text = "990000" if text == "境外" else text
    if not re.fullmatch(rf"\d{{{length}}}", text):
        raise Wrong(rule.headers[0], "not_a_division")
    return text


_FORMS: dict[str, Callable[[Field, str], Any]] = {
    "id": _id_number,
    "date": _date,
    "month": lambda rule, text: _date(rule, f"{text}-01"),
    "number": _number,
    "whole": _number,
    "yes": _yes,
    "code": _code,
    "division": _division,
    "township": _division,
    "village": _division,
    "uscc": _uscc,
    "text": lambda _, text: text,
}


def _check_row(feed: str, unit: str, row: Row, cells: dict[str, Any]) -> None:
    """What must hold between the cells of a row, and with its path."""
    if feed in UNIT_COLUMN and row[UNIT_COLUMN[feed]] != unit:
        raise Wrong(UNIT_COLUMN[feed], "path_disagrees")
    if row.get("is_relocated") and row["resettlement_site_no"] is None:
        raise Wrong("resettlement_site_no", "required_missing")
    if row.get("channel") == "workshop" and row["workshop_no"] is None:
        raise Wrong("workshop_no", "required_missing")
    if "village_code" in row and not row["village_code"].startswith(row["township_code"]):
        raise Wrong("village_code", "prefix_mismatch")
    if feed == "labor_register" and not row["township_code"].startswith(row["county_code"]):
        raise Wrong("township_code", "prefix_mismatch")
    if feed in ORDERED:
        first, second = (row[name] for name in ORDERED[feed])
        if second is not None and second < first:
            raise Wrong(ORDERED[feed][1], "rule_end_before_start")


def last_day(month: date) -> date:
    """The last day of the month."""
    return month.replace(day=monthrange(month.year, month.month)[1])
