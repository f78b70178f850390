"""Seed tables: settings, targets, divisions, calendar. Declared in dbt_project/seeds, loaded whole, read by date.

The operator's own files of `<home>/seeds/` take the place of the project's, file by file; settings name by name,
from the date on which the file's begin: a file that was written before a version knew a setting would stop its nights;
names code by code: it would leave codes of that version without one.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from employment_warehouse import seed_files, settings, strict_yaml
from employment_warehouse.contract.calendar import decided_holidays_file
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.database.catalog import existing_columns, type_name
from employment_warehouse.database.connections import connect
from employment_warehouse.database.describe import describe
from employment_warehouse.database.model_keys import assert_known_seed
from employment_warehouse.database.setting_validation import assert_values
from employment_warehouse.errors import UserError
from employment_warehouse.seed_files import Row, SeedError

SEEDS = Path("dbt_project") / "seeds"
SETTINGS = "setting"
CODE_NAMES = "code_name"
EVERYWHERE = "*"


def generate(connection: psycopg.Connection, project_dir: Path) -> list[str]:
    """Make the table of each declared seed; what was done, in words. The caller commits.

    Seeds are loaded whole, so a seed whose columns changed gets a new table. Raises UserError (`seed_undeclared`,
    `model_key_unknown`).
    """
    done = []
    for name, columns in _declared(project_dir).items():
        wanted = {column: type_name(connection, kind) for column, kind in columns.items()}
        if existing_columns(connection, "seeds", name) == wanted:
            continue
        table = sql.Identifier("seeds", name)
        body = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, kind in columns.items()
        )
        connection.execute(
            sql.SQL(
                "drop table if exists {table}; create table {table} ({body}); alter table {table} owner to wh_owner;"
                " grant select on {table} to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor,"
                " wh_operator"
            ).format(table=table, body=body)
        )
        _stamp().unlink(missing_ok=True)  # the new table is empty until `load`
        done.append(f"seeds.{name}")
    return done


def load() -> list[str]:
    """Load every seed in one transaction, as wh_publisher; their names.

    Raises UserError (`own_seed_unreadable`), and the former rows stay.
    """
    rows = read_all()
    with connect("wh_publisher") as connection:
        try:
            connection.execute("select ops.load_seeds(%s)", (Jsonb(rows),))
        except psycopg.Error as error:
            raise UserError(
                "种子表无法载入，原有内容未变 | a seed table cannot be loaded; the former rows are kept",
                code="own_seed_unreadable",
                where=", ".join(str(path) for path in sorted(_own_folder().glob("*.csv"))),
                expected="values of the types that dbt_project/seeds/*.yml declares",
                database=describe(error),
                todo="correct or remove the file, then `warehouse migrate`",
            ) from None
    _stamp().write_text(_files_hash())
    return list(rows)


def read_all() -> dict[str, list[Row]]:
    """The rows of every seed, by its name: what is wrong in an own file shows before anything is changed.

    Raises UserError (`own_seed_unreadable`), with the file and its line.
    """
    declared = _declared(settings.project_root() / "dbt_project")
    _assert_own_files_declared(list(declared))
    divisions()
    return {name: read(name) for name in declared}


def content(connection: psycopg.Connection) -> dict[str, list[Row]]:
    """Every seed as the database has it, as `ops.load_seeds` takes it."""
    names = [name for (name,) in connection.execute("select tablename from pg_tables where schemaname = 'seeds'")]
    rows = sql.SQL("select coalesce(jsonb_agg(to_jsonb(t)), '[]') from {} as t")
    found = {}
    for name in sorted(names):
        row = connection.execute(rows.format(sql.Identifier("seeds", name))).fetchone()
        assert row is not None
        found[name] = row[0]
    return found


def keep_decided_holidays(connection: psycopg.Connection) -> None:
    """Write the days that operators decided where `contract.due` reads them: from this night on it goes by them."""
    rows = connection.execute(
        """
        select d.shown ->> 'on_date', d.shown ->> 'is_working_day' from ops.decided_value as d
        where d.seed = 'holiday' order by 1
        """
    ).fetchall()
    decided_holidays_file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.write_whole(decided_holidays_file(), "\n".join(["on_date,is_working_day", *map(",".join, rows), ""]))


def have_changed() -> bool:
    """Whether a seed file, the project's or the operator's, differs from what `load` has last loaded."""
    return not _stamp().exists() or _stamp().read_text() != _files_hash()


def read(name: str) -> list[Row]:
    """The rows of a seed, cells as text, an empty one None: the operator's file, else the project's.

    An operator's file may leave out columns: they are empty then; and settings and names of codes: they are the
    project's then. Raises UserError (`own_seed_unreadable`).
    """
    path = settings.seed_file(name)
    rows = seed_files.read(path)
    if path != settings.project_seed_file(name):  # the project's are of its own prefecture
        _assert_known_counties(path, rows)
    if name == CODE_NAMES:
        return _with_every_name(list(rows.values()))
    if name != SETTINGS:
        return list(rows.values())
    known = _of_known_kinds(rows)
    assert_values(path, known)
    return with_every_setting(list(known.values()))


def read_words(name: str) -> list[Row]:
    """The rows of a seed for the names that it gives: where the operator's file cannot be read, the project's. Nights
    go on with the rows that were loaded before, and so do pages and reports.
    """
    try:
        return read(name)
    except SeedError:
        return rows_of_project(name)


def with_every_setting(rows: list[Row]) -> list[Row]:
    """Rows of the seed `setting`, completed by the project's rows of each setting that they lack, because an older
    version did not know it, and of the time before theirs begin: without a row in force, nights stop.
    """
    begins: dict[str, str] = {}
    for row in rows:
        name, valid_from = str(row["name"]), str(row["valid_from"])
        begins[name] = min(valid_from, begins.get(name, valid_from))

    def is_lacking(row: Row) -> bool:
        name = str(row["name"])
        return name not in begins or str(row["valid_from"]) < begins[name]

    return rows + [row for row in rows_of_project(SETTINGS) if is_lacking(row)]


def _with_every_name(rows: list[Row]) -> list[Row]:
    """Rows of the seed `code_name`, completed by the project's row of each code that they lack."""
    named = {(row["code_list"], row["code"]) for row in rows}
    return rows + [row for row in rows_of_project(CODE_NAMES) if (row["code_list"], row["code"]) not in named]


