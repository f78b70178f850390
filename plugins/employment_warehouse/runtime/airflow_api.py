"""Airflow's REST interface, as far as nights need it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from employment_warehouse.errors import UserError
from employment_warehouse.runtime.environment import OPERATOR, base_url, operator_password
from employment_warehouse.settings import Home

# An answer may be lost while services restart; asking again is always safe here.
patiently = retry(
    retry=retry_if_exception_type(httpx.TransportError),
    wait=wait_fixed(1),
    stop=stop_after_delay(60),
    reraise=True,
)


@dataclass
class AirflowApi:
    """A session as the operator of one warehouse."""

    home: Home
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30, trust_env=False))
    token: str = ""

    def health(self) -> dict[str, str]:
        """State of each part (`healthy`, …); empty while nobody answers."""
        try:
            answer = self.client.get(f"{base_url(self.home)}/api/v2/monitor/health")
            answer.raise_for_status()
        except httpx.HTTPError:
            return {}
        return {part: str((found or {}).get("status")) for part, found in answer.json().items()}

    def parsed_since(self, moment: datetime) -> set[str]:
        """DAGs whose file was read after this moment."""
        found = self._ask("GET", "dags", params={"limit": 200}).json()["dags"]
        return {dag["dag_id"] for dag in found if _instant(dag["last_parsed_time"]) >= moment}

    def import_errors(self) -> list[str]:
        """DAG files that could not be read, each with the last line of its error."""
        found = self._ask("GET", "importErrors").json()["import_errors"]
        return [f"{error['filename']}: {error['stack_trace'].strip().splitlines()[-1]}" for error in found]

    def trigger(self, dag: str, run_id: str, conf: dict[str, str]) -> None:
        """Start a run under this id; one that was started already goes on."""
        body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
        answer = self._ask("POST", f"dags/{dag}/dagRuns", json=body, refused=(409,))
        if answer.status_code == 409 and not self._ask("GET", f"dags/{dag}/dagRuns/{run_id}").is_success:
            answer.raise_for_status()

    def run_state(self, dag: str, run_id: str) -> str:
        """`queued`, `running`, `success` or `failed`."""
        return str(self._ask("GET", f"dags/{dag}/dagRuns/{run_id}").json()["state"])

    def open_runs(self, dag: str) -> list[str]:
        """Ids of the runs that are queued or running."""
        found = self._ask("GET", f"dags/{dag}/dagRuns", params={"state": ["queued", "running"]}).json()
        return [run["dag_run_id"] for run in found["dag_runs"]]

    def task_instances(self, run_ids: list[str]) -> list[dict[str, Any]]:
        """All task instances of these runs, of whatever DAG."""
        body = {"dag_run_ids": run_ids, "page_limit": 1000}
        answer = self._ask("POST", "dags/~/dagRuns/~/taskInstances/list", json=body)
        found: list[dict[str, Any]] = answer.json()["task_instances"]
        return found

    @patiently
    def _ask(self, verb: str, path: str, refused: tuple[int, ...] = (), **options: Any) -> httpx.Response:
        answer = self._send(verb, path, options)
        if answer.status_code == 401:
            self._sign_in()
            answer = self._send(verb, path, options)
        if answer.status_code not in refused:
            answer.raise_for_status()
        return answer

    def _send(self, verb: str, path: str, options: dict[str, Any]) -> httpx.Response:
        if not self.token:
            self._sign_in()
        return self.client.request(
            verb,
            f"{base_url(self.home)}/api/v2/{path}",
            headers={"Authorization": f"Bearer {self.token}"},
            **options,
        )

    def _sign_in(self) -> None:
        answer = self.client.post(
            f"{base_url(self.home)}/auth/token",
            json={"username": OPERATOR, "password": operator_password(self.home)},
        )
        if answer.status_code == 401:
            raise UserError(
                "Airflow 拒绝登录 | Airflow refuses the sign-in",
                code="sign_in_refused",
                where=base_url(self.home),
                todo="`warehouse down`, then `warehouse up`: the port may have gone to another warehouse",
            )
        answer.raise_for_status()
        self.token = str(answer.json()["access_token"])


def wait_until(ready: Any, seconds: float) -> bool:
    """Whether `ready()` came true within this time; asked three times a second."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        time.sleep(0.3)
    return bool(ready())


def _instant(text: str | None) -> datetime:
    return datetime.fromisoformat((text or "1970-01-01T00:00:00Z").replace("Z", "+00:00"))
