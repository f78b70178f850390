"""Identities: ID numbers, the tokens that stand for them, and the sealing of what only few may see."""

from employment_warehouse.identity.id_numbers import check_id, normalise_id
from employment_warehouse.identity.sealing import (
    DATA_KEY,
    WrongKey,
    opener_among,
    openers,
    place,
    seal,
    seal_all,
    unseal,
    wrap_for,
)
from employment_warehouse.identity.tokens import check_value, tokens

__all__ = [
    "DATA_KEY",
    "WrongKey",
    "check_id",
    "check_value",
    "normalise_id",
    "opener_among",
    "openers",
    "place",
    "seal",
    "seal_all",
    "tokens",
    "unseal",
    "wrap_for",
]
