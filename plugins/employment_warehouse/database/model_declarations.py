"""The declarations in the YAML of dbt's models: layer, key, scope, columns, comments; read strictly, and only here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from psycopg import sql

from employment_warehouse import strict_yaml
from employment_warehouse.contract import contract_of, contracts
from employment_warehouse.database.model_keys import assert_file_keys, assert_known
from employment_warehouse.errors import UserError
from employment_warehouse.settings import read_when_changed

READ_LAYERS = ("core", "mart")


@dataclass(frozen=True)
class ModelColumn:
    """One column of a model. The readers' view computes it (`expression`), or leaves it out (`hidden`)."""

    name: str
    data_type: str
    comment: str = ""
    hidden: bool = False
    expression: str = ""
    after: str = ""
    for_counties: str = ""  # what a login of some counties sees in its place

    @property
    def sql_type(self) -> sql.SQL:
        return sql.SQL(self.data_type)  # from a reviewed file, not from data


@dataclass(frozen=True)
class Claim:
    """Whom a row rests on: the persons of dim_person with these values (column: expression of the row), on the days
    from `first` to `last` (expressions of the row)."""

    of: Mapping[str, str]
    first: str
    last: str


@dataclass(frozen=True)
class Model:
    """One versioned model as its YAML declares it."""

    name: str
    layer: str
    key: tuple[str, ...]
    columns: tuple[ModelColumn, ...]
    view_columns: tuple[ModelColumn, ...] = ()
    comment: str = ""
    indexes: tuple[tuple[str, ...], ...] = ()
    for_everyone: bool = False
    seen_by: str = ""  # the counties that see a row, where these are not county_code; NULL: all of them
    seen_if: str = ""  # a condition without which no county sees a row
    uncontested: tuple[Claim, ...] = ()  # a county sees a row only while none of these persons is on two registers
    today: str = ""  # name of a second view: what holds on the report date
    sensitivity: str = "L1"
    scope: tuple[str, ...] = ()
    scope_by: str | None = None
    feed: str | None = None  # whose history it is
    feeds: tuple[str, ...] = ()  # whose submissions its figures need
    indicators: tuple[str, ...] = ()
    may_be_empty: bool = False  # tonight, though it had rows at the last publication
    distributed_by: str = ""  # the column by whose value its rows are spread over the nodes of Citus; '': on one

    @property
    def is_versioned(self) -> bool:
        """Whether it has versions in `store`; a model of the layer `tonight` has none."""
        return self.layer != "tonight"

    @property
    def is_read(self) -> bool:
        """Whether it has a readers' view."""
        return self.layer in READ_LAYERS

    @property
    def has_own_rows(self) -> bool:
        """Whether a login of some counties sees some of the rows: all or none need no branch of their own."""
        names = {column.name for column in self.columns}
        return not self.for_everyone and ("county_code" in names or bool(self.seen_by))

    def personal_columns(self) -> list[str]:
        """The columns that readers see and that identify one person or household: tokens, what a contract says
        of single persons, and JSON, of which nothing says what is in it."""
        return [
            column.name
            for column in self.columns
            if not column.hidden and (column.data_type in ("uuid", "jsonb") or column.name in _personal_texts())
        ]


@cache
def _personal_texts() -> frozenset[str]:
    """Texts and numbers of single persons or households, by the contracts."""
    return frozenset(
        column.name
        for contract in contracts().values()
        for column in contract.columns
        if column.type.name in ("text", "reference") and column.sensitivity >= "L3"
    )


def read_models(project_dir: Path) -> list[Model]:
    """Every versioned model of the project, by name; what other models declare is known as well."""
    models, layers = project_dir / "models", _layers(project_dir)
    found = []
    for path in sorted(models.rglob("*.yml")):
        layer = layers.get(path.relative_to(models).parts[0])
        for entry in models_of(path):
            assert_known(entry, path)
            if layer is not None:
                found.append(_read_model(entry, layer, path))
    return sorted(found, key=lambda model: model.name)


def _layers(project_dir: Path) -> dict[str, str]:
    """The layer of each folder of models that the database holds, as `dbt_project.yml` gives it."""
    declared = _read_yaml(project_dir / "dbt_project.yml")
    folders: dict[str, Any] = declared["models"][declared["name"]]
    return {
        folder: config["+meta"]["layer"]
        for folder, config in folders.items()
        if isinstance(config, dict) and config.get("+materialized") == "versioned"
    }


def models_of(path: Path) -> list[dict[str, Any]]:
    """The models that a file declares, as it has them. Raises UserError: `model_key_unknown`, `model_yaml_invalid`."""
    content = _read_yaml(path)
    assert_file_keys(content, path)
    declared: list[dict[str, Any]] = content.get("models", [])
    return declared


