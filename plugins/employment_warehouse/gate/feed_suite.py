"""The suite of a feed, made from its contract and the thresholds in force: no feed has one of its own to keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from employment_warehouse.contract import Column, Contract
from employment_warehouse.gate.expectation import Expectation
from employment_warehouse.gate.profile import FRESHNESS, agreeing_columns, is_broken_measured, mix_values
from employment_warehouse.gate.thresholds import Thresholds

Limits = tuple[float | None, float | None]
NONE: Limits = (0, 0)


def feed_suite(contract: Contract, thresholds: Thresholds) -> list[Expectation]:
    """Everything that gate 1 expects of a report of this feed, on the measures of `profile`.

    A threshold that is switched off takes its expectations with it; what the contract itself says is never off.
    """
    limits = _Limits(thresholds, contract.feed)
    return [
        *_of_the_report(contract, limits),
        *_of_its_kind(contract, limits),
        *(expectation for column in contract.columns for expectation in _of_a_column(contract, column, limits)),
        *_of_its_rules(contract),
    ]


class _Limits:
    """The thresholds of one feed as lower and upper limits."""

    def __init__(self, thresholds: Thresholds, feed: str) -> None:
        self._thresholds = thresholds
        self._feed = feed

    def at_least(self, name: str) -> Limits:
        return self._thresholds.of(name, self._feed), None

    def at_most(self, name: str) -> Limits:
        return None, self._thresholds.of(name, self._feed)

    def between(self, lowest: str, highest: str) -> Limits:
        return self.at_least(lowest)[0], self.at_most(highest)[1]

    def within(self, times: str) -> Limits:
        """So many times as much at most, and as little at least."""
        widest = self._thresholds.of(times, self._feed)
        return widest and 1 / widest, widest


def _of_the_report(contract: Contract, limits: _Limits) -> Iterator[Expectation]:
    zh, en = contract.title_zh, contract.title_en
    yield from _between(
        "rows.unaccounted", NONE, f"{zh}落库行数与台账之差", f"{en}: rows landed, less those of the ledger"
    )
    yield from _between("rows.rejected_all", NONE, f"{zh}全部行被退回", f"{en}: every row was rejected")
    yield from _between("rows", limits.at_least("gate_min_rows"), f"{zh}行数", f"{en}: rows")
    share = f"{zh}退回行占比", f"{en}: share of rejected rows"
    yield from _between("rejected.share", limits.at_most("gate_max_rejected_share"), *share)
    for noticed in _between("rejected.share", limits.at_most("gate_noticed_rejected_share"), *share):
        yield replace(noticed, name="rejected.noticed_share", severity="warning")
    if {"amount_due", "amount_paid"} <= {column.name for column in contract.columns}:
        yield from _compared(
            "paid.share", limits.at_most("gate_max_paid_share"), f"{zh}实发与应发之比", f"{en}: paid against due"
        )


def _of_its_kind(contract: Contract, limits: _Limits) -> Iterator[Expectation]:
    zh, en = contract.title_zh, contract.title_en
    if contract.kind in ("snapshot", "period"):
        volume = limits.between("gate_min_volume_ratio", "gate_max_volume_ratio")
        yield from _compared("volume.ratio", volume, f"{zh}行数与上次之比", f"{en}: rows against the last report")
    if contract.kind == "snapshot":
        yield from _compared(
            "overlap",
            limits.at_least("gate_min_overlap"),
            f"{zh}上次条目仍在的占比",
            f"{en}: share of the last report's entries that are still there",
        )
        if any(column.name == FRESHNESS for column in contract.columns):
            yield from _compared(
                "days_stale",
                limits.at_most("gate_max_days_stale"),
                f"{zh}最近更新距报告日天数",
                f"{en}: days from its own latest update to its date",
            )
    if contract.kind == "period":
        yield from _between(
            "twin.share",
            limits.at_most("gate_max_twin_share"),
            f"{zh}同人同月同额重复行占比",
            f"{en}: share of lines that stand there twice in a month",
        )
        yield from _between(
            "repeated.share",
            limits.at_most("gate_max_repeated_share"),
            f"{zh}与其他月份完全相同的行占比",
            f"{en}: share of lines that stand under another month as well",
        )


def _of_a_column(contract: Contract, column: Column, limits: _Limits) -> Iterator[Expectation]:
    name, zh = column.name, f"“{column.header}”"
    if is_broken_measured(column):
        yield from _between(f"{name}.broken", NONE, f"{zh}不合约定的行数", f"{name}: rows that break the contract")
    if contract.kind in ("snapshot", "period"):
        rise = limits.at_most("gate_max_null_rise")
        yield from _compared(f"{name}.null_rise", rise, f"{zh}空值占比增加", f"{name}: rise of the share of blanks")
        if mix_values(column):
            shift = limits.at_most("gate_max_mix_shift")
            yield from _compared(f"{name}.shift", shift, f"{zh}结构变动", f"{name}: share of the mix that moved")
        if column.type.is_number:
            ratio = limits.between("gate_min_mean_ratio", "gate_max_mean_ratio")
            yield from _compared(f"{name}.mean_ratio", ratio, f"{zh}均值与上次之比", f"{name}: mean against the last")
    if column.type.is_number:
        ratio = limits.within("gate_max_peer_ratio")
        yield from _compared(f"{name}.peer_ratio", ratio, f"{zh}均值与其他单位之比", f"{name}: mean against others")
    if contract.kind == "snapshot" and column in agreeing_columns(contract):
        share = limits.at_least("gate_min_agreement")
        yield from _compared(f"{name}.agreement", share, f"{zh}与上次一致的占比", f"{name}: share unchanged")


def _of_its_rules(contract: Contract) -> Iterator[Expectation]:
    for rule in contract.rules:
        yield from _between(
            f"rule.{rule.name}.broken",
            NONE,
            f"违反规则的行数（{rule.message_zh}）",
            f"rows that break: {rule.message_en}",
        )


def _compared(name: str, limits: Limits, zh: str, en: str) -> Iterator[Expectation]:
    """An expectation that passes where there is nothing to compare with."""
    for expectation in _between(name, limits, zh, en):
        yield replace(expectation, may_lack=True)


def _between(name: str, limits: Limits, zh: str, en: str) -> Iterator[Expectation]:
    """A critical expectation on the measure of that name; none where its thresholds are switched off."""
    given = {key: limit for key, limit in zip(("min_value", "max_value"), limits, strict=True) if limit is not None}
    if given:
        yield Expectation(name, "expect_column_values_to_be_between", {"column": name, **given}, "critical", zh, en)
