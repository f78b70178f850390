"""Ingest: `land` against a bare COPY of the same bytes, and the ways that others take.

    python bench/ingest.py [--share 1] [--rounds 3] [--planted]

Makes its own file (a county's labor_register, seeded; empty cells are empty, as Excel and WPS write them) and its own
server in a temporary folder, without autovacuum, which would run beside one and not the other. A round takes, one after
the other, each over a connection of its own and behind what is there already: a bare COPY into a logged table of texts;
`land` on an ordinary night (the vault knows the people, 1 % of the rows changed). Beside it: the first night, which
also seals everyone into the vault; a tenth of the rows, for the memory; and on that tenth the peers (csv module + COPY,
pandas.to_sql, dlt), which check nothing, against the COPY of that tenth. The bars: land ≤ 2.3 × COPY, its peak memory
≤ 512 MiB and ≤ 1.1 × that of a tenth of the rows.
Below 1.44 M rows (`--share`) it says that it is not the bar. `--planted` has `land` go through its rows one by one and
keep them all, to show that the bars can be missed. Exit code 1: a bar was missed.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import numpy as np
import polars as pl
import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.kit.measuring import bench_options, is_judged, timed, verdict

if TYPE_CHECKING:
    from employment_warehouse.database.embedded import Server

FULL_SIZE = 1_440_000
COUNTY = "532528"
FIRST_DAY = date(2024, 5, 1)
WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
SURNAMES = list("李王张杨刘陈马白普罗何高朱孔段沈陶车")
GIVEN = list("伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英华玉兰红")


def write_register(path: Path, rows: int, changed_from: int = 0) -> None:
    """A labor_register of one county: valid IDs, 17 columns; from `changed_from` on 1 % differ."""
    made = np.random.default_rng(7)
    wanted, rows = rows, rows * 21 // 20  # some occur twice
    born = np.datetime64("1950-01-01") + made.integers(0, 20_000, rows)
    digits = pl.DataFrame({"day": born.astype("datetime64[D]"), "order": np.arange(rows) % 1000}).select(
        pl.lit("532528") + pl.col("day").dt.strftime("%Y%m%d") + pl.col("order").cast(pl.String).str.zfill(3)
    )
    body = digits.to_series()
    numbers = np.frombuffer("".join(body.to_list()).encode(), np.uint8).reshape(rows, 17) - 48
    check = np.array(list("10X98765432"))[(numbers * WEIGHTS).sum(axis=1) % 11]
    household = np.arange(rows) // 4
    township = 100 + household % 14
    pick = lambda values: pl.Series(np.array(values)[made.integers(0, len(values), rows)])  # noqa: E731
    names = pl.select(pick(SURNAMES) + pick(GIVEN) + pick(GIVEN)).to_series()
    site = pl.Series([""]).new_from_index(0, rows)
    wish = pick(["外出务工", "就近就业", "自主创业", "无意愿"])
    if changed_from:
        wish = wish.scatter(np.arange(changed_from, rows, 100), "就近就业")
    pl.DataFrame(
        {
            "身份证号": body + pl.Series(check),
            "姓名": names,
            "户编号": "H532528" + pl.Series(household).cast(pl.String).str.zfill(8),
            "与户主关系": pick(["户主", "配偶", "子女", "父母"]),
            "县市代码": site.replace("", COUNTY),
            "乡镇代码": COUNTY + pl.Series(township).cast(pl.String),
            "村代码": COUNTY + pl.Series(township).cast(pl.String) + pl.Series(200 + household % 30).cast(pl.String),
            "人口类别": pick(["一般农户"] * 7 + ["脱贫户", "脱贫不稳定户", "边缘易致贫户"]),
            "是否易地搬迁": site.replace("", "否"),
            "安置点编号": site,
            "劳动能力": pick(["普通劳动力"] * 4 + ["技能劳动力", "弱劳动力或半劳动力"]),
            "是否在校": pick(["否"] * 9 + ["是"]),
            "文化程度": pick(["小学及以下", "初中", "高中", "中专", "大专", "本科及以上"]),
            "就业意愿": wish,
            "手机号": "1" + pl.Series(3_000_000_000 + made.permutation(rows)).cast(pl.String),
            "是否农村低收入": pick(["是", "否"]),
            "死亡日期": site,
        }
    ).unique("身份证号", keep="last", maintain_order=True).head(wanted).write_csv(path, quote_style="never")


def bare_copy(connection: psycopg.Connection, path: Path) -> None:
    """The floor: the file's bytes into a logged table of texts, nothing checked."""
    with (
        connection.cursor() as cursor,
        cursor.copy("copy bare from stdin (format csv, header)") as copy,
        path.open("rb") as file,
    ):
        while block := file.read(1 << 20):
            copy.write(block)


