"""One product, two deployments: the settings are the same, and each process gets only the secrets that it needs."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from contextlib import nullcontext
from pathlib import Path

import pytest
from tests.kit import compose
from tests.kit.process import run_warehouse

from employment_warehouse import settings
from employment_warehouse.database.embedded import Server
from employment_warehouse.database.postgres_settings import EMBEDDED, INITDB, archiving, postgres_settings
from employment_warehouse.errors import UserError
from employment_warehouse.runtime import serving
from employment_warehouse.runtime.deployment import Deployment, embedded, on_server
from employment_warehouse.runtime.environment import console_environment, environment
from employment_warehouse.runtime.programs import (
    AIRFLOW_PROGRAMS,
    BACKUP,
    CASE_WORK,
    CELERY_PROGRAMS,
    COMMAND_LINE,
    INIT,
    KEYS,
    OPTIONAL,
    RESTORE,
    SECRETS,
    UPLOADS,
    Program,
)
from employment_warehouse.settings import Home

PROGRAMS = {
    "init": INIT,
    **AIRFLOW_PROGRAMS,
    "uploads": UPLOADS,
    "warehouse": COMMAND_LINE,
    "case-work": CASE_WORK,
    "backup": BACKUP,
    "restore": RESTORE,
}
# What must differ: addresses, sign-in, paths of the home.
DIFFERENT = {
    "AIRFLOW__API__BASE_URL", "AIRFLOW__API__HOST", "AIRFLOW__API__PORT", "AIRFLOW__CORE__AUTH_MANAGER",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL", "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC",
}  # fmt: skip


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """A folder with a new set of secrets, none of them empty."""
    folder = tmp_path / "secrets"
    serving.write_secrets(folder)
    for name in OPTIONAL:
        (folder / name.lower()).write_text("ab" * 32 if name.endswith("_KEY") else f"{name}'s value")
    return folder


@pytest.fixture
def server(secrets: Path, fresh_home: Home, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """A deployment on a server whose secrets all come as files."""
    monkeypatch.setenv("WAREHOUSE_DATABASE", "postgres:5432")
    monkeypatch.setenv("WAREHOUSE_URL", "https://example.test/jiuye")
    monkeypatch.setenv("WAREHOUSE_HR_URL", "https://hr.example.test")
    monkeypatch.setenv("WAREHOUSE_HR_CLIENT_ID", "warehouse")
    for name in SECRETS:
        monkeypatch.setenv(f"{name}_FILE", str(secrets / name.lower()))
    return on_server(fresh_home)


def test_postgres_has_the_same_settings_in_both_deployments(warehouse_server: Server) -> None:
    service = compose.services()["postgres"]
    program, *flags = service["command"]
    given = dict(flag.removeprefix("--").split("=", 1) for flag in flags)
    assert program == "postgres"
    assert given.pop("hba_file") == "/etc/postgresql/pg_hba.conf"
    memory = compose.gigabytes(service["mem_limit"]) * 2**30
    assert given == postgres_settings(memory) | archiving("/var/lib/backup/wal")
    assert archiving("../wal") | {"listen_addresses": "127.0.0.1"} == EMBEDDED
    assert service["environment"]["POSTGRES_INITDB_ARGS"].split() == list(INITDB)
    written = (warehouse_server.data / "postgresql.auto.conf").read_text()
    embedded_names = set(re.findall(r"(?m)^(\w+) = ", written))
    assert embedded_names - {"fsync", "synchronous_commit"} == postgres_settings(memory).keys()  # the test kit's two
    with warehouse_server.connect_superuser() as connection:
        in_force = dict(connection.execute("select name, setting from pg_settings where name = any(%s)", [[*EMBEDDED]]))
    assert in_force == EMBEDDED | {"archive_timeout": "3600"}


@pytest.mark.parametrize("name", AIRFLOW_PROGRAMS)
def test_airflow_has_the_same_settings_in_both_deployments(name: str, server: Deployment) -> None:
    def common(deployment: Deployment) -> dict[str, str]:
        found = environment(deployment, AIRFLOW_PROGRAMS[name])
        secret = {value for variable in SECRETS if (value := deployment.secret(variable))}
        return {
            setting: "a secret" if value in secret else value
            for setting, value in found.items()
            if setting.startswith("AIRFLOW__") and setting not in DIFFERENT
        }

    here = common(embedded(server.home))
    assert common(server) == here
    assert here["AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL"] == "1"


def test_the_file_for_docker_sets_nothing_of_airflow() -> None:
    for service in compose.services().values():
        assert not [name for name in service["environment"] if name.startswith("AIRFLOW_") and "__" in name]


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_container_gets_only_the_secrets_that_its_part_needs(name: str) -> None:
    service = compose.services()[name]
    files = {
        variable.removesuffix("_FILE"): path
        for variable, path in service["environment"].items()
        if variable.endswith("_FILE")
    }
    assert files == {secret: f"/run/secrets/{secret.lower()}" for secret in PROGRAMS[name].secrets}
    assert set(service["secrets"]) == {secret.lower() for secret in PROGRAMS[name].secrets}
    assert not set(service["environment"]) & set(SECRETS)


def test_each_part_declares_only_the_secrets_that_it_uses() -> None:
    airflow = {"AIRFLOW_PASSWORD", "AIRFLOW_FERNET_KEY", "AIRFLOW_API_SECRET_KEY", "AIRFLOW_JWT_SECRET"}
    assert all(AIRFLOW_PROGRAMS[name].secrets <= airflow for name in ("api-server", "dag-processor", "triggerer"))
    assert AIRFLOW_PROGRAMS["dag-processor"].roles == AIRFLOW_PROGRAMS["triggerer"].roles == ()
    superusers = [name for name, program in PROGRAMS.items() if "postgres" in program.roles]
    assert superusers == ["init", "backup"]


@pytest.mark.parametrize("name", AIRFLOW_PROGRAMS)
@pytest.mark.parametrize("kind", ["embedded", "server"])
def test_a_process_is_started_with_the_secrets_of_its_part_only(name: str, kind: str, server: Deployment) -> None:
    deployment = server if kind == "server" else embedded(server.home)
    program = AIRFLOW_PROGRAMS[name]
    started = "\n".join(environment(deployment, program).values())
    visible = {secret for secret in SECRETS if (value := deployment.secret(secret)) and value in started}
    files = {secret for secret in SECRETS if f"{secret}_FILE" in environment(deployment, program)}
    assert visible | files <= program.secrets
    assert {secret for secret in program.secrets if secret.startswith("WH_")} <= visible


@pytest.mark.parametrize("kind", ["embedded", "server"])
def test_the_console_is_started_without_any_secret_or_login(
    kind: str, server: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PGUSER", "PGPASSWORD", "PGSERVICE", "AIRFLOW_CONN_WH_GATE"):
        monkeypatch.setenv(name, "of who starts it")
    deployment = server if kind == "server" else embedded(server.home)
    given = console_environment(deployment)
    assert [secret for secret in SECRETS if (value := deployment.secret(secret)) and value in given.values()] == []
    assert [name for name in given if name.removesuffix("_FILE") in SECRETS or name.startswith("AIRFLOW")] == []
    assert {name for name in given if name.startswith("PG")} == {"PGHOST", "PGPORT"}
    assert "secrets" not in compose.services()["console"]


@pytest.mark.parametrize("kind", ["embedded", "server"])
def test_people_reach_the_console_where_the_operator_says(
    kind: str, server: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a proxy with TLS, in both deployments: cookies are marked by it, and alerts link to it."""
    monkeypatch.setenv("WAREHOUSE_CONSOLE_URL", "https://jiuye.example.gov.cn/")
    deployment = on_server(server.home) if kind == "server" else embedded(server.home)
    for given in (console_environment(deployment), environment(deployment, AIRFLOW_PROGRAMS["scheduler"])):
        assert given["WAREHOUSE_CONSOLE_URL"] == "https://jiuye.example.gov.cn"
    assert deployment.console_listen != ("jiuye.example.gov.cn", 443)


