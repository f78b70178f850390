"""The services of docker-compose.yml as processes, each with its own environment and no other; no container engine.

Only paths and addresses differ.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from tests.kit import compose

from employment_warehouse import settings
from employment_warehouse.database.account import choose_data_folder, owner, run_program
from employment_warehouse.settings import Home


@dataclass(frozen=True)
class Site:
    """A folder in which each service has its own home, as containers have; some of them share `volumes`."""

    root: Path
    database: int
    api: int
    console: int

    def environment(self, service: str) -> dict[str, str]:
        """What the container would see: nothing of this process but the path to programs."""
        declared = compose.services({"WAREHOUSE_URL": f"http://127.0.0.1:{self.api}/jiuye"})[service]
        values = {name: self.here(value) for name, value in declared["environment"].items()}
        return values | {"PATH": os.environ["PATH"], "WAREHOUSE_HOME": str(self.home(service, declared["volumes"]))}

    def here(self, text: str) -> str:
        """A path or an address of a container, as it is in this folder."""
        places = {
            "/run/secrets": str(self.root / "secrets"),
            "/var/lib/backup": str(self.root / "backup"),
            "/var/lib/landing_zone": str(self.root / "landing_zone"),
            "postgres:5432": f"127.0.0.1:{self.database}",
            "http://api-server:8080": f"http://127.0.0.1:{self.api}",
            "http://console:8090": f"http://127.0.0.1:{self.console}",
            "/etc/postgresql/pg_hba.conf": str(settings.project_root() / "pg_hba.conf"),
            "/var/lib/postgresql/18/docker": str(self.root / "restored database"),
        }
        for there, here in places.items():
            text = text.replace(there, here)
        return text

    def home(self, service: str, volumes: list[str]) -> Path:
        shares = any(volume.startswith("warehouse:") for volume in volumes)
        home = self.root / "volumes" / "warehouse" if shares else self.root / service
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        logs = self.root / "volumes" / "logs"
        logs.mkdir(mode=0o700, exist_ok=True)
        if not (home / "logs").exists():
            (home / "logs").symlink_to(logs)
        return home

    def run(self, service: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """`docker compose run SERVICE ARGUMENTS…`, or its own command."""
        return subprocess.run(
            self.command(service, *arguments),
            env=self.environment(service) | variables,
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def command(self, service: str, *arguments: str) -> list[str]:
        chosen = arguments or compose.services()[service]["command"]
        chosen = [self.here(argument) for argument in chosen]
        return [sys.executable, "-m", "employment_warehouse.command", *chosen]


def start_postgres(site: Site) -> Path:
    """PostgreSQL with the settings of its service; its data folder."""
    service, root, port = compose.services()["postgres"], site.root, site.database
    data = choose_data_folder(Home(root / "postgres"))
    data.mkdir(mode=0o700, parents=True)
    os.chown(data, owner(data.parent), -1)
    password = data.parent / "password"
    password.write_text((root / "secrets" / "postgres_password").read_text())
    os.chown(password, owner(data), -1)
    arguments = service["environment"]["POSTGRES_INITDB_ARGS"].split()
    made = run_program("initdb", "-U", "postgres", *arguments, "--pwfile", password, "-D", data, owner=owner(data))
    assert made.returncode == 0, made.stderr
    program, *flags = service["command"]
    assert program == "postgres"
    options = " ".join([shlex.join(map(site.here, flags)), f"-p {port} -k {data} -c fsync=off"])
    started = run_program("pg_ctl", "start", "-w", "-l", data / "log", "-o", options, "-D", data, owner=owner(data))
    assert started.returncode == 0, started.stderr + (data / "log").read_text()
    with psycopg.connect(
        host="127.0.0.1", port=port, user="postgres", dbname="postgres", password=password.read_text(), autocommit=True
    ) as connection:
        connection.execute(f"create database {service['environment']['POSTGRES_DB']}")  # type: ignore[arg-type]
    return data


def stop_postgres(data: Path) -> None:
    run_program("pg_ctl", "stop", "-m", "immediate", "-w", "-D", data, owner=owner(data))


def healthy(site: Site, service: str) -> bool:
    declared = compose.services(file=compose.SEVERAL_MACHINES) | compose.services()
    program, name, *arguments = declared[service]["healthcheck"]["test"]
    assert (program, name) == ("CMD", "warehouse")
    return site.run(service, *arguments).returncode == 0


def wait_until(ready: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        time.sleep(1)
    return False


def end(process: subprocess.Popen[bytes]) -> None:
    """As Docker does: ask, then kill."""
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()


def logs(root: Path) -> str:
    return "\n".join(path.read_text(errors="replace")[-2000:] for path in root.glob("*.log"))
