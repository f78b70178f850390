"""The environment of every process of a warehouse, in one place. No secret stands on a command line."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from urllib.parse import quote

from employment_warehouse import settings
from employment_warehouse.database.embedded import Server, free_port
from employment_warehouse.settings import Home

OPERATOR = "operator"


def environment(home: Home, server: Server) -> dict[str, str]:
    """What Airflow's processes and our own are started with; the caller's other variables stay as they are."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    return outside | _warehouse(home) | _platform(home) | server.environment() | _airflow(home, server)


def base_url(home: Home) -> str:
    """Address of Airflow's pages. The path is this warehouse's own: a browser's cookies know no ports."""
    slug = hashlib.sha256(os.fsencode(home.root)).hexdigest()[:8]
    return f"http://127.0.0.1:{port(home, 'api-server')}/warehouse-{slug}"


def choose_port(home: Home, service: str) -> int:
    """The service's port of last time if it is free, else any free one; remembered."""
    chosen = free_port(_ports(home).get(service, 0))
    settings.write_whole(home.airflow / "ports.json", json.dumps(_ports(home) | {service: chosen}))
    return chosen


def port(home: Home, service: str) -> int:
    """The port that was chosen last; 0: none yet."""
    return _ports(home).get(service, 0)


def _ports(home: Home) -> dict[str, int]:
    path = home.airflow / "ports.json"
    kept: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
    return kept


def write_sign_in(home: Home) -> Path:
    """The file that SimpleAuthManager reads. Made by us, 0600: its own would be open to all, and in a log."""
    path = sign_in_file(home)
    settings.write_whole(path, json.dumps({OPERATOR: operator_password(home)}))
    return path


def sign_in_file(home: Home) -> Path:
    return home.secrets / "airflow_sign_in.json"


def operator_password(home: Home) -> str:
    return home.secret(f"sign-in:{OPERATOR}")[:20]


def _warehouse(home: Home) -> dict[str, str]:
    return {
        "WAREHOUSE_HOME": str(home.root),
        "WAREHOUSE_PROJECT": str(settings.project_root()),
        "WAREHOUSE_LANDING_ZONE": settings.landing_zone(),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "TZ": "Asia/Shanghai",
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
        "GX_ANALYTICS_ENABLED": "False",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def _platform(home: Home) -> dict[str, str]:
    """The simulator of a demonstration, unless another platform is configured."""
    if settings.platform_access() is not None or not port(home, "hr-platform"):
        return {}
    return {
        "WAREHOUSE_HR_URL": f"http://127.0.0.1:{port(home, 'hr-platform')}",
        "WAREHOUSE_HR_CLIENT_ID": "demonstration",
        "WAREHOUSE_HR_CLIENT_SECRET": home.secret("hr-platform"),
    }


def _airflow(home: Home, server: Server) -> dict[str, str]:
    project = settings.project_root()
    metadata = (
        f"postgresql+psycopg://airflow:{quote(home.secret('password:airflow'), '')}@/airflow"
        f"?host={quote(str(server.socket_folder), '/')}&port={server.port}"
    )
    configured = {
        "core__dags_folder": project / "dags",
        "core__plugins_folder": project / "plugins",
        "core__load_examples": False,
        "core__executor": "LocalExecutor",
        "core__parallelism": 4,
        "core__default_timezone": "Asia/Shanghai",
        "core__dags_are_paused_at_creation": False,
        "core__fernet_key": home.secret("airflow:fernet"),
        "core__execution_api_server_url": f"{base_url(home)}/execution/",
        "core__simple_auth_manager_users": f"{OPERATOR}:admin",
        "core__simple_auth_manager_passwords_file": sign_in_file(home),
        "database__sql_alchemy_conn": metadata,
        "database__sql_alchemy_conn_async": metadata,
        "api__host": "127.0.0.1",
        "api__port": port(home, "api-server"),
        "api__base_url": base_url(home),
        "api__workers": 1,
        "api__secret_key": home.secret("airflow:api"),
        "api_auth__jwt_secret": home.secret("airflow:jwt"),
        "logging__base_log_folder": home.logs / "airflow",
        "dag_processor__parsing_processes": 1,
        "dag_processor__min_file_process_interval": 600,
        "scheduler__scheduler_idle_sleep_time": 0.3,
        "scheduler__task_instance_heartbeat_timeout": 30,
        "scheduler__task_instance_heartbeat_timeout_detection_interval": 5,
        "scheduler__orphaned_tasks_check_interval": 15,
        # Else a task lingers up to five seconds after its end.
        "workers__min_heartbeat_interval": 1,
        "usage_data_collection__enabled": False,
    }
    return {"AIRFLOW_HOME": str(home.airflow)} | {
        f"AIRFLOW__{name.upper()}": str(value) for name, value in configured.items()
    }
