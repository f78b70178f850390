"""Demonstration data: generated feeds with planted faults, and the expected results.

`generate` writes a landing zone, `arrive` adds the files that arrive after a night was built, `read_manifest` reads
the expected results. All persons are synthetic.
"""

from employment_warehouse.demonstration.generate import FIRST_DATE, arrive, generate
from employment_warehouse.demonstration.manifest import (
    FILE_NAME,
    Case,
    Delivery,
    Fault,
    Manifest,
    Rejected,
    Trace,
    read_manifest,
)

__all__ = [
    "FILE_NAME",
    "FIRST_DATE",
    "Case",
    "Delivery",
    "Fault",
    "Manifest",
    "Rejected",
    "Trace",
    "arrive",
    "generate",
    "read_manifest",
]
