"""The contract files: found, valid by the standard, and read again when they change."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jsonschema_rs
import yaml

from employment_warehouse import strict_yaml
from employment_warehouse.contract.declaration import SUFFIX, declared_contract
from employment_warehouse.contract.model import Contract
from employment_warehouse.contract.node import ContractError
from employment_warehouse.settings import project_root, read_when_changed


def contracts() -> Mapping[str, Contract]:
    """Every contract of expectations/feeds/, by feed. Raises ContractError. A changed file is read again."""
    folder = project_root() / "expectations" / "feeds"
    files = sorted(folder.glob(f"*{SUFFIX}"))
    return MappingProxyType({path.name.removesuffix(SUFFIX): _loaded(path) for path in files})


def contract_of(feed: str) -> Contract:
    """The contract of one feed. Raises ContractError, also for an unknown feed."""
    folder = project_root() / "expectations" / "feeds"
    path = folder / f"{feed}{SUFFIX}"
    if path.parent != folder or not path.is_file():
        known = ", ".join(sorted(p.name.removesuffix(SUFFIX) for p in folder.glob(f"*{SUFFIX}")))
        raise ContractError(
            f"没有这张表 | no such feed: {feed}", code="unknown_feed", expected=known, todo="check the spelling"
        )
    return _loaded(path)


def platform_feeds() -> Mapping[str, str]:
    """Path of each resource of the HR platform → its feed. Raises ContractError, also where two feeds share a path."""
    feeds: dict[str, str] = {}
    for feed, contract in contracts().items():
        if contract.platform is not None:
            path = contract.platform.path
            if path in feeds:
                raise ContractError(f"platform path: {path}", where=f"{feed}{SUFFIX}", expected="its own")
            feeds[path] = feed
    return MappingProxyType(feeds)


def load(path: Path) -> Contract:
    """One contract file: valid by the standard's own JSON schema, and complete by ours. Raises ContractError."""
    try:
        document = strict_yaml.read(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ContractError("不是 YAML | not YAML", where=path.name, found=str(error)) from error
    wrong = next(iter(_standard().iter_errors(document)), None)
    if wrong is not None:
        where = f"{path.name}: {_place(document, wrong.instance_path)}"
        raise ContractError(wrong.message, where=where, expected="Open Data Contract Standard 3.2")
    return declared_contract(document, path.name)


def _place(document: Any, steps: Iterable[str | int]) -> str:
    """A place in a document, with names instead of numbers: `schema/employment/properties/crew`."""
    names = []
    for step in steps:
        document = document[step]
        named = document.get("name") or document.get("property") if isinstance(document, Mapping) else None
        names.append(str(named if isinstance(step, int) and named else step))
    return "/".join(names)


@read_when_changed
def _loaded(path: Path) -> Contract:
    return load(path)


@cache
def _standard() -> jsonschema_rs.Draft201909Validator:
    schema = importlib.resources.files("open_data_contract_standard").joinpath("schema.json")
    return jsonschema_rs.Draft201909Validator(yaml.CSafeLoader(schema.read_text(encoding="utf-8")).get_single_data())
