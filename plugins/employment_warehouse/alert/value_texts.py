"""How the values of an alert are written: names, dates, amounts and reasons, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from employment_warehouse.contract import Contract, Reason, contract_of, file_reason
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.landing.naming import CORRECTIONS
from employment_warehouse.settings import TIMEZONE


@dataclass(frozen=True)
class Language:
    """The words that do not belong to one kind of alert.

    more: {count} further items; carried: since which date; stale: the date of the register of employment; unread: until
    when gig orders were read; uncorrected: how many rows of registers.
    """

    more: str
    today: str
    carried: str
    never_reported: str
    stale: str
    unread: str
    uncorrected: str
    also: str
    corrections: str
    title: Callable[[Contract], str]
    refusal: Callable[[Reason], str]
    day: Callable[[date], str]

    def fields(self, row: Mapping[str, Any]) -> dict[str, str]:
        """Every column of a row as text, `feed`, `unit` and `failed_unit` by name, and from other columns `carried`
        (of carried_from), `gaps` (of carried_from, orders_until and uncorrected) and `refusal` (of refusal_code and
        refusal_detail).
        """
        fields = {name: self._text(value) for name, value in row.items()}
        for name in fields.keys() & {"unit", "failed_unit"}:
            fields[name] = divisions().name_of(fields[name])
        if "feed" in row:
            fields["feed"] = self.feed(row["feed"])
        if "carried_from" in row:
            since = row["carried_from"]
            fields["carried"] = self.carried.format(self.day(since)) if since else self.never_reported
        if "uncorrected" in row:
            fields["gaps"] = self._gaps(row["carried_from"], row["orders_until"], row["uncorrected"])
        if "refusal_code" in row:
            fields["refusal"] = self.refusal(file_reason(row["refusal_code"], row["refusal_detail"])).rstrip("。.")
        return fields

    def feed(self, feed: str) -> str:
        """The title of a feed, or of return workbooks."""
        return self.corrections if feed == CORRECTIONS else self.title(contract_of(feed))

    def _gaps(self, since: date | None, orders_until: date | None, rows: int) -> str:
        stale = self.stale.format(self.day(since)) if since else ""
        unread = self.unread.format(self.day(orders_until)) if orders_until else ""
        uncorrected = self.uncorrected.format(self._text(rows)) if rows else ""
        return self.also.join(filter(None, [stale, unread, uncorrected]))

    def _text(self, value: object) -> str:
        match value:
            case datetime():
                return f"{value.astimezone(TIMEZONE):%m-%d %H:%M}"
            case date():
                return self.day(value)
            case Decimal():
                return f"{value:,.2f}"
            case int():
                return f"{value:,}"
            case None:
                return self.today
        return str(value)


CHINESE = Language(
    more="……另有 {} 项",
    today="今日",
    carried="沿用 {} 数据",
    never_reported="此前未报",
    stale="务工就业台账为 {} 数据",
    unread="零工订单只读到 {}",
    uncorrected="劳动力台账、务工就业台账有 {} 行退回未改正",
    also="；",
    corrections="更正工作簿",
    title=lambda feed: feed.title_zh,
    refusal=lambda text: text.zh,
    day=lambda day: f"{day.month}月{day.day}日",
)
ENGLISH = Language(
    more="… and {} more",
    today="today",
    carried="The data of {} are carried forward",
    never_reported="Never reported before",
    stale="the register of employment is that of {}",
    unread="gig orders were read until {} only",
    uncorrected="rows of the registers that were rejected and not corrected: {}",
    also="; ",
    corrections="corrected return workbook",
    title=lambda feed: feed.title_en,
    refusal=lambda text: text.en,
    day=date.isoformat,
)
