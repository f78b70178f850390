"""The suite of a feed, made from its contract, the declared measures and the thresholds in force."""

from __future__ import annotations

from employment_warehouse.contract import Contract
from employment_warehouse.gate.delivery_measures import measures_of
from employment_warehouse.gate.expectation import Expectation
from employment_warehouse.gate.limits import Limit, Setting
from employment_warehouse.gate.measure import Comparison, Measure
from employment_warehouse.gate.subject import Subject
from employment_warehouse.gate.threshold_lookup import Thresholds


def feed_suite(contract: Contract, thresholds: Thresholds) -> list[Expectation]:
    """Every expectation of gate 1 for a submission of this feed, on the measures of `profile`.

    A threshold that is switched off takes its expectations with it; what the contract itself demands is never off.
    """
    return [
        expectation
        for measure, subject in measures_of(contract)
        for expectation in _expectations(measure, subject, thresholds)
    ]


def _expectations(measure: Measure, subject: Subject, thresholds: Thresholds) -> list[Expectation]:
    column = subject.name(measure.name)
    found = []
    for limits in measure.limits:
        bounds = {
            "min_value": _value(limits.low, thresholds, subject.contract.feed),
            "max_value": _value(limits.high, thresholds, subject.contract.feed),
        }
        kwargs = {name: value for name, value in bounds.items() if value is not None}
        if kwargs:
            found.append(
                Expectation(
                    name=limits.name or column,
                    type="expect_column_values_to_be_between",
                    kwargs={"column": column, **kwargs},
                    severity=limits.severity,
                    zh=subject.text(measure.zh),
                    en=subject.text(measure.en),
                    failed_zh=_failed(measure, subject, measure.failed_zh),
                    failed_en=_failed(measure, subject, measure.failed_en),
                    measured_in=measure.measured_in,
                    may_lack=measure.may_lack,
                    may_be_waived=limits.may_be_waived,
                )
            )
    return found


def _failed(measure: Measure, subject: Subject, template: str) -> str:
    """The text of a failure; {now} and {before} become the names of the measures that were compared."""
    text = subject.text(template)
    if isinstance(measure.computed, Comparison):
        compared = subject.name(measure.computed.of)
        text = text.replace("{now}", f"{{{compared}}}").replace("{before}", f"{{{compared}.before}}")
    return text


def _value(limit: Limit, thresholds: Thresholds, feed: str) -> float | None:
    if not isinstance(limit, Setting):
        return limit
    value = thresholds.of(limit.name, feed)
    return 1 / value if value and limit.inverse else value
