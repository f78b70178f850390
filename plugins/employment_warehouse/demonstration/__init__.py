"""Demonstration data: generated feeds with planted faults, and what must come of them.

`generate` writes a landing zone, `arrive` lets in what comes after a night was built, `read_manifest` tells what
must be seen. Nobody in it exists.
"""

from employment_warehouse.demonstration.generate import FIRST_DATE, arrive, generate
from employment_warehouse.demonstration.manifest import Delivery, Fault, Manifest, Rejected, Sight, read_manifest

__all__ = ["FIRST_DATE", "Delivery", "Fault", "Manifest", "Rejected", "Sight", "arrive", "generate", "read_manifest"]
