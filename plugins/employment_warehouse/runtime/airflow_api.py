"""What nights need of Airflow's REST interface."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from tenacity import retry, retry_if_exception, stop_after_delay, wait_fixed

from employment_warehouse.errors import UserError
from employment_warehouse.runtime.deployment import OPERATOR, Deployment
from employment_warehouse.runtime.programs import OPERATOR_PASSWORD


def _may_pass(error: BaseException) -> bool:
    """Whether a request failed because services restart, or have too much to do."""
    return isinstance(error, httpx.TransportError) or (
        isinstance(error, httpx.HTTPStatusError) and error.response.is_server_error
    )


# Every request here can be repeated safely.
with_retries = retry(
    retry=retry_if_exception(_may_pass),
    wait=wait_fixed(1),
    stop=stop_after_delay(60),
    reraise=True,
)


@dataclass
class AirflowApi:
    """A session as the operator of one warehouse."""

    deployment: Deployment
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30, trust_env=False))
    token: str = ""

    def health(self) -> dict[str, str]:
        """State of each component (`healthy`, …); empty if nothing answers."""
        try:
            response = self.client.get(f"{self.deployment.api_url}/api/v2/monitor/health")
            components = response.raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            return {}
        return {component: str((found or {}).get("status")) for component, found in components.items()}

    def parsed_since(self, moment: datetime) -> set[str]:
        """DAGs whose file was parsed after this moment."""
        found = self._request("GET", "dags", params={"limit": 200}).json()["dags"]
        return {dag["dag_id"] for dag in found if _instant(dag["last_parsed_time"]) >= moment}

    def paused(self) -> set[str]:
        """DAGs that the scheduler does not run."""
        found = self._request("GET", "dags", params={"limit": 200, "paused": True}).json()["dags"]
        return {dag["dag_id"] for dag in found}

    def last_run(self, dag: str) -> tuple[str, str] | None:
        """Id and state of the newest run; None if there was none."""
        params = {"order_by": "-run_after", "limit": 1}
        found = self._request("GET", f"dags/{dag}/dagRuns", params=params).json()["dag_runs"]
        return (found[0]["dag_run_id"], found[0]["state"]) if found else None

    def import_errors(self) -> list[str]:
        """DAG files that could not be imported, each with the last line of its error."""
        found = self._request("GET", "importErrors").json()["import_errors"]
        return [f"{error['filename']}: {error['stack_trace'].strip().splitlines()[-1]}" for error in found]

    def trigger(self, dag: str, run_id: str, conf: dict[str, str]) -> None:
        """Start a run under this id; one that was already started continues."""
        body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
        response = self._request("POST", f"dags/{dag}/dagRuns", json=body, tolerated=(409,))
        if response.status_code == 409 and not self._request("GET", f"dags/{dag}/dagRuns/{run_id}").is_success:
            response.raise_for_status()

    def run_state(self, dag: str, run_id: str) -> str:
        """`queued`, `running`, `success` or `failed`."""
        return str(self._request("GET", f"dags/{dag}/dagRuns/{run_id}").json()["state"])

    def open_runs(self, dag: str) -> list[str]:
        """Ids of the runs that are queued or running."""
        found = self._request("GET", f"dags/{dag}/dagRuns", params={"state": ["queued", "running"]}).json()
        return [run["dag_run_id"] for run in found["dag_runs"]]

    def task_instances(self, run_ids: list[str]) -> list[dict[str, Any]]:
        """All task instances of these runs, of any DAG."""
        body = {"dag_run_ids": run_ids, "page_limit": 1000}
        response = self._request("POST", "dags/~/dagRuns/~/taskInstances/list", json=body)
        found: list[dict[str, Any]] = response.json()["task_instances"]
        return found

    @with_retries
    def _request(self, method: str, path: str, tolerated: tuple[int, ...] = (), **options: Any) -> httpx.Response:
        response = self._send(method, path, options)
        if response.status_code == 401:
            self._sign_in()
            response = self._send(method, path, options)
        if response.status_code not in tolerated:
            response.raise_for_status()
        return response

    def _send(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        if not self.token:
            self._sign_in()
        return self.client.request(
            method,
            f"{self.deployment.api_url}/api/v2/{path}",
            headers={"Authorization": f"Bearer {self.token}"},
            **options,
        )

    def _sign_in(self) -> None:
        response = self.client.post(
            f"{self.deployment.api_url}/auth/token",
            json={"username": OPERATOR, "password": self.deployment.secret(OPERATOR_PASSWORD)},
        )
        if response.status_code == 401:
            raise UserError(
                "Airflow 拒绝登录 | Airflow refused the sign-in",
                code="sign_in_refused",
                where=self.deployment.api_url,
                todo="restart the warehouse: its port may be in use by another one, or its password was changed",
            )
        response.raise_for_status()
        self.token = str(response.json()["access_token"])


def wait_until(ready: Any, seconds: float) -> bool:
    """Whether `ready()` became true within this time; it is called three times a second."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        time.sleep(0.3)
    return bool(ready())


def _instant(text: str | None) -> datetime:
    return datetime.fromisoformat((text or "1970-01-01T00:00:00Z").replace("Z", "+00:00"))
