"""The HR platform: its REST interface read incrementally, and landed like any other delivery."""

from employment_warehouse.hr_platform.client import Platform, PlatformFault
from employment_warehouse.hr_platform.intake import archived_table, ingest_resource

__all__ = ["Platform", "PlatformFault", "archived_table", "ingest_resource"]
