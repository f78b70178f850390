"""Values that the environment gives: addresses, names and connections."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from employment_warehouse.errors import UserError

TIMEZONE = ZoneInfo("Asia/Shanghai")


def variable(name: str) -> str:
    """Value of an environment variable, or of the file that NAME_FILE names, as containers receive secrets; or ''.

    Raises UserError (`secret_file_unreadable`).
    """
    path = os.environ.get(f"{name}_FILE")
    if os.environ.get(name) or not path:
        return os.environ.get(name, "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"{name}_FILE 指定的文件无法读取 | the file that {name}_FILE names cannot be read",
            code="secret_file_unreadable",
            where=path,
            expected="a text file that this user may read",
            todo=f"correct {name}_FILE or the file's mode",
        ) from error


def project_root() -> Path:
    """The folder of dags/, dbt_project/ and expectations/: WAREHOUSE_PROJECT, else this checkout."""
    configured = variable("WAREHOUSE_PROJECT")
    return Path(configured).absolute() if configured else Path(__file__).resolve().parents[3]


def alert_urls() -> str:
    """Addresses of Apprise that alerts are sent to, separated by blanks (WAREHOUSE_ALERT_URLS); may be empty."""
    return variable("WAREHOUSE_ALERT_URLS")


def report_readers() -> str:
    """Who is sent reports (WAREHOUSE_REPORT_READERS): a text configuration of Apprise; may be empty. See sending.py."""
    return variable("WAREHOUSE_REPORT_READERS")


def contact() -> str:
    """The contact for readers of a report (WAREHOUSE_CONTACT); may be empty."""
    return variable("WAREHOUSE_CONTACT")


def console_url() -> str:
    """Where people open the console (WAREHOUSE_CONSOLE_URL); may be empty."""
    return variable("WAREHOUSE_CONSOLE_URL").rstrip("/")


def bulletin_number(month: date) -> str:
    """The document number of the bulletin of a month: no two bulletins have one number."""
    configured = variable("WAREHOUSE_BULLETIN_NUMBER")
    pattern = configured if configured and not repeated_bulletin_number() else "〔{year}〕第{month}期"
    return pattern.replace("{year}", str(month.year)).replace("{month}", str(month.month))


def repeated_bulletin_number() -> str:
    """WAREHOUSE_BULLETIN_NUMBER, if it would number several months ({year} or {month} is not in it); or ''."""
    configured = variable("WAREHOUSE_BULLETIN_NUMBER")
    return "" if "{year}" in configured and "{month}" in configured else configured


def connection(role: str) -> Mapping[str, Any] | None:
    """AIRFLOW_CONN_<ROLE> (JSON: host, port, login, password, schema, extra); None where it is not set."""
    text = variable(f"AIRFLOW_CONN_{role.upper()}")
    if not text:
        return None
    try:
        login: Mapping[str, Any] = json.loads(text)
    except ValueError as error:
        raise UserError(
            f"AIRFLOW_CONN_{role.upper()} 不是 JSON | is not JSON",
            code="connection_unreadable",
            expected='{"conn_type": "postgres", "host": …, "port": …, "login": …, "password": …, "schema": …}',
        ) from error
    return login
