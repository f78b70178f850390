"""The data dictionary, as Markdown: every feed, every column, in both languages."""

from __future__ import annotations

from employment_warehouse.contract.load import contracts
from employment_warehouse.contract.model import Calendar, Column, Contract

_INTRODUCTION = """# 数据字典 | Data dictionary

由 `expectations/feeds/` 的数据契约生成，请改契约，不要改本页。
Generated from the contracts in `expectations/feeds/`; change those, not this page.

敏感级别 Sensitivity: L1 公开 public · L2 内部 internal · L3 个人信息 personal · L4 身份、账户 identity or account.
L4 与姓名入库时换成人员代号。 | L4 values and names become tokens at ingest.
"""
_KINDS = {
    "snapshot": "全量快照：该单位当日的全部情况 | snapshot: the whole state of the unit that day",
    "period": "按月：该单位该月的全部 | period: the whole of the unit and month",
    "events": "逐条累加 | events: the latest row of each key",
    "batch": "整批 | batch: the whole of the batch",
}
_WEEKDAYS = "一二三四五六日"


def dictionary() -> str:
    """All feeds and their columns, as one Markdown page: docs/data-dictionary.md, which a test compares with it."""
    return "\n".join([_INTRODUCTION, *(_feed(contract) for contract in contracts().values())])


def _feed(contract: Contract) -> str:
    key = ", ".join(f"`{name}`" for name in contract.key)
    return "\n".join(
        [
            f"## `{contract.feed}` {contract.title_zh} | {contract.title_en}",
            "",
            f"- {contract.grain_zh} | {contract.grain_en}",
            f"- {_KINDS[contract.kind]}",
            f"- 主键 Key: {key}",
            f"- 报送 Due: {_due(contract.calendar)}",
            f"- 责任部门 Owner: {contract.owner}",
            *(f"- 规则 Rule `{rule.name}`: {rule.message_zh} | {rule.message_en}" for rule in contract.rules),
            "",
            "| 列 Column | 表头 Header | 类型 Type | 必填 Required | 级别 | 内容 | Content | 入库列 Landing |",
            "|---|---|---|---|---|---|---|---|",
            *(_row(contract, column) for column in contract.columns),
            "",
        ]
    )


def _row(contract: Contract, column: Column) -> str:
    landing = ", ".join(f"`{name}` {kind}" for name, kind in contract.landing_columns_of(column))
    header = " / ".join((column.header, *column.aliases))
    required = "是 yes" if column.required else f"`{column.required_when}`" if column.required_when else ""
    english = ", ".join(text for text in (column.description_en, column.unit_text, column.range_text) if text)
    codes = "; ".join(f"{label} = `{code}`" for label, code in column.codes.items())
    content = f"{english}. {codes}" if codes else english
    cells = (f"`{column.name}`", header, column.type.name, required, column.sensitivity, column.description_zh, content)
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in (*cells, landing))} |"


def _due(calendar: Calendar | None) -> str:
    if calendar is None:
        return "不定 | never missing"
    at = f"{calendar.due_time:%H:%M}"
    match calendar.frequency:
        case "weekly":
            return f"每周{_WEEKDAYS[calendar.weekday - 1]} {at} | weekly, on ISO weekday {calendar.weekday}"
        case "monthly":
            return f"每月 {calendar.day} 日 {at} 前 | monthly, by the {calendar.day}th"
        case "after_batch":
            days = calendar.working_days
            return f"批次送出后 {days} 个工作日内 | within {days} working days after the batch was sent"
        case "campaign":
            return f"专项行动期间每日 {at}（可设） | daily while the campaign runs (a setting)"
    return f"{at} | {calendar.frequency}"
