"""What each task of a DAG does. A step may be run again at any time: the ledger records what is done.

A step imports what it needs when it runs: every scheduler reads the DAGs.
"""

from employment_warehouse.runtime.steps.after_publication import (
    erase_persons,
    forget_erased,
    purge_landing,
    record_history,
    write_report,
    write_returns,
)
from employment_warehouse.runtime.steps.build import (
    build_layer,
    gate_deliveries,
    gate_marts,
    publish_night,
    rebuild_without_held,
    start_build,
)
from employment_warehouse.runtime.steps.intake import (
    confirm_intake,
    expect_deliveries,
    find_counties,
    find_relief_feeds,
    ingest_change,
    ingest_county,
    ingest_relief_feed,
    ingest_resource,
)
from employment_warehouse.runtime.steps.night import (
    choose_date,
    deliver_alerts,
)

__all__ = [
    "build_layer",
    "choose_date",
    "confirm_intake",
    "deliver_alerts",
    "erase_persons",
    "expect_deliveries",
    "find_counties",
    "find_relief_feeds",
    "forget_erased",
    "gate_deliveries",
    "gate_marts",
    "ingest_change",
    "ingest_county",
    "ingest_relief_feed",
    "ingest_resource",
    "publish_night",
    "purge_landing",
    "rebuild_without_held",
    "record_history",
    "start_build",
    "write_report",
    "write_returns",
]
