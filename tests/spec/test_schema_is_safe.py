"""pgspot reads the dumped schema: no function, operator or type that somebody else's could take the place of."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.kit.schema import SCHEMA

# Migrations run with it (database/migrate.py); a dump does not say so.
SEARCH_PATH = "SET search_path = pg_catalog, pg_temp;\n"


def findings(schema: str, folder: Path) -> str:
    """What pgspot reports. Search paths of roles are left out, which it takes for that of the file; and functions of
    standard SQL without a text (RETURN …), which it cannot read and whose names are resolved when they are made."""
    text = re.sub(r"^ALTER ROLE .*\n", "", schema, flags=re.MULTILINE)
    text = re.sub(r"^CREATE FUNCTION [^;$]*\n    RETURN .*;\n", "", text, flags=re.MULTILINE)
    file = folder / "schema.sql"
    file.write_text(SEARCH_PATH + text, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pgspot", file], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert "Errors:" in done.stdout, done.stderr
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.replace("Errors: 0 Warnings: 0 Unknown: 0", "").strip()


def test_nothing_is_found_in_the_schema(tmp_path: Path) -> None:
    assert findings(SCHEMA.read_text("utf-8"), tmp_path) == ""


HEAD = "CREATE FUNCTION ops.planted() RETURNS integer LANGUAGE sql SECURITY DEFINER"
FAULTS = {
    "no search path": f"{HEAD} AS $$ select 1 $$;",
    "an empty search path": f"{HEAD} SET search_path TO '' AS $$ select 1 $$;",
    "a schema of others": f"{HEAD} SET search_path TO 'pg_catalog', 'public', 'pg_temp' AS $$ select 1 $$;",
    "pg_temp comes first": f"{HEAD} SET search_path TO 'pg_temp', 'pg_catalog' AS $$ select 1 $$;",
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_found(fault: str, tmp_path: Path) -> None:
    assert "ops.planted" in findings(f"{SCHEMA.read_text('utf-8')}\n{fault}\n", tmp_path)
