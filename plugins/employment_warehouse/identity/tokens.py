"""Tokens, which replace ID numbers, accounts, mobiles and names in the warehouse.

AES-256-CMAC with the warehouse's token key, and a domain for each kind so that none can be joined with another; its
16 bytes are a UUID. Computed in this process: in SQL the key would appear in statements and in the log.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import polars as pl
import pyarrow as pa

from employment_warehouse import settings
from employment_warehouse.contract import Domain
from employment_warehouse.identity.cmac import BLOCK, Cmac


def tokens(values: pl.Series, domain: Domain) -> pl.Series:
    """Tokens of normalised values: 16 bytes (a UUID's, as PostgreSQL takes it), null for null.

    Token = AES-256-CMAC(token key, domain || 0x00 || value in UTF-8), by NIST SP 800-38B.
    """
    if domain == "name":  # compared without blanks and without the dot between its names, which is written in many ways
        values = values.str.replace_all(r"[\s·•‧∙⋅・･.．]", "")
    macs = _cmac(settings.secret_keys().token_key).of(f"{domain}\0".encode(), values)
    is_there = np.packbits(values.is_not_null().to_numpy(), bitorder="little")
    buffers = [pa.py_buffer(is_there.tobytes()), pa.py_buffer(macs)]
    column = pa.FixedSizeBinaryArray.from_buffers(pa.binary(BLOCK), len(values), buffers)
    # Through a record batch: polars takes an array by itself through pyarrow.compute, whose import is 0.15 s.
    return pl.DataFrame(pa.RecordBatch.from_arrays([column], [values.name]))[values.name]


def check_value() -> bytes:
    """A value (16 bytes) that distinguishes the token key from any other and reveals nothing of it: the token of an
    empty text in a domain of its own.
    """
    return _cmac(settings.secret_keys().token_key).of(b"check\0", pl.Series([""])).tobytes()


@lru_cache(maxsize=4)
def _cmac(key: bytes) -> Cmac:
    return Cmac(key)
