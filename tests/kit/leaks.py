"""Persons planted where units may write them, and the search for them in everything that a warehouse leaves behind."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path

import openpyxl
import polars as pl
from tests.kit import files
from tests.kit.people import with_check_digit

from employment_warehouse.database.embedded import Server
from employment_warehouse.settings import Home

# Where persons may be: sealed, or the units' own files and what goes back to them.
ALLOWED = ("archive", "landing_zone", "returns", "demonstration")
SURNAMES, GIVEN = "欧阳司徒诸葛", "頔犇淼焱垚鑫骉毳磊昍"  # in no other name of the demonstration
LONGEST_FILE = 64 << 20
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})


@dataclass
class Planted:
    """Persons who are in no other file."""

    ids: list[str] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    mobiles: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, ids: int, accounts: int, names: int, mobiles: int) -> Planted:
        made = [
            f"{SURNAMES[2 * (n % 3) : 2 * (n % 3) + 2]}{GIVEN[n // 3 % 10]}{GIVEN[n // 30 % 10]}" for n in range(names)
        ]
        return cls(
            [with_check_digit(f"532501{19700101 + n // 900 % 28}{99 + n % 900:03d}") for n in range(ids)],
            [f"6217{n * 7919 % 10**6:06d}{n:09d}" for n in range(1, accounts + 1)],
            made,
            [f"199{n * 104729 % 10**8:08d}" for n in range(1, mobiles + 1)],
        )

    @property
    def words(self) -> list[str]:
        return [*self.ids, *self.accounts, *self.names, *self.mobiles]


def plant(zone: Path, planted: Planted, county: str, day: date) -> int:
    """Files of a county with the persons in typed and unknown columns, headers, sheets, file names, batch numbers, free
    text and rejected cells; how many files. In free text the name is that of the row's person: no other can be known.
    """
    words, file_count = planted.words, 0

    def put(content: str | bytes, name: str, feed: str) -> None:
        nonlocal file_count
        files.put(zone, content, name, feed=feed, day=day)
        file_count += 1

    rows = _rows(planted)
    header = ",".join(("配偶", _at(planted.names, 1), _at(planted.ids, 1), _at(planted.accounts, 1)))
    services = _with_unknown_columns(files.rows_of("employment_service", *rows["employment_service"]), header, words)
    put(services.encode("gb18030"), f"{county}_leak1.csv", "employment_service")
    payments = files.rows_of("public_post_payment", *rows["public_post_payment"])
    put(payments, f"{county}_leak2.csv", "public_post_payment")
    register = _workbook(planted, files.rows_of("labor_register", *rows["labor_register"]))
    put(register, f"{county}_leak3.xlsx", "labor_register")
    put(files.rows_of("bank_return", *rows["bank_return"]), "LEAK1.csv", "bank_return")
    put(f"{header}\n{','.join(words[:4])}\n", f"{county}_leak4.csv", "workshop")  # refused: its header is persons
    put(b"PK\x03\x04" + words[0].encode(), f"{county}_leak5.xlsx", "workshop")
    for n, word in enumerate([*planted.ids[:9], *planted.accounts[:9], *planted.names[:9], *planted.mobiles[:9]]):
        feed = ("relief_project", "bank_return", "public_post", "no_such_feed")[n % 4]
        put("x", f"{word if n % 4 < 2 else f'{county}_{word}'}.csv", feed)
        put("x", f"{word}.csv", f"{feed}/{word}")
    return file_count


def _at(kind: list[str], n: int) -> str:
    return kind[n % len(kind)]


def _rows(planted: Planted) -> dict[str, list[dict[str, str]]]:
    """Rows by feed, each with a person where the feed asks for one and where it does not."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    for n in range(max(len(planted.ids), len(planted.accounts))):
        number, account, name, mobile = (
            _at(kind, n) for kind in (planted.ids, planted.accounts, planted.names, planted.mobiles)
        )
        spoilt = ("", number[:-1] + "*", account, name)[n % 4]  # three of four rows are rejected
        rows["employment_service"].append(
            {
                "record_no": (f"L{n}", number, account, mobile)[n % 4],
                "id_number": spoilt or number,
                "agency": f"{number.translate(WIDE)} {mobile}" if n % 2 else f"{account}（{' '.join(mobile)}）",
                "result": (number, account, mobile, f"电话{mobile}")[n % 4],
            }
        )
        rows["public_post_payment"].append(
            {
                "post_no": f"L{n}", "id_number": number, "bank_account": account,
                "batch_no": ("", account, number, name)[n % 4], "fund_source": f"卡号{account}", "period": "2024-03",
            }
        )  # fmt: skip
        rows["labor_register"].append(
            {
                "id_number": number, "full_name": name, "mobile": mobile, "is_relocated": "否",
                "household_no": (f"L{n}", number, mobile)[n % 3],
            }
        )  # fmt: skip
        rows["bank_return"].append(
            {
                "batch_no": "LEAK1", "line_no": str(n), "bank_account": account, "account_name": name,
                "result": "失败", "failure_reason": f"户名{name}与账号{account}不符，联系{mobile}",
            }
        )  # fmt: skip
    return rows


