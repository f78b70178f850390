"""Sending reports to those who read them: each product of a publication once to each reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from psycopg.rows import DictRow, dict_row

from employment_warehouse import database, settings
from employment_warehouse.channel import channel_name, send
from employment_warehouse.contract.divisions import divisions
from employment_warehouse.errors import UserError
from employment_warehouse.report import formats, report_names
from employment_warehouse.report.queries.sending import query


class ReportsNotDelivered(Exception):
    """报告未能送达，已记录，重试时再发。 | A channel did not accept a report; it is recorded and sent again."""


class Reader(NamedTuple):
    """A channel and what it is sent: a product (`daily`, …), or what concerns one county (its code)."""

    url: str
    wanted: str


def send_report(product: str, publication: int, paths: Sequence[Path]) -> int:
    """Send the files of a product to its readers who do not have them yet; how many messages channels accepted.

    Readers of the product get the prefecture's files, readers of a county the county's. Nothing is sent within a
    transaction. Raises ReportsNotDelivered, after all channels were tried, and UserError (`report_reader_unknown`).
    """
    sent = failed = 0
    readers = list(_readers())
    if not readers:
        return 0
    with database.connect("wh_publisher") as connection, connection.cursor(row_factory=dict_row) as cursor:
        connection.autocommit = True
        cursor.execute("select pg_advisory_lock(hashtext('ops.product_delivery'))")  # one sender at a time
        shown = cursor.execute(query("shown"), {"product": product, "publication": publication}).fetchone() or {}
        for reader in readers:
            files = [path for path in paths if _subject_of(path, product) == reader.wanted]
            dispatch = {**shown, "channel": channel_name(reader.url), "wanted": reader.wanted}
            if not files or cursor.execute(query("is_sent"), dispatch).fetchone():
                continue
            dispatch["is_sent"] = _send(reader, shown, files)
            cursor.execute(query("record"), dispatch)
            sent, failed = sent + dispatch["is_sent"], failed + (not dispatch["is_sent"])
    if failed:
        raise ReportsNotDelivered(f"{failed} of {sent + failed} messages of {product}")
    return sent


def _readers() -> Iterator[Reader]:
    """From lines `daily,monthly=mailto://…` and `532528=mailto://…`; lines that begin with # are comments."""
    from apprise.config.memory import ConfigMemory  # noqa: PLC0415  slow to import

    allowed = {*report_names.PRODUCTS, *divisions().counties}
    for number, line in enumerate(settings.report_readers().splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        services = ConfigMemory(content=line, format="text").services()  # type: ignore[no-untyped-call]
        wanted = {str(tag) for service in services for tag in service.tags}
        if not wanted or wanted - allowed:
            raise UserError(
                "报告接收人的配置有误 | the readers of reports are not configured correctly",
                code="report_reader_unknown",
                where=f"WAREHOUSE_REPORT_READERS, line {number}",
                expected=f"what is sent (one or more of {', '.join(report_names.PRODUCTS)}, or a county's code), then "
                "`=` and an address of Apprise",
                todo="correct the line, for example `daily,monthly=mailtos://user:password@mail.example.cn?to=…`",
            )
        for service in services:
            url = str(service.url())  # type: ignore[no-untyped-call]
            yield from (Reader(url, each) for each in sorted(wanted))


def _subject_of(path: Path, product: str) -> str:
    """The addressees of a file: a county, by the code at the end of its name, or the readers of the product."""
    county = path.stem.rpartition("-")[2]
    return county if county in divisions().counties else product


def _send(reader: Reader, shown: DictRow, files: Sequence[Path]) -> bool:
    name, vintage = report_names.PRODUCTS[shown["product"]], report_names.vintages()[shown["vintage"]]
    county = divisions().counties.get(reader.wanted, "")
    zh = f"{county}{name.zh} {shown['report_date']}（发布号 {shown['publication']}，{vintage.zh}）"
    en = f"{name.en}, publication {shown['publication']}, {vintage.en}"
    names = "\n".join(path.name for path in files)
    attached = formats.counted(len(files), "file", "files")
    body = f"附件 {len(files)} 个文件；收不到附件的，请在控制台“报告”页下载。\n{attached} attached.\n{names}"
    return send(reader.url, title=f"【就业监测】{zh} | {en}", body=body, attachments=files)
