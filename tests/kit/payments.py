"""Payments for public posts, as a county sends them."""

from __future__ import annotations

from functools import partial

import psycopg
from tests.kit import files
from tests.kit.people import id_number
from tests.kit.server import rows_of

put = partial(files.put, feed="public_post_payment")

HEADER = "岗位编号,身份证号,补贴月份,出勤天数,应发金额,实发金额,发放日期,资金来源,银行账号,代发批次号"


def payment(serial: int, paid: str = "800", month: str = "2024-04", batch: str = "PC1") -> str:
    account = f"62170000000{serial:08d}"
    return f"P{serial},{id_number(serial)},{month},22,800,{paid},2024-05-01,县级,{account},{batch}"


def payments(*serials: int, paid: str = "800") -> str:
    return "\n".join([HEADER, *(payment(serial, paid) for serial in serials)]) + "\n"


def posts(warehouse: psycopg.Connection, delivery_id: int) -> list[str]:
    query = "select post_no from landing.public_post_payment where delivery_id = %s order by line"
    return [post for (post,) in rows_of(warehouse, query, delivery_id)]
