"""Files that are wrong in one known place: what counties send, made on purpose.

`pollute(kind, seed)` writes a table of a contract and breaks one thing in it. What a faultless reader must say of
the file comes with it: the rows with their lines, the lines of the bad rows, or that the file is refused.
"""

from __future__ import annotations

import csv
import gzip
import io
import random
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import xlsxwriter

from employment_warehouse.contract import Column, Contract, contract_of

FEEDS = (
    "labor_register", "employment", "public_post", "relief_payroll", "bank_return", "workshop", "labor_cooperation",
    "relief_project",
)  # fmt: skip

TEXTS = ("text", "reference", "unit_number")


@dataclass
class Polluted:
    """A file and the truth about it. rows: line → contract column → text; bad: lines that are not rows."""

    name: str
    data: bytes
    contract: Contract
    rows: dict[int, dict[str, str]] = field(default_factory=dict)
    bad: set[int] = field(default_factory=set)
    also_bad: set[int] = field(default_factory=set)  # lines that are left over from a bad row; may be rejected too
    must_refuse: bool = False
    may_refuse: bool = False
    not_text: set[tuple[int, str]] = field(default_factory=set)  # numeric cells where only text keeps its value


@dataclass
class Draft:
    """A clean table before anything is done to it."""

    contract: Contract
    columns: list[Column]
    header: list[str]
    rows: list[list[str]]
    random: random.Random
    delimiter: str = ","
    line_end: str = "\n"
    quote_all: bool = False
    above: list[str] = field(default_factory=list)

    def some_row(self) -> int:
        return self.random.randrange(len(self.rows))

    def text_column(self) -> int:
        """A column of free text, never the first."""
        return self.random.choice([at for at, column in enumerate(self.columns) if column.type.name in TEXTS and at])

    def line(self, cells: list[str]) -> str:
        out = io.StringIO(newline="")
        quoting: Literal[0, 1] = csv.QUOTE_ALL if self.quote_all else csv.QUOTE_MINIMAL
        csv.writer(out, delimiter=self.delimiter, lineterminator="\r\n", quoting=quoting).writerow(cells)
        return out.getvalue().removesuffix("\r\n")

    def lines(self) -> list[str]:
        return [self.line(row) for row in self.rows]

    def file(self, records: list[str], ending: str = ".csv", encode: Callable[[str], bytes] = str.encode) -> Polluted:
        """The file of these records, one for each row, and the truth if nothing is broken."""
        parts = [*self.above, self.line(self.header), *records]
        text = self.line_end.join(parts) + self.line_end
        polluted = Polluted("file" + ending, encode(text), self.contract)
        line = 1 + sum(breaks(part) + 1 for part in parts[: -len(records) or None])
        for record, row in zip(records, self.rows, strict=False):
            polluted.rows[line] = {column.name: cell.strip() for column, cell in zip(self.columns, row, strict=True)}
            line += breaks(record) + 1
        return polluted

    def broken(self, records: list[str], *bad: int, left_over: int = 0) -> Polluted:
        """The same with the rows of these indices broken; `left_over` more lines belong to the last of them."""
        polluted = self.file(records)
        lines = list(polluted.rows)
        for index in bad:
            del polluted.rows[lines[index]]
            polluted.bad.add(lines[index])
        polluted.also_bad = {lines[bad[-1]] + more for more in range(1, left_over + 1)}
        return polluted


def breaks(record: str) -> int:
    """Line breaks within a record."""
    return record.replace("\r\n", "\n").count("\n") + record.replace("\r\n", "").count("\r")


def draft(seed: int) -> Draft:
    """A table of some feed: 30 to 90 rows of made-up texts."""
    chance = random.Random(seed)
    feed = contract_of(chance.choice(FEEDS))
    columns = list(feed.columns)
    rows = [[made_up(column, number, chance) for column in columns] for number in range(chance.randint(30, 90))]
    return Draft(feed, columns, [column.header for column in columns], rows, chance)


