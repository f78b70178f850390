"""The two gates of a night: submissions before the build uses them, marts before they are published."""

from employment_warehouse.gate.data_docs import data_docs_of, write_data_docs
from employment_warehouse.gate.deliveries import Gate1Result, gate_deliveries, preview
from employment_warehouse.gate.failing_model import (
    Sent,
    hold_sent,
    leave_out,
    most_failing_units,
    restore_left_out,
    sent_tonight,
)
from employment_warehouse.gate.intake import check_intake
from employment_warehouse.gate.marts import Certificate, expect_checks, gate_marts, rebuild_needed, void_certificate

__all__ = [
    "Certificate",
    "Gate1Result",
    "Sent",
    "check_intake",
    "data_docs_of",
    "expect_checks",
    "gate_deliveries",
    "gate_marts",
    "hold_sent",
    "leave_out",
    "most_failing_units",
    "preview",
    "rebuild_needed",
    "restore_left_out",
    "sent_tonight",
    "void_certificate",
    "write_data_docs",
]
