"""The alerts of a night: raised while there is a cause, and resolved when it is gone."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import product

from employment_warehouse.alert import causes
from employment_warehouse.alert.causes import Causes, Row
from employment_warehouse.alert.composing import alert_of, alerts_of
from employment_warehouse.alert.raising import Alert, raise_alert, resolve_others
from employment_warehouse.alert_kinds import alert_kinds
from employment_warehouse.contract.divisions import divisions


def raise_night_alerts(build: int) -> int:
    """Raise the alerts of a night, whether it was published, held or failed; returns how many.

    Alerts about figures are raised for a published night only, because nobody saw the others. Running it again, or for
    another build of the date, updates the same alerts. Those whose cause is gone are resolved, of earlier dates too.
    """
    night = causes.find_night(build)
    if night is None:
        return 0
    report_date, is_published = night["report_date"], night["status"] == "published"
    found = causes.find_submissions(night) | causes.find_problems(night)
    unemployed = cache(causes.find_unemployed)  # the nights asked below have publications in common
    found |= causes.find_figures(night, unemployed) if is_published else {}
    raised = _raise(found, night)
    of_date = (*causes.SUBMISSIONS, *(causes.HOUSEHOLDS if is_published else ()))
    resolve_others(report_date, of_date, raised, since=report_date)
    resolve_others(report_date, (*causes.NIGHTLY, *(causes.PUBLISHED if is_published else ())), raised, since=None)
    for earlier in causes.find_open_nights(night):
        _follow_up(earlier, build if is_published else None, unemployed)
    unattended = _raise(causes.find_unattended(night), night)
    resolve_others(report_date, ["unattended"], unattended, since=None)
    return len(raised) + len(unattended)


def raise_night_not_started(report_date: str | None) -> None:
    """Raise the alert of a night that failed before its build. report_date (ISO): None if it had not been chosen."""
    day = date.fromisoformat(report_date) if report_date else None
    raise_alert(alert_of(alert_kinds()["night_not_started"], divisions().prefecture, [{}], day, None))


def _raise(found: Causes, night: Row) -> set[tuple[str, str]]:
    """Raise what was found of a night; the kinds and units."""
    alerts: list[Alert] = alerts_of(found, night["report_date"], night["build"])
    raise_alert(*alerts)
    return {(alert.kind, alert.unit) for alert in alerts}


def _follow_up(night: Row, publication: int | None, unemployed: causes.UnemployedOf) -> None:
    """Resolve what was found of an earlier night and is gone; the rest of a county's submissions is counted again.

    publication: in which its households are looked for; None: they are left as they are.
    """
    report_date = night["report_date"]
    submissions = [kind for kind in causes.SUBMISSIONS if kind in night["open_kinds"]]
    if submissions:
        remaining = _raise(causes.find_submissions(night, submissions), night)
        resolve_others(report_date, submissions, remaining, since=report_date)
    households = [kind for kind in causes.HOUSEHOLDS if kind in night["open_kinds"]]
    if households and publication is not None:
        units = [str(row["unit"]) for row in causes.find_households(night, publication, unemployed)]
        resolve_others(report_date, households, set(product(households, units)), since=report_date)
