"""Backups and the archive, and what is restored or rebuilt from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from employment_warehouse.command.options import HomeOption, console, make_home, use_home

app = typer.Typer()
NAMES_SHOWN = 5


KeysOption = Annotated[
    Path | None, typer.Option("--keys", help="密钥另存的目录 | folder of the keys, apart from the backup")
]


BackupArgument = Annotated[Path, typer.Argument(metavar="DIR", help="备份目录 | folder of backups")]


@app.command()
def backup(
    folder: BackupArgument,
    keys: KeysOption = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="验证最近的备份能恢复 | prove that the newest can be restored")
    ] = False,
    keep: Annotated[int, typer.Option(min=1, help="保留最近几次 | how many to keep")] = 14,
    home: HomeOption = None,
) -> None:
    """备份，夜间流程运行时也可；首次备份后持续保存数据库日志。 | Back up, also while nights run."""
    from employment_warehouse.runtime import backup as backups

    if verify:
        proved = backups.verify(folder.absolute(), keys and keys.absolute())
        console.print(
            f"可以恢复 can be restored: {proved.folder}，第 {proved.standing} 号 no. {proved.standing}", markup=False
        )
    else:
        taken = backups.back_up(use_home(home), folder.absolute(), keys and keys.absolute(), keep)
        console.print(f"已备份 backed up: {taken.folder}，第 {taken.standing} 号 no. {taken.standing}", markup=False)


@app.command()
def restore(
    folder: BackupArgument,
    keys: KeysOption = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="MOMENT", help="恢复到某次发布之后或某时刻 | a publication, or a time: 57, 2026-12-01T03:00"
        ),
    ] = None,
    database: Annotated[
        Path | None, typer.Option(help="数据库目录（服务器部署） | data folder of the database (on a server)")
    ] = None,
    home: HomeOption = None,
) -> None:
    """从备份恢复到一个新目录（--home）。 | Restore a backup into a new home (--home)."""
    from employment_warehouse.runtime import backup as backups

    try:
        moment = None if until is None else backups.read_moment(until)
    except ValueError:
        raise typer.BadParameter("应为发布号或时间 | a publication or a time: 57, 2026-12-01T03:00") from None
    restored = backups.restore(make_home(home), folder.absolute(), keys and keys.absolute(), moment, database)
    console.print(
        f"已恢复 restored: {restored.backup.folder}，第 {restored.standing} 号 no. {restored.standing}", markup=False
    )
    if restored.lost:
        _name_lost(restored.lost)


def _name_lost(places: list[str]) -> None:
    more = f" … +{len(places) - NAMES_SHOWN}" if len(places) > NAMES_SHOWN else ""
    console.print(
        f"存档缺少最后一次备份之后入库的 {len(places)} 个文件：{'; '.join(places[:NAMES_SHOWN])}{more}。"
        "落地区中仍有的由下次夜间流程重新存档，此前请勿清理落地区。"
        f" | The archive lacks files that were ingested after the last backup ({len(places)}). The next night archives"
        " those again that are in the landing zone still; until then delete nothing there.",
        markup=False,
    )


@app.command()
def rebuild(
    archive: Annotated[
        Path, typer.Argument(metavar="ARCHIVE", help="存档目录 | folder `archive` of a home or a backup")
    ],
    keys: Annotated[Path, typer.Option("--keys", help="密钥目录（keys.json） | folder of the keys")],
    home: HomeOption = None,
) -> None:
    """仅凭存档重建到一个新目录（--home），逐次核对校验和。 | Rebuild a new home (--home) from the archive alone."""
    from employment_warehouse.runtime import rebuilding

    for one in rebuilding.rebuild(make_home(home), archive.absolute(), keys.absolute()):
        words = rebuilding.PROOFS[one.proof]
        console.print(f"第 {one.publication} 号 no. {one.publication}，{one.report_date}：{words}", markup=False)
