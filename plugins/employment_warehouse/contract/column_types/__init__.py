"""Column types, one class each: reading and checking of cells, SQL type, landing column, cell format, form, words.

A new type is a class here, and its name in TYPES.
"""

from collections.abc import Mapping
from types import MappingProxyType

from employment_warehouse.contract.column_types.base import (
    Domain,
    JsonNumber,
    LogicalType,
    Parsed,
    as_json,
)
from employment_warehouse.contract.column_types.characters import DITTO, NUMERIC_CELL, UNCALCULATED
from employment_warehouse.contract.column_types.dates import YEARS, Date, Month, Timestamp
from employment_warehouse.contract.column_types.identities import BankAccount, IdNumber, Mobile, PersonName, Uscc
from employment_warehouse.contract.column_types.places import Division, Township, Village
from employment_warehouse.contract.column_types.quantities import Decimal, Integer
from employment_warehouse.contract.column_types.texts import (
    UNIT_NUMBER,
    UNIT_NUMBER_FORM,
    Boolean,
    Code,
    Reference,
    Text,
    UnitNumber,
)

_ALL = (
    IdNumber(),
    PersonName(),
    Mobile(),
    BankAccount(),
    Text(),
    Reference(),
    UnitNumber(),
    Code(),
    Division(),
    Township(),
    Village(),
    Uscc(),
    Date(),
    Month(),
    Integer(),
    Decimal(),
    Boolean(),
    Timestamp(),
)
TYPES: Mapping[str, LogicalType] = MappingProxyType({one.name: one for one in _ALL})

__all__ = [
    "DITTO",
    "NUMERIC_CELL",
    "TYPES",
    "UNCALCULATED",
    "UNIT_NUMBER",
    "UNIT_NUMBER_FORM",
    "YEARS",
    "Domain",
    "JsonNumber",
    "LogicalType",
    "Parsed",
    "as_json",
]
