"""A folder of backups of one warehouse, made while nights run; and a warehouse restored from it.

    base/<time>/database/     all databases at one moment, with a checksum of each file (`pg_basebackup`)
    base/<time>/seeds/        the operator's own seeds
    base/<time>/backup.json   written last: a folder without it was left by an interrupted backup
    wal/                      the write-ahead log since the first backup: the server copies each segment as it ends
    archive/, reports/        the sealed files of all deliveries, and the reports

The keys are not in it: without them nothing in it can be read back to a person. They go to a folder of their own.
"""

from employment_warehouse.runtime.backup.making import back_up
from employment_warehouse.runtime.backup.record import Backup, Moment, backups_of, read_moment
from employment_warehouse.runtime.backup.restoring import Restoration, restore, verify

__all__ = ["Backup", "Moment", "Restoration", "back_up", "backups_of", "read_moment", "restore", "verify"]
