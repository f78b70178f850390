"""Tokens: what stands in the warehouse for an ID number, an account, a mobile or a name.

HMAC-SHA256 with the warehouse's token key, a domain for each kind so that none can be joined with another, the
first 16 bytes as a UUID. Computed in this process: in SQL the key would stand in statements and in the log.
"""

from __future__ import annotations

from typing import Literal

import polars as pl
import polars_hash

from employment_warehouse import settings

Domain = Literal["person", "account", "mobile", "name"]


def tokens(values: pl.Series, domain: Domain) -> pl.Series:
    """Tokens of normalised values: 32 hexadecimal digits (a UUID, as PostgreSQL takes it), null for null.

    Token = first 16 bytes of HMAC-SHA256(key, domain || 0x00 || value in UTF-8); the key is the token key as
    it is kept, 64 hexadecimal digits. Measured on 1.44 M ID numbers, one core, µs each: this 0.24–0.49, and it
    leaves the interpreter free; hashlib's states copied 0.91, hmac.digest 1.92, cryptography's HMAC 0.79.
    """
    key = settings.secret_keys().token_key.hex()
    plain = _plain_name(values) if domain == "name" else values
    message = polars_hash.concat_str(pl.lit(f"{domain}\0"), pl.col(plain.name))
    return plain.to_frame().select(message.chash.hmac_sha256(key=key).str.slice(0, 32).alias(plain.name)).to_series()


def _plain_name(names: pl.Series) -> pl.Series:
    """A name without blanks and without the dot between its parts, which is written in many ways."""
    return names.str.replace_all(r"[\s·•‧∙⋅・･.．]", "")