def made_up(column: Column, number: int, chance: random.Random) -> str:  # noqa: PLR0911, PLR0912 - one return a type
    """A cell that looks like its column; nobody's."""
    if not column.required and chance.random() < 0.3:
        return ""
    match column.type.name:
        case "id_number":
            return f"5325{chance.randrange(10**13):013d}X"
        case "person_name":
            return chance.choice("赵钱孙李周吴郑王䶮㛃") + chance.choice(["小一", "小二", "三丰", "·阿四"])
        case "mobile":
            return f"138{chance.randrange(10**8):08d}"
        case "bank_account":
            return f"62{chance.randrange(10**17):017d}"
        case "date":
            return f"2024-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        case "month":
            return f"2024-{chance.randint(1, 12):02d}"
        case "integer":
            return str(chance.randrange(100))
        case "decimal":
            return chance.choice([str(chance.randrange(9000)), f"{chance.randrange(900000) / 100:.2f}"])
        case "boolean":
            return chance.choice("是否")
        case "code":
            return chance.choice(list(column.codes) or ["其他"])
        case "division":
            return f"5325{chance.randrange(100):02d}"
        case "unit_number":
            return f"A{number:04d}"
        case _:
            return chance.choice([f"红河{number}号", f"A{number:04d}", f"编号{number}", "个体户"])


def clean(d: Draft) -> Polluted:
    return d.file(d.lines())


def with_bom(d: Draft) -> Polluted:
    return d.file(d.lines(), encode=lambda text: text.encode("utf-8-sig"))


def gb18030(d: Draft) -> Polluted:
    return d.file(d.lines(), encode=lambda text: text.encode("gb18030"))


def utf16_le(d: Draft) -> Polluted:
    return d.file(d.lines(), encode=lambda text: b"\xff\xfe" + text.encode("utf-16-le"))


def utf16_be(d: Draft) -> Polluted:
    return d.file(d.lines(), encode=lambda text: b"\xfe\xff" + text.encode("utf-16-be"))


def utf16_without_bom(d: Draft) -> Polluted:
    return d.file(d.lines(), encode=lambda text: text.encode("utf-16-le"))


def semicolons(d: Draft) -> Polluted:
    d.delimiter = ";"
    return d.file(d.lines())


def tabs(d: Draft) -> Polluted:
    d.delimiter = "\t"
    return d.file(d.lines())


def bars(d: Draft) -> Polluted:
    d.delimiter = "|"
    return d.file(d.lines())


def crlf(d: Draft) -> Polluted:
    d.line_end = "\r\n"
    return d.file(d.lines())


def only_cr(d: Draft) -> Polluted:
    d.line_end = "\r"
    return d.file(d.lines())


def no_last_line_end(d: Draft) -> Polluted:
    polluted = d.file(d.lines())
    polluted.data = polluted.data.rstrip(b"\n")
    return polluted


def title_above(d: Draft) -> Polluted:
    d.above = [f"红河州{d.contract.title_zh}（2024年5月）", "填报单位：某县人社局,填报时间：2024-05-01"][
        : d.random.randint(1, 2)
    ]
    return d.file(d.lines())


def wide_title_above(d: Draft) -> Polluted:
    d.above = [d.line([d.contract.title_zh] + [""] * (len(d.header) - 1))]
    return d.file(d.lines())


def blank_lines_above(d: Draft) -> Polluted:
    d.above = ["", d.delimiter * 3, ""][: d.random.randint(1, 3)]
    return d.file(d.lines())


def total_below(d: Draft) -> Polluted:
    word = d.random.choice(["合计", "合 计", "小计：", "总计"])
    return d.file([*d.lines(), d.line([word] + ["12"] * (len(d.header) - 1))])


def total_in_second_column(d: Draft) -> Polluted:
    return d.file([*d.lines(), d.line(["", "合计"] + ["7"] * (len(d.header) - 2))])


def short_total_below(d: Draft) -> Polluted:
    return d.file([*d.lines(), "合计,300"])


def subtotals_within(d: Draft) -> Polluted:
    at = d.some_row()
    polluted = d.file([*d.lines()[:at], d.line(["小计"] + [""] * (len(d.header) - 1)), *d.lines()[at:]])
    return _moved(polluted, d, at, 1)


def header_again(d: Draft) -> Polluted:
    at = d.some_row()
    polluted = d.file([*d.lines()[:at], d.line(d.header), *d.lines()[at:]])
    return _moved(polluted, d, at, 1)


def blank_lines_within(d: Draft) -> Polluted:
    at = d.some_row()
    polluted = d.file([*d.lines()[:at], "", d.delimiter * (len(d.header) - 1), *d.lines()[at:]])
    return _moved(polluted, d, at, 2)


def _moved(polluted: Polluted, d: Draft, at: int, by: int) -> Polluted:
    """The rows from index `at` stand `by` lines further down."""
    first = min(polluted.rows)
    texts = [{column.name: cell.strip() for column, cell in zip(d.columns, row, strict=True)} for row in d.rows]
    polluted.rows = {first + index + (by if index >= at else 0): text for index, text in enumerate(texts)}
    return polluted


