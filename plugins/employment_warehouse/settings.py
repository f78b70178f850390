"""Paths, addresses and keys of a warehouse. Only this module reads the environment."""

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
    """The folder of one warehouse; a machine may have several. Only its owner can read it.

    What every machine of a warehouse has to see is in `shared`; all the rest is a machine's own, and can be lost.
    """

    root: Path

    @property
    def shared(self) -> Path:
        """WAREHOUSE_SHARED, a folder that all machines mount; else this home, which is then the only one."""
        return Path(variable("WAREHOUSE_SHARED") or self.root).expanduser().absolute()

    @property
    def postgres(self) -> Path:
        return self._folder("postgres")

    @property
    def airflow(self) -> Path:
        return self._folder("airflow")

    @property
    def archive(self) -> Path:
        return _made(self.shared / "archive")

    @property
    def reports(self) -> Path:
        return _made(self.shared / "reports")

    @property
    def returns(self) -> Path:
        return _made(self.shared / "returns")

    @property
    def uploads(self) -> Path:
        """Files that clerks have uploaded on the console, until they are read."""
        return self._folder("uploads")

    @property
    def seeds(self) -> Path:
        """The operator's own seed tables (`target.csv`, …): each replaces the one of the project."""
        return _made(self.shared / "seeds")

    @property
    def dbt_runs(self) -> Path:
        """What dbt did in each build, and which seeds were loaded."""
        return _made(self.shared / "dbt" / "runs")

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
        """What dbt has parsed, and its logs; each machine its own."""
        return self._folder("dbt")

    @property
    def demonstration(self) -> Path:
        """Generated feeds; a home that has this folder is a demonstration."""
        return self.root / "demonstration"

    def secret(self, purpose: str) -> str:
        """This warehouse's secret for one purpose (`password:wh_loader`, `airflow:fernet`): URL-safe text.

        All are derived from one random key in secrets/keys.json: each role and service has its own, and none is
        stored. The form is that of a Fernet key.
        """
        key = bytes.fromhex(_kept_secrets(self)["derivation_key"])
        return base64.urlsafe_b64encode(hmac.digest(key, purpose.encode(), hashlib.sha256)).decode()

    def _folder(self, name: str) -> Path:
        return _made(self.root / name)


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True)
class SecretKeys:
    """token_key computes tokens and never changes; wrapping_key encrypts the vault and may be rotated (version).

    next_wrapping_key: the one that replaces it, while a rotation goes on.
    """

    token_key: bytes
    wrapping_key: bytes
    version: int
    next_wrapping_key: bytes | None = None


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


def current_home() -> Home:
    """The warehouse of this process: WAREHOUSE_HOME, else `.warehouse` in the project. Nobody else can enter it.

    Raises UserError (`home_open`).
    """
    root = _home_folder()
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    _close_to_others(root)
    return Home(root)


def existing_home() -> Home:
    """The same, if there is a warehouse. Where the database is named (on a server, or by a person who signs in to it
    from elsewhere) any folder is a home.

    Raises UserError (`home_missing`, `home_open`).
    """
    root = _home_folder()
    is_named = any(map(variable, ("WAREHOUSE_DATABASE", "PGHOST", "PGSERVICE")))
    if not (is_named or _keys_file(root).exists()):
        raise UserError(
            "这里没有数据仓库 | there is no warehouse here",
            code="home_missing",
            where=str(root),
            expected="the folder of a warehouse that was started before",
            todo="check --home and WAREHOUSE_HOME; `warehouse up` sets up a new one",
        )
    return current_home()


def _home_folder() -> Path:
    return Path(variable("WAREHOUSE_HOME") or project_root() / ".warehouse").expanduser().absolute()


def _keys_file(root: Path) -> Path:
    return root / "secrets" / "keys.json"


def _close_to_others(root: Path) -> None:
    """A home, or an empty folder that becomes one, gets mode 0700. What belongs to others or holds something else, as
    /tmp does, is not this program's to change.
    """
    folders = {
        "airflow",
        "archive",
        "dbt",
        "logs",
        "postgres",
        "reports",
        "returns",
        "run",
        "secrets",
        "seeds",
        "uploads",
    }
    found = root.stat()
    if not found.st_mode & 0o077:
        return
    is_home = _keys_file(root).exists() or {path.name for path in root.iterdir()} <= folders
    if is_home and found.st_uid == os.geteuid():
        root.chmod(0o700)
        return
    raise UserError(
        "数据仓库目录对他人开放 | the folder of the warehouse is open to others",
        code="home_open",
        where=str(root),
        expected="a folder of your own, mode 0700",
        found=f"mode {found.st_mode & 0o777:04o}",
        todo="choose another folder, or `chmod 700` this one if it is for the warehouse alone",
    )


def project_root() -> Path:
    """The folder of dags/, dbt_project/ and expectations/: WAREHOUSE_PROJECT, else this checkout."""
    configured = variable("WAREHOUSE_PROJECT")
    return Path(configured).absolute() if configured else Path(__file__).resolve().parents[2]


def landing_zone() -> str:
    """Address of the landing zone, a folder or an fsspec address: WAREHOUSE_LANDING_ZONE, else in the home."""
    home = current_home()
    inside = (home.demonstration if is_demonstration() else home.root) / "landing_zone"
    return variable("WAREHOUSE_LANDING_ZONE") or str(inside)


def alert_urls() -> str:
    """Addresses of Apprise that alerts are sent to, separated by blanks (WAREHOUSE_ALERT_URLS); may be empty."""
    return variable("WAREHOUSE_ALERT_URLS")


def report_readers() -> str:
    """Who is sent reports (WAREHOUSE_REPORT_READERS): a text configuration of Apprise; may be empty. See sending.py."""
    return variable("WAREHOUSE_REPORT_READERS")


