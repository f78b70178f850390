"""One part of a deployment on a server (`docker-compose.yml`): its secrets read, its settings checked, then started."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet

from employment_warehouse import settings
from employment_warehouse.database import connect
from employment_warehouse.database.roles import LOGINS, SUPERUSER, make_airflow_database
from employment_warehouse.errors import UserError
from employment_warehouse.runtime import service
from employment_warehouse.runtime.service import PARTS

PASSWORDS = (SUPERUSER, "airflow", *LOGINS)
SECRETS = (
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    "AIRFLOW__CORE__FERNET_KEY",
    "AIRFLOW__API__SECRET_KEY",
    "AIRFLOW__API_AUTH__JWT_SECRET",
    "WAREHOUSE_TOKEN_KEY",
    "WAREHOUSE_WRAPPING_KEY",
)


def serve(part: str) -> None:
    """Become `airflow <part>`, or (`init`) make and migrate the databases and return.

    Raises UserError: `secret_missing`, `sign_in_unfit`, `part_unknown`.
    """
    read_secret_files()
    assert_fit(os.environ)
    if part == "init":
        _init()
    elif part in PARTS:
        os.execv(sys.executable, [sys.executable, "-m", "airflow", *PARTS[part]])  # noqa: S606
    else:
        raise UserError(
            f"没有这个部分 | there is no such part: {part}", code="part_unknown", expected=", ".join(["init", *PARTS])
        )


def read_secret_files() -> None:
    """`NAME_FILE` names a file that holds the value of `NAME`, as container secrets come."""
    for name, path in list(os.environ.items()):
        if name.startswith(("AIRFLOW_", "WAREHOUSE_")) and name.endswith("_FILE") and Path(path).is_file():
            os.environ[name.removesuffix("_FILE")] = Path(path).read_text().strip()


def assert_fit(variables: Mapping[str, str]) -> None:
    """Refuse to serve without secrets of its own, or with the sign-in that is made for trying things out."""
    missing = [name for name in SECRETS if not variables.get(name)]
    if missing:
        raise UserError(
            "部署缺少密钥 | the deployment lacks secrets",
            code="secret_missing",
            where=", ".join(missing),
            todo="`warehouse secrets` prints a fresh set for .env; each may come as NAME_FILE",
        )
    if "SimpleAuthManager" in variables.get("AIRFLOW__CORE__AUTH_MANAGER", "SimpleAuthManager"):
        raise UserError(
            "服务器部署不得使用 SimpleAuthManager | SimpleAuthManager is for the embedded default only",
            code="sign_in_unfit",
            where="AIRFLOW__CORE__AUTH_MANAGER",
            expected="the auth manager of FAB or Keycloak",
        )


def fresh_secrets() -> str:
    """A set of secrets for .env, one `NAME=value` a line."""
    lines = {f"{role.upper()}_PASSWORD": secrets.token_urlsafe(24) for role in PASSWORDS}
    lines |= {
        "WAREHOUSE_TOKEN_KEY": secrets.token_hex(32),
        "WAREHOUSE_WRAPPING_KEY": secrets.token_hex(32),
        "AIRFLOW_FERNET_KEY": Fernet.generate_key().decode(),
        "AIRFLOW_API_SECRET_KEY": secrets.token_urlsafe(32),
        "AIRFLOW_JWT_SECRET": secrets.token_urlsafe(32),
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def _init() -> None:
    password = json.loads(os.environ["AIRFLOW_CONN_AIRFLOW"])["password"]
    with connect(SUPERUSER) as connection:
        make_airflow_database(connection, password)
    service.migrate_database(settings.current_home())
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True)
