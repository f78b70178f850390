"""The fixed words of the console that no report has: acts, roles, steps of a night, what names a case."""

from __future__ import annotations

from employment_warehouse import fixed_names
from employment_warehouse.report import report_names
from employment_warehouse.report.code_names import Label, Labels
from employment_warehouse.report.report_names import State


class States(dict[str, State]):
    """States by code; a code without a name is shown as it is."""

    def __missing__(self, code: str) -> State:
        return State("?", code, code)


def due_states() -> States:
    """Of what was due, in the order of the legend: as in the reports, and a file that could not be read."""
    known = report_names.states()
    shown = ("on_time", "late", "missing", "held", "intake_failed")
    return States({code: known[code] for code in shown} | {"refused": report_names.delivery_states()["refused"]})


def delivery_states() -> States:
    """Of a delivery."""
    return States(report_names.delivery_states() | {"held": report_names.states()["held"]})


ACTS = Labels(
    add_user=Label("新增用户", "added a user"),
    disable_user=Label("停用用户", "disabled a user"),
    set_password=Label("修改口令", "changed a password"),
    release_night=Label("放行当晚汇总", "released a night"),
    release_delivery=Label("放行报送", "released a delivery"),
    hold_night=Label("暂扣当晚汇总", "held a night"),
    roll_back=Label("撤回发布", "rolled back"),
    grant_waiver=Label("豁免检查", "waived a check"),
    begin_nights=Label("设定自动运行", "began scheduled nights"),
    close_month=Label("结账", "closed a month"),
    decide_rule=Label("决定规则", "decided a rule"),
    decide_target=Label("更改目标", "changed a target"),
    decide_setting=Label("更改参数", "changed a setting"),
    decide_holiday=Label("登记节假日", "declared a holiday"),
    decide_division=Label("更改重点县", "changed a key county"),
    reveal=Label("查看身份", "was shown a person"),
    refuse_reveal=Label("查看身份被拒", "was refused a person"),
    ask_erasure=Label("要求删除个人信息", "asked for an erasure"),
    erase_person=Label("删除个人信息", "erased a person"),
    rotate_keys=Label("更换密钥", "rotated keys"),
    acknowledge_alert=Label("确认提醒", "acknowledged an alert"),
    explain_case=Label("说明事项", "explained a case"),
    take_workbook=Label("下载退回工作簿", "took a return workbook"),
)
ROLES = Labels({role: Label(*texts) for role, texts in fixed_names.USER_ROLES.items()})
# Steps of a night, by the names of their tasks.
STEPS = Labels(
    expect_deliveries=Label("列出应报", "what is due"),
    night=Label("夜间流程", "the night"),
    check_arrivals=Label("查找到达的文件", "finding files"),
    ingest_deliveries=Label("入库", "ingest"),
    ingest_resource=Label("读取人才平台", "reading the HR platform"),
    build_warehouse=Label("汇总", "build"),
    start_build=Label("开始汇总", "start of the build"),
    gate_deliveries=Label("入库前检查", "gate 1"),
    build_core=Label("汇总：核心表", "core models"),
    build_marts=Label("汇总：监测表", "marts"),
    gate_marts=Label("发布前检查", "gate 2"),
    rebuild_without_held=Label("剔除暂扣后重算", "rebuild without what is held"),
    publish_night=Label("发布", "publish"),
    record_history=Label("归档发布记录", "recording the publication"),
    record_released=Label("归档放行的发布", "recording what was released"),
    write_report=Label("生成报告", "reports"),
    report_monthly=report_names.PRODUCTS["monthly"],
    write_returns=Label("生成退回工作簿", "return workbooks"),
    confirm_intake=Label("核对入库", "confirming the intake"),
)
# How often the registers are due: values of the setting campaign_frequency.
CAMPAIGN = Labels(
    daily=Label("每日报送", "every day"),
    working_days=Label("每个工作日报送", "every working day"),
    weekly=Label("每周报送", "every week"),
    monthly=Label("每月报送", "every month"),
    none=Label("专项行动结束，不再定期报送", "over: nothing is due"),
)
# What identifies a case in its mart: names in marts.finding_case.evidence.
EVIDENCE = Labels(
    county_code=Label("县市", "county"),
    township_code=Label("乡镇", "township"),
    household_no=Label("户编号", "household"),
    person_key=Label("人员代号", "token"),
    post_no=Label("岗位编号", "post"),
    workshop_no=Label("车间编号", "workshop"),
    project_no=Label("项目编号", "project"),
    case_no=Label("案件号", "dispute"),
    finding=Label("核查线索", "finding"),
    feed=Label("报表", "feed"),
    unit=Label("报送单位", "unit"),
    opened_on=Label("开始日期", "begun on"),
    enrolled_on=Label("入学日期", "enrolled on"),
    period=Label("工资期间", "pay period"),
    month=Label("月份", "month"),
)
# As they stand by themselves (marts.indicator.unit), share and rate too.
UNITS_OF_MEASURE = Labels({unit: Label(*texts) for unit, texts in fixed_names.UNITS_OF_MEASURE.items()})
NAMED_UNITS = Labels({unit: Label(*texts) for unit, texts in fixed_names.NAMED_UNITS.items()})
PRODUCTS = Labels({name: Label(label.zh, label.en.capitalize()) for name, label in report_names.PRODUCTS.items()})
