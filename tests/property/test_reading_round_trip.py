"""Any table that we can write comes back equal: in every encoding, dialect and wrapping."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from pathlib import Path
from typing import Literal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from employment_warehouse.contract import contract_of
from employment_warehouse.reading import Refused, read_tables, write_table_as_read
from employment_warehouse.reading.encoding import SAMPLE

HEADER = ["姓名", "单位名称", "备注"]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=10)
CELLS = st.one_of(
    TEXT, st.sampled_from(["", "张三", "a,b", "a;b|c", 'say "hi"', "两\n行", "\r\n", "'", "=1", "\\", "\ufeff"])
)
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8)


def file_of(rows: list[list[str]], encoding: str, delimiter: str, line_end: str, quote_all: bool) -> bytes:
    out = io.StringIO(newline="")
    quoting: Literal[0, 1] = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerows([HEADER, *rows])
    return out.getvalue().encode(encoding)


def rows_of(rows: list[list[str]]) -> list[list[str]]:
    """What is to come back: trimmed, and no blank row, no totals, no second header."""
    trimmed = [[cell.strip() for cell in row] for row in rows]
    totals = ("合计", "小计", "总计", "共计", "总合计", "本页合计", "本页小计")
    first = [next((cell for cell in row if cell), "") for row in trimmed]
    return [row for row, cell in zip(trimmed, first, strict=True) if cell and cell not in totals and row != HEADER]


def read(path: Path) -> tuple[list[str], list[list[str]]]:
    table = read_tables(path, None)
    rows = [cells for frame in table.frames for _, _, *cells in frame.iter_rows()]
    assert table.pop_broken().is_empty()
    assert table.rows_read == len(rows)
    return table.header, rows


DIALECTS = st.tuples(
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)


@given(ROWS, DIALECTS)
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_table_survives_writing_and_reading(
    tmp_path: Path, rows: list[list[str]], dialect: tuple[str, str, str, bool]
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(file_of(rows, *dialect))
    assert read(path) == (HEADER, rows_of(rows))


@given(ROWS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_compressed_table_survives_writing_and_reading(tmp_path: Path, rows: list[list[str]]) -> None:
    data = file_of(rows, "utf-8", ",", "\n", False)
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(data[:50]) + gzip.compress(data[50:]))
    with zipfile.ZipFile(tmp_path / "t.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("表/甲.csv", data)
        archive.writestr("__MACOSX/表/._甲.csv", b"x")
        archive.writestr("说明.docx", b"x")
    assert read(tmp_path / "t.csv.gz") == read(tmp_path / "t.zip") == (HEADER, rows_of(rows))


@given(st.binary(max_size=300), st.sampled_from([b"", "姓名,单位\n".encode(), b"\xff\xfe", b"\x1f\x8b", b"PK\x03\x04"]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_or_refused(tmp_path: Path, noise: bytes, start: bytes) -> None:
    path = tmp_path / "t"
    path.write_bytes(start + noise)
    try:
        write_table_as_read(path, io.BytesIO())
    except Refused as refusal:
        assert refusal.code
        assert refusal.where


def test_the_table_as_read_is_written_as_utf8_csv(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes('就业台账\r\n\r\n姓名;单位\r\n 张三 ;"红河;某厂"\r\n合计;1\r\n'.encode("gb18030"))
    out = io.BytesIO()
    table = write_table_as_read(path, out)
    assert out.getvalue().decode() == "姓名,单位\n张三,红河;某厂\n"
    assert table.rows_read == 1


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("t.csv", "nom,prénom\nJosé,Nuñez\n".encode("latin-1"), "encoding_unknown"),
        ("t.csv", "이름,나이,주소\n홍길동,20,서울\n".encode("euc-kr"), "encoding_unknown"),
        ("t.csv", "姓名,单位\n张三,甲\n".encode() + b"\xff\n", "encoding_unknown"),
        ("t.csv", "姓名,单位\n张三,甲".encode()[:-1], "encoding_unknown"),
        ("t.csv", b"", "empty_file"),
        ("t.csv", b"2024-05-01,1,2\n2024-05-02,3,4\n2024-05-03,5,6\n", "header_not_found"),
        ("t.csv", b"%PDF-1.7\n", "extension_mismatch"),
        ("t.xls", b"<html><table/></html>", "extension_mismatch"),
        ("t.csv.gz", gzip.compress(bytes(80 << 20), 9), "too_large_inflated"),
        ("t.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0)[:-6], "archive_unreadable"),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(Refused) as refusal:
        read(tmp_path / name)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({}, "empty_archive"),
        ({"说明.docx": b"x"}, "empty_archive"),
        ({"甲.csv": b"a,b\n1,2\n", "乙.csv": b"a,b\n3,4\n"}, "archive_member_ambiguous"),
        ({"甲.csv": bytes(80 << 20)}, "too_large_inflated"),
        ({"甲.xlsx": b"a,b\n1,2\n"}, "extension_mismatch"),
    ],
)
def test_an_archive_that_is_not_one_table_is_refused(tmp_path: Path, members: dict[str, bytes], code: str) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with pytest.raises(Refused) as refusal:
        read(tmp_path / "t.zip")
    assert refusal.value.code == code


def test_characters_added_to_gb18030_survive_a_round_trip(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("姓名,单位\n".encode("gb18030") + b"\xfe\x9f\xfe\x59\xa8\xbc,\xa6\xd9x\n")
    assert read(tmp_path / "t.csv")[1] == [["䶮龴ḿ", "︐x"]]


def test_a_record_that_never_ends_costs_one_row_and_little_memory(tmp_path: Path) -> None:
    rows = "".join(f"人{number},{'单位' * 100},备注\n" for number in range(20_000))
    (tmp_path / "t.csv").write_text('姓名,单位,备注\n王,"甲,乙\n' + rows, encoding="utf-8")
    table = read_tables(tmp_path / "t.csv", None)
    frames = list(table.frames)
    assert table.pop_broken().rows() == [("", 2, "broken_quote", '王,"甲,乙')]
    assert table.rows_read == 20_001
    assert frames[-1].row(-1) == ("", 20_002, "人19999", "单位" * 100, "备注")


def test_bytes_that_are_not_utf8_far_down_refuse_the_file(tmp_path: Path) -> None:
    rows = "".join(f"人{number},{'单位' * 20},备注\n" for number in range(20_000)).encode()
    (tmp_path / "t.csv").write_bytes("姓名,单位,备注\n".encode() + rows + "张三,甲,乙\n".encode("gb18030") + rows)
    with pytest.raises(Refused, match="第 20002 行") as refusal:
        read_tables(tmp_path / "t.csv", None)
    assert (refusal.value.code, refusal.value.where) == ("encoding_unknown", "t.csv")


@pytest.mark.parametrize("shift", range(3))
def test_a_character_may_lie_across_two_pieces_of_a_file(tmp_path: Path, shift: int) -> None:
    rows = [["x" * shift, "甲" * 1000]] * (SAMPLE // 3000 + 1)
    (tmp_path / "t.csv").write_text("\n".join(map(",".join, [["姓名", "单位"], *rows])), encoding="utf-8")
    assert read(tmp_path / "t.csv") == (["姓名", "单位"], rows)


@pytest.mark.parametrize("behind", ["\r\n", "\r\n\x1a\r\n", "\nz,w\n"])
def test_a_mark_of_the_end_is_one_where_the_file_ends(tmp_path: Path, behind: str) -> None:
    head = "name,place\n" + "x,y\n" * (SAMPLE // 4 - 100)
    whole = head + "x," + "y" * (SAMPLE - len(head) - 3) + "\x1a"  # the last byte of the first piece
    (tmp_path / "t.csv").write_text(whole + behind, newline="")
    last = read(tmp_path / "t.csv")[1][-1]
    assert last[1].strip("y") == ("w" if "z" in behind else "")
    assert sum("\x1a" in cell for row in read(tmp_path / "t.csv")[1] for cell in row) == ("z" in behind)


def test_a_line_of_utf8_among_gb18030_is_named(tmp_path: Path) -> None:
    lines = ["姓名,单位", *["张三,红河某厂"] * 5, "李四,红河哈尼族彝族自治州", *["王五,联通"] * 5]
    encoded = [line.encode("utf-8" if "李四" in line else "gb18030") for line in lines]
    (tmp_path / "t.csv").write_bytes(b"\n".join(encoded))
    with pytest.raises(Refused, match="第 7 行") as refusal:
        read_tables(tmp_path / "t.csv", None)
    assert refusal.value.code == "encoding_unknown"


def test_a_file_that_shows_its_encoding_far_down_is_read_in_it(tmp_path: Path) -> None:
    rows = "".join(f"P{number},{'x' * 40},y\n" for number in range(20_000))
    for encoding in ("utf-8", "gb18030"):
        (tmp_path / "t.csv").write_bytes(f"name,place,note\n{rows}张三,甲,乙\n".encode(encoding))
        assert read(tmp_path / "t.csv")[1][-1] == ["张三", "甲", "乙"]


def test_a_column_whose_texts_stop_repeating_is_read_on(tmp_path: Path) -> None:
    header = [column.header for column in contract_of("workshop").columns]
    rows = [[f"{at}:{number if number > 100 else 0}" for at in range(len(header))] for number in range(20_000)]
    (tmp_path / "t.csv").write_text("\n".join(map(",".join, [header, *rows])) + "\n", encoding="utf-8")
    frames = list(read_tables(tmp_path / "t.csv", contract_of("workshop")).frames)
    assert [cells for frame in frames for _, _, *cells in frame.iter_rows()] == rows
    assert [frame["c1"].dtype.base_type() for frame in (frames[0], frames[-1])] == [pl.Categorical, pl.String]


def test_a_line_that_never_ends_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,b\n" + b"1," * (40 << 20))
    with pytest.raises(Refused):
        read(tmp_path / "t.csv")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # Apostrophes all around: they quote.
        (["'姓名','单位'", "'甲','乙厂'", "'丙','O''Brien'"], [("甲", "乙厂"), ("丙", "O'Brien")]),
        # Excel's mark of a number that is to be text, and a name with one: letters.
        (["号码,姓名", "'0012,O'Brien'", "'0013,'t Hooft"], [("'0012", "O'Brien'"), ("'0013", "'t Hooft")]),
    ],
)
def test_apostrophes_quote_where_all_that_are_opened_are_closed(
    tmp_path: Path, lines: list[str], expected: list[tuple[str, str]]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert [row[2:] for frame in read_tables(path, None).frames for row in frame.iter_rows()] == expected


@pytest.mark.parametrize("lines", [["姓名,单位"], ["姓名,单位", "姓名,单位"], ["姓名,单位", "", "姓名,单位", ""]])
def test_a_header_without_rows_is_a_table_without_rows(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    table = read_tables(path, None)
    assert table.header == ["姓名", "单位"]
    assert list(table.frames) == []


PEOPLE = ["张三,2024-05-01,3200", "李四,2024-05-02,3300", "王五,2024-05-03,3400", "赵六,2024-05-04,3500"]


@pytest.mark.parametrize(
    "lines",
    [
        # Sorted, header and all.
        ["丁一,2024-04-30,3100", "姓名,日期,金额", *PEOPLE],
        # Two tables, of which the second is the wider.
        [
            "姓名,日期,事由,,,,,,",
            *["张三,五月,开会,,,,,,"] * 5,
            "甲,乙,丙,丁,戊,己,庚,辛,壬",
            *["李四,一,2,3,4,5,6,7,8"] * 9,
        ],
        # One row, and it has a cell more than the header.
        ["姓名,日期,金额,事由", "张三,五月一日,三千,开会,又"],
        # No header.
        ["0,0", "0.01,0.5", "0.02,0.7", "0.03,0.9"],
        ["2024-02-28,1:00:00,NaN", "2024-02-28,2:00:00,NaN", "2024-02-28,3:00:00,31", "2024-02-28,4:00:00,32"],
    ],
)
def test_rows_without_a_header_above_are_never_dropped_silently(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_tables(path, None)
    assert refusal.value.code in {"header_not_found", "rows_above_header"}


@pytest.mark.parametrize(
    "above",
    [
        ["元阳县务工人员收入表"],
        ["单位：元阳县,日期：2024-05-01,"],
        ["元阳县务工人员收入表,,", "", "单位：元阳县,,"],
    ],
)
def test_titles_and_headings_above_the_header_are_not_rows(tmp_path: Path, above: list[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join([*above, "姓名,日期,金额", *PEOPLE]) + "\n", encoding="utf-8")
    table = read_tables(path, None)
    assert table.header == ["姓名", "日期", "金额"]
    assert sum(frame.height for frame in table.frames) == len(PEOPLE)


@pytest.mark.parametrize(
    ("above", "names", "expected"),
    [
        ("组别,收入,,支出,", ",工资,其他,伙食,房租", ["组别", "收入 工资", "收入 其他", "支出 伙食", "支出 房租"]),
        ("甲组,,乙组,", "工资,房租,工资,房租", ["甲组 工资", "甲组 房租", "乙组 工资", "乙组 房租"]),
    ],
)
def test_names_under_headings_are_read_with_them(tmp_path: Path, above: str, names: str, expected: list[str]) -> None:
    path = tmp_path / "a.csv"
    rows = [",".join(f"{1000 + 10 * row + at}" for at in range(len(expected))) for row in range(5)]
    path.write_text("\n".join([above, names, *rows]) + "\n", encoding="utf-8")
    table = read_tables(path, None)
    assert table.header == expected
    assert sum(frame.height for frame in table.frames) == 5


def test_the_contract_s_columns_are_found_under_headings_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "岗位编号,身份证号,补贴,,,\n,,补贴月份,出勤天数,应发金额,实发金额\nP1,532528199001010009,2024-04,22,800,800\n",
        encoding="utf-8",
    )
    table = read_tables(path, contract_of("public_post_payment"))
    assert list(table.columns) == ["post_no", "id_number", "period", "days_present", "amount_due", "amount_paid"]
    assert [row[1:4] for frame in table.frames for row in frame.iter_rows()] == [(3, "P1", "532528199001010009")]


HEADERS = "岗位编号,身份证号,补贴月份,出勤天数,应发金额,实发金额,发放日期,资金来源,银行账号,代发批次号"


@pytest.mark.parametrize(
    "above",
    [
        ["填报单位：,元阳县,,填报日期：,2024-05-01", "联系人：,某某,,联系电话：,0873", "基本信息,,补贴,,,,发放,,,"],
        ["填报单位,元阳县,联系人,某某", "制表人,某某,审核人,某某", "电话,0873,日期,2024-05-01"],
        ["合计,6人,2024-04,120,4800,4800,2024-05-01,,,"],
        ["1,2,3,4,5,6,7,8,9,10"],
    ],
)
@pytest.mark.parametrize("n_rows", [0, 6])
def test_titles_and_notes_above_the_header_do_not_hide_it(tmp_path: Path, above: list[str], n_rows: int) -> None:
    rows = [f"P{at},532528199001010009,2024-04,22,800,800,2024-05-01,县级,6217000000000001,PC1" for at in range(n_rows)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join([*above, HEADERS, *rows]) + "\n", encoding="utf-8")
    table = read_tables(path, contract_of("public_post_payment"))
    assert len(table.columns) == 10
    assert sum(frame.height for frame in table.frames) == n_rows


def test_headings_over_headings_are_read_by_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [
        "岗位编号,身份证号,补贴月份,出勤天数,发放情况,,,,,",
        ",,,,金额,,日期等,,,",
        ",,,,应发金额,实发金额,发放日期,资金来源,银行账号,代发批次号",
        "P1,532528199001010009,2024-04,22,800,800,2024-05-01,县级,6217000000000001,PC1",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = read_tables(path, contract_of("public_post_payment"))
    assert len(table.columns) == 10
    assert sum(frame.height for frame in table.frames) == 1


@pytest.mark.parametrize(
    ("lines", "header"),
    [
        (["姓名,,补贴", "张三,男,无", "李四,女,100", "王五,男,200", "赵六,男,300"], ["姓名", "", "补贴"]),
        (["姓名,备注:无则空,", "张三,a,", "李四,b,", "王五,c,"], ["姓名", "备注:无则空"]),
        (["县市,2021,2022,2023", "甲,1,2,3", "乙,4,5,6", "丙,7,8,9"], ["县市", "2021", "2022", "2023"]),
        (
            ["填报单位：,元阳县,日期：,2024-05-01", "姓名,村,年龄,金额", "张三,甲,30,1", "李四,乙,31,2"],
            ["姓名", "村", "年龄", "金额"],
        ),
    ],
)
def test_the_header_is_the_one_that_a_human_sees(tmp_path: Path, lines: list[str], header: list[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = read_tables(path, None)
    assert table.header == header
    assert sum(frame.height for frame in table.frames) == len(lines) - 1 - lines.index(
        next(line for line in lines if line.split(",")[0] == header[0])
    )


WORKSHOP = [column.header for column in contract_of("workshop").columns]


@pytest.mark.parametrize(
    "above",
    [
        "台账（单位：万元）",
        "金额单位: 万元",
        "奖补情况表（万元）",
        "单位：千元",
        "单位：人、万元　日期：5月",
        "（单位:个/户，万元）",
        "以万元为单位",
    ],
)
def test_a_line_that_gives_amounts_in_another_unit_refuses_the_file(tmp_path: Path, above: str) -> None:
    path = tmp_path / "t.csv"
    for encoding in ("utf-8", "gb18030"):
        path.write_text(f"{above}\n{','.join(WORKSHOP)}\n{','.join('1' for _ in WORKSHOP)}\n", encoding=encoding)
        with pytest.raises(Refused) as refused:
            read_tables(path, contract_of("workshop"))
        assert refused.value.code == "amounts_not_in_yuan"
    in_yuan = "台账（单位：元）　填报单位：万元镇　总投资（万元）：350"
    path.write_text(f"{in_yuan}\n{','.join(WORKSHOP)}\n{','.join('1' for _ in WORKSHOP)}\n")
    assert sum(frame.height for frame in read_tables(path, contract_of("workshop")).frames) == 1


def test_a_repeated_header_in_the_same_order_is_accepted(tmp_path: Path) -> None:
    row = [f"值{at}" for at in range(len(WORKSHOP))]
    dressed = [WORKSHOP[0], f"{WORKSHOP[1]}*", *WORKSHOP[2:]]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(map(",".join, [WORKSHOP, row, WORKSHOP, row, dressed, row])) + "\n")
    rows = [cells for frame in read_tables(path, contract_of("workshop")).frames for _, _, *cells in frame.iter_rows()]
    assert rows == [row, row, row]


@pytest.mark.parametrize("n_rows", [1, pytest.param(30_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("quoted", [False, True])
def test_a_second_header_in_another_order_refuses_the_file(tmp_path: Path, n_rows: int, quoted: bool) -> None:
    row = ",".join(f"值{at}" for at in range(len(WORKSHOP)))
    other = [*WORKSHOP[:2], *reversed(WORKSHOP[2:])]
    odd = ['"x', row] if quoted else []
    lines = [",".join(WORKSHOP), *[row] * n_rows, *odd, ",".join(other), row]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(Refused) as refused:
        for _ in read_tables(path, contract_of("workshop")).frames:
            pass
    assert refused.value.code == "second_header"
    assert str(n_rows + 2 + len(odd)) in refused.value.message
