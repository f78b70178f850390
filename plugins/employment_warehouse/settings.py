"""Where things stand and which keys are in use: the only room that reads the environment."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from employment_warehouse.errors import UserError

TIMEZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Home:
    """The folder of one warehouse; several live side by side. Everything in it is for its owner alone."""

    root: Path

    @property
    def postgres(self) -> Path:
        return self._folder("postgres")

    @property
    def airflow(self) -> Path:
        return self._folder("airflow")

    @property
    def archive(self) -> Path:
        return self._folder("archive")

    @property
    def reports(self) -> Path:
        return self._folder("reports")

    @property
    def returns(self) -> Path:
        return self._folder("returns")

    @property
    def seeds(self) -> Path:
        """The operator's own seed tables (`target.csv`, …): each replaces the one of the project."""
        return self._folder("seeds")

    @property
    def secrets(self) -> Path:
        return self._folder("secrets")

    @property
    def logs(self) -> Path:
        return self._folder("logs")

    @property
    def run(self) -> Path:
        return self._folder("run")

    @property
    def dbt(self) -> Path:
        return self._folder("dbt")

    @property
    def demonstration(self) -> Path:
        """Landing zone of a home that shows generated feeds; its being there makes it one."""
        return self.root / "demonstration"

    def secret(self, purpose: str) -> str:
        """This warehouse's own secret for one purpose (`password:wh_loader`, `airflow:fernet`): URL-safe text.

        All come from one random key of secrets/keys.json, so each role and each service has its own, and
        nothing needs to be listed or stored twice. Good as a Fernet key.
        """
        key = bytes.fromhex(_kept_secrets(self)["derivation_key"])
        return base64.urlsafe_b64encode(hmac.digest(key, purpose.encode(), hashlib.sha256)).decode()

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder


@dataclass(frozen=True)
class SecretKeys:
    """token_key makes tokens and never changes; wrapping_key seals the vault and may be rotated (version)."""

    token_key: bytes
    wrapping_key: bytes
    version: int


def current_home() -> Home:
    """The warehouse of this process: WAREHOUSE_HOME, else `.warehouse` in the project."""
    root = Path(os.environ.get("WAREHOUSE_HOME") or project_root() / ".warehouse").expanduser().absolute()
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Home(root)


def project_root() -> Path:
    """Where dags/, dbt_project/ and expectations/ stand: WAREHOUSE_PROJECT, else this checkout."""
    configured = os.environ.get("WAREHOUSE_PROJECT")
    return Path(configured).absolute() if configured else Path(__file__).resolve().parents[2]


def landing_zone() -> str:
    """Address of the landing zone, a folder or an fsspec address: WAREHOUSE_LANDING_ZONE, else in the home."""
    home = current_home()
    inside = (home.demonstration if is_demonstration() else home.root) / "landing_zone"
    return os.environ.get("WAREHOUSE_LANDING_ZONE") or str(inside)


def alert_urls() -> str:
    """Where alerts go: addresses of Apprise, separated by blanks (WAREHOUSE_ALERT_URLS); empty: nowhere."""
    return os.environ.get("WAREHOUSE_ALERT_URLS", "")


def is_demonstration() -> bool:
    """Whether this home shows generated feeds of past nights (`make run`)."""
    return current_home().demonstration.exists()


def secret_keys() -> SecretKeys:
    """The keys of identity: WAREHOUSE_TOKEN_KEY and WAREHOUSE_WRAPPING_KEY (hex), else those of the home."""
    token, wrapping = os.environ.get("WAREHOUSE_TOKEN_KEY"), os.environ.get("WAREHOUSE_WRAPPING_KEY")
    if token and wrapping:
        version = int(os.environ.get("WAREHOUSE_KEY_VERSION", "1"))
    else:
        kept = _kept_secrets(current_home())
        token, wrapping, version = kept["token_key"], kept["wrapping_key"], int(kept["version"])
    return SecretKeys(bytes.fromhex(token), bytes.fromhex(wrapping), version)


def connection(role: str) -> Mapping[str, Any] | None:
    """AIRFLOW_CONN_<ROLE> (JSON: host, port, login, password, schema, extra); None where it is not set."""
    text = os.environ.get(f"AIRFLOW_CONN_{role.upper()}")
    if not text:
        return None
    try:
        given: Mapping[str, Any] = json.loads(text)
    except ValueError as error:
        raise UserError(
            f"AIRFLOW_CONN_{role.upper()} 不是 JSON | is not JSON",
            code="connection_unreadable",
            expected='{"conn_type": "postgres", "host": …, "port": …, "login": …, "password": …, "schema": …}',
        ) from error
    return given


def write_whole(path: Path, text: str) -> None:
    """Write a file of the home, mode 0600; a kill leaves the old one or the new one, never half of it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def _kept_secrets(home: Home) -> Mapping[str, str]:
    """secrets/keys.json of the home, made once; mode 0600."""
    path = home.secrets / "keys.json"
    if not path.exists():
        fresh = {
            "version": "1",
            "token_key": secrets.token_hex(32),
            "wrapping_key": secrets.token_hex(32),
            "derivation_key": secrets.token_hex(32),
        }
        # Written whole under another name, then linked: a killed set-up leaves no half file, and of two
        # processes that start together the first wins.
        draft = path.with_name(f"keys.{os.getpid()}.tmp")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(fresh, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    try:
        kept: Mapping[str, str] = json.loads(path.read_text())
    except ValueError as error:
        raise UserError(
            "密钥文件无法读取 | the file of keys cannot be read",
            code="keys_unreadable",
            where=str(path),
            expected="JSON as it was made at set-up",
            todo="restore it from a backup: without its token key earlier deliveries can no longer be matched",
        ) from error
    return kept


@dataclass(frozen=True)
class PlatformAccess:
    """Address and credentials of the HR platform."""

    url: str
    client_id: str
    client_secret: str


def platform_access() -> PlatformAccess | None:
    """WAREHOUSE_HR_URL, WAREHOUSE_HR_CLIENT_ID, WAREHOUSE_HR_CLIENT_SECRET; None: there is no HR platform.

    Raises UserError when only some of the three are set: half a configuration is a mistake, not a choice.
    """
    names = ("WAREHOUSE_HR_URL", "WAREHOUSE_HR_CLIENT_ID", "WAREHOUSE_HR_CLIENT_SECRET")
    given = {name: os.environ.get(name, "") for name in names}
    if not any(given.values()):
        return None
    missing = [name for name in names if not given[name]]
    if missing:
        raise UserError(
            "人才平台的配置不完整 | the HR platform is configured in part",
            code="platform_half_configured",
            where=", ".join(missing),
            expected="all three set, or none",
            todo="set what is missing, or unset the others if there is no platform",
        )
    url, client_id, client_secret = given.values()
    return PlatformAccess(url.rstrip("/"), client_id, client_secret)