@read_when_changed  # a process that runs dbt more than once reads its 150 files once
def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        return strict_yaml.read(path.read_bytes()) or {}
    except yaml.YAMLError as error:
        raise UserError(
            "模型的声明文件有误 | the declarations of a model cannot be read",
            code="model_yaml_invalid",
            where=str(path),
            found=str(error),
        ) from error


def _read_model(entry: dict[str, Any], layer: str, path: Path) -> Model:
    meta = entry.get("config", {}).get("meta", {})
    columns = [_column(column) for column in entry.get("columns", [])]
    if "feed" in meta and not any(column.data_type for column in columns):
        columns = _reported_columns(meta["feed"])
    scope = meta.get("scope", [])
    model = Model(
        name=entry["name"],
        layer=layer,
        key=tuple(meta.get("key", ())),
        columns=tuple(columns),
        view_columns=tuple(_view_column(column) for column in meta.get("view_columns", [])),
        comment=_bilingual(entry.get("description", ""), meta.get("zh", ""), meta.get("clause", "")),
        indexes=tuple(tuple(index) for index in meta.get("indexes", ())),
        for_everyone=meta.get("for_everyone", False),
        seen_by=meta.get("seen_by", ""),
        seen_if=meta.get("seen_if", ""),
        uncontested=tuple(Claim(**claim) for claim in meta.get("uncontested", ())),
        today=meta.get("today", ""),
        sensitivity=meta.get("sensitivity", "L1"),
        scope=tuple(scope["columns"] if isinstance(scope, dict) else scope),
        scope_by=scope["by"] if isinstance(scope, dict) else None,
        feed=meta.get("feed"),
        feeds=tuple(meta.get("feeds", ())),
        indicators=tuple(indicator["code"] for indicator in meta.get("indicators", ())),
        may_be_empty=meta.get("may_be_empty", False),
        distributed_by=meta.get("distributed_by", ""),
    )
    _assert_complete(model, path)
    _assert_sensitive(model, path)
    return model


def _column(declared: dict[str, Any]) -> ModelColumn:
    meta = declared.get("config", {}).get("meta", {})
    return ModelColumn(
        name=declared["name"],
        data_type=declared.get("data_type", ""),
        comment=_bilingual(declared.get("description", ""), meta.get("zh", "")),
        hidden=meta.get("hidden", False),
        for_counties=meta.get("for_counties", ""),
    )


def _view_column(declared: dict[str, Any]) -> ModelColumn:
    return ModelColumn(
        name=declared["name"],
        data_type=declared["data_type"],
        comment=_bilingual(declared.get("description", ""), declared.get("zh", "")),
        expression=declared["expression"],
        after=declared.get("after", ""),
    )


def _assert_complete(model: Model, path: Path) -> None:
    names = {column.name for column in model.columns}
    named = {*model.key, *model.scope, *(name for index in model.indexes for name in index)}
    spread = {model.distributed_by} - {""}
    if (
        not names.issuperset(named | spread)
        or (model.is_versioned and not set(model.key).issuperset(spread))
        or not set(model.key).issuperset(model.scope)
        or bool(model.key) != model.is_versioned
        or not names
        or not all(column.data_type for column in model.columns)
    ):
        raise UserError(
            f"模型 {model.name} 的声明不完整 | the declaration of model {model.name} is incomplete",
            code="model_incomplete",
            where=str(path),
            expected="meta.key and meta.indexes name columns of the model, meta.scope and meta.distributed_by columns"
            " of the key, and every column has a data_type; a model of the folder `intermediate` has no key",
        )


def _assert_sensitive(model: Model, path: Path) -> None:
    """Raises UserError (`model_sensitivity_missing`) for rows of persons that are declared to be for everyone."""
    if model.is_read and model.sensitivity == "L1" and model.personal_columns():
        raise UserError(
            f"模型 {model.name} 含个人信息，未注明级别 | model {model.name} has rows of persons and no sensitivity",
            code="model_sensitivity_missing",
            where=f"{path}: {', '.join(model.personal_columns())}",
            expected="meta.sensitivity L2, or L3 for findings that only those who act on them read",
            todo="declare it, or hide the column (meta.hidden)",
        )


def _bilingual(english: str, chinese: str, clause: str = "") -> str:
    """`中文 | English`, on one line, with the clause of the notice where one is named."""
    source = f"（通知{clause}）" if clause else ""
    return f"{' '.join(chinese.split())}{source} | {' '.join(english.split())}"


def _reported_columns(feed: str) -> list[ModelColumn]:
    """A reported snapshot feed has the columns of its contract: they are declared there, and only there."""
    return [
        ModelColumn("unit", "text"),
        *(ModelColumn(name, kind) for name, kind in contract_of(feed).landing_columns()),
        ModelColumn("seen_from", "date"),
        ModelColumn("seen_to", "date"),
    ]
