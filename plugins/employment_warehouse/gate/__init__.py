"""The two gates of a night: deliveries before they are built from, marts before they are shown."""

from employment_warehouse.gate.deliveries import Gate1Result, gate_deliveries
from employment_warehouse.gate.marts import Certificate, gate_marts, rebuild_needed

__all__ = ["Certificate", "Gate1Result", "gate_deliveries", "gate_marts", "rebuild_needed"]