def empty_columns_behind(d: Draft) -> Polluted:
    d.header = [*d.header, "", ""]
    return d.file([line + d.delimiter * 2 for line in d.lines()])


def delimiter_at_line_ends(d: Draft) -> Polluted:
    return d.file([line + d.delimiter for line in d.lines()])


def empty_rows_behind(d: Draft) -> Polluted:
    return d.file([*d.lines(), *([d.delimiter * (len(d.header) - 1)] * 3), "", ""])


def columns_in_another_order(d: Draft) -> Polluted:
    order = list(range(len(d.header)))
    d.random.shuffle(order)
    d.columns = [d.columns[at] for at in order]
    d.header = [d.header[at] for at in order]
    d.rows = [[row[at] for at in order] for row in d.rows]
    return d.file(d.lines())


def dressed_headers(d: Draft) -> Polluted:
    dress = [
        lambda text: f" {text} ",
        lambda text: f"{text}*",
        lambda text: f"*{text}",
        lambda text: f"{text[:2]}\n{text[2:]}",
    ]
    d.header = [d.random.choice(dress)(text.replace("(", "（").replace(")", "）")) for text in d.header]
    return d.file(d.lines())


def aliases(d: Draft) -> Polluted:
    d.header = [d.random.choice([text, *column.aliases]) for text, column in zip(d.header, d.columns, strict=True)]
    return d.file(d.lines())


def extra_columns(d: Draft) -> Polluted:
    polluted_rows = [f"{line},备注{number}" for number, line in enumerate(d.lines())]
    d.header = [*d.header, "县里自己的备注"]
    return d.file(polluted_rows)


def cells_left_out_by_excel(d: Draft) -> Polluted:
    _, *rows = left_by_excel([d.header, *d.rows])
    return d.file([d.line(row) for row in rows])


def left_by_excel(sheet: list[list[str]]) -> list[list[str]]:
    """What Excel writes of each row: sixteen rows at a time, no cells after the last column that one of them fills."""
    written: list[list[str]] = []
    for first in range(0, len(sheet), 16):
        sixteen = sheet[first : first + 16]
        width = max((at + 1 for row in sixteen for at, cell in enumerate(row) if cell), default=1)
        written += [[*row, *[""] * width][:width] for row in sixteen]
    return written


def all_quoted(d: Draft) -> Polluted:
    d.quote_all = True
    return d.file(d.lines())


def delimiter_in_a_cell(d: Draft) -> Polluted:
    d.rows[d.some_row()][d.text_column()] = "红河州,某县"
    return d.file(d.lines())


def quotes_in_a_cell(d: Draft) -> Polluted:
    d.rows[d.some_row()][d.text_column()] = '红河"大众"公司'
    return d.file(d.lines())


def line_break_in_a_cell(d: Draft) -> Polluted:
    for _ in range(d.random.randint(1, 4)):
        d.rows[d.some_row()][d.text_column()] = d.random.choice(
            ["第一行\n第二行", "甲\r\n乙\r\n丙", "\n丁", "戊,己\n庚"]
        )
    return d.file(d.lines())


def blanks_around_cells(d: Draft) -> Polluted:
    for row in d.rows[:: d.random.randint(1, 5)]:
        at = d.random.randrange(len(row))
        row[at] = d.random.choice([" {}", "{} ", "\u3000{}", "{}\u3000", "{}\xa0", "  {}\t"]).format(row[at])
    return d.file(d.lines())


def blank_after_delimiters(d: Draft) -> Polluted:
    d.quote_all = d.random.choice([True, False])
    d.header = [d.header[0], *(text for text in d.header[1:])]
    return d.file([", ".join(d.line([cell]) for cell in row) for row in d.rows])


def gzipped(d: Draft) -> Polluted:
    return d.file(d.lines(), ".csv.gz", lambda text: gzip.compress(text.encode()))


def zipped_by_a_chinese_system(d: Draft) -> Polluted:
    def pack(text: str) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("??.csv", text.encode("gb18030"))
        return out.getvalue().replace(b"??.csv", "表".encode("gbk") + b".csv")

    return d.file(d.lines(), ".zip", pack)


def workbook(d: Draft) -> Polluted:
    return _workbook(d, d.rows)


def workbook_with_merged_title(d: Draft) -> Polluted:
    return _workbook(d, d.rows, title=d.contract.title_zh)