def contact() -> str:
    """Whom readers of a report ask (WAREHOUSE_CONTACT); may be empty."""
    return variable("WAREHOUSE_CONTACT")


def console_url() -> str:
    """Where people open the console (WAREHOUSE_CONSOLE_URL); may be empty."""
    return variable("WAREHOUSE_CONSOLE_URL").rstrip("/")


def bulletin_number() -> str:
    """The document number of the monthly bulletin (WAREHOUSE_BULLETIN_NUMBER); may be empty."""
    return variable("WAREHOUSE_BULLETIN_NUMBER")


def is_demonstration() -> bool:
    """Whether this home shows generated feeds of past nights (`make run`)."""
    return current_home().demonstration.exists()


def secret_keys() -> SecretKeys:
    """The keys of identity: WAREHOUSE_TOKEN_KEY and WAREHOUSE_WRAPPING_KEY (hex), else those of the home."""
    token, wrapping = variable("WAREHOUSE_TOKEN_KEY"), variable("WAREHOUSE_WRAPPING_KEY")
    if token and wrapping:
        version, following = int(variable("WAREHOUSE_KEY_VERSION") or "1"), variable("WAREHOUSE_NEXT_WRAPPING_KEY")
    else:
        kept = _kept_secrets(current_home())
        token, wrapping, version = kept["token_key"], kept["wrapping_key"], int(kept["version"])
        following = kept.get("next_wrapping_key", "")
    return SecretKeys(bytes.fromhex(token), bytes.fromhex(wrapping), version, bytes.fromhex(following) or None)


def choose_next_wrapping_key() -> SecretKeys:
    """The keys, with a next wrapping key: the one of a rotation that was interrupted, else a new one, which is kept.

    Raises UserError (`no_next_key`) where the keys are given by the environment without a next one.
    """
    keys = secret_keys()
    if keys.next_wrapping_key is not None:
        return keys
    if are_keys_given():
        raise UserError(
            "没有新的封存密钥 | there is no new wrapping key",
            code="no_next_key",
            expected="WAREHOUSE_NEXT_WRAPPING_KEY or WAREHOUSE_NEXT_WRAPPING_KEY_FILE, 64 hexadecimal digits",
            todo="`openssl rand -hex 32 > secrets/warehouse_next_wrapping_key`, then again",
        )
    _keep_secrets(current_home(), {"next_wrapping_key": secrets.token_hex(32)})
    return secret_keys()


def adopt_next_wrapping_key() -> None:
    """From now on the home's wrapping key is the next one, and a version later."""
    kept = dict(_kept_secrets(current_home()))
    following = {"wrapping_key": kept["next_wrapping_key"], "version": str(int(kept["version"]) + 1)}
    _keep_secrets(current_home(), following | {"next_wrapping_key": ""})


def are_keys_given() -> bool:
    """Whether the environment has the keys of identity, so that the home's do not count."""
    return bool(variable("WAREHOUSE_TOKEN_KEY") and variable("WAREHOUSE_WRAPPING_KEY"))


def _keep_secrets(home: Home, changed: Mapping[str, str]) -> None:
    write_whole(home.secrets / "keys.json", json.dumps({**_kept_secrets(home), **changed}, indent=1))


def connection(role: str) -> Mapping[str, Any] | None:
    """AIRFLOW_CONN_<ROLE> (JSON: host, port, login, password, schema, extra); None where it is not set."""
    text = variable(f"AIRFLOW_CONN_{role.upper()}")
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
    """Write a file of the home, mode 0600; a kill leaves the old file or the new one, never a part of it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def _kept_secrets(home: Home) -> Mapping[str, str]:
    """secrets/keys.json of the home, created once; mode 0600."""
    path = home.secrets / "keys.json"
    if not path.exists():
        fresh = {
            "version": "1",
            "token_key": secrets.token_hex(32),
            "wrapping_key": secrets.token_hex(32),
            "derivation_key": secrets.token_hex(32),
        }
        # Written under another name, then linked: a killed set-up leaves no partial file, and of two processes
        # that start together the first one's keys are kept.
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
            expected="JSON as set-up wrote it",
            todo="restore it from a backup: without its token key earlier deliveries can no longer be matched",
        ) from error
    return kept


@dataclass(frozen=True)
class PlatformAccess:
    """Address and credentials of the HR platform."""

    url: str
    client_id: str
    client_secret: str


PLATFORM_VARIABLES = ("WAREHOUSE_HR_URL", "WAREHOUSE_HR_CLIENT_ID", "WAREHOUSE_HR_CLIENT_SECRET")


def is_platform_set() -> bool:
    """Whether anything is said of an HR platform, be it in part."""
    return any(variable(name) for name in PLATFORM_VARIABLES)


def platform_access() -> PlatformAccess | None:
    """WAREHOUSE_HR_URL, WAREHOUSE_HR_CLIENT_ID, WAREHOUSE_HR_CLIENT_SECRET; None: there is no HR platform.

    Raises UserError (`platform_half_configured`) if only some of the three are set.
    """
    given = {name: variable(name) for name in PLATFORM_VARIABLES}
    if not any(given.values()):
        return None
    missing = [name for name in PLATFORM_VARIABLES if not given[name]]
    if missing:
        raise UserError(
            "人才平台的配置不完整 | the HR platform is only partly configured",
            code="platform_half_configured",
            where=", ".join(missing),
            expected="all three set, or none",
            todo="set the missing ones, or unset the others if there is no platform",
        )
    url, client_id, client_secret = given.values()
    return PlatformAccess(url.rstrip("/"), client_id, client_secret)
