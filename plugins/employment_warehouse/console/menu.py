"""The pages of the console, in the order of the menu."""

from __future__ import annotations

from employment_warehouse.console import (
    acts,
    alerts,
    cases,
    deliveries,
    gates,
    marts,
    publications,
    reports,
    settings,
    tonight,
    uploads,
    users,
)
from employment_warehouse.console.page import Page

PAGES: tuple[Page, ...] = (
    tonight.page,
    uploads.page,
    deliveries.page,
    cases.page,
    publications.page,
    reports.page,
    marts.page,
    alerts.page,
    gates.page,
    acts.page,
    settings.page,
    users.page,
)
