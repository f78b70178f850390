"""One night, started and followed from outside Airflow."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import httpx
from rich.console import Console

from employment_warehouse import publication
from employment_warehouse.contract import contracts, due
from employment_warehouse.database import connect
from employment_warehouse.errors import UserError
from employment_warehouse.runtime.airflow_api import AirflowApi
from employment_warehouse.runtime.deployment import Deployment
from employment_warehouse.runtime.programs import HEALTHY
from employment_warehouse.runtime.timetable import REPORT_TIMES

ENDED = {"success": "✓", "failed": "✗", "upstream_failed": "·", "skipped": "–"}
REPORT_DAGS = frozenset(f"report_{report}" for report in REPORT_TIMES)
PAUSE = 2  # seconds; asked twice a second, Airflow's API server spent a fifth of a core on its answers


@dataclass(frozen=True)
class Night:
    """How a night ended. status: `published`, `held` or `failed`; build: its number, None if none was started."""

    report_date: date
    status: str
    build: int | None
    reason: str | None

    @property
    def exit_code(self) -> int:
        return {"published": 0, "held": 3}.get(self.status, 1)


def run_night(deployment: Deployment, report_date: date, console: Console) -> Night:
    """Run the night of a date through Airflow, show its progress, and wait for its end.

    Raises UserError: `not_running`, `dag_paused`, `date_passed`.
    """
    api = AirflowApi(deployment)
    _assert_running(api)
    _assert_none_paused(api)
    _assert_order(report_date)
    run_id = _open_run(api, report_date) or f"{_prefix(report_date)}{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    api.trigger("night", run_id, {"report_date": report_date.isoformat()})
    state = _follow(api, "night", run_id, console)
    return _ended_night(report_date, f"night__{run_id}", state)


def run_report(deployment: Deployment, dag_id: str, console: Console) -> None:
    """Run `report_weekly` or `report_monthly` once, and wait. Raises UserError (`report_not_written`)."""
    api = AirflowApi(deployment)
    run_id = f"{dag_id}_{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    api.trigger(dag_id, run_id, {})
    if _follow(api, dag_id, run_id, console) != "success":
        raise UserError(
            f"{dag_id} 未能生成 | was not written",
            code="report_not_written",
            where=deployment.url,
            todo="look up the failed run in Airflow, correct its cause, and trigger it again",
        )


def _follow(api: AirflowApi, dag_id: str, run_id: str, console: Console) -> str:
    """Print the tasks of a run, and of those that it triggers, as they end; how the run ended.

    Raises UserError (`airflow_silent`).
    """
    progress, runs = Progress(console), [run_id, f"night__{run_id}"]
    try:
        with console.status(run_id) as status:
            while (state := api.run_state(dag_id, run_id)) in {"queued", "running"}:
                status.update(f"{run_id} {progress.update(api.task_instances(runs))}")
                time.sleep(PAUSE)
            progress.update(api.task_instances(runs))
    except httpx.HTTPError as error:
        raise UserError(
            "Airflow 没有应答，流程可能仍在运行 | Airflow does not answer; the run may go on",
            code="airflow_silent",
            where=api.deployment.url,
            found=type(error).__name__,
            todo="repeat the command: it waits for the same night; `warehouse watch` says what is wrong",
            exit_code=1,
        ) from None
    return state


@dataclass
class Progress:
    """Prints each task once, when it ends; running tasks are in the status line."""

    console: Console
    printed: set[tuple[str, str, int]] = field(default_factory=set)

    def update(self, instances: list[dict[str, Any]]) -> str:
        """Print the tasks that ended since the last call; returns the running ones, in words."""
        running = []
        for task in sorted(instances, key=lambda task: task["end_date"] or "9"):
            if task["dag_id"] == "night" and task["task_id"] in {instance["dag_id"] for instance in instances}:
                continue  # it only waits for that DAG
            key = (task["dag_id"], task["task_id"], task["map_index"])
            name = f"{task['dag_id']} · {task['task_id']} {task.get('rendered_map_index') or ''}".rstrip()
            if task["state"] in ENDED and key not in self.printed:
                self.printed.add(key)
                self.console.print(f"  {ENDED[task['state']]} {name}  {task['duration'] or 0:.1f} s", markup=False)
            elif task["state"] in {"running", "up_for_retry", "deferred"}:
                running.append(name)
        return "; ".join(running[:4]) + (" …" if len(running) > 4 else "")


def assert_not_future(report_date: date, now: datetime) -> None:
    """A night of a future date would close every date before it. Raises UserError (`date_in_future`)."""
    if report_date > now.date():
        raise UserError(
            f"{report_date} 尚未到来 | {report_date} is in the future",
            code="date_in_future",
            expected=f"{now.date()} or earlier",
            todo="run it on that date, after the reports are due",
        )


def last_due(report_date: date, now: datetime) -> datetime | None:
    """When the last report of today's date is due; None if that is over, or the date is another one."""
    if report_date != now.date():
        return None
    moments = (due(contract, report_date, "daily") for contract in contracts().values())
    later = [moment for moment in moments if moment and moment > now and moment.date() == report_date]
    return max(later, default=None)


def standing_date() -> date | None:
    """Report date of the standing publication; None: nothing is published."""
    with connect("wh_watcher") as connection:
        shown = publication.standing(connection)
    return shown and shown.report_date


def _prefix(report_date: date) -> str:
    return f"night_{report_date}_"


def _open_run(api: AirflowApi, report_date: date) -> str | None:
    """The run of this night that was started and has not ended: it is joined, not started again."""
    return next((run for run in api.open_runs("night") if run.startswith(_prefix(report_date))), None)


def _assert_running(api: AirflowApi) -> None:
    states = api.health()
    if any(states.get(component) != "healthy" for component in HEALTHY):
        raise UserError(
            "数据仓库未在运行 | the warehouse is not running",
            code="not_running",
            where=api.deployment.url,
            expected="Airflow healthy",
            todo="start it: `warehouse up`, on a server `docker compose up -d`",
            exit_code=1,
        )


def _assert_none_paused(api: AirflowApi) -> None:
    """A run of a paused DAG stays queued without end."""
    if paused := sorted(dag for dag in api.paused() if dag not in REPORT_DAGS):
        names = ", ".join(paused)
        raise UserError(
            f"已暂停，夜间流程不会运行：{names} | paused, so that the night would not run: {names}",
            code="dag_paused",
            where=api.deployment.url,
            todo="switch it on in Airflow (the switch beside its name), then run the night again",
            exit_code=1,
        )


def _assert_order(report_date: date) -> None:
    """Report dates never decrease; checked before anything is ingested."""
    published = standing_date()
    if published is not None and report_date < published:
        raise UserError(
            f"{report_date} 早于已发布的 {published} | is before {published}, which is published",
            code="date_passed",
            expected=f"{published} or later",
            todo="files that arrive late are ingested under their own date by a night of today",
            exit_code=1,
        )


def _ended_night(report_date: date, run_id: str, state: str) -> Night:
    with connect("wh_watcher") as connection:
        row = connection.execute(
            "select build, status, held_reason from ops.build where run_id = %s order by build desc limit 1",
            (run_id,),
        ).fetchone()
    if row is None:
        return Night(report_date, "failed", None, None)
    build, status, reason = row
    if status == "held":
        return Night(report_date, "held", build, reason)
    if status == "published" and state == "success":
        return Night(report_date, "published", build, None)
    return Night(report_date, "failed", build, "published; a later step failed" if status == "published" else None)