def _with_unknown_columns(csv: str, header: str, words: list[str]) -> str:
    """The rows with four columns that the feed does not have, and persons in them and in their headers."""
    first, *lines = csv.splitlines()
    with_words = [
        f"{line},{_at(words, n)},{_at(words, n + 7)},{_at(words, n + 11)},{_at(words, n + 13)}"
        for n, line in enumerate(lines)
    ]
    return "\n".join([f"{first},{header}", *with_words])


def _workbook(planted: Planted, csv: str) -> bytes:
    """A feed's rows on sheets that are named after persons, one of which is not a table of the feed."""
    content, book = io.BytesIO(), openpyxl.Workbook()
    header, *lines = csv.splitlines()
    half = len(lines) // 2
    for name, rows in ((planted.names[0], lines[:half]), (planted.ids[0], lines[half:])):
        sheet = book.create_sheet(name)
        for line in (f"{header},{planted.names[2]}", *(f"{row},{planted.mobiles[0]}" for row in rows)):
            sheet.append(line.split(","))
    aside = book.create_sheet(planted.accounts[0])
    aside.append([planted.ids[1], planted.names[1]])
    aside.append(["1", "2"])
    del book["Sheet"]
    book.save(content)
    return content.getvalue()


class Search:
    """Looks for words in bytes, in every form in which a program may have written them."""

    def __init__(self, words: list[str]) -> None:
        self._forms = {form.decode("latin-1"): word for word in words for form in _forms(word)}

    def hits(self, pieces: Iterable[tuple[str, bytes]]) -> dict[str, set[str]]:
        """The words that are in pieces of data, by the name of the piece; names are searched as well."""
        found: dict[str, set[str]] = {}
        for some in _chunks_of(pieces):
            texts = pl.Series([f"{name}\n{data.decode('latin-1')}" for name, data in some])
            for (name, _), hits in zip(some, texts.str.extract_many(list(self._forms), overlapping=True), strict=True):
                if len(hits):
                    found.setdefault(name, set()).update(self._forms[form] for form in hits)
        return found


def _chunks_of(pieces: Iterable[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    """As many pieces at once as fit into memory: the search begins with reading all words."""
    some: list[tuple[str, bytes]] = []
    size = 0
    for piece in pieces:
        some.append(piece)
        size += len(piece[1])
        if size > LONGEST_FILE:
            yield some
            some, size = [], 0
    yield some


def _forms(word: str) -> Iterator[bytes]:
    """Plain, full-width, UTF-16, GB 18030, JSON, hex and base64 (which depends on where it begins)."""
    plains = {
        form.encode(encoding)
        for form in (word, word.translate(WIDE))
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
    }
    plains.add(json.dumps(word)[1:-1].encode())
    for plain in plains:
        yield plain
        yield plain.hex().encode()
        yield plain.hex().upper().encode()
        for before in range(3):
            coded = base64.b64encode(bytes(before) + plain)
            # The first and last characters also hold bits of what stands beside it.
            whole, rest = divmod(before + len(plain), 3)
            yield coded[(0, 2, 3)[before] : 4 * whole + rest]


def search_home(home: Home, search: Search, allowed: tuple[str, ...] = ALLOWED) -> dict[str, set[str]]:
    """Files of the home, and tables of its databases, that have a word; with the words."""
    return search.hits(chain(_files(home, allowed), *(_tables(home, name) for name in ("warehouse", "airflow"))))


def _files(home: Home, allowed: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    for path in sorted(home.root.rglob("*")):
        relative = path.relative_to(home.root)
        if relative.parts[0] not in allowed and not path.is_symlink() and path.is_file():
            for name, data in _contents(path):
                yield f"{relative}{name}", data


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """The file, and what is packed in it."""
    with path.open("rb") as file:
        while data := file.read(LONGEST_FILE):
            yield "", data
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield f" {name}", archive.read(name)
    elif path.suffix == ".gz":
        yield " unpacked", gzip.decompress(path.read_bytes())


def _tables(home: Home, database: str) -> Iterator[tuple[str, bytes]]:
    with Server(home).connect_superuser(database) as connection:
        tables = connection.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname !~ '^(pg_|information_)'"
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(f"select t::text from {table} as t").fetchall()  # type: ignore[arg-type]
            yield f"{database}: {table}", "\n".join(row for (row,) in rows).encode()
