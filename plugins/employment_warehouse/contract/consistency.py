"""What only a whole contract shows: names that are unique, columns that exist, types that fit."""

from __future__ import annotations

from employment_warehouse.contract.model import Contract
from employment_warehouse.contract.node import ContractError
from employment_warehouse.contract.sources import PLATFORM


def check_whole(contract: Contract, key_positions: list[int], where: str) -> None:
    """Names are unique, and every column that is named exists. Raises ContractError."""
    names = [column.name for column in contract.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ContractError(f"列名重复 | column given twice: {', '.join(twice)}", where=where)
    if not key_positions or key_positions != list(range(1, len(key_positions) + 1)):
        raise ContractError("primaryKeyPosition", where=where, expected="1, 2, … without a gap")
    if contract.unit_column is not None and contract.unit_column not in names:
        raise ContractError(f"缺少列 | missing column: {contract.unit_column}", where=where)
    for column in contract.columns:
        if not (column.type.may_have_codes if column.codes else not column.type.needs_codes):
            raise ContractError("enum", where=f"{where}: {column.name}", expected="an enum for type code, only")
    for rule in contract.rules:
        unknown = sorted(set(rule.columns) - set(names))
        if unknown or not rule.columns:
            raise ContractError(f"columns: {', '.join(unknown)}", where=f"{where}: {rule.name}", expected="own columns")
    _check_roles(contract, where)


def _check_roles(contract: Contract, where: str) -> None:
    """The columns that have a role in the feed exist, and are of a type that fits."""
    roles = {"freshnessColumn": contract.freshness_column}
    if contract.payment:
        roles |= {"dueColumn": contract.payment.due_column, "paidColumn": contract.payment.paid_column}
    for role, name in roles.items():
        fitting = contract.date_columns if role == "freshnessColumn" else contract.money_columns
        if name is not None and name not in fitting:
            raise ContractError(f"{role}: {name}", where=where, expected=" · ".join(fitting))
    if contract.is_from_platform != (contract.platform is not None):
        raise ContractError("platform", where=where, expected=f"platform for the source {PLATFORM}, only")
    if contract.platform:
        fields = {
            "idField": (contract.platform.id_field, contract.key[0]),
            "updatedField": (contract.platform.updated_field, contract.freshness_column),
        }
        for role, (field, name) in fields.items():
            if name is None or field != contract.column(name).header:
                raise ContractError(f"{role}: {field}", where=where, expected=f"the field of the column {name}")
