"""Reports: renderings of one publication, and nothing else."""

from employment_warehouse.report.daily import write_daily

__all__ = ["write_daily"]
