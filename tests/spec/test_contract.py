"""Contracts: which feeds there are, which columns they have, and that a slip in a contract file is an error."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar
import pytest
import yaml

from employment_warehouse.contract import (
    ContractError,
    Payment,
    PlatformResource,
    contract_of,
    contracts,
    dictionary,
    due,
    is_working_day,
    load,
    next_due,
    normalise_header,
    year_without_holidays,
)
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.errors import UserError
from employment_warehouse.settings import TIMEZONE, Home, project_root

# As the feeds are agreed on: header text or name, `*` where required; the column of the path stands in none
# of the county feeds but the register.
FEEDS = {
    "labor_register": """身份证号* 姓名* 户编号* 与户主关系 县市代码* 乡镇代码* 村代码* 人口类别* 是否易地搬迁*
        安置点编号 劳动能力* 是否在校* 文化程度 就业意愿 手机号 是否农村低收入 死亡日期""",
    "employment": """身份证号* 姓名* 就业渠道* 务工地代码* 用工单位* 统一社会信用代码 行业 岗位 入职日期*
        离职日期 月收入* 是否签订合同 是否有组织输出 劳务品牌 帮扶车间编号 是否安置点预留岗位 更新日期*""",
    "public_post": """岗位编号* 岗位类别* 乡镇代码* 村代码* 身份证号* 姓名* 上岗日期* 离岗日期 协议期限(月)
        是否全日制* 月补贴标准* 审批人身份证号 与审批人关系""",
    "public_post_payment": """岗位编号* 身份证号* 补贴月份* 出勤天数* 应发金额* 实发金额* 发放日期 资金来源
        银行账号 代发批次号""",
    "workshop": """车间编号* 车间名称* 乡镇代码* 认定日期* 状态* 调整类别 等级 吸纳就业人数* 吸纳脱贫人口数*
        奖补金额 奖补日期 退出日期""",
    "resettlement_site": "安置点编号* 名称* 乡镇代码* 搬迁户数* 搬迁人口* 劳动力人数* 按比例安排岗位数*",
    "employment_service": "记录号* 身份证号* 服务类型* 日期* 服务机构* 培训类型 结果 金额",
    "labor_dispute": "案件号* 身份证号* 用工单位* 类型* 申请日期* 受理日期 调解日期 开庭日期 结案日期 结果 涉案金额",
    "youth_support": """身份证号* 姓名* 学校* 学历层次* 入学日期* 毕业日期 补助学期 应发补助 实发补助 发放日期
        帮扶责任人 毕业去向 去向登记日期""",
    "job_event": "活动编号* 类型* 日期* 乡镇代码 用工单位数* 岗位数* 参与人数* 达成意向数*",
    "labor_cooperation": "协议编号* 对方地区代码* 协作类型* 签订日期* 到期日期 计划输出人数* 劳务工作站",
    "job_postings": """id* employer_name employer_uscc title industry work_division_code headcount wage_min
        wage_max channel opened_at closed_at updated_at* deleted""",
    "applications": "id* posting_id id_number status status_at updated_at* deleted",
    "gig_orders": """id* market_code township_code id_number task accepted_at completed_at hours amount_due
        amount_paid paid_at updated_at* deleted""",
    "relief_project": """项目编号* 项目名称* 县市代码* 乡镇代码 项目类型* 总投资* 以工代赈资金* 计划劳务报酬*
        计划务工人数* 开工日期* 计划完工日期* 竣工日期 业主单位* 施工单位*""",
    "relief_contract": "项目编号* 身份证号* 姓名* 签订日期 日工资* 进场日期* 离场日期",
    "relief_payroll": """项目编号* 工资期间* 身份证号* 姓名* 出工天数* 应发工资* 实发工资* 发放日期 银行账号
        代发批次号 班组 制表日期 签字日期 审批日期 报送银行日期""",
    "bank_return": "代发批次号* 序号* 银行账号* 户名* 金额* 处理结果* 失败原因 入账日期",
}

NAMES = {
    "labor_register": """id_number full_name household_no relation_to_head county_code township_code
        village_code population_category is_relocated resettlement_site_no work_capacity in_school education
        job_intention mobile is_low_income deceased_on""",
    "employment": """county_code id_number full_name channel work_division_code employer_name employer_uscc
        industry occupation start_date end_date monthly_wage has_contract is_organised labor_brand workshop_no
        is_reserved_job updated_on""",
    "public_post": """county_code post_no post_category township_code village_code holder full_name start_date
        end_date term_months is_full_time monthly_subsidy approver_id_number relation_to_approver""",
    "public_post_payment": """county_code post_no id_number period days_present amount_due amount_paid paid_on
        fund_source bank_account batch_no""",
    "relief_payroll": """project_no period id_number full_name days_worked amount_due amount_paid paid_on
        bank_account batch_no crew listed_on signed_on approved_on sent_on""",
}

KEYS = {
    "labor_register": ("id_number",),
    "employment": ("id_number", "employer_name", "start_date"),
    "public_post": ("post_no", "holder", "start_date"),
    "public_post_payment": ("post_no", "id_number", "period"),
    "relief_payroll": ("project_no", "period", "id_number", "crew"),
    "bank_return": ("batch_no", "line_no"),
}

CODES = {
    ("labor_register", "population_category"): {
        "一般农户": "general",
        "脱贫户": "lifted_out",
        "脱贫不稳定户": "unstable",
        "边缘易致贫户": "marginal",
        "边缘户": "marginal",
        "易致贫户": "marginal",
        "突发严重困难户": "sudden_hardship",
    },
    ("employment", "channel"): {
        "企业就业": "enterprise",
        "就业帮扶车间": "workshop",
        "乡村公益性岗位": "public_post",
        "以工代赈": "work_relief",
        "灵活就业": "gig",
        "自主创业": "self_employed",
    },
    ("workshop", "status"): {"在营": "operating", "停产": "suspended", "退出": "exited"},
    ("bank_return", "result"): {"成功": "success", "失败": "failed"},
}


def test_there_are_eighteen_feeds() -> None:
    assert set(contracts()) == set(FEEDS)
    assert len(FEEDS) == 18


@pytest.mark.parametrize("feed", FEEDS)
def test_a_feed_has_the_columns_that_were_agreed_on(feed: str) -> None:
    contract = contract_of(feed)
    columns = [column for column in contract.columns if column.required or column.name != contract.unit_column]
    assert [f"{column.header}{'*' * column.required}" for column in columns] == FEEDS[feed].split()


@pytest.mark.parametrize("feed", NAMES)
def test_a_column_has_the_name_that_was_agreed_on(feed: str) -> None:
    assert [column.name for column in contract_of(feed).columns] == NAMES[feed].split()


@pytest.mark.parametrize("feed", KEYS)
def test_a_feed_has_its_key(feed: str) -> None:
    assert contract_of(feed).key == KEYS[feed]


@pytest.mark.parametrize(("feed", "name"), CODES)
def test_a_label_means_its_code(feed: str, name: str) -> None:
    assert dict(contract_of(feed).column(name).codes) == CODES[feed, name]


@pytest.mark.parametrize(
    ("feed", "name", "bounds"),
    [
        ("employment", "monthly_wage", (0, 200_000)),
        ("public_post_payment", "days_present", (0, 31)),
        ("relief_payroll", "days_worked", (0, 31)),
        ("relief_payroll", "amount_due", (0, 1_000_000)),
        ("relief_project", "total_investment", (0, 10_000_000_000)),
        ("gig_orders", "hours", (0, 1000)),
        ("workshop", "workers", (0, 1_000_000)),
    ],
)
def test_a_number_has_its_range(feed: str, name: str, bounds: tuple[int, int]) -> None:
    column = contract_of(feed).column(name)
    assert (column.minimum, column.maximum) == bounds


def test_identities_are_of_the_highest_sensitivity() -> None:
    for contract in contracts().values():
        for column in contract.columns:
            if column.type.identity in ("person", "account", "mobile"):
                assert column.sensitivity == "L4", (contract.feed, column.name)
            if column.type.identity == "name":
                assert column.sensitivity == "L3", (contract.feed, column.name)


def test_an_identity_lands_as_tokens_only() -> None:
    landing = dict(contract_of("public_post").landing_columns())
    assert landing["person_key"] == landing["approver_key"] == landing["name_key"] == "uuid"
    assert (landing["birth_date"], landing["sex"]) == ("date", "text")
    assert not {"holder", "approver_id_number", "full_name"} & set(landing)


def test_every_feed_lands_in_columns_of_its_own_names() -> None:
    for contract in contracts().values():
        names = [name for name, _ in contract.landing_columns()]
        assert len(names) == len(set(names)), contract.feed
        assert all(re.fullmatch("[a-z][a-z_]*", name) for name in names)


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("身份证号", "id_number"),
        ("证件号码", "id_number"),
        ("身 份\n证 号 ＊", "id_number"),
        ("id_number", "id_number"),
        ("县(市、区、旗)", "county_code"),
        ("县（市、区、旗）", "county_code"),
        ("月收入（元）", "monthly_wage"),
        ("月收入(万元)", None),
        ("备注", None),
    ],
)
def test_a_header_is_known_in_any_dress(header: str, column: str | None) -> None:
    (found,) = contract_of("employment").match_header([header])
    assert (found and found.name) == column


def test_of_two_headers_for_a_column_its_own_text_wins() -> None:
    found = contract_of("employment").match_header(["证件号码", "身份证号*"])
    assert [column and column.name for column in found] == [None, "id_number"]


def test_a_header_keeps_a_bracket_that_is_part_of_it() -> None:
    assert normalise_header("协议期限（月）") == normalise_header("协议期限(月)")
    (found,) = contract_of("public_post").match_header(["协议期限（月）"])
    assert found is not None
    assert found.name == "term_months"


# --- when a feed is due ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("feed", "report_date", "campaign", "expected"),
    [
        ("labor_register", date(2024, 5, 1), "daily", datetime(2024, 5, 1, 20, tzinfo=TIMEZONE)),
        ("labor_register", date(2024, 5, 1), "working_days", None),  # Labour Day
        ("labor_register", date(2024, 5, 11), "working_days", datetime(2024, 5, 11, 20, tzinfo=TIMEZONE)),  # worked
        ("labor_register", date(2024, 5, 4), "weekly", None),
        ("labor_register", date(2024, 5, 5), "weekly", datetime(2024, 5, 5, 20, tzinfo=TIMEZONE)),
        ("labor_register", date(2024, 5, 5), None, None),  # no campaign
        (
            "labor_register",
            date(2024, 5, 5),
            "none",
            None,
        ),  # one that is over: what an operator can write on the console
        ("public_post_payment", date(2024, 5, 10), None, datetime(2024, 5, 10, 20, tzinfo=TIMEZONE)),
        ("public_post_payment", date(2024, 5, 9), "daily", None),
        ("public_post_payment", date(2024, 5, 10), "daily", datetime(2024, 5, 10, 20, tzinfo=TIMEZONE)),
        ("job_event", date(2024, 5, 4), "daily", None),
        ("job_event", date(2024, 5, 5), "daily", datetime(2024, 5, 5, 20, tzinfo=TIMEZONE)),
        # Sent before the holiday: three working days later.
        ("bank_return", date(2024, 4, 30), "daily", datetime(2024, 5, 8, 20, tzinfo=TIMEZONE)),
    ],
)
def test_a_feed_is_due_by_its_calendar(
    feed: str, report_date: date, campaign: str | None, expected: datetime | None
) -> None:
    assert due(contract_of(feed), report_date, campaign) == expected


def test_when_a_feed_is_due_next() -> None:
    payments, tenth = contract_of("public_post_payment"), datetime(2024, 5, 10, 20, tzinfo=TIMEZONE)
    assert next_due(payments, tenth - timedelta(seconds=1), None) == tenth
    assert next_due(payments, tenth, None) == tenth.replace(month=6)
    assert next_due(contract_of("labor_register"), tenth, None) is None


def test_a_year_without_known_holidays_has_plain_weeks() -> None:
    # Wednesday 30 December 2026: Thursday, Friday 1 January 2027 (its holiday is not known), Monday.
    assert due(contract_of("bank_return"), date(2026, 12, 30), None) == datetime(2027, 1, 4, 20, tzinfo=TIMEZONE)
    assert [is_working_day(date(2090, 1, day)) for day in range(2, 9)] == [True] * 5 + [False] * 2


def test_the_years_of_the_seed_are_those_of_the_state_council() -> None:
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range((date(2027, 1, 1) - date(2020, 1, 1)).days)]
    assert [day for day in days if is_working_day(day) != chinese_calendar.is_workday(day)] == []


@pytest.mark.parametrize(
    ("day", "year"), [(date(2026, 11, 1), None), (date(2026, 11, 2), 2027), (date(2026, 12, 31), 2027)]
)
def test_a_year_without_holidays_is_known_ahead(day: date, year: int | None) -> None:
    assert year_without_holidays(day, 60) == year


def test_an_operators_holidays_take_effect(fresh_home: Home) -> None:
    folder = fresh_home.root / "seeds"
    folder.mkdir(parents=True)
    (folder / "holiday.csv").write_text(
        "on_date,is_working_day,holiday_zh,holiday_en\n2027-01-01,false,元旦,New Year\n"
    )
    assert not is_working_day(date(2027, 1, 1))
    assert year_without_holidays(date(2027, 1, 1), 60) is None


def test_an_unknown_setting_of_the_campaign_is_an_error() -> None:
    with pytest.raises(UserError, match="fortnightly"):
        due(contract_of("employment"), date(2024, 5, 1), "fortnightly")


# --- slips in a contract file -----------------------------------------------------------------------------------

Slip = Callable[[dict[str, Any]], Any]


def _properties(document: dict[str, Any]) -> list[dict[str, Any]]:
    properties: list[dict[str, Any]] = document["schema"][0]["properties"]
    return properties


def _custom(node: dict[str, Any], name: str) -> dict[str, Any]:
    return next(item for item in node["customProperties"] if item["property"] == name)


SLIPS: dict[str, Slip] = {
    "a misspelt key of the document": lambda d: d.update(descripton={"purpose": "x"}),
    "a misspelt key of the table": lambda d: d["schema"][0].update(bussinessName="x"),
    "a misspelt key of a column": lambda d: _properties(d)[1].update(requierd=True),
    "a misspelt range": lambda d: _properties(d)[11].update(logicalTypeOptions={"minumum": 0}),
    "a length of no characters": lambda d: _properties(d)[15].update(logicalTypeOptions={"maxLength": 0}),
    "a length beyond that of the type": lambda d: _properties(d)[15].update(logicalTypeOptions={"maxLength": 201}),
    "a length of a date": lambda d: _properties(d)[9].update(logicalTypeOptions={"maxLength": 10}),
    "a misspelt custom property": lambda d: _custom(_properties(d)[15], "requiredWhen").update(property="requiredwhen"),
    "a custom property too many": lambda d: d["customProperties"].append({"property": "colour", "value": "red"}),
    "a missing custom property of the document": lambda d: d["customProperties"].pop(0),
    "a missing custom property of a column": lambda d: _properties(d)[1].update(customProperties=[]),
    "a custom property given twice": lambda d: d["customProperties"].append({"property": "unit", "value": "county"}),
    "no team": lambda d: d.pop("team"),
    "no columns": lambda d: _properties(d).clear(),
    "an unknown type": lambda d: _properties(d)[1].update(physicalType="idnumber"),
    "a logical type that does not fit": lambda d: _properties(d)[9].update(logicalType="string"),
    "an unknown sensitivity": lambda d: _properties(d)[1].update(classification="L5"),
    "an unknown source": lambda d: _custom(d, "source").update(value="village"),
    "a code column without codes": lambda d: _properties(d)[3].pop("enum"),
    "a label given twice": lambda d: _properties(d)[3]["enum"].append({"label": "企业就业", "value": "gig"}),
    "a key with a gap": lambda d: _properties(d)[1].update(primaryKeyPosition=4),
    "a key without its place": lambda d: _properties(d)[1].pop("primaryKeyPosition"),
    "a column given twice": lambda d: _properties(d).append(dict(_properties(d)[4])),
    "no column of the path": lambda d: _properties(d).pop(0),
    "a rule on a column that is not there": lambda d: _custom(d["schema"][0]["quality"][0], "columns").update(
        value=["end_dat"]
    ),
    "a rule without a message": lambda d: d["schema"][0]["quality"][0]["customProperties"].pop(0),
    "an unknown frequency": lambda d: d["slaProperties"][0].update(value="hourly"),
    "a misspelt due time": lambda d: d["slaProperties"][1].update(property="timeOfAvailabilty"),
    "the name of another feed": lambda d: d.update(id="employmnt"),
    "a misspelt key of a synonym": lambda d: _properties(d)[1]["synonyms"][0].update(synonim="证件"),
    "a misspelt key of a custom property": lambda d: d["customProperties"][0].update(valeu="x"),
    "a misspelt key of a due time": lambda d: d["slaProperties"][0].update(valeu="daily"),
    "a due time given twice": lambda d: d["slaProperties"].append(dict(d["slaProperties"][0])),
    "a due time that no clock shows": lambda d: d["slaProperties"][1].update(value="25:00"),
    "a freshness column that does not exist": lambda d: _custom(d, "freshnessColumn").update(value="updated_at"),
    "a freshness column that is not a date": lambda d: _custom(d, "freshnessColumn").update(value="occupation"),
    "a condition that is not a text": lambda d: _custom(_properties(d)[15], "requiredWhen").update(value=True),
    "a resource of the platform for a file": lambda d: d["customProperties"].append(
        {"property": "platform", "value": {"path": "x", "idField": "id", "updatedField": "u", "pageItems": 1}}
    ),
}

SLIPS_OF_A_RESOURCE: dict[str, Slip] = {
    "a misspelt key of the resource": lambda d: _custom(d, "platform")["value"].update(pagesize=10),
    "a resource without its path": lambda d: _custom(d, "platform")["value"].pop("path"),
    "no resource": lambda d: d["customProperties"].remove(_custom(d, "platform")),
    "an id field that is not the key": lambda d: _custom(d, "platform")["value"].update(idField="task"),
    "an updated field that is not the freshness column": lambda d: _custom(d, "platform")["value"].update(
        updatedField="paid_at"
    ),
    "a page of no items": lambda d: _custom(d, "platform")["value"].update(pageItems=0),
    "a column of money that does not exist": lambda d: _custom(d, "payment")["value"].update(dueColumn="amount"),
    "a column of money that is not money": lambda d: _custom(d, "payment")["value"].update(paidColumn="hours"),
    "a misspelt key of the payment": lambda d: _custom(d, "payment")["value"].update(due="amount_due"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_a_contract_file_is_an_error(slip: str, tmp_path: Path) -> None:
    _assert_refused("employment", SLIPS[slip], tmp_path)


@pytest.mark.parametrize("slip", SLIPS_OF_A_RESOURCE)
def test_a_slip_in_a_resource_of_the_platform_is_an_error(slip: str, tmp_path: Path) -> None:
    _assert_refused("gig_orders", SLIPS_OF_A_RESOURCE[slip], tmp_path)


def _assert_refused(feed: str, slip: Slip, folder: Path) -> None:
    source = project_root() / "expectations" / "feeds" / f"{feed}.odcs.yaml"
    document = yaml.safe_load(source.read_text(encoding="utf-8"))
    path = folder / source.name
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    assert load(path) == contract_of(feed)
    slip(document)
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ContractError) as caught:
        load(path)
    assert feed in caught.value.where


UNKNOWN_KEYS: dict[str, Slip] = {
    "schema/employment": lambda d: d["schema"][0].update(hiden=True),
    "schema/employment/properties/id_number": lambda d: _properties(d)[1].update(hiden=True),
    "id_number": lambda d: _properties(d)[1]["customProperties"].append({"property": "hiden", "value": True}),
}


@pytest.mark.parametrize("place", UNKNOWN_KEYS)
def test_an_unknown_key_is_reported_with_file_column_and_key(place: str, tmp_path: Path) -> None:
    source = project_root() / "expectations" / "feeds" / "employment.odcs.yaml"
    document = yaml.safe_load(source.read_text(encoding="utf-8"))
    UNKNOWN_KEYS[place](document)
    path = tmp_path / source.name
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ContractError, match="hiden") as caught:
        load(path)
    assert caught.value.where == f"employment.odcs.yaml: {place}"


def test_a_key_given_twice_is_an_error(tmp_path: Path) -> None:
    source = project_root() / "expectations" / "feeds" / "employment.odcs.yaml"
    path = tmp_path / source.name
    text = source.read_text(encoding="utf-8")
    path.write_text(
        text.replace("businessName: 身份证号\n", "businessName: 身份证号\n        required: false\n"), "utf-8"
    )
    with pytest.raises(ContractError) as caught:
        load(path)
    assert "required" in caught.value.found


def test_the_money_dates_and_freshness_of_a_feed_are_in_its_contract() -> None:
    orders = contract_of("gig_orders")
    assert orders.money_columns == ("amount_due", "amount_paid")
    assert orders.date_columns == ("accepted_at", "completed_at", "paid_at", "updated_at")
    assert orders.freshness_column == "updated_at"
    assert orders.payment == Payment("amount_due", "amount_paid")
    assert orders.platform == PlatformResource("gig-orders", "id", "updated_at", 1000)
    assert contract_of("employment").freshness_column == "updated_on"
    assert contract_of("labor_register").payment is None


def test_a_file_that_is_not_yaml_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "toy.odcs.yaml"
    path.write_text("a: [", encoding="utf-8")
    with pytest.raises(ContractError, match="YAML"):
        load(path)


@pytest.mark.parametrize("feed", ["employmnt", "../employment", ""])
def test_an_unknown_feed_is_an_error_that_names_the_known_ones(feed: str) -> None:
    with pytest.raises(ContractError) as caught:
        contract_of(feed)
    assert "labor_register" in caught.value.expected


def test_a_new_contract_file_is_a_new_feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feeds = tmp_path / "expectations" / "feeds"
    shutil.copytree(project_root() / "expectations" / "feeds", feeds)
    monkeypatch.setenv("WAREHOUSE_PROJECT", str(tmp_path))
    assert len(contracts()) == 18
    text = (feeds / "job_event.odcs.yaml").read_text(encoding="utf-8")
    (feeds / "toy.odcs.yaml").write_text(text.replace("job_event", "toy"), encoding="utf-8")
    assert contracts()["toy"].columns == contracts()["job_event"].columns


def test_contracts_need_no_heavy_import() -> None:
    heavy = {"polars", "pandas", "numpy", "great_expectations", "airflow", "xlsxwriter"}
    code = (
        "import sys; from employment_warehouse.contract import contracts; contracts();"
        f"print({heavy} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": "plugins"}, cwd=project_root(), capture_output=True, check=True
    )
    assert run.stdout.strip() == b"set()"


DIVISIONS = """\
division_code,level,parent_code,name_zh
610000,province,,陕西省
616200,prefecture,610000,某州
616201,county,616200,甲县
616202,county,616200,乙县
"""


def test_the_operators_own_divisions_replace_the_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path))
    own = tmp_path / "seeds" / "division.csv"
    own.parent.mkdir()
    own.write_text(DIVISIONS, encoding="utf-8")
    assert divisions().prefecture == "616200"
    assert dict(divisions().county_codes) == {"甲县": "616201", "乙县": "616202"}
    assert divisions().provinces == {"61"}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("616200,prefecture,610000,某州\n", ""),
        ("616202,county", "616202,prefecture"),
        ("616201,county", "61620,county"),
        ("616201,county", "616301,county"),
        ("level", "stufe"),
    ],
    ids=["no prefecture", "two prefectures", "a short code", "a county of another prefecture", "a missing column"],
)
def test_a_slip_in_the_divisions_is_an_error(
    right: str, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path))
    own = tmp_path / "seeds" / "division.csv"
    own.parent.mkdir()
    own.write_text(DIVISIONS.replace(right, wrong), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        divisions()
    assert "division.csv" in caught.value.where


def test_the_prefecture_has_thirteen_counties() -> None:
    assert divisions().prefecture == "532500"
    assert len(divisions().counties) == 13
    # 532526 is nobody's: codes were not renumbered when three of them went out of use.
    assert not {"532521", "532522", "532526"} & set(divisions().counties)


def test_the_data_dictionary_is_up_to_date() -> None:
    assert (project_root() / "docs" / "data-dictionary.md").read_text(encoding="utf-8") == dictionary()