def workbook_of_two_sheets(d: Draft) -> Polluted:
    return _workbook(d, d.rows, other_sheet=True)


def workbook_with_hidden_rows(d: Draft) -> Polluted:
    return _workbook(d, d.rows, hidden=set(d.random.sample(range(len(d.rows)), 5)))


def workbook_with_numeric_ids(d: Draft) -> Polluted:
    ids = [at for at, column in enumerate(d.columns) if column.type.loses_digits and column.type.identity]
    if not ids:
        return workbook(d)
    row, at = d.some_row(), d.random.choice(ids)
    polluted = _workbook(d, d.rows, number=(row, at))
    line = row + 2
    del polluted.rows[line][d.columns[at].name]
    polluted.not_text.add((line, d.columns[at].name))
    return polluted


def _workbook(
    d: Draft,
    rows: list[list[str]],
    *,
    title: str = "",
    other_sheet: bool = False,
    hidden: set[int] | None = None,
    number: tuple[int, int] | None = None,
) -> Polluted:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    if other_sheet:
        book.add_worksheet("说明").write_row(0, 0, ["填表说明", "请按模板填写"])
    sheet = book.add_worksheet("数据")
    top = 0
    if title:
        sheet.merge_range(0, 0, 0, len(d.header) - 1, title)
        top = 2
    sheet.write_row(top, 0, d.header)
    for index, row in enumerate(rows):
        for at, cell in enumerate(row):
            if (index, at) == number:
                sheet.write_number(top + 1 + index, at, 5325011990010112.0)
            elif cell:
                sheet.write_string(top + 1 + index, at, cell)
    for index in hidden or ():
        sheet.set_row(top + 1 + index, None, None, {"hidden": True})
    book.close()
    polluted = Polluted("file.xlsx", out.getvalue(), d.contract)
    for index, row in enumerate(rows):
        polluted.rows[top + 2 + index] = {
            column.name: cell.strip() for column, cell in zip(d.columns, row, strict=True)
        }
    return polluted


def quote_opened_and_never_closed(d: Draft) -> Polluted:
    at, records = d.some_row(), d.lines()
    cells = list(d.rows[at])
    cell = d.random.randrange(len(cells))
    records[at] = d.delimiter.join([*cells[:cell], '"' + cells[cell], *cells[cell + 1 :]])
    return d.broken(records, at)


def quote_never_closed_among_quotes(d: Draft) -> Polluted:
    d.quote_all = True
    at, records = d.some_row(), d.lines()
    cells = records[at].split(d.delimiter)
    cell = d.random.randrange(len(cells))
    cells[cell] = cells[cell][:-1]
    records[at] = d.delimiter.join(cells)
    return d.broken(records, at)


def quote_never_opened_among_quotes(d: Draft) -> Polluted:
    d.quote_all = True
    at, records = d.some_row(), d.lines()
    cells = records[at].split(d.delimiter)
    cell = d.random.randrange(len(cells))
    cells[cell] = cells[cell][1:]
    records[at] = d.delimiter.join(cells)
    return d.broken(records, at)


def quote_within_a_cell(d: Draft) -> Polluted:
    at, records = d.some_row(), d.lines()
    cells = list(d.rows[at])
    cell = d.text_column()
    cells[cell] = "红河" + '"' + "公司"
    records[at] = d.delimiter.join(cells)
    return d.broken(records, at)


def quote_not_doubled(d: Draft) -> Polluted:
    d.quote_all = True
    at = d.some_row()
    d.rows[at][d.text_column()] = "红河@公司"
    records = d.lines()
    records[at] = records[at].replace("@", '"')
    return d.broken(records, at)


def two_broken_quotes_far_apart(d: Draft) -> Polluted:
    records = d.lines()
    first, second = sorted(d.random.sample(range(len(records)), 2))
    cell = d.random.randrange(len(d.header))
    for at, mark in ((first, '"{}'), (second, '{}"')):
        cells = list(d.rows[at])
        cells[cell] = mark.format(cells[cell] or "某")
        records[at] = d.delimiter.join(cells)
    return d.broken(records, first, second)


def multi_line_cell_never_closed(d: Draft) -> Polluted:
    at, column = d.some_row(), d.text_column()
    d.rows[at][column] = "第一行\n第二行"
    records = d.lines()
    records[at] = records[at].replace('第二行"', "第二行")
    return d.broken(records, at, left_over=1)


