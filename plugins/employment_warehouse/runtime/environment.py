"""The environment of each process of a warehouse, in both deployments. No secret is on a command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import quote, urlsplit

from employment_warehouse import settings
from employment_warehouse.runtime.deployment import OPERATOR, SIMPLE, Deployment, sign_in_file
from employment_warehouse.runtime.ports import port
from employment_warehouse.runtime.programs import (
    AIRFLOW_PASSWORD,
    API_SECRET_KEY,
    BROKER_PASSWORD,
    CONSOLE,
    FERNET_KEY,
    JWT_SECRET,
    SECRETS,
    Program,
)

# Setting of Airflow -> the secret that it takes.
SECRET_SETTINGS = {
    "core__fernet_key": FERNET_KEY,
    "api__secret_key": API_SECRET_KEY,
    "api_auth__jwt_secret": JWT_SECRET,
}


def environment(deployment: Deployment, program: Program) -> dict[str, str]:
    """Variables that a program is started with: the caller's own, what the warehouse sets, and the program's secrets.

    In a home the caller's settings of Airflow do not apply; on a server they do, and win.
    """
    withheld = {name for secret in SECRETS if secret not in program.secrets for name in (secret, f"{secret}_FILE")}
    outside = {name: value for name, value in os.environ.items() if name not in withheld}
    airflow = _airflow(deployment, program)
    if deployment.is_embedded:
        outside = {name: value for name, value in outside.items() if not name.startswith("AIRFLOW")}
    else:
        airflow |= {name: value for name, value in outside.items() if name.startswith("AIRFLOW__")}
    return (
        outside
        | _warehouse(deployment)
        | _platform(deployment, program)
        | deployment.connections(*program.roles)
        | airflow
    )


def console_environment(deployment: Deployment) -> dict[str, str]:
    """Variables that the console is started with: none of Airflow, and of libpq only those that say where the database
    is, not those of the person who starts it.
    """
    variables = environment(deployment, CONSOLE).items()
    of_others = ("AIRFLOW", "PG")
    return {name: value for name, value in variables if not name.startswith(of_others)} | {
        "PGHOST": "127.0.0.1" if deployment.is_embedded else deployment.host,
        "PGPORT": str(deployment.port),
    }


def _warehouse(deployment: Deployment) -> dict[str, str]:
    return {
        "WAREHOUSE_HOME": str(deployment.home.root),
        "WAREHOUSE_PROJECT": str(settings.project_root()),
        "WAREHOUSE_LANDING_ZONE": settings.landing_zone(),
        "WAREHOUSE_CONSOLE_URL": deployment.console_url,
        **_direct(deployment),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "TZ": "Asia/Shanghai",
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
        "GX_ANALYTICS_ENABLED": "False",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def _direct(deployment: Deployment) -> dict[str, str]:
    """The hosts that are reached without the proxy of the caller's environment: those of the warehouse's programs."""
    no_proxy = os.environ.get("no_proxy") or os.environ.get("NO_PROXY", "")
    own = ("127.0.0.1", "localhost", urlsplit(deployment.api_url).hostname or "")
    hosts = ",".join(dict.fromkeys(host for host in (*no_proxy.split(","), *own) if host))
    return {"NO_PROXY": hosts, "no_proxy": hosts}


def _platform(deployment: Deployment, program: Program) -> dict[str, str]:
    """The simulator of a demonstration, unless another platform is configured."""
    home = deployment.home
    if not deployment.is_embedded or "WAREHOUSE_HR_CLIENT_SECRET" not in program.secrets:
        return {}
    if settings.platform_access() is not None or not port(home, "hr-platform"):
        return {}
    return {
        "WAREHOUSE_HR_URL": f"http://127.0.0.1:{port(home, 'hr-platform')}",
        "WAREHOUSE_HR_CLIENT_ID": "demonstration",
        "WAREHOUSE_HR_CLIENT_SECRET": home.secret("hr-platform"),
    }


def _airflow(deployment: Deployment, program: Program) -> dict[str, str]:
    home, project = deployment.home, settings.project_root()
    host, number = deployment.listen
    configured: dict[str, object] = {
        "core__dags_folder": project / "dags",
        "core__plugins_folder": project / "plugins",
        "core__load_examples": False,
        "core__executor": "employment_warehouse.runtime.executor.PreloadedExecutor",
        "core__parallelism": 4,
        "core__default_timezone": "Asia/Shanghai",
        "core__dags_are_paused_at_creation": False,
        "core__execution_api_server_url": f"{deployment.api_url}/execution/",
        "core__auth_manager": deployment.auth_manager,
        "api__host": host,
        "api__port": number,
        "api__base_url": deployment.url,
        "api__workers": 1,
        "logging__base_log_folder": home.logs / "airflow",
        "dag_processor__parsing_processes": 1,
        "dag_processor__min_file_process_interval": 600,
        "scheduler__scheduler_idle_sleep_time": 0.3,
        "scheduler__task_instance_heartbeat_timeout": 30,
        "scheduler__task_instance_heartbeat_timeout_detection_interval": 5,
        "scheduler__orphaned_tasks_check_interval": 15,
        # With the default a task lingers up to five seconds after its end.
        "workers__min_heartbeat_interval": 1,
        "usage_data_collection__enabled": False,
    }
    if deployment.auth_manager == SIMPLE:
        configured["core__simple_auth_manager_users"] = f"{OPERATOR}:admin"
        configured["core__simple_auth_manager_passwords_file"] = sign_in_file(home)
    if AIRFLOW_PASSWORD in program.secrets:
        configured["database__sql_alchemy_conn"] = deployment.airflow_database()
        configured["database__sql_alchemy_conn_async"] = deployment.airflow_database()
    if BROKER_PASSWORD in program.secrets:
        configured |= _celery(deployment)
    for setting, secret in SECRET_SETTINGS.items():
        if secret in program.secrets:
            configured[setting] = deployment.secret(secret)
    return {"AIRFLOW_HOME": str(home.airflow)} | {
        f"AIRFLOW__{name.upper()}": str(value) for name, value in configured.items()
    }


def _celery(deployment: Deployment) -> dict[str, object]:
    """Tasks go to workers through Redis (WAREHOUSE_BROKER, `host:port`); how they ended is in Airflow's database."""
    password = quote(deployment.secret(BROKER_PASSWORD), "")
    return {
        "core__executor": "CeleryExecutor",
        "core__parallelism": 16,
        "celery__broker_url": f"redis://:{password}@{settings.variable('WAREHOUSE_BROKER')}/0",
        "celery__result_backend": f"db+{deployment.airflow_database()}",
        "celery__worker_concurrency": 4,
        # A worker takes no more tasks than it can run; Airflow's heartbeat gives those of a dead worker out again.
        "celery__worker_prefetch_multiplier": 1,
    }
