"""The folder of a warehouse, and what is where in it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from pathlib import Path

from employment_warehouse.errors import UserError
from employment_warehouse.settings.key_file import read_secrets
from employment_warehouse.settings.variables import project_root, variable


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
        return _created(self.shared / "archive")

    @property
    def reports(self) -> Path:
        return _created(self.shared / "reports")

    @property
    def returns(self) -> Path:
        return _created(self.shared / "returns")

    @property
    def uploads(self) -> Path:
        """Files that clerks have uploaded on the console, until they are read."""
        return self._folder("uploads")

    @property
    def seeds(self) -> Path:
        """The operator's own seed tables (`target.csv`, …): each replaces the one of the project."""
        return _created(self.shared / "seeds")

    @property
    def dbt_runs(self) -> Path:
        """What dbt did in each build, and which seeds were loaded."""
        return _created(self.shared / "dbt" / "runs")

    @property
    def secrets(self) -> Path:
        return self._folder("secrets")

    @property
    def keys_file(self) -> Path:
        """The secrets of this warehouse, which nothing can replace."""
        return self.secrets / "keys.json"

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
        key = bytes.fromhex(read_secrets(self.keys_file)["derivation_key"])
        return base64.urlsafe_b64encode(hmac.digest(key, purpose.encode(), hashlib.sha256)).decode()

    def _folder(self, name: str) -> Path:
        return _created(self.root / name)


def _created(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def current_home() -> Home:
    """The warehouse of this process: WAREHOUSE_HOME, else `.warehouse` in the project. Nobody else can enter it.

    Raises UserError (`home_open`).
    """
    root = _home_folder()
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    _close_to_others(root)
    return Home(root)


def existing_home() -> Home:
    """The home of this process, as `current_home` finds it, which must already contain a warehouse. If the database is
    named (on a server, or by a person who signs in from elsewhere), any folder will do.

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


def seed_file(name: str) -> Path:
    """The file of a seed table: the operator's own, else the project's."""
    own = current_home().shared / "seeds" / f"{name}.csv"
    return own if own.is_file() else project_seed_file(name)


def project_seed_file(name: str) -> Path:
    """The file of a seed table that the project ships."""
    return project_root() / "dbt_project" / "seeds" / f"{name}.csv"


def landing_zone() -> str:
    """Address of the landing zone, a folder or an fsspec address: WAREHOUSE_LANDING_ZONE, else in the home."""
    home = current_home()
    inside = (home.demonstration if is_demonstration() else home.root) / "landing_zone"
    return variable("WAREHOUSE_LANDING_ZONE") or str(inside)


def is_demonstration() -> bool:
    """Whether this home shows generated feeds of past nights (`make run`)."""
    return current_home().demonstration.exists()