def csv_module(connection: psycopg.Connection, path: Path) -> None:
    """A peer: the csv module and COPY, row by row, nothing checked."""
    connection.execute("truncate bare")
    with (
        connection.cursor() as cursor,
        cursor.copy("copy bare from stdin") as copy,
        path.open(encoding="utf-8", newline="") as file,
    ):
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            copy.write_row(row)


def pandas_to_sql(_: psycopg.Connection, path: Path) -> None:
    """A peer: pandas, all at once through SQLAlchemy."""
    import pandas as pd
    import sqlalchemy

    from employment_warehouse.database.connections import address

    at = address("postgres")
    where = urlencode({"host": at.host, "port": at.port})
    url = f"postgresql+psycopg://{quote(at.user, '')}:{quote(at.password, '')}@localhost/{at.database}?{where}"
    engine = sqlalchemy.create_engine(url)
    pd.read_csv(path, dtype=str).to_sql("bare_pandas", engine, if_exists="replace", index=False, chunksize=10_000)


def dlt_arrow(connection: psycopg.Connection, path: Path) -> None:
    """A peer: dlt, from an Arrow table, with the naming that keeps Chinese columns apart."""
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "SCHEMA__NAMING": "direct", "RUNTIME__LOG_LEVEL": "ERROR"}
    import dlt

    info = connection.info
    url = f"postgresql://{info.user}:{info.password}@localhost:{info.port}/{info.dbname}?host={info.host}"
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "bare", pipelines_dir=folder, destination=dlt.destinations.postgres(url), dataset_name="bare_dlt"
        )
        pipeline.run(pl.read_csv(path, infer_schema=False).to_arrow(), table_name="bare")


PEERS = {"csv module + COPY": csv_module, "pandas.to_sql": pandas_to_sql, "dlt (arrow)": dlt_arrow}


