"""What a clerk uploads: recorded under the clerk's own login, its file in the folder of uploads."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, NamedTuple

import psycopg

from employment_warehouse.database import OWN_LOGIN, connect
from employment_warehouse.errors import UserError
from employment_warehouse.landing.naming import CORRECTION_EXTENSIONS, CORRECTIONS, EXTENSIONS, PART
from employment_warehouse.masking import may_be_personal
from employment_warehouse.upload import folder
from employment_warehouse.upload.queries import query

MEGABYTE = 1 << 20
# `532528_2` is the second part of a county's file; any other name says nothing, and no name is kept.
COUNTY_FILE_NAME = re.compile(rf"(?P<county>[0-9]{{6}})(?:_(?P<part>{PART.pattern}))?")


class InvalidUpload(UserError):
    """没有收下这个文件。 | The file was not accepted."""

    code = "upload_not_taken"
    exit_code = 1


@dataclass(frozen=True)
class UploadRequest:
    """A file to be uploaded as a feed. feed: or `corrections`; file_name: as the browser has it."""

    feed: str
    report_date: date
    file_name: str
    is_check: bool


class _Named(NamedTuple):
    part: str
    extension: str


def send(source: BinaryIO, request: UploadRequest) -> int:
    """Store a file, whole and within the limits, or nothing; the number of the upload.

    Raises InvalidUpload; psycopg.Error where the database refuses (WH051 to WH053).
    """
    with connect(OWN_LOGIN) as connection:
        connection.read_only = False
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        largest, county, counties, first = connection.execute(query("limits")).fetchone() or (0, "", [], date.max)
        if request.report_date < first:
            raise InvalidUpload(
                f"报表日期早于 {first} | the report date is before {first}",
                todo="请填写数据反映的那一天 | state the day that the data describe",
            )
        named = _named(request, county, counties)
        try:
            kept = folder.keep(source, named.extension, None if largest is None else int(largest * MEGABYTE))
        except folder.TooLarge:
            raise InvalidUpload(
                f"文件超过 {largest} MB | the file is larger than {largest} MB",
                todo="请只保留数据，或拆成几个分册 | keep only the data, or split the file into parts",
            ) from None
        try:
            parameters = request.__dict__ | named._asdict() | kept._asdict()
            [number] = connection.execute(query("receive"), parameters).fetchone() or (0,)
            connection.commit()
        except BaseException:
            folder.path_of(kept.file, named.extension).unlink(missing_ok=True)
            raise
    return int(number)


def _named(request: UploadRequest, county: str, counties: list[str]) -> _Named:
    """Part and extension; nothing else of a file's name is used."""
    name = unicodedata.normalize("NFKC", request.file_name).strip()
    allowed = CORRECTION_EXTENSIONS if request.feed == CORRECTIONS else EXTENSIONS
    extension = next((one for one in allowed if name.lower().endswith(one)), None)
    if extension is None:
        raise InvalidUpload(
            "不收这种文件 | files of this kind are not accepted",
            expected=" ".join(one for one in allowed if one != ".nil"),
            todo="请用 Excel 或 WPS 打开，另存为不带宏的 xlsx 后上传 | "
            "open it in Excel or WPS, save it as xlsx without macros, and upload that",
        )
    found = COUNTY_FILE_NAME.fullmatch(name[: -len(extension)])
    if found and found["county"] in counties and found["county"] != county:
        raise InvalidUpload(
            "文件名是其他县市的代码 | the file is named after another county",
            expected=f"{county}{extension}",
            todo="请核对是不是选错了文件 | check whether this is the file that you meant",
        )
    part = found["part"] or "" if found and found["county"] == county else ""
    return _Named("" if may_be_personal(part) else part, extension)
