"""What a feed is: one file of expectations/feeds/ for each, in the Open Data Contract Standard.

The only place that says which columns a feed has, what they may contain, and when it is due. The reader's
checks, the landing tables, dbt's sources, the gate-1 suites, the blank templates and the data dictionary all
come from here.
"""

from employment_warehouse.contract.calendar import due, is_working_day, next_due, year_without_holidays
from employment_warehouse.contract.column_types import (
    NUMERIC_CELL,
    TYPES,
    UNIT_NUMBER,
    UNIT_NUMBER_FORM,
    YEARS,
    Domain,
    JsonNumber,
    LogicalType,
    Parsed,
    as_json,
)
from employment_warehouse.contract.dictionary import dictionary
from employment_warehouse.contract.header_texts import normalise_header
from employment_warehouse.contract.load import contract_of, contracts, load, platform_feeds
from employment_warehouse.contract.model import (
    Calendar,
    Column,
    Contract,
    Payment,
    PlatformResource,
    Rule,
)
from employment_warehouse.contract.names_in_files import column_label, sheet_label
from employment_warehouse.contract.node import ContractError
from employment_warehouse.contract.reasons import Reason, Words, file_reason, reasons, row_reason
from employment_warehouse.contract.sources import COUNTY_SOURCE, FILE_SOURCES, PLATFORM, RELIEF_SOURCES
from employment_warehouse.contract.template import EXPLANATION_SHEET, write_template

__all__ = [
    "COUNTY_SOURCE",
    "EXPLANATION_SHEET",
    "FILE_SOURCES",
    "NUMERIC_CELL",
    "PLATFORM",
    "RELIEF_SOURCES",
    "TYPES",
    "UNIT_NUMBER",
    "UNIT_NUMBER_FORM",
    "YEARS",
    "Calendar",
    "Column",
    "Contract",
    "ContractError",
    "Domain",
    "JsonNumber",
    "LogicalType",
    "Parsed",
    "Payment",
    "PlatformResource",
    "Reason",
    "Rule",
    "Words",
    "as_json",
    "column_label",
    "contract_of",
    "contracts",
    "dictionary",
    "due",
    "file_reason",
    "is_working_day",
    "load",
    "next_due",
    "normalise_header",
    "platform_feeds",
    "reasons",
    "row_reason",
    "sheet_label",
    "write_template",
    "year_without_holidays",
]
