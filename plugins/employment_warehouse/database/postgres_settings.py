"""How PostgreSQL is set, in both deployments: the embedded server writes these to its configuration, and
docker-compose.yml passes them to its server (a test compares the two)."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping

GIGABYTE = 1024**3

INITDB = (
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--auth=scram-sha-256",
)


def archiving(folder: str) -> dict[str, str]:
    """Settings that let a server be backed up while it runs, and copy each finished segment of its log into `folder`.

    Where there is no such folder, no backup was made yet, and the log is not kept. A link that leads nowhere (a disk
    that is not mounted) is an error: the server keeps the segment and tries again. It may find its own copy there.
    """
    copy = f"cp %p {folder}/%f.part && sync {folder}/%f.part && mv {folder}/%f.part {folder}/%f"
    return {
        "wal_level": "replica",
        "max_wal_senders": "10",
        "archive_mode": "on",
        "archive_timeout": "1h",
        "archive_command": f"if [ -e {folder} ] || [ -L {folder} ]; then "
        f"cmp -s %p {folder}/%f || {{ test ! -e {folder}/%f && {copy}; }}; fi",
    }


# Only where PostgreSQL runs beside its users on one machine; given at each start, so that homes made earlier have them.
# The path is relative to the data folder.
EMBEDDED = {"listen_addresses": "127.0.0.1", **archiving("../wal")}


def postgres_settings(memory: int) -> dict[str, str]:
    """Settings by name, for bulk loads with this much memory (bytes): large checkpoints, WAL compressed.

    No value that a statement carries is logged: terse, no statements, no ERROR (its text may quote a value) but those
    of the warehouse's own logins (database.migrate). Each line names login and SQLSTATE.
    """
    shared = min(memory // 8, 4 * GIGABYTE) // 2**20
    return {
        "max_connections": "150",
        # The last 43 are for programs, whatever readers do; a stranger who does not sign in holds one for ten seconds.
        "reserved_connections": "40",
        "superuser_reserved_connections": "3",
        "authentication_timeout": "10s",
        # Locks for readers who look at every mart at once; nothing here uses NOTIFY, whose queue anybody could fill.
        "max_locks_per_transaction": "256",
        "max_notify_queue_pages": "64",
        "password_encryption": "scram-sha-256",
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{memory // 2 // 2**20}MB",
        "work_mem": f"{max(shared // 32, 4)}MB",
        "maintenance_work_mem": f"{max(shared // 6, 64)}MB",
        "max_wal_size": "8GB",
        "min_wal_size": "512MB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "jit": "off",
        "random_page_cost": "1.1",
        "max_parallel_workers_per_gather": "2",
        "log_line_prefix": "%m [%p] %q%u %e ",
        "log_error_verbosity": "terse",
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_statement": "none",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_timezone": "Asia/Shanghai",
        "timezone": "Asia/Shanghai",
    }


def as_options(chosen: Mapping[str, str]) -> str:
    """Settings of PostgreSQL as `pg_ctl start -o` takes them."""
    return shlex.join(f"--{name}={value}" for name, value in chosen.items())


def configuration() -> list[str]:
    """Settings for the memory of this machine, as lines of a file of PostgreSQL."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return [f"{name} = '{value}'\n" for name, value in postgres_settings(memory).items()]
