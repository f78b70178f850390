"""What is checked of a cell and of a row: for each type and each reason one that passes and one that fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from tests.kit.checking import COUNTY, check, good_row, reasons_of, reported, table_of, value_of
from tests.kit.examples import example_of

from employment_warehouse.checking import check_table, repeated_rows
from employment_warehouse.contract import contract_of, contracts, row_reason
from employment_warehouse.landing.naming import NamingRule
from employment_warehouse.reading.table import BrokenRow


@pytest.mark.parametrize("feed", contracts())
def test_the_examples_of_a_contract_make_a_good_row(feed: str) -> None:
    checked = check(feed, good_row(feed))
    assert reported(checked) == []
    contract = contract_of(feed)
    assert checked.good.columns == ["sheet", "line", *(column.name for column in contract.columns), "extra"]


@pytest.mark.parametrize("feed", contracts())
def test_a_good_row_may_omit_optional_cells(feed: str) -> None:
    contract = contract_of(feed)
    row = good_row(feed) | {column.header: "" for column in contract.columns if not column.required}
    row |= {column.header: example_of(column) for column in contract.columns if column.required_when}
    assert reported(check(feed, row)) == []


@pytest.mark.parametrize("feed", contracts())
def test_each_required_column_is_required(feed: str) -> None:
    contract = contract_of(feed)
    for column in contract.columns:
        if column.required and column.name != contract.unit_column:
            faults = reported(check(feed, good_row(feed) | {column.header: " "}))
            assert (2, column.name, "required_missing") in faults


# --- cells that are read ----------------------------------------------------------------------------------------

WRITTEN = [
    # ID numbers in disguise
    ("employment", "身份证号", "532528199001010009", "532528199001010009"),
    ("employment", "身份证号", " ５３２５２８１９９００１０１０００９　", "532528199001010009"),
    ("employment", "身份证号", '="532528199001010009"', "532528199001010009"),
    ("employment", "身份证号", "'532528199001010009", "532528199001010009"),
    ("employment", "身份证号", "53252819900101005x", "53252819900101005X"),
    ("employment", "身份证号", "53252819900101000944", "532528199001010009"),  # disability certificate
    ("employment", "身份证号", "53252819900101000944B1", "532528199001010009"),
    *[
        ("employment", "身份证号", f"532528199001010009{more}", "532528199001010009")
        for more in ("11", "74", "23B0", "44b2")
    ],
    ("employment", "身份证号", "532522196001010007", "532522196001010007"),  # a prefix that is out of use
    # names
    ("employment", "姓名", "张　三", "张三"),
    ("employment", "姓名", " 阿普·拉莫 ", "阿普·拉莫"),
    ("employment", "姓名", "㛃䶮", "㛃䶮"),
    *[("employment", "姓名", text, text) for text in ("张×××", "张**")],
    # mobiles and accounts
    ("labor_register", "手机号", "+86 138-0000-0000", "13800000000"),
    ("labor_register", "手机号", "13800000000.0", "13800000000"),
    ("labor_register", "手机号", "0086 13800000000", "13800000000"),
    ("labor_register", "手机号", "（0873）721-2345", "08737212345"),
    ("labor_register", "手机号", "0873-7212345转801", "08737212345转801"),
    ("labor_register", "手机号", "7212345", "7212345"),
    *[("labor_register", "手机号", text, text) for text in ("1380000000", "138****0000", "无电话")],
    ("labor_register", "手机号", "+84 912 345 678", "+84912345678"),
    ("labor_register", "手机号", "NULL", None),
    ("labor_register", "就业意愿", "none", "none"),
    ("labor_register", "就业意愿", "None", None),
    ("relief_project", "总投资", "1.2千万元", Decimal("12000000.00")),
    ("relief_payroll", "银行账号", "6217 0000 0000 0000 000", "6217000000000000000"),
    *[
        (feed, header, mark.format(number), number)
        for mark in ("`{}", '"{}"', "‘{}", "“{}”", "'{}'", "\t`{} ", "＇{}", "={}")
        for feed, header, number in (
            ("bank_return", "银行账号", "6217000000000000000"),
            ("employment", "身份证号", "532528199001010009"),
            ("employment", "统一社会信用代码", "91532528000000000N"),
            ("labor_register", "手机号", "13800000000"),
        )
    ],
    ("bank_return", "户名", "`白试禾", "白试禾"),
    ("employment", "姓名", "`白试禾", "白试禾"),
    ("employment", "用工单位", "`试厂", "试厂"),
    ("employment", "入职日期", "`2024-05-01", date(2024, 5, 1)),
    ("employment", "月收入", "`3200", Decimal("3200.00")),
    # texts
    ("employment", "用工单位", "'ＡＢ１厂（元阳）　", "AB1厂（元阳）"),
    ("employment", "岗位", "=cmd()", "=cmd()"),
    ("employment", "岗位", "@SUM(A1)", "@SUM(A1)"),
    ("employment", "岗位", "#1 工位", "#1 工位"),
    ("employment", "岗位", " 3E10 ", "3E10"),
    ("employment", "劳务品牌", "暂无", None),
    ("employment", "劳务品牌", "/", None),
    ("labor_register", "与户主关系", "一\n二", "一\n二"),
    ("labor_register", "户编号", "123.0", "123"),
    *[("labor_register", "户编号", number, number) for number in ("24E12", "3.2E1", "1E10", "A1.5E10")],
    ("relief_payroll", "代发批次号", "云发改（2024）1号", "云发改(2024)1号"),
    ("relief_payroll", "代发批次号", "ＰＣ２０２４－１", "PC2024-1"),
    ("relief_payroll", "代发批次号", "云发改〔2024〕1号", "云发改〔2024〕1号"),
    # codes
    ("labor_register", "人口类别", "边缘户", "marginal"),
    ("labor_register", "人口类别", "易致贫户", "marginal"),
    ("labor_register", "人口类别", "lifted_out", "lifted_out"),
    ("labor_register", "人口类别", " 脱贫户　", "lifted_out"),
    ("employment", "行业", "c", "C"),
    ("employment", "行业", "制造业", "C"),
    ("employment", "行业", "-", None),
    # divisions
    ("employment", "务工地代码", "境外", "990000"),
    ("employment", "务工地代码", "990000", "990000"),
    ("employment", "务工地代码", "４４０３００", "440300"),
    ("employment", "务工地代码", "440300.0", "440300"),
    ("employment", "县市代码", "元阳县", "532528"),
    ("employment", "县市代码", "", "532528"),
    # yes and no
    *[("employment", "是否签订合同", text, True) for text in ("是", "√", "Y", "y", "1", "1.0", "TRUE", "Yes", "１")],
    *[("employment", "是否签订合同", text, False) for text in ("否", "×", "N", "n", "0", "0.0", "false", "No")],
    ("employment", "是否签订合同", "暂无", None),
    # days
    *[
        ("employment", "入职日期", text, date(2024, 5, 1))
        for text in (
            *("2024-05-01", "2024/5/1", "2024.5.1", "2024.05.01", "2024.5", "20240501", "20240501.0", "202405"),
            *("2024年5月1日", "2024年05月01日", "2024 年 5 月 1 日", "2024年5月", "2024-05", "'2024-05-01"),
            *("45413", "45413.0", "45413.75", "2024-05-01 00:00:00", "2024-05-01T00:00:00", "2024/5/1 8:30"),
            "２０２４－０５－０１",
        )
    ],
    ("employment", "入职日期", "2024-02-29", date(2024, 2, 29)),
    # months
    *[
        ("relief_payroll", "工资期间", text, date(2024, 4, 1))
        for text in (
            *("2024-04", "2024/4", "2024.4", "202404", "2024年4月", "2024年04月"),
            *("2024-04-01", "2024-04-30", "45383"),
        )
    ],
    # amounts
    *[
        ("employment", "月收入", text, Decimal("3200.00"))
        for text in (
            *("3200", "3200.0", "3200.00", "3,200.00", "3,200.00元", "￥3200", "¥3,200.00", "0.32万元", "0.32万"),
            *("３２００元", "3，200", " 3200 ", '="3200"', "3200圆", "+3200"),
        )
    ],
    ("employment", "月收入", "1066.666666666667", Decimal("1066.67")),
    ("employment", "月收入", "0.005", Decimal("0.01")),
    ("employment", "月收入", "0", Decimal("0.00")),
    ("employment", "月收入", "200000", Decimal("200000.00")),
    ("relief_payroll", "出工天数", "22.5", Decimal("22.50")),
    ("relief_project", "总投资", "1.2亿元", Decimal("120000000.00")),
    # whole numbers
    *[("job_event", "岗位数", text, 1200) for text in ("1200", "1,200", "1200.0", "1200.00", "１２００", "0.12万")],
    # credit codes
    ("employment", "统一社会信用代码", "91532528000000000n", "91532528000000000N"),
    ("employment", "统一社会信用代码", "9153 2528 0000 0000 0N", "91532528000000000N"),
    ("employment", "统一社会信用代码", "N2532528MF0000000K", "N2532528MF0000000K"),  # a village's co-operative
    ("employment", "统一社会信用代码", "无", None),
    # instants
    ("applications", "status_at", "2024-05-01T08:00:00+08:00", datetime(2024, 5, 1, tzinfo=UTC)),
    ("applications", "status_at", "2024-05-01T00:00:00.5Z", datetime(2024, 5, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
]  # fmt: skip


@pytest.mark.parametrize(("feed", "header", "cell", "value"), WRITTEN)
def test_a_cell_is_read_as_intended(feed: str, header: str, cell: str, value: object) -> None:
    assert value_of(feed, header, cell) == value


# --- cells that are refused ---------------------------------------------------------------------------------------

REFUSED = [
    ("employment", "身份证号", "532528199001010008", "id_checksum"),
    ("employment", "身份证号", "53252819900101000", "id_length"),
    ("employment", "身份证号", "5325281990010100091", "id_length"),
    *[
        ("employment", "身份证号", f"532528199001010009{more}", "id_length")
        for more in ("00", "99", "58", "15", "81", "44A1", "4411", "44BB")
    ],
    ("employment", "身份证号", "某人", "id_length"),
    ("employment", "身份证号", "\x01532528199001010009", "id_not_text"),
    ("employment", "身份证号", "5.32528E+17", "id_not_text"),
    ("employment", "身份证号", "532528199001010009.0", "id_not_text"),
    ("employment", "身份证号", "999999199001010009", "id_placeholder"),
    ("employment", "身份证号", "99999", "id_length"),
    ("employment", "身份证号", "532528900101000", "id_first_generation"),
    ("employment", "身份证号", "532528199002300008", "id_date"),
    ("employment", "身份证号", "532528190002290005", "id_date"),  # 1900 was not a leap year
    ("relief_payroll", "银行账号", "6.217E+18", "id_not_text"),
    ("relief_payroll", "银行账号", "\x016217000000000000", "id_not_text"),
    ("relief_payroll", "银行账号", "6217000000000000000.0", "id_not_text"),
    ("relief_payroll", "银行账号", "1234", "id_length"),
    *[("relief_payroll", "银行账号", text, "ditto_mark") for text in ('"', "“", "＂")],
    *[
        ("relief_payroll", "银行账号", text, "id_length")
        for text in ("6217000000000000000'6217000000000000018", "'6217000000000000000 6217000000000000018")
    ],
    ("labor_register", "手机号", "1.38E+10", "id_not_text"),
    *[("labor_register", "手机号", text, "ditto_mark") for text in ("同上", "〃", "（同 上）")],
    *[
        ("labor_register", "手机号", text, "id_length")
        for text in (
            *("13800000000 13900000000", "13800000000/13900000000", "532528199001010009"),
        )
    ],
    ("labor_register", "手机号", "####", "schema_violation"),
    ("labor_register", "户编号", "####", "schema_violation"),
    ("labor_register", "户编号", "NULL", "required_missing"),
    ("employment", "岗位", "a\x00b", "schema_violation"),
    ("employment", "姓名", "张\x07三", "schema_violation"),
    ("employment", "用工单位", "#N/A", "schema_violation"),
    ("employment_service", "记录号", "2.02405E+13", "id_not_text"),
    *[
        (feed, header, number, "id_not_text")
        for feed, header in (
            ("employment", "身份证号"), ("employment", "统一社会信用代码"), ("labor_register", "手机号"),
            ("labor_register", "户编号"), ("relief_payroll", "银行账号"), ("relief_payroll", "代发批次号"),
            ("relief_payroll", "班组"),
        )
        for number in ("1.3800000001E10", "5.3252819900101e17", "1.0E7", "5,32528E+17", "6.217E+18")
    ],
    ("employment", "就业渠道", "打工", "unknown_code"),
    ("employment", "务工地代码", "99", "not_a_division"),
    ("employment", "务工地代码", "深圳", "not_a_division"),
    ("employment", "务工地代码", "163000", "not_a_division"),
    ("employment", "务工地代码", "532526", "not_a_division"),
    ("workshop", "乡镇代码", "532528", "not_a_division"),
    ("labor_register", "村代码", "5.32528E+11", "not_a_division"),
    ("workshop", "乡镇代码", "532529101", "prefix_mismatch"),
    ("labor_register", "村代码", "532528102201", "prefix_mismatch"),
    ("relief_project", "乡镇代码", "532529101", "prefix_mismatch"),
    ("employment", "是否签订合同", "好", "not_a_boolean"),
    ("employment", "是否签订合同", "2", "not_a_boolean"),
    *[
        ("employment", "入职日期", text, "not_a_date")
        for text in ("2024-13-01", "2024-02-30", "5/1/2024", "24.5.1", "明天", "2024", "453", "2024-05-01T00:00:00Z")
    ],
    ("relief_payroll", "工资期间", "2024-00", "not_a_date"),
    ("applications", "status_at", "2024-05-01T08:00:00", "not_a_date"),
    *[
        ("employment", "月收入", text, "not_a_number")
        for text in ("三千", "3,20", "3.200,00", "3 200", "3.2E+03", "3200/月", "5.", "--5", "万元", "1.2.3", "(3200)")
    ],
    ("employment", "月收入", "200000.01", "out_of_range"),
    ("employment", "月收入", "-1", "out_of_range"),
    ("employment", "月收入", "3200万元", "out_of_range"),
    ("relief_payroll", "出工天数", "32", "out_of_range"),
    ("public_post_payment", "出勤天数", "31.5", "out_of_range"),
    ("job_event", "岗位数", "3.5", "not_an_integer"),
    ("job_event", "岗位数", "许多", "not_a_number"),
    ("job_event", "岗位数", "3000000000", "out_of_range"),
    ("job_event", "岗位数", "-1", "out_of_range"),
    ("employment", "统一社会信用代码", "915325280000000001", "uscc_checksum"),
    ("employment", "统一社会信用代码", "9153252800000000", "uscc_checksum"),
    ("employment", "统一社会信用代码", "9.15325E+17", "id_not_text"),
    ("employment", "统一社会信用代码", "\x01915325280000000", "id_not_text"),
    ("employment", "县市代码", "532529", "path_disagrees"),
    ("employment", "县市代码", "红河县", "path_disagrees"),
    ("relief_payroll", "项目编号", "YG532528002", "path_disagrees"),
    ("bank_return", "代发批次号", "PC1", "path_disagrees"),
    # rules
    ("employment", "离职日期", "2024-04-30", "rule_end_before_start"),
    ("public_post", "离岗日期", "2024-04-30", "rule_end_before_start"),
    ("workshop", "吸纳脱贫人口数", "13", "rule_poverty_alleviated_over_workers"),
    ("labor_dispute", "受理日期", "2024-04-30", "rule_dates_out_of_order"),
    ("labor_dispute", "结案日期", "2024-04-30", "rule_dates_out_of_order"),
    ("youth_support", "毕业日期", "2021-08-31", "rule_graduated_before_enrolled"),
    ("labor_cooperation", "到期日期", "2024-04-30", "rule_expires_before_signed"),
    ("relief_contract", "离场日期", "2024-04-30", "rule_offsite_before_onsite"),
    ("relief_project", "计划完工日期", "2024-04-30", "rule_planned_completion_before_start"),
    ("relief_project", "竣工日期", "2024-04-30", "rule_completed_before_start"),
    ("job_postings", "wage_max", "100", "rule_wage_max_below_min"),
    ("job_postings", "closed_at", "2024-04-30T08:00:00+08:00", "rule_closed_before_opened"),
    ("gig_orders", "completed_at", "2024-04-30T08:00:00+08:00", "rule_completed_before_accepted"),
]  # fmt: skip


@pytest.mark.parametrize(("feed", "header", "cell", "reason"), REFUSED)
def test_a_cell_is_refused_with_its_reason(feed: str, header: str, cell: str, reason: str) -> None:
    assert reasons_of(feed, header, cell) == [reason]


LIMITS = [
    # feed, header, the longest or largest that is read, and one beyond
    ("employment", "用工单位", "厂" * 200, "厂" * 201),
    ("employment", "用工单位", "厂" * 200, "厂" * 3000),
    ("employment", "帮扶车间编号", "C" * 64, "C" * 65),
    ("public_post", "岗位编号", "G" * 64, "G" * 10_000),
    ("labor_register", "姓名", "张" * 64, "张" * 65),
    ("labor_register", "姓名", "A" * 64, "A " * 10_000),
    ("labor_register", "手机号", "0" * 2 + "8" * 14, "1" * 33),
    ("labor_register", "户编号", "户" * 64, "户" * 65),
]


@pytest.mark.parametrize(("feed", "header", "longest", "longer"), LIMITS)
def test_a_text_has_a_longest_length(feed: str, header: str, longest: str, longer: str) -> None:
    assert reported(check(feed, good_row(feed) | {header: longest})) == []
    assert reasons_of(feed, header, longer) == ["too_long"]


def test_of_a_rejected_cell_as_much_is_kept_as_a_worksheet_can_show() -> None:
    checked = check("employment", good_row("employment") | {"用工单位": "厂" * 100_000})
    value, row = checked.rejected.select("value", "row_json").row(0)
    assert value == json.loads(row)["用工单位"] == "厂" * 32_767


AMOUNTS = [
    ("relief_payroll", "应发工资", "1000000", "1000000.01"),
    ("relief_payroll", "应发工资", "100万元", "9" * 19),
    ("relief_payroll", "应发工资", "0", "99999999999999999999亿"),
    ("relief_payroll", "应发工资", "0", "9" * 5000),
    ("relief_payroll", "应发工资", "0", "0." + "1" * 5000),
    ("relief_project", "总投资", "10000000000", "10000000001"),
    ("workshop", "吸纳就业人数", "1000000", "1000001"),
    ("workshop", "吸纳就业人数", "1000000", "9" * 400),
]


@pytest.mark.parametrize(("feed", "header", "largest", "larger"), AMOUNTS)
def test_a_number_has_a_largest_value(feed: str, header: str, largest: str, larger: str) -> None:
    row = good_row(feed) | {header: largest}
    assert reported(check(feed, row)) == []
    assert reasons_of(feed, header, larger) == ["out_of_range"]


def test_every_column_has_a_limit() -> None:
    for contract in contracts().values():
        for column in contract.columns:
            if column.type.is_number:
                assert column.maximum is not None, (contract.feed, column.name)
            if column.type.name in ("text", "reference", "unit_number", "person_name", "mobile"):
                assert column.max_length is not None, (contract.feed, column.name)
                assert column.max_length <= 200, (contract.feed, column.name)
        # An entry of an index holds 2,700 bytes, and a character may take four.
        assert sum(contract.column(name).max_length or 32 for name in contract.key) <= 400, contract.feed


def test_every_rule_of_every_contract_was_seen_to_fail() -> None:
    seen = {(feed, reason) for feed, _, _, reason in REFUSED if reason.startswith("rule_")}
    assert seen == {(feed, f"rule_{rule.name}") for feed, contract in contracts().items() for rule in contract.rules}


def test_dates_that_are_missing_break_no_order() -> None:
    row = good_row("labor_dispute") | {
        "受理日期": "",
        "调解日期": "2024-05-03",
        "开庭日期": "",
        "结案日期": "2024-05-02",
    }
    assert reported(check("labor_dispute", row)) == [(2, "filed_on", "rule_dates_out_of_order")]
    assert reported(check("labor_dispute", row | {"结案日期": "2024-05-03"})) == []


def test_the_site_of_a_relocated_person_is_required() -> None:
    row = good_row("labor_register") | {"安置点编号": ""}
    assert reported(check("labor_register", row)) == [(2, "resettlement_site_no", "required_missing")]
    assert reported(check("labor_register", row | {"是否易地搬迁": "否"})) == []


def test_the_workshop_of_a_workshop_job_is_required() -> None:
    row = good_row("employment") | {"帮扶车间编号": "", "就业渠道": "就业帮扶车间"}
    assert reported(check("employment", row)) == [(2, "workshop_no", "required_missing")]
    assert reported(check("employment", row | {"就业渠道": "灵活就业"})) == []


def test_a_deleted_item_of_the_platform_needs_its_number_only() -> None:
    row = dict.fromkeys(good_row("applications"), "") | {
        "id": "A000001", "updated_at": "2024-05-01T08:00:00+08:00", "deleted": "true"
    }  # fmt: skip
    assert reported(check("applications", row)) == []
    assert {reason for _, _, reason in reported(check("applications", row | {"deleted": "false"}))} == {
        "required_missing"
    }


# --- rows ---------------------------------------------------------------------------------------------------------


def test_each_broken_cell_of_a_row_is_reported_in_order() -> None:
    checked = check("employment", good_row("employment") | {"身份证号": "1", "月收入": "x", "离职日期": "2024-04-30"})
    assert reported(checked) == [
        (2, "id_number", "id_length"),
        (2, "monthly_wage", "not_a_number"),
        (2, "end_date", "rule_end_before_start"),
    ]
    assert checked.rejected["value"].to_list() == ["1", "x", "2024-04-30"]
    assert checked.good.is_empty()


def test_a_broken_cell_does_not_also_break_a_rule() -> None:
    assert reasons_of("employment", "入职日期", "later") == ["not_a_date"]


def test_a_rejected_row_is_kept_unchanged() -> None:
    row = good_row("employment") | {"月收入": " 很多 ", "身份证号": "\x015.3E+17", "备注": "=1+1"}
    checked = check("employment", row)
    kept = json.loads(checked.rejected["row_json"][0])
    assert kept == row | {"身份证号": "5.3E+17"}
    assert checked.rejected["value"].to_list() == ["5.3E+17", " 很多 "]


def test_a_rejected_row_keeps_cells_without_a_header() -> None:
    contract = contract_of("job_event")
    table = table_of(contract, [[good_row("job_event") | {"备注": "a", "岗位数": "x", " ": "b"}]])
    table.header[-1] = ""
    table.header[-2] = "类型"
    (checked,) = check_table(table, contract, COUNTY)
    kept = json.loads(checked.rejected["row_json"][0])
    assert list(kept.values()) == [*(good_row("job_event") | {"岗位数": "x"}).values(), "a", "b"]


def test_cells_of_unknown_columns_are_kept_beside_the_row() -> None:
    rows = [good_row("employment") | {"备注": note, "年份": "2024"} for note in ("", '引"号')]
    rows[0] |= {"年份": "", "岗位": "a"}
    rows[1] |= {"身份证号": "53252819900101005X"}
    kept = {"备注": "号", "年份": "^20"}
    contract = contract_of("employment")
    (checked,) = check_table(table_of(contract, [rows]), contract, COUNTY, kept)
    extra = checked.good["extra"].to_list()
    assert extra[0] is None
    assert json.loads(extra[1]) == {"备注": '引"号', "年份": "2024"}


def test_of_rows_with_one_key_the_last_counts() -> None:
    rows = [good_row("employment") | {"月收入": wage} for wage in ("1", "2", "3")]
    checked = check("employment", *rows)
    assert reported(checked) == [(2, "id_number", "duplicate_key"), (3, "id_number", "duplicate_key")]
    assert checked.good["monthly_wage"].to_list() == [Decimal(3)]


def test_a_key_is_the_same_in_any_dress() -> None:
    row = good_row("employment")
    other = row | {"身份证号": '="532528199001010009"', "入职日期": "2024年5月1日", "用工单位": row["用工单位"] + "　"}
    assert [reason for _, _, reason in reported(check("employment", row, other))] == ["duplicate_key"]


def test_a_broken_row_does_not_replace_a_good_one() -> None:
    rows = [good_row("employment"), good_row("employment") | {"月收入": "x"}]
    checked = check("employment", *rows)
    assert reported(checked) == [(3, "monthly_wage", "not_a_number")]
    assert checked.good["line"].to_list() == [2]


def test_nothing_counts_as_a_value_of_a_key() -> None:
    rows = [good_row("relief_payroll") | {"班组": crew} for crew in ("", "一组", "")]
    assert reported(check("relief_payroll", *rows)) == [(2, "project_no", "duplicate_key")]


@pytest.mark.parametrize(
    ("stem", "cells"),
    [
        ("云发改（2024）1号", ["云发改（2024）1号", "云发改(2024)1号", "云发改(２０２４）1号"]),
        ("云发改［2024］1号", ["云发改［2024］1号", "云发改[2024]1号"]),
        ("云发改〔2024〕1号", ["云发改〔2024〕1号"]),
        ("ＹＧ５３－１", ["ＹＧ５３－１", "YG53-1", "YG53－1"]),
    ],
)
def test_the_number_of_a_unit_is_the_same_in_a_file_and_in_its_name(stem: str, cells: list[str]) -> None:
    rule = NamingRule({"relief_payroll": contract_of("relief_payroll")}, frozenset())
    named = rule.parse(f"relief_payroll/2024-05-01/{stem}.csv")
    assert named is not None
    rows = [good_row("relief_payroll") | {"项目编号": cell, "班组": f"{at}组"} for at, cell in enumerate(cells)]
    assert reported(check("relief_payroll", *rows, path={"project_no": named.unit})) == []


def test_a_row_of_another_month_than_the_path_is_rejected() -> None:
    rows = [good_row("relief_payroll"), good_row("relief_payroll") | {"工资期间": "2024年5月"}]
    checked = check("relief_payroll", *rows, path={"project_no": "YG532528001", "period": "2024-04"})
    assert reported(checked) == [(3, "period", "path_disagrees")]


def test_frames_keep_their_order_around_broken_rows() -> None:
    contract = contract_of("job_event")
    rows = [[good_row("job_event") | {"活动编号": number}] for number in ("1", "2")]
    table = table_of(contract, rows)
    frames = list(table.frames)

    def read() -> Iterator[pl.DataFrame]:
        yield frames[0]
        table.broken.append(_broken_row(9))
        yield frames[1]
        table.broken.append(_broken_row(11))

    table.frames = read()
    checked = list(check_table(table, contract, COUNTY))
    assert [frame.rows_read for frame in checked] == [1, 1, 1, 1]
    assert sum(frame.good.height for frame in checked) == 2
    # Every frame has the same columns, so they can be put together.
    assert pl.concat([frame.good for frame in checked])["event_no"].to_list() == ["1", "2"]
    rejected = pl.concat([frame.rejected for frame in checked])
    assert rejected.select("line", "column_name", "reason").rows() == [
        (9, "", "broken_quote"),
        (11, "", "broken_quote"),
    ]
    assert json.loads(rejected["row_json"][0]) == {"整行": '532528,"x'}


def _broken_row(line: int) -> BrokenRow:
    return BrokenRow(sheet="", line=line, reason="broken_quote", text='532528,"x')


def test_rows_replaced_by_a_later_frame_are_listed_once_their_places_are_known() -> None:
    contract = contract_of("job_event")
    rows = [good_row("job_event") | {"活动名称": "a"}, good_row("job_event") | {"活动编号": "2", "活动名称": "b"}]
    places = pl.DataFrame({"sheet": [""], "line": [3]})
    (entries,) = repeated_rows(table_of(contract, [rows, rows[:1]]), contract, places)
    assert entries.select("line", "column_name", "reason", "value").rows() == [(3, "event_no", "duplicate_key", "2")]
    assert json.loads(entries["row_json"][0]) == rows[1]


def test_a_file_with_only_a_header_has_no_rows() -> None:
    contract = contract_of("employment")
    table = table_of(contract, [[good_row("employment")]])
    table.frames = iter([next(table.frames).clear()])
    (checked,) = check_table(table, contract, COUNTY)
    assert (checked.rows_read, checked.good.height, checked.rejected.height) == (0, 0, 0)


# --- words --------------------------------------------------------------------------------------------------------


def test_every_reason_that_checking_gives_has_words() -> None:
    for feed, header, cell, code in REFUSED:
        (column,) = contract_of(feed).match_header([header])
        assert column is not None
        reason = row_reason(code, contract_of(feed), column.name)
        assert reason.code == code
        assert cell not in (reason.wrong_zh, reason.wrong_en)


def test_the_words_of_a_reason_describe_the_expected_value() -> None:
    contract = contract_of("employment")
    assert "灵活就业" in row_reason("unknown_code", contract, "channel").expected_zh
    assert "0–200000" in row_reason("out_of_range", contract, "monthly_wage").expected_zh
    assert (
        row_reason("required_missing", contract, "full_name").expected_zh == contract.column("full_name").description_zh
    )
    assert row_reason("rule_end_before_start", contract).expected_zh == contract.rules[0].message_zh


def test_an_unknown_reason_is_a_bug() -> None:
    with pytest.raises(KeyError):
        row_reason("id_wrong", contract_of("employment"))
