"""Identity: ID numbers by GB 11643, tokens that cannot be joined across kinds, sealing that outlives a rotation."""

from __future__ import annotations

import json
import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import polars as pl
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st
from tests.kit.people import with_check_digit

from employment_warehouse import settings
from employment_warehouse.contract import contract_of
from employment_warehouse.identity import (
    make_data_key,
    place,
    seal,
    seal_all,
    tokens,
    unseal,
    valid_id,
    wrap_for,
)
from employment_warehouse.identity.cmac import Cmac
from employment_warehouse.identity.sealing import WrongKey, _open, data_key
from employment_warehouse.landing.tokenising import Tokeniser
from employment_warehouse.landing.vault import KnownIdentities
from employment_warehouse.settings import Home

AT = place("vault.person.sealed", b"key")


@st.composite
def id_numbers(draw: st.DrawFn) -> str:
    """Valid numbers, by an arithmetic of our own."""
    place = draw(st.integers(110000, 659099))
    born = draw(st.dates(date(1900, 1, 1), date(2026, 1, 1)))
    return with_check_digit(f"{place:06d}{born:%Y%m%d}{draw(st.integers(0, 999)):03d}")


@given(id_numbers())
def test_every_valid_id_number_is_accepted(number: str) -> None:
    assert valid_id(number) == number


@given(id_numbers(), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number: str, place: int, shift: int) -> None:
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert valid_id(wrong) is None


DRESSES = ["{}", " {} ", "'{}", '="{}"', "{}\u3000", "{}43", "{}43B1", "\ufeff{}", "\u2060{}"]


@given(id_numbers(), st.sampled_from(DRESSES))
def test_a_dressed_id_number_is_the_same_person(number: str, dress: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isdecimal() else c for c in number)
    for written in (number, number.lower(), wide):
        assert valid_id(dress.format(written)) == number


@pytest.mark.parametrize(
    "text",
    [
        "999999199001010011",  # of nobody
        "532528900101001",
        "53252819900101000",
        "5.32528E+17",
        "",
        "532528199001010000",  # another check digit
        "532528199013010006",  # no date
        "53252819900101000999",  # no certificate has kind 9
    ],
)
def test_what_is_no_citizen_s_number_is_none(text: str) -> None:
    assert valid_id(text) is None


def test_retired_and_unknown_divisions_are_accepted() -> None:
    for division in ("532521", "532522", "532526", "009999"):
        assert valid_id(with_check_digit(f"{division}19600101001")) is not None


def mac_of_one(key: bytes, message: bytes) -> bytes:
    """As cryptography makes it, message by message."""
    mac = CMAC(algorithms.AES(key))
    mac.update(message)
    return mac.finalize()


def test_a_token_is_the_mac_that_the_architecture_names(fresh_home: Home) -> None:
    made = tokens(pl.Series("id_number", ["532528199001010009", None]), "person")
    assert made[0] == mac_of_one(settings.secret_keys().token_key, b"person\x00532528199001010009")
    assert made[1] is None


@given(
    st.sampled_from([16, 24, 32]).flatmap(lambda length: st.binary(min_size=length, max_size=length)),
    st.binary(max_size=20),
    st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=8),
)
def test_a_column_s_macs_are_those_of_its_values(key: bytes, prefix: bytes, values: list[str | None]) -> None:
    column = pl.Series(values, dtype=pl.String)
    expected = [mac_of_one(key, prefix + (value or "").encode()) for value in values]
    assert [mac.tobytes() for mac in Cmac(key).of(prefix, column)] == expected
    assert [mac.tobytes() for mac in Cmac(key).of(prefix, column[1:])] == expected[1:]


@pytest.mark.parametrize(
    ("n_bytes", "mac"),
    [
        (0, "bb1d6929e95937287fa37d129b756746"),
        (16, "070a16b46b4d4144f79bdd9dd04a287c"),
        (40, "dfa66747de9ae63030ca32611497c827"),
        (64, "51f0bebf7e3b9d92fc49741779363cfe"),
    ],
)
def test_the_macs_are_those_of_rfc_4493(n_bytes: int, mac: str) -> None:
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    message = bytes.fromhex(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
    )
    assert Cmac(key).of(message[:n_bytes], pl.Series([""])).tobytes().hex() == mac


def test_threads_share_a_key_without_mixing_their_values(fresh_home: Home) -> None:
    columns = [pl.Series([f"{thread}-{number}" for number in range(5_000)]) for thread in range(8)]
    alone = [tokens(column, "account") for column in columns]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda column: tokens(column, "account"), columns * 4))
    assert all(made.equals(expected) for made, expected in zip(together, alone * 4, strict=True))


def test_tokens_of_one_value_differ_by_domain(fresh_home: Home) -> None:
    value = pl.Series(["6217000000000000000"])
    assert len({tokens(value, domain)[0] for domain in ("person", "account", "mobile", "name")}) == 4


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, unique=True))
def test_distinct_values_have_distinct_tokens_in_their_order(values: list[str]) -> None:
    made = tokens(pl.Series(values), "account")
    assert made.to_list() == [tokens(pl.Series([value]), "account")[0] for value in values]
    assert made.n_unique() == len(values)


def test_a_name_is_one_person_s_however_its_blanks_and_dots_are_set(fresh_home: Home) -> None:
    written = ["阿卜杜·热合曼", "阿卜杜•热合曼", "阿卜杜 ・ 热合曼", "阿卜杜．热合曼"]
    assert tokens(pl.Series(written), "name").n_unique() == 1


