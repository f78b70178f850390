"""dbt, one layer at a time: staging and core, then marts."""

from employment_warehouse.transform.outcome import Node, Summary, TransformFailed
from employment_warehouse.transform.runs import (
    SCRATCH_COMMANDS,
    NotTonight,
    check_models,
    docs_page,
    run_dbt,
    run_scratch,
    write_docs,
)

__all__ = [
    "SCRATCH_COMMANDS",
    "Node",
    "NotTonight",
    "Summary",
    "TransformFailed",
    "check_models",
    "docs_page",
    "run_dbt",
    "run_scratch",
    "write_docs",
]
