"""Mart → its calculation, those that others read first."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import (
    bodies,
    cases,
    findings,
    flow,
    headline,
    income,
    indicators,
    places,
    reconciliation,
    reports,
    restated,
    services,
    timeliness,
)
from .tonight import Expected, Tonight

THEMES: dict[str, Callable[[Tonight], Iterator[Expected]]] = {
    "headline_series": headline.headline_series,
    "restatement": restated.restatement,
    "employment_flow": flow.employment_flow,
    "income_stability": income.income_stability,
    "return_risk": income.return_risk,
    "labor_cooperation": places.labor_cooperation,
    "local_employment": places.local_employment,
    "workshop_monitor": bodies.workshop_monitor,
    "relief_demand": places.relief_demand,
    "public_post_monitor": bodies.public_post_monitor,
    "public_post_finding": findings.public_post_finding,
    "service_effect": services.service_effect,
    "dispute_monitor": bodies.dispute_monitor,
    "youth_monitor": services.youth_monitor,
    "resettlement_site_monitor": bodies.resettlement_site_monitor,
    "cross_feed_reconciliation": reconciliation.cross_feed_reconciliation,
    "finding_case": cases.finding_case,
    "vacancy_monitor": services.vacancy_monitor,
    "public_post_funds": bodies.public_post_funds,
    "labor_brand_monitor": places.labor_brand_monitor,
    "transport_allowance": services.transport_allowance,
    "layoff_watch": flow.layoff_watch,
    "industry_absorption": places.industry_absorption,
    "youth_unemployment": services.youth_unemployment,
    "indicator": indicators.indicator,
    "indicator_value": indicators.indicator_value,
    "key_county_compare": reports.key_county_compare,
    "report_daily": reports.report_daily,
    "report_weekly": reports.report_weekly,
    "report_monthly": reports.report_monthly,
    "payroll_finding_summary": findings.payroll_finding_summary,
    "double_registration": headline.double_registration,
    "feed_timeliness": timeliness.feed_timeliness,
}