@given(st.lists(st.lists(st.sampled_from(["李伟", "张 芳", "张芳", "王·敏", "", None])), min_size=1, max_size=4))
def test_a_name_s_token_is_the_same_in_every_frame(frames: list[list[str | None]]) -> None:
    named = contract_of("relief_contract")
    tokeniser = Tokeniser(named)
    for names in frames:
        rows = pl.DataFrame(
            [{"sheet": "", "line": at, "full_name": name, "extra": None} for at, name in enumerate(names)],
            schema={"sheet": pl.String, "line": pl.Int64, "full_name": pl.String, "extra": pl.String},
        )
        rows = rows.with_columns(pl.lit(None, pl.String).alias(c.name) for c in named.columns if c.name != "full_name")
        assert tokeniser.landing_rows(rows)["name_key"].to_list() == tokens(rows["full_name"], "name").to_list()


@given(st.lists(st.binary(), max_size=5))
def test_sealed_values_can_be_unsealed_and_no_two_are_alike(plains: list[bytes]) -> None:
    make_data_key()
    sealed = seal_all(plains, [AT] * len(plains))
    assert [unseal(one, AT) for one in sealed] == plains
    assert len(set(sealed + seal_all(plains, [AT] * len(plains)))) == 2 * len(plains)


def test_a_changed_bit_is_noticed(fresh_home: Home) -> None:
    sealed = bytearray(seal(b"plain", AT))
    sealed[-1] ^= 1
    with pytest.raises(InvalidTag):
        unseal(bytes(sealed), AT)


@pytest.mark.parametrize("other", [place("vault.person.sealed", b"other"), place("vault.bank_account.sealed", b"key")])
def test_a_sealed_value_cannot_be_read_as_another_row_or_column(fresh_home: Home, other: bytes) -> None:
    with pytest.raises(InvalidTag):
        unseal(seal(b"plain", AT), other)


def test_values_sealed_before_places_were_bound_can_still_be_read(fresh_home: Home) -> None:
    nonce = bytes(12)
    assert unseal(nonce + data_key().encrypt(nonce, b"plain", None), AT) == b"plain"


def test_while_keys_rotate_both_open_and_afterwards_only_the_new_one(
    fresh_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed, number = seal(b"plain", AT), pl.Series(["532528199001010009"])
    token = tokens(number, "person")[0]
    old, new = settings.secret_keys(), "ab" * 32
    wrap_for(old.wrapping_key, bytes.fromhex(new))
    assert unseal(sealed, AT) == b"plain"
    monkeypatch.setenv("WAREHOUSE_TOKEN_KEY", old.token_key.hex())
    monkeypatch.setenv("WAREHOUSE_WRAPPING_KEY", new)
    assert unseal(sealed, AT) == b"plain"
    assert tokens(number, "person")[0] == token
    wrap_for(bytes.fromhex(new))
    assert unseal(sealed, AT) == b"plain"
    monkeypatch.setenv("WAREHOUSE_WRAPPING_KEY", old.wrapping_key.hex())
    with pytest.raises(WrongKey):
        unseal(sealed, AT)


def test_rotation_with_a_wrong_key_changes_nothing(fresh_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed, old = seal(b"plain", AT), settings.secret_keys()
    monkeypatch.setenv("WAREHOUSE_TOKEN_KEY", old.token_key.hex())
    monkeypatch.setenv("WAREHOUSE_WRAPPING_KEY", "00" * 32)
    with pytest.raises(WrongKey):
        wrap_for(bytes.fromhex("ab" * 32))
    monkeypatch.setenv("WAREHOUSE_WRAPPING_KEY", old.wrapping_key.hex())
    assert unseal(sealed, AT) == b"plain"


def test_values_sealed_by_an_earlier_version_can_be_opened(fresh_home: Home) -> None:
    sealed = seal(b"plain", AT)
    path = fresh_home.archive / "data_key.json"
    kept = json.loads(path.read_text())
    path.write_text(json.dumps(kept | {"wrapped": kept["wrapped"][0]}))
    _open.cache_clear()
    assert unseal(sealed, AT) == b"plain"


def test_the_data_key_never_lies_on_the_disk_in_clear(fresh_home: Home) -> None:
    seal(b"plain", AT)
    kept = json.loads((fresh_home.archive / "data_key.json").read_text())
    assert [len(bytes.fromhex(one)) for one in kept["wrapped"]] == [40]  # RFC 3394 adds eight bytes to a key of 32
    assert (fresh_home.archive / "data_key.json").stat().st_mode & 0o077 == 0


def _seal_first(plain: bytes, at: bytes) -> bytes:
    make_data_key()
    return seal(plain, at)


def test_processes_that_start_together_agree_on_one_data_key(fresh_home: Home) -> None:
    (fresh_home.archive / "data_key.json").unlink()
    with multiprocessing.get_context("fork").Pool(4) as pool:
        sealed = pool.starmap(_seal_first, [(b"plain", AT)] * 8)
    assert {unseal(one, AT) for one in sealed} == {b"plain"}


@given(st.sets(st.integers(0, 2**64 - 3)), st.lists(st.integers(0, 2**64 - 3)))
def test_the_vault_lacks_people_that_it_never_received(stored: set[int], asked: list[int]) -> None:
    known = KnownIdentities(np.array([*stored], np.uint64))
    asked += [*stored][:3] + [digest + 1 for digest in stored]
    assert known.lacks(np.array(asked, np.uint64)).tolist() == [digest not in stored for digest in asked]
