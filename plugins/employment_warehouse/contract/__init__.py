"""What a feed is: one file of expectations/feeds/ a feed, in the Open Data Contract Standard.

The only place that says which columns a feed has, what may stand in them, and when it is due. The reader's
checks, the landing tables, dbt's sources, the gate-1 suites, the blank templates and the data dictionary all
come from here.
"""

from employment_warehouse.contract.blank_form import template
from employment_warehouse.contract.calendar import due, is_working_day
from employment_warehouse.contract.dictionary import dictionary
from employment_warehouse.contract.load import ContractError, contract, contracts, load
from employment_warehouse.contract.model import Calendar, Column, Contract, Rule, normalise_header

__all__ = [
    "Calendar",
    "Column",
    "Contract",
    "ContractError",
    "Rule",
    "contract",
    "contracts",
    "dictionary",
    "due",
    "is_working_day",
    "load",
    "normalise_header",
    "template",
]
