"""dbt, one layer at a time: staging and core, then marts."""

from employment_warehouse.transform.dbt_result import Node, ServerLost, Summary, TransformFailed
from employment_warehouse.transform.runs import (
    SCRATCH_COMMANDS,
    NotTonight,
    delete_old_runs,
    docs_page,
    run_dbt,
    run_scratch,
    write_docs,
)
from employment_warehouse.transform.tonight import begin_core, confirm_core, core_is_built

__all__ = [
    "SCRATCH_COMMANDS",
    "Node",
    "NotTonight",
    "ServerLost",
    "Summary",
    "TransformFailed",
    "begin_core",
    "confirm_core",
    "core_is_built",
    "delete_old_runs",
    "docs_page",
    "run_dbt",
    "run_scratch",
    "write_docs",
]