def test_no_secret_is_on_a_command_line(server: Deployment) -> None:
    words = {word for program in AIRFLOW_PROGRAMS.values() for word in program.arguments}
    assert not words & {server.secret(secret) for secret in SECRETS}


@pytest.mark.parametrize("name", SECRETS)
def test_every_secret_can_be_given_as_a_file(name: str, server: Deployment, secrets: Path) -> None:
    assert server.secret(name) == (secrets / name.lower()).read_text().strip()


def test_keys_of_identity_platform_and_alerts_are_read_from_files(server: Deployment, secrets: Path) -> None:
    assert settings.secret_keys().token_key.hex() == (secrets / "warehouse_token_key").read_text()
    access = settings.platform_access()
    assert access is not None
    assert access.client_secret == (secrets / "warehouse_hr_client_secret").read_text()
    assert settings.alert_urls() == (secrets / "warehouse_alert_urls").read_text()


def test_a_secret_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("WAREHOUSE_TOKEN_KEY", raising=False)
    monkeypatch.setenv("WAREHOUSE_TOKEN_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(UserError) as refusal:
        settings.secret_keys()
    assert refusal.value.code == "secret_file_unreadable"
    assert refusal.value.where == str(tmp_path / "none")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_part_refuses_to_start_without_one_of_its_secrets(
    name: str, server: Deployment, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program: Program = PROGRAMS[name]
    serving.assert_configured(server, program)
    for secret in program.secrets - OPTIONAL:
        with monkeypatch.context() as without:
            without.delenv(f"{secret}_FILE")
            with pytest.raises(UserError) as refusal:
                serving.assert_configured(server, program)
            assert (refusal.value.code, refusal.value.where) == ("secret_missing", secret)


def test_what_a_part_writes_is_its_own_account_s_alone(
    server: Deployment, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The landing zone is a folder of the machine, and a container's own mode lets every account read."""
    modes = []

    def become(*_: object) -> None:
        modes.append(os.umask(0o077))

    monkeypatch.setattr(os, "execve", become)
    before = os.umask(0o022)
    try:
        serving.serve(server.home, "uploads")
    finally:
        os.umask(before)
    assert modes == [0o077]


def test_a_server_refuses_the_sign_in_that_is_for_trying_things_out(tmp_path: Path, secrets: Path) -> None:
    variables = {f"{name}_FILE": str(secrets / name.lower()) for name in SECRETS}
    simple = "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"
    done = run_warehouse(
        "serve", "scheduler", home=tmp_path,
        WAREHOUSE_DATABASE="postgres:5432", AIRFLOW__CORE__AUTH_MANAGER=simple, **variables,
    )  # fmt: skip
    assert done.returncode == 2
    assert "SimpleAuthManager" in done.stderr
    assert "Traceback" not in done.stderr


def test_secrets_are_written_once_and_only_their_owner_can_reach_them(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    assert run_warehouse("secrets", str(folder), home=tmp_path).returncode == 0
    first = {path.name: path.read_text() for path in folder.iterdir()}
    assert set(first) == {name.lower() for name in SECRETS}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o077 == 0
    assert run_warehouse("secrets", str(folder), home=tmp_path).returncode == 0
    assert {path.name: path.read_text() for path in folder.iterdir()} == first
    assert len(set(first.values())) == len(SECRETS) - len(OPTIONAL) + 1  # all different; the optional ones empty


@pytest.mark.parametrize("name", {**compose.services(), **compose.services(file=compose.SEVERAL_MACHINES)})
def test_every_service_is_limited(name: str) -> None:
    service = compose.services().get(name, {}) | compose.services(file=compose.SEVERAL_MACHINES).get(name, {})
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["cap_drop"] == ["ALL"]
    assert "privileged" not in service
    assert compose.gigabytes(service["mem_limit"]) >= 1
    assert service["cpus"] >= 1
    assert service["pids_limit"] > 0
    assert service["logging"] == {"driver": "local", "options": {"max-size": "100m", "max-file": "5"}}
    assert service["ulimits"] == {"core": 0}


def test_every_service_that_stays_has_a_health_check() -> None:
    checked = {name for name, service in compose.services().items() if "healthcheck" in service}
    assert checked == {"postgres", "console", "uploads", *AIRFLOW_PROGRAMS}
    several = compose.services(file=compose.SEVERAL_MACHINES)
    checked = {name for name, service in several.items() if "healthcheck" in service}
    assert checked == {"citus-1", "citus-2", "redis", *CELERY_PROGRAMS}


@pytest.mark.parametrize("code", [0, 1])
def test_a_worker_is_healthy_while_it_responds_through_the_broker(
    code: int, server: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE_BROKER", "redis:6379")
    asked: list[dict[str, str]] = []

    def run(command: list[str], env: dict[str, str], **_: object) -> subprocess.CompletedProcess[bytes]:
        assert command[-4:] == ["inspect", "ping", "--destination", f"celery@{socket.gethostname()}"]
        asked.append(env)
        return subprocess.CompletedProcess(command, code)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(UserError, match="is not healthy") if code else nullcontext():
        serving.check_health(server.home, "celery-worker")
    assert [env["AIRFLOW__CELERY__BROKER_URL"].rpartition("@")[2] for env in asked] == ["redis:6379/0"]


def test_containers_start_the_parts_that_run_here() -> None:
    for name in ("init", "console", "uploads", *AIRFLOW_PROGRAMS):
        assert compose.services()[name]["command"] == ["serve", name]


@pytest.mark.parametrize("name", CELERY_PROGRAMS)
def test_on_several_machines_a_container_gets_only_the_secrets_of_its_program(name: str) -> None:
    service = compose.services(file=compose.SEVERAL_MACHINES)[name]
    assert service["command"] == ["serve", name]
    assert name not in compose.services(), "Compose adds to the secrets of a service and takes none away"
    files = {
        variable.removesuffix("_FILE"): path
        for variable, path in service["environment"].items()
        if variable.endswith("_FILE")
    }
    assert files == {secret: f"/run/secrets/{secret.lower()}" for secret in CELERY_PROGRAMS[name].secrets}
    assert set(service["secrets"]) == {secret.lower() for secret in CELERY_PROGRAMS[name].secrets}
    assert not set(service["environment"]) & set(SECRETS)


def test_on_several_machines_only_workers_are_given_files_of_persons() -> None:
    several = compose.services(file=compose.SEVERAL_MACHINES)
    assert several["scheduler"] == {"profiles": ["one-server"]}, "not started unless it is named"
    assert several["celery-scheduler"]["volumes"] == ["logs:/var/lib/warehouse/logs"]
    assert "WAREHOUSE_SHARED" not in several["celery-scheduler"]["environment"]


def test_on_several_machines_every_container_has_the_folder_that_it_is_told_of() -> None:
    """Compose adds the volumes and the variables of a service in one file to those in the other."""
    told = {
        name: service["volumes"]
        for name, service in compose.services(file=compose.SEVERAL_MACHINES).items()
        if "WAREHOUSE_SHARED" in service.get("environment", {})
    }
    assert {"init", "celery-worker", "console", "uploads"} <= told.keys()
    for name, volumes in told.items():
        assert [volume for volume in volumes if volume.split(":")[:2] == ["shared", "/var/lib/shared"]], name


def test_the_scheduler_of_workers_reaches_the_broker_and_knows_nothing_of_the_warehouse(
    server: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE_BROKER", "redis:6379")
    scheduler, worker = (environment(server, program) for program in CELERY_PROGRAMS.values())
    for found in (scheduler, worker):
        assert found["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
        assert found["AIRFLOW__CELERY__BROKER_URL"] == f"redis://:{server.secret('REDIS_PASSWORD')}@redis:6379/0"
    files = {secret for secret in SECRETS if f"{secret}_FILE" in scheduler}
    assert files == CELERY_PROGRAMS["celery-scheduler"].secrets
    assert not files & (KEYS | {"WH_LOADER_PASSWORD", "WH_TRANSFORMER_PASSWORD"})
    assert {"WH_LOADER_PASSWORD_FILE", "WAREHOUSE_TOKEN_KEY_FILE"} <= worker.keys()
    assert "AIRFLOW__CELERY__BROKER_URL" not in environment(server, AIRFLOW_PROGRAMS["scheduler"])


def test_workers_of_citus_are_set_like_the_server_and_let_in_the_coordinator_alone() -> None:
    several = compose.services(file=compose.SEVERAL_MACHINES)
    flags = dict(flag.removeprefix("--").split("=", 1) for flag in several["citus-1"]["command"][1:])
    wanted = postgres_settings(compose.gigabytes(several["citus-1"]["mem_limit"]) * 2**30)
    assert flags == wanted | {
        "shared_preload_libraries": "citus",
        # A statement of the coordinator holds a connection and locks for each of a node's shards.
        "max_connections": "300",
        "max_locks_per_transaction": "1024",
        "ssl": "on",
        "ssl_cert_file": "/etc/citus/node.crt",
        "ssl_key_file": "/etc/citus/node.key",
        "ssl_ca_file": "/etc/citus/ca.crt",
        "hba_file": "/etc/postgresql/pg_hba.conf",
        "ident_file": "/etc/postgresql/pg_ident.conf",
    }
    assert several["citus-1"]["command"] == several["citus-2"]["command"]
    rules = (settings.project_root() / "citus" / "pg_hba.conf").read_text().splitlines()
    assert [line.split() for line in rules if not line.startswith("#")] == [
        ["local", "all", "postgres", "peer"],
        ["hostssl", "warehouse", "all", "all", "cert", "map=coordinator"],
    ]


def test_images_are_pinned_by_digest() -> None:
    dockerfile = (settings.project_root() / "Dockerfile").read_text()
    assert re.findall(r"(?m)^FROM (.*)$", dockerfile) == ["python:3.11-slim-bookworm@sha256:${PYTHON_DIGEST}"]
    assert compose.services()["postgres"]["image"] == f"postgres:18-bookworm@sha256:{'b' * 64}"
    for name in ("PYTHON_DIGEST", "POSTGRES_DIGEST"):
        assert f"${{{name}:?" in compose.text(), "required, never guessed"
    several = compose.services(file=compose.SEVERAL_MACHINES)
    images = {service["image"] for service in several.values() if "image" in service} - {"employment-warehouse"}
    assert images == {f"citusdata/citus:14.0@sha256:{'c' * 64}", f"redis:7-bookworm@sha256:{'d' * 64}"}


@pytest.mark.parametrize("kind", ["", "-dev", "-server", "-installer"])
def test_every_requirement_is_pinned_with_hashes_and_without_an_address(kind: str) -> None:
    text = (settings.project_root() / f"requirements{kind}.txt").read_text()
    pinned = re.findall(r"(?m)^(\S+?)(?:\[\S*\])?==\S+(?: ;.*)? \\\n    --hash=sha256:[0-9a-f]{64}", text)
    assert len(pinned) == len(re.findall(r"(?m)^\S", text))
    assert "://" not in text
    assert "--index" not in text
    assert ("apache-airflow-providers-fab" in pinned) == (kind in {"-server", "-dev"})


@pytest.mark.parametrize("file", ["Dockerfile", "Makefile"])
def test_nothing_is_installed_without_hashes(file: str) -> None:
    text = (settings.project_root() / file).read_text()
    installed = re.findall(r"pip install .*", text)
    assert installed
    for line in installed:
        assert "--require-hashes" in line or "--no-deps --no-build-isolation -e ." in line
    packages = re.findall(r"apt-get install [^&]*", text)
    for line in packages:
        names = [word for word in line.split()[2:] if word != "\\" and not word.startswith("-")]
        assert all("=" in name for name in names)


@pytest.mark.compose
@pytest.mark.parametrize(
    ("files", "required"),
    [
        ([compose.ONE_SERVER], compose.REQUIRED),
        ([compose.ONE_SERVER, compose.SEVERAL_MACHINES], compose.REQUIRED | compose.REQUIRED_BY_SEVERAL),
    ],
    ids=["one server", "several machines"],
)
def test_docker_compose_accepts_the_files(files: list[str], required: dict[str, str]) -> None:
    done = subprocess.run(
        ["docker-compose", *(word for file in files for word in ("-f", file)), "config", "--quiet"],
        cwd=settings.project_root(),
        env={"PATH": "/usr/local/bin:/usr/bin:/bin"} | required,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
