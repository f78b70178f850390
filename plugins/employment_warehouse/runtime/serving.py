"""One program of a deployment on a server (`docker-compose.yml`): its settings are checked, then it is started."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path

from cryptography.fernet import Fernet

from employment_warehouse import settings, upload
from employment_warehouse.database import connect
from employment_warehouse.database.program_logins import SUPERUSER, make_airflow_database
from employment_warehouse.errors import UserError
from employment_warehouse.runtime import deployment, service
from employment_warehouse.runtime.airflow_api import AirflowApi
from employment_warehouse.runtime.deployment import OPERATOR, Deployment
from employment_warehouse.runtime.environment import console_environment, environment
from employment_warehouse.runtime.programs import (
    AIRFLOW_PROGRAMS,
    CELERY_PROGRAMS,
    CONSOLE,
    FERNET_KEY,
    INIT,
    KEYS,
    OPERATOR_PASSWORD,
    OPTIONAL,
    SECRETS,
    UPLOADS,
    Program,
)
from employment_warehouse.settings import Home

CONTAINER_USER = 10001  # of the Dockerfile
PROGRAMS = {"init": INIT, "console": CONSOLE, **AIRFLOW_PROGRAMS, **CELERY_PROGRAMS, "uploads": UPLOADS}


def serve(home: Home, name: str) -> None:
    """Become the program (`airflow scheduler`, …), or (`init`) create and migrate the databases and return.

    Raises UserError: `program_unknown`, `secret_missing`, `sign_in_unfit`.
    """
    program = _program(name)
    server = deployment.on_server(home)
    assert_configured(server, program)
    os.umask(0o077)  # a container's own would let every account of the machine read what is written into its folders
    if name == "init":
        _init(server)
    elif name == "console":
        command = [sys.executable, "-m", "employment_warehouse.console", *map(str, server.console_listen)]
        os.execve(sys.executable, command, console_environment(server))  # noqa: S606
    else:
        os.execve(sys.executable, program.command, environment(server, program))  # noqa: S606


def check_health(home: Home, name: str) -> None:
    """For a container's health check. Raises UserError (`unhealthy`) unless Airflow reports the program as healthy, the
    console or the worker responds, or uploads are read.
    """
    at = deployment.current(home)
    if name == "console":
        states = {"console": "healthy" if service.responds(at) else "no answer"}
    elif name == "uploads":
        states = {"uploads": "healthy" if upload.is_read() else "nobody reads them"}
    elif name == "celery-worker":
        states = {"celery_worker": "healthy" if _worker_responds(at) else "no answer"}
    else:
        states = AirflowApi(at).health()
    reported = {"api-server": "metadatabase", "celery-scheduler": "scheduler"}.get(name, name.replace("-", "_"))
    if states.get(reported) != "healthy":
        raise UserError(
            f"{name} 状态异常 | is not healthy",
            code="unhealthy",
            expected="healthy",
            found=states.get(reported, "no answer"),
            todo=f"read the log of {name}",
            exit_code=1,
        )


def _worker_responds(at: Deployment) -> bool:
    """Whether this machine's worker of Celery responds through the broker: Airflow does not know its workers."""
    app = "airflow.providers.celery.executors.celery_executor.app"
    asked = ["--app", app, "inspect", "ping", "--destination", f"celery@{socket.gethostname()}"]
    variables = environment(at, CELERY_PROGRAMS["celery-worker"])
    return subprocess.run([sys.executable, "-m", "celery", *asked], env=variables, check=False).returncode == 0


def assert_configured(server: Deployment, program: Program) -> None:
    """Refuse to start without the secrets of the program, or with the sign-in that is meant for trying things out."""
    missing = sorted(name for name in program.secrets - OPTIONAL if not server.secret(name))
    if not server.host:
        missing.append("WAREHOUSE_DATABASE")
    if missing:
        raise UserError(
            "部署缺少密钥 | the deployment lacks secrets",
            code="secret_missing",
            where=", ".join(missing),
            todo="`warehouse secrets FOLDER` writes a new set; each is given as NAME or as NAME_FILE",
        )
    if "SimpleAuthManager" in server.auth_manager:
        raise UserError(
            "服务器部署不得使用 SimpleAuthManager | SimpleAuthManager is for the embedded default only",
            code="sign_in_unfit",
            where="AIRFLOW__CORE__AUTH_MANAGER",
            expected="the auth manager of FAB or Keycloak",
        )


def write_secrets(folder: Path) -> list[str]:
    """Write a new set of secrets, a file for each (`wh_loader_password`), that only their owner can read.

    Their owner is the user of the containers, where this is run as root. Files that exist are kept; those of OPTIONAL
    are empty, to be filled in. Returns the names of the new files.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    written = []
    for name in SECRETS:
        path = folder / name.lower()
        if not path.exists():
            settings.write_whole(path, _new_secret(name))
            written.append(path.name)
        path.chmod(0o600)
        if os.geteuid() == 0:
            os.chown(path, CONTAINER_USER, -1)
    return written


def _new_secret(name: str) -> str:
    if name in OPTIONAL:
        return ""
    if name in KEYS:
        return secrets.token_hex(32)
    return Fernet.generate_key().decode() if name == FERNET_KEY else secrets.token_urlsafe(24)


def _program(name: str) -> Program:
    if name not in PROGRAMS:
        raise UserError(
            f"没有这个程序 | there is no such program: {name}", code="program_unknown", expected=", ".join(PROGRAMS)
        )
    return PROGRAMS[name]


def _init(server: Deployment) -> None:
    os.environ.update(environment(server, INIT))
    _ = server.home.uploads  # the console, which may write nothing else of the home, finds the folder
    with connect(SUPERUSER) as connection:
        make_airflow_database(connection, server.secret("AIRFLOW_PASSWORD"))
    service.migrate_database(server.home)
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True)
    if server.auth_manager == deployment.FAB:
        _create_operator(server.secret(OPERATOR_PASSWORD))


def _create_operator(password: str) -> None:
    """The operator's account in FAB, with the password of this deployment (also if it was changed)."""
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder  # noqa: PLC0415

    with get_application_builder() as builder:
        manager = builder.sm
        account = manager.find_user(OPERATOR)
        if account is None:
            mail = f"{OPERATOR}@localhost"
            manager.add_user(OPERATOR, "Warehouse", "Operator", mail, manager.find_role("Admin"), password)
        else:
            manager.reset_password(account.id, password)
