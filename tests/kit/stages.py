"""A warehouse whose marts are made up, by type, and taken from one kind of build to the next.

Every text carries the code of its county, so a foreign value shows itself. Rows are written as dbt writes them
(tonight, then ops.write_version).
"""

from __future__ import annotations

import psycopg
import pytest
from tests.kit.nights import certify, publish, start_build

from employment_warehouse import publication, settings
from employment_warehouse.database import DatabaseRefusal, connect
from employment_warehouse.database.model_declarations import Model, read_models

MODELS = [m for m in read_models(settings.project_root() / "dbt_project") if m.layer in ("core", "mart")]
PREFECTURE = "532500"
COUNTIES = [f"5325{n:02}" for n in (1, 2, 3, 4, 23, 24, 25, 27, 28, 29, 30, 31, 32)]
ROWS = 2  # of each county in each mart
# A value of a column by its type; c is the county, i its place in the list, n the number of the row.
VALUES = {
    "text": "c || '-{name}-' || n",
    "uuid": "md5(c || '{name}' || n)::uuid",
    "date": "date '2020-01-01' + (i * 40 + n * 3)::integer",
    "timestamptz": "timestamptz '2020-01-01' + make_interval(days => (i * 40 + n)::integer)",
    "boolean": "n = 1",
    "jsonb": "jsonb_build_array(jsonb_build_object('county', c))",
    "text[]": "array[c]",
}
INTEGER = "i * 1000 + n * 10 + {stage}"
DECIMAL = "(i * 1000 + n * 10 + {stage}) / 10000.0"
SPECIAL = {
    "county_code": "c", "valid_to": "null", "cleared_on": "null", "closed_on": "null", "also_listed_in": "null",
    "also_named_by": "null", "reported_by": "array[c]", "reporting_county": "c", "home_county_code": "c",
    "employer_uscc": "case n when 2 then c || '-uscc' end", "waived_until": "null",
}  # fmt: skip


class Stages:
    """A warehouse that is taken from one kind of build to the next."""

    def __init__(self, superuser: psycopg.Connection) -> None:
        self.superuser = superuser
        self.number = 0
        self.earlier = self.hidden = 0
        self.kind = ""

    def write(self, models: list[Model] = MODELS) -> int:
        """Begin a build and write the models, each county's figures other than the last time; its number."""
        self.number += 1
        build = start_build(f"2024-05-{self.number:02}")
        scopes = {model.scope_by: model.scope for model in models if model.scope_by}
        with connect("wh_transformer") as transformer:
            for name in [*filter(None, scopes), *(model.name for model in models)]:
                transformer.execute("select ops.undo_version(%s)", (name,))
        for model in models:
            self.superuser.execute(_insert(model, self.number).encode())
        for by, columns in scopes.items():
            named = " union ".join(
                f"select {', '.join(columns)} from tonight.{model.name}" for model in models if model.scope_by == by
            )
            self.superuser.execute(f"insert into tonight.{by} ({', '.join(columns)}) {named}".encode())
        with connect("wh_transformer") as transformer:
            for model in models:
                transformer.execute("select ops.write_version(%s)", (model.name,))
        self.superuser.execute(
            """
            insert into ops.check_result (build, gate, suite, check_name, unit, severity, success, observed)
            select %s, 2, c || '-suite', c || '-check-' || n, c, 'info', true, c
            from unnest(ops.county_codes() || ops.prefecture()) as c, generate_series(1, %s) as n
            """,
            (build, ROWS),
        )
        self.superuser.execute("analyze")
        return build

    def go_to(self, kind: str) -> None:
        """To the kind of build, from those before it; nothing if it is there."""
        while self.kind != kind:
            self.kind = KINDS[KINDS.index(self.kind) + 1] if self.kind else KINDS[0]
            getattr(self, self.kind)()

    def first(self) -> None:
        self.earlier = publish(self.write())

    def ordinary(self) -> None:
        publish(self.write())

    def held(self) -> None:
        self.hidden = self.write()
        certify(self.hidden, failed=1)
        with pytest.raises(DatabaseRefusal):
            publication.publish_or_hold(self.hidden)

    def rolled_back(self) -> None:
        self.hidden = publish(self.write())
        publication.roll_back(self.hidden, [], "wrong formula")

    def refreshing(self) -> None:
        """In the middle of a full refresh: half of the models are written, the others not yet."""
        self.hidden = self.write(MODELS[::2])


KINDS = ("first", "ordinary", "held", "rolled_back", "refreshing")


def _insert(model: Model, stage: int) -> str:
    values = []
    for column in model.columns:
        number = DECIMAL if column.data_type.startswith("numeric") else INTEGER
        value = SPECIAL.get(column.name) or VALUES.get(column.data_type) or number
        values.append(f"({value.format(name=column.name, stage=stage)})::{column.data_type}")
    names = ", ".join(f'"{column.name}"' for column in model.columns)
    return (
        f"insert into tonight.{model.name} ({names}) select {', '.join(values)}"
        f" from unnest(ops.county_codes() || '{PREFECTURE}'::text) with ordinality as p (c, i),"
        f" generate_series(1, {ROWS}) as n"
    )
