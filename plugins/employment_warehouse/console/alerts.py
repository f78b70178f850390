"""Alerts: what has to be done, and their acknowledgement by an operator."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from employment_warehouse.console.page import Page, Visit
from employment_warehouse.console.paging import list_page
from employment_warehouse.database import OWN_LOGIN, connect, refusals

page = Page("/alerts", "提醒", "Alerts", needs=("ops.alert", "ops.own_alerts"))


@page.router.get("/alerts")
def show(past: bool = False, visit: Visit = page.visitor) -> Response:
    """Open alerts, those not yet acknowledged first; on request past ones as well."""
    with visit.reading() as read:
        listed = list_page(visit, read, "alerts" if visit.may("ops.alert") else "own_alerts", all=past)
    return visit.show("alerts.html.j2", alerts=listed.rows, listed=listed, past=past)


@page.router.post("/alerts/{number}")
def acknowledge(number: int, note: Annotated[str, Form()] = "", visit: Visit = page.visitor) -> Response:
    """Acknowledge an alert, on the record."""
    with visit.acting(), refusals(), connect(OWN_LOGIN) as connection:
        connection.execute("select ops.acknowledge_alert(%s, %s)", (number, note))
    return visit.go("/alerts", f"已确认第 {number} 号提醒 | Alert {number} is acknowledged")
