"""The two gates of a night: submissions before the build uses them, marts before they are published."""

from employment_warehouse.gate.data_docs import data_docs_of, write_data_docs
from employment_warehouse.gate.deliveries import Gate1Result, gate_deliveries, preview
from employment_warehouse.gate.failing_model import (
    SentFeed,
    end_trial,
    exclude_from_trial,
    hold_sent,
    most_failing_units,
    sent_tonight,
)
from employment_warehouse.gate.intake import check_intake
from employment_warehouse.gate.marts import Certificate, expect_checks, gate_marts, rebuild_needed, void_certificate

__all__ = [
    "Certificate",
    "Gate1Result",
    "SentFeed",
    "check_intake",
    "data_docs_of",
    "end_trial",
    "exclude_from_trial",
    "expect_checks",
    "gate_deliveries",
    "gate_marts",
    "hold_sent",
    "most_failing_units",
    "preview",
    "rebuild_needed",
    "sent_tonight",
    "void_certificate",
    "write_data_docs",
]
