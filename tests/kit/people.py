"""Made-up people: valid ID numbers, and tokens by name."""

from __future__ import annotations

import uuid

# GB 11643, written here once more so that the checks of the package are not tested against themselves.
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def with_check_digit(body: str) -> str:
    """An ID number of 18 characters from its first 17 digits."""
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def id_number(serial: int) -> str:
    """A valid ID number of Yuanyang (532528); 28,000 different ones."""
    return with_check_digit(f"532528{19600101 + serial // 1000 % 28}{serial % 1000:03d}")


def token(name: str) -> str:
    """The token of a person or an account that a test names."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))