def _assert_known_counties(path: Path, rows: Mapping[int, Row]) -> None:
    known = {EVERYWHERE, divisions().prefecture, *divisions().counties}
    for line, row in rows.items():
        code = row.get("county_code", EVERYWHERE)
        if code not in known:
            raise seed_files.fault(
                path,
                "县市代码不在行政区划表中",
                "a county that the seed division does not have",
                line=line,
                column="county_code",
                expected=", ".join(sorted(known)),
                found=str(code),
            )


def _of_known_kinds(rows: Mapping[int, Row]) -> dict[int, Row]:
    """Settings with the project's kinds: what their readers take is not an own file's to say. That of one feed is of
    the kind of the general one.
    """
    kinds = {row["name"]: row["kind"] for row in rows_of_project(SETTINGS)}

    def kind_of(row: Row) -> str | None:
        name = row.get("name") or ""
        return kinds.get(name, kinds.get(name.partition("__")[0], row.get("kind")))

    return {line: {**row, "kind": kind_of(row)} for line, row in rows.items()}


def rows_of_project(name: str) -> list[Row]:
    """The rows of the project's own file."""
    return list(seed_files.read(settings.project_seed_file(name)).values())


def _declared(project_dir: Path) -> dict[str, dict[str, str]]:
    """Name → column → type, of each seed of the project."""
    seeds: dict[str, dict[str, str]] = {}
    for path in sorted((project_dir / "seeds").glob("*.csv")):
        declaration = path.with_suffix(".yml")
        if not declaration.exists():
            raise UserError(
                f"种子表 {path.stem} 没有声明 | the seed table {path.stem} is not declared",
                code="seed_undeclared",
                where=str(declaration),
            )
        content, header = strict_yaml.read(declaration.read_text("utf-8")), _header(path)
        assert_known_seed(content, header, declaration)
        types = content["seeds"][0]["config"]["column_types"]
        seeds[path.stem] = {column: types[column] for column in header}
    return seeds


def _assert_own_files_declared(names: list[str]) -> None:
    foreign = [path for path in sorted(_own_folder().glob("*.csv")) if path.stem not in names]
    if foreign:
        raise UserError(
            "目录中有不属于任何种子表的文件 | files that belong to no seed table",
            code="own_seed_unreadable",
            where=", ".join(map(str, foreign)),
            expected=" · ".join(f"{name}.csv" for name in names),
            todo="rename or remove the file, then `warehouse migrate`",
        )


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file), [])


def _own_folder() -> Path:
    return settings.current_home().seeds


def _stamp() -> Path:
    return settings.current_home().dbt_runs.parent / "seeds.sha256"


def _files_hash() -> str:
    files = [*sorted((settings.project_root() / SEEDS).glob("*.csv")), *sorted(_own_folder().glob("*.csv"))]
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()