def quote_opened_in_the_last_row(d: Draft) -> Polluted:
    records = d.lines()
    records[-1] = d.delimiter.join([*d.rows[-1][:-1], '"某'])
    return d.broken(records, len(records) - 1)


def one_delimiter_more(d: Draft) -> Polluted:
    at, records = d.some_row(), d.lines()
    cell = d.random.randrange(len(d.header))
    records[at] = d.line([*d.rows[at][:cell], "", *d.rows[at][cell:]])
    return d.broken(records, at)


def one_delimiter_less(d: Draft) -> Polluted:
    at, records = d.some_row(), d.lines()
    cell = d.random.randrange(len(d.header) - 1)
    row = d.rows[at]
    records[at] = d.line([*row[:cell], (row[cell] + row[cell + 1]) or "某", *row[cell + 2 :]])
    return d.broken(records, at)


def row_cut_off(d: Draft) -> Polluted:
    at, records = d.some_row(), d.lines()
    records[at] = records[at][: records[at].rindex(d.delimiter)]
    return d.broken(records, at)


def row_split_in_two(d: Draft) -> Polluted:
    at, records = d.some_row(), d.lines()
    cut = d.random.randrange(1, len(d.header) - 1)
    records[at] = d.line(d.rows[at][:cut]) + "\n" + d.line([d.rows[at][cut] or "某", *d.rows[at][cut + 1 :]])
    return d.broken(records, at, left_over=1)


def two_rows_in_a_line(d: Draft) -> Polluted:
    at, records = d.random.randrange(len(d.rows) - 1), d.lines()
    records[at] += d.delimiter + records.pop(at + 1)
    d.rows.pop(at + 1)
    return d.broken(records, at)


def another_delimiter_in_a_row(d: Draft) -> Polluted:
    at, records = _row_of_a_firm(d), d.lines()
    records[at] = d.random.choice([";", "\t", "|", " ", "，"]).join(d.rows[at])
    return d.broken(records, at)


def whole_row_quoted(d: Draft) -> Polluted:
    at, records = _row_of_a_firm(d), d.lines()
    records[at] = f'"{",".join(d.rows[at])}"'
    return d.broken(records, at)


def _row_of_a_firm(d: Draft) -> int:
    """Some row; where it ends in a text, in that of a heading."""
    at = d.some_row()
    if d.columns[-1].type.name in TEXTS:
        d.rows[at][-1] = "某某公司"
    return at


def nul_in_a_cell(d: Draft) -> Polluted:
    at, records = d.some_row(), d.lines()
    cells = list(d.rows[at])
    cells[d.text_column()] = "红河\0"
    records[at] = d.delimiter.join(cells)
    return d.broken(records, at)