def land_in_a_child(day: date, planted: bool = False) -> tuple[float, float]:
    """Seconds and peak MiB of `land` in a process of its own, as Airflow runs it."""
    command = [sys.executable, __file__, "--land", day.isoformat(), *(["--planted"] if planted else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    seconds, peak = done.stdout.split()[-2:]
    return float(seconds), float(peak)


def land_one(day: date) -> None:
    """What the child does: lands the file of that date, and says how long it took."""
    from employment_warehouse.landing import Share, ingest, scan

    found = scan(Share.of_sources({"county"}), day)
    (arrival,) = [offered for offered in found.arrivals if offered.report_date == day]
    began = time.perf_counter()
    delivery = ingest(arrival)
    seconds = time.perf_counter() - began
    assert delivery is not None and delivery.rows_rejected == 0, delivery
    # VmHWM, for ru_maxrss of a child begins with its parent's.
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    print(seconds, int(status["VmHWM"].split()[0]) / 1024)


def plant() -> None:
    """A fault: rows are processed one by one, and all are kept."""
    from employment_warehouse.landing import preparing

    encode, kept = preparing.encode_rows, []

    def encode_slowly(rows: pl.DataFrame, delivery_id: int) -> list[bytes]:
        kept.append(rows.rows())
        return encode(rows, delivery_id)

    preparing.encode_rows = encode_slowly


def main() -> int:
    options = bench_options(__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--land", type=date.fromisoformat, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.land:
        if given.planted:
            plant()
        land_one(given.land)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return compare(Path(folder), int(FULL_SIZE * given.share), given)


def create_bare_table(server: Server, header: list[str]) -> None:
    """A bare table of texts beside the warehouse."""
    columns = ", ".join(f'"{name}" text' for name in header)
    with server.connect_superuser() as connection:
        connection.execute(f"create table bare ({columns})")


def write_registers(zone: Path, rows: int, rounds: int) -> list[tuple[date, Path]]:
    """Registers by day: of a tenth of the rows, of the first night, and of each round."""
    registers = []
    for number in range(rounds + 2):
        day = FIRST_DAY + timedelta(days=number)
        file = zone / "labor_register" / day.isoformat() / f"{COUNTY}.csv"
        file.parent.mkdir(parents=True)
        write_register(file, rows if number else rows // 10, number)
        os.utime(file, (1_714_500_000 + number, 1_714_500_000 + number))
        registers.append((day, file))
    return registers


def compare(folder: Path, rows: int, given: argparse.Namespace) -> int:
    os.environ["WAREHOUSE_HOME"] = str(folder / "home")
    os.environ["WAREHOUSE_LANDING_ZONE"] = str(folder / "zone")
    from tests.kit.server import running_server

    from employment_warehouse import settings
    from employment_warehouse.database import seed_tables

    tenth, first, *ordinary = write_registers(folder / "zone", rows, given.rounds)
    header = tenth[1].open(encoding="utf-8").readline().strip().split(",")
    print(f"{rows:,} rows × {len(header)} columns, {first[1].stat().st_size / 1e6:.0f} MB, {os.cpu_count()} cores")
    with running_server(settings.current_home(), {"autovacuum": "off"}) as server:
        os.environ |= server.environment("postgres")  # for pandas
        seed_tables.load()
        create_bare_table(server, header)
        with server.connect_superuser() as connection:
            connection.autocommit = True
            floor_of_tenth = min(timed(partial(bare_copy, connection, tenth[1])) for _ in range(3))
            for name, peer in PEERS.items():
                seconds = timed(partial(peer, connection, tenth[1]))
                print(f"  {name}, nothing checked, a tenth of the rows: {seconds / floor_of_tenth:.1f} × its COPY")
            _, peak_of_tenth = land_in_a_child(tenth[0], given.planted)
            first_night, first_peak = land_in_a_child(first[0], given.planted)
            copies, landings, peaks = [], [], [first_peak]
            for day, file in ordinary:
                connection.execute("checkpoint")
                with server.connect_superuser() as its_own:
                    its_own.autocommit = True
                    copies.append(timed(partial(bare_copy, its_own, file)))
                connection.execute("checkpoint")
                seconds, peak = land_in_a_child(day, given.planted)
                landings.append(seconds)
                peaks.append(peak)
                print(f"  COPY {copies[-1]:.2f} s, land {seconds:.2f} s, {seconds / copies[-1]:.2f} ×, {peak:.0f} MiB")
    print(
        f"first night, everyone sealed into the vault: {first_night:.2f} s, "
        f"{first_night / statistics.median(copies):.2f} ×"
    )
    ratio = statistics.median(one / other for one, other in zip(landings, copies, strict=True))
    return judge(max(peaks), max(peaks) / peak_of_tenth, ratio, given)


def judge(peak: float, growth: float, ratio: float, given: argparse.Namespace) -> int:
    """Print whether the bars are met; 1 where one is missed."""
    judged = is_judged(given)
    flat, fast = peak <= 512 and growth <= 1.1, ratio <= 2.3
    print(
        f"peak memory {peak:.0f} MiB (bar 512), {growth:.2f} × that of a tenth of the rows (bar 1.1): "
        f"{verdict(flat, judged)}"
    )
    print(f"ingest {ratio:.2f} × bare COPY (bar 2.3): {verdict(fast, judged)}")
    return int(judged and not (flat and fast))


if __name__ == "__main__":
    sys.exit(main())
