"""Identities: ID numbers, the tokens that stand for them, and the sealing of what only few may see."""

from employment_warehouse.identity.id_numbers import valid_id
from employment_warehouse.identity.sealing import (
    DATA_KEY,
    WrongDataKey,
    WrongKey,
    make_data_key,
    place,
    require_opens,
    seal,
    seal_all,
    unseal,
    wrap_for,
    wrapping_key_for,
    wrapping_keys_in_force,
)
from employment_warehouse.identity.tokens import check_value, tokens

__all__ = [
    "DATA_KEY",
    "WrongDataKey",
    "WrongKey",
    "check_value",
    "make_data_key",
    "place",
    "require_opens",
    "seal",
    "seal_all",
    "tokens",
    "unseal",
    "valid_id",
    "wrap_for",
    "wrapping_key_for",
    "wrapping_keys_in_force",
]
