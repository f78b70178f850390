"""The two gates of a night: submissions before the build uses them, marts before they are published."""

from employment_warehouse.gate.deliveries import Gate1Result, gate_deliveries
from employment_warehouse.gate.intake import check_intake
from employment_warehouse.gate.marts import Certificate, gate_marts, rebuild_needed, void_certificate

__all__ = [
    "Certificate",
    "Gate1Result",
    "check_intake",
    "gate_deliveries",
    "gate_marts",
    "rebuild_needed",
    "void_certificate",
]
