"""The programs of a warehouse, and the secrets that each gets: what it needs and no other."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from employment_warehouse.database.program_logins import LOGINS, SUPERUSER, password_variable

AIRFLOW_PASSWORD = password_variable("airflow")
FERNET_KEY = "AIRFLOW_FERNET_KEY"
API_SECRET_KEY = "AIRFLOW_API_SECRET_KEY"  # noqa: S105  names of variables
JWT_SECRET = "AIRFLOW_JWT_SECRET"  # noqa: S105
OPERATOR_PASSWORD = "WAREHOUSE_OPERATOR_PASSWORD"  # noqa: S105
# Where nothing is configured, the source or the channel is missing; everything else must be given.
OPTIONAL = frozenset(
    {
        "WAREHOUSE_HR_CLIENT_SECRET",
        "WAREHOUSE_ALERT_URLS",
        "WAREHOUSE_REPORT_READERS",
        "WAREHOUSE_NEXT_WRAPPING_KEY",
    }
)
# Of Redis, through which the scheduler of several machines gives tasks to its workers.
BROKER_PASSWORD = "REDIS_PASSWORD"  # noqa: S105
KEYS = frozenset({"WAREHOUSE_TOKEN_KEY", "WAREHOUSE_WRAPPING_KEY"})
PASSWORDS = {password_variable(role): role for role in (SUPERUSER, "airflow", *LOGINS)}
SECRETS = (
    *PASSWORDS, FERNET_KEY, API_SECRET_KEY, JWT_SECRET, OPERATOR_PASSWORD, BROKER_PASSWORD, *sorted(KEYS),
    *sorted(OPTIONAL),
)  # fmt: skip


@dataclass(frozen=True)
class Program:
    """One program. arguments: of the Python module `module`; secrets: names of their variables (of SECRETS)."""

    arguments: tuple[str, ...]
    secrets: frozenset[str]
    module: str = "airflow"

    @property
    def command(self) -> list[str]:
        """The command that starts it."""
        return [sys.executable, "-m", self.module, *self.arguments]

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that it signs in to the database `warehouse` as."""
        return tuple(role for role in (SUPERUSER, *LOGINS) if password_variable(role) in self.secrets)


def _passwords(*roles: str) -> frozenset[str]:
    return frozenset(map(password_variable, roles))


# What tasks need. Nothing in a task signs in as `wh_watcher`.
_TASK_SECRETS = (
    _passwords(*(role for role in LOGINS if role != "wh_watcher"))
    | KEYS
    | {"WAREHOUSE_HR_CLIENT_SECRET", "WAREHOUSE_ALERT_URLS", "WAREHOUSE_REPORT_READERS"}
)
# Log servers are off: they would listen on every interface, and the pages read the files.
AIRFLOW_PROGRAMS = {
    "api-server": Program(("api-server",), frozenset({AIRFLOW_PASSWORD, FERNET_KEY, API_SECRET_KEY, JWT_SECRET})),
    # Tasks are its children.
    "scheduler": Program(
        ("scheduler", "--skip-serve-logs"), frozenset({AIRFLOW_PASSWORD, FERNET_KEY, JWT_SECRET}) | _TASK_SECRETS
    ),
    # It reads DAG files, which name no connection.
    "dag-processor": Program(("dag-processor",), frozenset({AIRFLOW_PASSWORD})),
    "triggerer": Program(("triggerer", "--skip-serve-logs"), frozenset({AIRFLOW_PASSWORD, FERNET_KEY})),
}
# Reads what clerks upload on the console, as the scheduler's tasks read files from SFTP; it listens on no port.
UPLOADS = Program((), _passwords("wh_loader", "wh_returner") | KEYS, "employment_warehouse.upload")
# On several machines (docker-compose.scale.yml) tasks are children of workers, any number of them, and the scheduler in
# the first one's place only says what is to be done.
CELERY_PROGRAMS = {
    "celery-scheduler": Program(
        ("scheduler", "--skip-serve-logs"), frozenset({AIRFLOW_PASSWORD, FERNET_KEY, JWT_SECRET, BROKER_PASSWORD})
    ),
    "celery-worker": Program(
        ("celery", "worker", "--skip-serve-logs"),
        frozenset({AIRFLOW_PASSWORD, FERNET_KEY, BROKER_PASSWORD}) | _TASK_SECRETS,
    ),
}
# Set-up and migrations: the only ones that sign in as superuser.
INIT = Program((), frozenset(PASSWORDS) | {FERNET_KEY, API_SECRET_KEY, OPERATOR_PASSWORD})
# A backup copies the databases as superuser, and is proved with the keys; a restore needs the keys alone.
BACKUP = Program((), _passwords(SUPERUSER) | KEYS)
RESTORE = Program((), KEYS)
# Pages for people, who sign in with their own logins: it has nothing that opens anything.
CONSOLE = Program((), frozenset())
# The simulated HR platform of a demonstration; its secret is the one that the scheduler's tasks present.
SIMULATOR = Program((), frozenset({"WAREHOUSE_HR_CLIENT_SECRET"}))
# The command line: `night`, `status`, `watch`, `sql`. People who make decisions have their own logins.
COMMAND_LINE = Program((), _passwords("wh_watcher", "wh_reporter") | {OPERATOR_PASSWORD, "WAREHOUSE_ALERT_URLS"})
# What opens the vault: `reveal` and `rotate-keys`, by people who sign in.
CASE_WORK = Program((), KEYS | {"WAREHOUSE_NEXT_WRAPPING_KEY"})
HEALTHY = ("metadatabase", "scheduler", "dag_processor", "triggerer")
