"""What reports leave behind: files for each product, publication and vintage, recorded in ops.product, and kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from employment_warehouse import database
from employment_warehouse.settings import current_home, write_whole


def keep(product: str, publication: Mapping[str, Any], files: Mapping[str, bytes]) -> list[Path]:
    """Write `reports/<report date>/<product>-<publication><suffix>` for each suffix, and record the product.

    A final one, of a month that is closed, is named `<product>-<publication>-final<suffix>`.
    publication: its number, report_date and vintage. A file of a product that is recorded is kept as it is, because
    somebody may have received it; each file appears whole or not at all.
    """
    home = current_home()
    folder = home.reports / str(publication["report_date"])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = f"{product}-{publication['publication']}{'-final' if publication['vintage'] == 'final' else ''}"
    paths = [folder / f"{stem}{suffix}" for suffix in files]
    key = [product, publication["report_date"], publication["publication"], publication["vintage"]]
    with database.connect("wh_publisher") as connection:
        is_recorded = connection.execute(
            "select 1 from ops.product where (product, report_date, publication, vintage) = (%s, %s, %s, %s)", key
        ).fetchone()
        for path, content in zip(paths, files.values(), strict=True):
            if not is_recorded or not path.exists():
                write_whole(path, content)
        connection.execute(
            "insert into ops.product (product, report_date, publication, vintage, path) "
            "values (%s, %s, %s, %s, %s) on conflict do nothing",
            [*key, str(paths[0].relative_to(home.shared))],
        )
    return paths
