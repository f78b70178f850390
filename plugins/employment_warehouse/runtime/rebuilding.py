"""A new warehouse, rebuilt from an archive alone: each publication is landed, built and published again, in order.

What the gates and operators decided then is taken from the records (`history`); the rows are read, checked and
tokenised again from the archived files, and every figure is computed again.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from employment_warehouse import identity, settings
from employment_warehouse.errors import UserError
from employment_warehouse.landing import archive
from employment_warehouse.runtime import deployment, history
from employment_warehouse.runtime.backup.archived import without_replaced
from employment_warehouse.runtime.backup.keys import choose_wrapping_key, keys_foreign, keys_missing
from employment_warehouse.runtime.backup.restoring import assert_empty
from employment_warehouse.runtime.history import Record
from employment_warehouse.runtime.relanding import file_of
from employment_warehouse.runtime.replaying import Proof, RebuiltPublication, Replay
from employment_warehouse.runtime.service import Warehouse
from employment_warehouse.settings import Home

LAYERS = ("tag:core", "tag:mart")
PROOFS: Mapping[Proof, str] = {
    "equal": "校验和一致 | the digest is equal",
    "other_models": "此次或此前用的是另一版模型，未核对 | not proved: it or one that it follows has other models",
    "erased": "其中有人已删除，未核对 | not proved: a person counted in it has been erased since",
}


def rebuild(home: Home, source: Path, keys: Path, layers: Sequence[str] = LAYERS) -> list[RebuiltPublication]:
    """Make a new home from an archive and its keys; it is left stopped. layers: what dbt selects, one after another.

    Raises RebuildDiffers at the first publication with another digest for which no other models account (see PROOFS),
    WrongKey, and UserError: `home_not_empty`, `keys_missing`, `keys_foreign`, `no_history`, `archive_not_whole`,
    `not_embedded`.
    """
    _assert_possible(home, source, keys)
    shutil.copytree(source, home.archive, ignore=without_replaced, dirs_exist_ok=True)
    settings.write_whole(home.keys_file, (keys / "keys.json").read_text())
    choose_wrapping_key(home, source)
    records, ledger = history.nights(), history.ledger()
    _assert_own_keys(ledger, keys)
    _assert_whole([*records, ledger or {"deliveries": []}])
    warehouse = Warehouse(home)
    warehouse.up_database()
    try:
        with warehouse.server.connect_superuser() as connection:
            connection.autocommit = True
            return Replay(connection, ledger or {}, layers).run(records)
    finally:
        warehouse.server.stop()


def _assert_possible(home: Home, source: Path, keys: Path) -> None:
    if not deployment.current(home).is_embedded:
        raise UserError(
            "重建只在单机目录中进行 | a warehouse is rebuilt in a home of its own",
            code="not_embedded",
            where="WAREHOUSE_DATABASE",
            todo="rebuild in a home, back that up, and restore the backup on the server",
        )
    assert_empty(home)
    if not list((source / "history").glob("0*.sealed")):
        raise UserError(
            "存档中没有发布记录 | the archive has no record of a publication",
            code="no_history",
            where=str(source),
            expected="the folder `archive` of a home or of a backup, with `history` in it",
        )
    if not (keys / "keys.json").exists():
        raise keys_missing(keys)


def _assert_own_keys(ledger: Record | None, keys: Path) -> None:
    recorded = ledger and ledger["vault"]["token_key"]
    if recorded and recorded != identity.check_value().hex():
        raise keys_foreign(keys)


def _assert_whole(records: list[Record]) -> None:
    """Each night builds on the one before: without a file of the first ones no later one can be rebuilt."""
    files = {file for record in records for row in record["deliveries"] if (file := file_of(row)) is not None}
    missing = [file for file in files if not archive.has(file)]
    if missing:
        raise UserError(
            "存档缺少重建所需的文件，未作重建 | the archive lacks files that the rebuild needs; nothing was rebuilt",
            code="archive_not_whole",
            where=f"{min(missing).hex()}.sealed",
            expected=f"{len(files)} files",
            found=f"{len(missing)} are missing",
            todo="files are deleted after `retention_archive_days`: a warehouse that has run for longer is restored "
            "from a backup (`warehouse restore`). If they are not that old, take the archive of a backup",
        )
