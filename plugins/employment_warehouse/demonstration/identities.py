"""Synthetic numbers that look real: drawn from a seed, with check digits by the standards.

Citizen ID numbers: GB 11643 (ISO 7064 MOD 11-2). Social credit codes: GB 32100 (MOD 31).
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from employment_warehouse.demonstration.counties import COUNTIES, County

Integers = NDArray[np.int64]

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECK_CHARACTERS = "10X98765432"
USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

SEQUENCES_OF_THE_CROWD = 400
"""Pairs of sequence numbers given to the crowd; the ones above (801-999) are the planted people's."""

MARRIED_IN = ("530127", "530421", "532324", "532622", "532626", "530827", "522328", "511527")
"""Prefixes of other prefectures; each county has its own range of sequence numbers there."""

SURNAMES = (
    "李王张杨马白陈普龙罗朱刘赵黄何孔卢高车郭周钱许吴孙陶徐段侯熊邓盘邹宋万常余郑"
    "谢沈唐曾梁韦蒋贾方石田金毛施尹代汤苏任丁彭"
)
GIVEN = (
    "明华丽芳强伟军平红英文建国志梅兰秀云春燕玉金龙凤海波涛鹏飞勇刚杰辉俊涵怡欣宇泽浩轩子雨晨佳琪思雅静慧敏娟艳"
    "霞琴莲香贵福祥顺安康宁永成学德荣光发才忠义和生林森山川江河青松柏桂莹雪冰洁然䶮㛃"
)


def check_characters(body: Integers) -> pl.Series:
    """The last characters of ID numbers whose first 17 digits are given as integers."""
    total = np.zeros(len(body), dtype=np.int64)
    rest = body.copy()
    for weight in reversed(ID_WEIGHTS):
        rest, digit = np.divmod(rest, 10)
        total += digit * weight
    return pl.Series(list(ID_CHECK_CHARACTERS)).gather(pl.Series(total % 11))


def id_numbers(prefix: Integers, birth: NDArray[np.int32], sequence: Integers) -> pl.Series:
    """18-character ID numbers from division prefixes, births (days since 1970) and sequence numbers (1-999)."""
    days = pl.Series(birth).cast(pl.Date).dt
    year, month, day = days.year(), days.month(), days.day()
    written = (year.cast(pl.Int64) * 10_000 + month.cast(pl.Int64) * 100 + day.cast(pl.Int64)).to_numpy()
    body = prefix * 100_000_000_000 + written * 1000 + sequence
    return (pl.Series(body).cast(pl.String) + check_characters(body)).alias("id_number")


def id_number(prefix: str, birth: str, sequence: int) -> str:
    """One ID number; `birth` is YYYYMMDD and need not be a day that exists."""
    body = int(f"{prefix}{birth}{sequence:03d}")
    return f"{body}{check_characters(np.array([body]))[0]}"


def crowd_ids(
    rng: np.random.Generator,
    county: County,
    birth: NDArray[np.int32],
    is_male: NDArray[np.bool_],
    taken: dict[int, int],
) -> pl.Series:
    """ID numbers for a county's people, each once. `taken` counts what each (prefix, birth) has given so far."""
    size = len(birth)
    year = 1970 + birth // 365.2425
    draw = rng.random(size)
    prefix = np.full(size, int(county.code), dtype=np.int64)
    if county.retired_prefix is not None:
        prefix[(year < county.retired_before) & (draw < 0.8)] = int(county.retired_prefix)
    stranger = draw > 0.96
    prefix[stranger] = rng.choice(np.array([int(p) for p in MARRIED_IN]), int(stranger.sum()))

    # The rank within (prefix, birth) makes sequence numbers distinct; the multiplier only spreads them.
    group = prefix * 100_000 + birth.astype(np.int64) + 40_000
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][:size])
    lengths = np.diff(np.r_[starts, size])
    before = np.array([taken.get(int(g), 0) for g in ordered[starts]], dtype=np.int64)
    rank = np.empty(size, dtype=np.int64)
    rank[order] = np.arange(size) - np.repeat(starts - before, lengths)
    taken.update(zip(ordered[starts].tolist(), (before + lengths).tolist(), strict=True))

    share, county_index = SEQUENCES_OF_THE_CROWD // len(COUNTIES), COUNTIES.index(county)
    pair = np.where(stranger, county_index * share + rank % share, (rank * 37 + group * 11) % SEQUENCES_OF_THE_CROWD)
    return id_numbers(prefix, birth, pair * 2 + np.where(is_male, 1, 2))


def names(rng: np.random.Generator, surname: Integers) -> pl.Series:
    """Full names of two or three characters for the given surname numbers."""
    size = len(surname)
    given = pl.Series([*GIVEN, ""])
    first = rng.integers(0, len(GIVEN) - 2, size)
    # The two last characters are outside GBK: rare, but names of living people have them.
    first[rng.random(size) < 0.0005] = len(GIVEN) - 1 - int(rng.integers(0, 2))
    second = np.where(rng.random(size) < 0.7, rng.integers(0, len(GIVEN) - 2, size), len(GIVEN))
    return (pl.Series(list(SURNAMES)).gather(surname) + given.gather(first) + given.gather(second)).alias("full_name")


def mobiles(rng: np.random.Generator, size: int) -> pl.Series:
    """Eleven digits in ranges that carriers use."""
    starts = np.array([135, 136, 138, 139, 150, 151, 152, 158, 159, 180, 187, 188], dtype=np.int64)
    return pl.Series(rng.choice(starts, size) * 100_000_000 + rng.integers(0, 100_000_000, size)).cast(pl.String)


def bank_accounts(number: Integers) -> pl.Series:
    """19-digit card numbers with Luhn's check digit; `number` (below 10**12) makes each distinct."""
    body = 622_000 * 10**12 + number
    rest, total = body.copy(), np.zeros(len(body), dtype=np.int64)
    for place in range(18):
        rest, digit = np.divmod(rest, 10)
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled // 10 + doubled % 10
    return pl.Series(body).cast(pl.String) + pl.Series(-total % 10).cast(pl.String)


def uscc(division_code: str, number: int) -> str:
    """The social credit code of company `number` of a division (register 9, kind 1)."""
    body = f"91{division_code}MA{number:07d}"
    total = sum(USCC_CHARACTERS.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + USCC_CHARACTERS[-total % 31]
