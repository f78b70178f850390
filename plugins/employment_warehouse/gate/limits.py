"""What is expected of a measure: limits, which are settings."""

from __future__ import annotations

from dataclasses import dataclass

from employment_warehouse.gate.expectation import Severity


@dataclass(frozen=True)
class Setting:
    """A limit that is a row of the seed `setting`. inverse: one divided by it."""

    name: str
    inverse: bool = False


Limit = float | Setting | None


@dataclass(frozen=True)
class Limits:
    """One expectation on a measure: it lies between low and high. name: of the check, where it is not the measure's.
    may_be_waived: whether people may let a failure pass.
    """

    low: Limit = None
    high: Limit = None
    name: str = ""
    severity: Severity = "critical"
    may_be_waived: bool = True


NONE = (Limits(high=0),)


def at_least(setting: str) -> tuple[Limits, ...]:
    """Not below a setting."""
    return (Limits(low=Setting(setting)),)


def at_most(setting: str) -> tuple[Limits, ...]:
    """Not above a setting."""
    return (Limits(high=Setting(setting)),)


def between(lowest: str, highest: str) -> tuple[Limits, ...]:
    """Between two settings."""
    return (Limits(Setting(lowest), Setting(highest)),)


def within_times(setting: str) -> tuple[Limits, ...]:
    """At most this many times as much, and at least the inverse share of it."""
    return (Limits(Setting(setting, inverse=True), Setting(setting)),)