def file_cut_off(d: Draft) -> Polluted:
    records = d.lines()
    records[-1] = d.delimiter.join([*d.rows[-1][: len(d.header) // 2], "红"])
    polluted = d.broken(records, len(records) - 1)
    polluted.data = polluted.data.rstrip(b"\n")[:-1]  # in mid-character, too
    polluted.may_refuse = True
    return polluted


def required_column_missing(d: Draft) -> Polluted:
    at = d.random.choice([at for at, column in enumerate(d.columns) if column.required])
    d.header.pop(at)
    for row in d.rows:
        row.pop(at)
    d.columns.pop(at)
    return _refused(d.file(d.lines()))


def delimiter_lost_in_header(d: Draft) -> Polluted:
    at = d.random.randrange(len(d.header) - 1)
    d.header[at : at + 2] = ["".join(d.header[at : at + 2])]
    return _refused(Polluted("file.csv", "\n".join([d.line(d.header), *d.lines()]).encode(), d.contract))


def quote_in_header(d: Draft) -> Polluted:
    at = d.random.randrange(len(d.header))
    header = d.delimiter.join([*d.header[:at], '"' + d.header[at], *d.header[at + 1 :]])
    return _refused(Polluted("file.csv", "\n".join([header, *d.lines()]).encode(), d.contract))


def column_twice(d: Draft) -> Polluted:
    at = d.random.choice([at for at, column in enumerate(d.columns) if column.required])
    d.header = [*d.header, d.header[at]]
    return _refused(
        Polluted("file.csv", "\n".join([d.line(d.header), *(f"{line},某" for line in d.lines())]).encode(), d.contract)
    )


def byte_that_is_not_utf8(d: Draft) -> Polluted:
    polluted = d.file(d.lines())
    at = polluted.data.index(b"\n", len(polluted.data) // 2)
    polluted.data = polluted.data[:at] + b"\xff" + polluted.data[at:]
    return _refused(polluted)


def two_encodings_in_a_file(d: Draft) -> Polluted:
    polluted = d.file(d.lines())
    half = polluted.data.index(b"\n", len(polluted.data) // 2)
    polluted.data = polluted.data[:half] + _recoded(polluted.data[half:])
    return _refused(polluted)


def one_utf8_row_among_gb18030(d: Draft) -> Polluted:
    at, column = d.some_row(), d.text_column()
    d.rows[at][column] = "红河哈尼族彝族自治州"
    head, row, tail = d.file(d.lines()).data.partition(d.line(d.rows[at]).encode())
    return _refused(Polluted("file.csv", _recoded(head) + row + _recoded(tail), d.contract))


def _recoded(utf8: bytes) -> bytes:
    return utf8.decode().encode("gb18030")


def web_page_called_csv(d: Draft) -> Polluted:
    cells = "".join(f"<td>{cell}</td>" for cell in d.header)
    return _refused(Polluted("file.csv", f"<html><table><tr>{cells}</tr></table></html>".encode(), d.contract))


def web_page_called_xls(d: Draft) -> Polluted:
    return _refused(Polluted("file.xls", web_page_called_csv(d).data, d.contract))


def workbook_called_csv(d: Draft) -> Polluted:
    return _refused(Polluted("file.csv", workbook(d).data, d.contract))


def csv_called_workbook(d: Draft) -> Polluted:
    return _refused(Polluted("file.xlsx", clean(d).data, d.contract))


def gzip_cut_off(d: Draft) -> Polluted:
    data = gzipped(d).data
    return _refused(Polluted("file.csv.gz", data[: len(data) * 2 // 3], d.contract))


def workbook_cut_off(d: Draft) -> Polluted:
    data = workbook(d).data
    return _refused(Polluted("file.xlsx", data[: len(data) * 2 // 3], d.contract))


def empty_file(d: Draft) -> Polluted:
    return _refused(Polluted("file.csv", b"", d.contract))


def table_of_another_feed(d: Draft) -> Polluted:
    text = "\n".join(["商品,单价,数量", "苹果,3,4", "梨,2,9"])
    return _refused(Polluted("file.csv", text.encode(), d.contract))


def _refused(polluted: Polluted) -> Polluted:
    polluted.must_refuse = True
    polluted.rows = {}
    return polluted


KINDS: Mapping[str, Callable[[Draft], Polluted]] = MappingProxyType(
    {
        kind.__name__: kind
        for kind in (
            clean, with_bom, gb18030, utf16_le, utf16_be, utf16_without_bom, semicolons, tabs, bars, crlf, only_cr,
            no_last_line_end, title_above, wide_title_above, blank_lines_above, total_below, total_in_second_column,
            short_total_below, subtotals_within, header_again, blank_lines_within, empty_columns_behind,
            delimiter_at_line_ends, empty_rows_behind, columns_in_another_order, dressed_headers, aliases,
            extra_columns, cells_left_out_by_excel, all_quoted, delimiter_in_a_cell, quotes_in_a_cell,
            line_break_in_a_cell,
            blanks_around_cells, blank_after_delimiters, gzipped, zipped_by_a_chinese_system, workbook,
            workbook_with_merged_title, workbook_of_two_sheets, workbook_with_hidden_rows, workbook_with_numeric_ids,
            quote_opened_and_never_closed, quote_never_closed_among_quotes, quote_never_opened_among_quotes,
            quote_within_a_cell, quote_not_doubled, two_broken_quotes_far_apart, multi_line_cell_never_closed,
            quote_opened_in_the_last_row, one_delimiter_more, one_delimiter_less, row_cut_off, row_split_in_two,
            two_rows_in_a_line, another_delimiter_in_a_row, whole_row_quoted, nul_in_a_cell, file_cut_off,
            required_column_missing,
            delimiter_lost_in_header, quote_in_header, column_twice, byte_that_is_not_utf8, two_encodings_in_a_file,
            one_utf8_row_among_gb18030,
            web_page_called_csv, web_page_called_xls, workbook_called_csv, csv_called_workbook, gzip_cut_off,
            workbook_cut_off, empty_file, table_of_another_feed,
        )
    }
)  # fmt: skip


def pollute(kind: str, seed: int) -> Polluted:
    """One file of a kind; the same seed gives the same file."""
    return KINDS[kind](draft(seed))
