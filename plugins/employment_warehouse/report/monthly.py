"""The monthly bulletin, as DOCX and PDF, from what may be shown in public."""

from __future__ import annotations

from pathlib import Path

from employment_warehouse.report import products
from employment_warehouse.report.bulletin import compose
from employment_warehouse.report.bulletin_docx import word
from employment_warehouse.report.bulletin_pdf import pdf
from employment_warehouse.report.figures import read_figures


def write_monthly(publication: int) -> list[Path]:
    """Write and record the bulletin of a publication, of the last complete month.

    Raises psycopg.errors.RaiseException if there is no such publication.
    """
    figures = read_figures(publication, "monthly")
    bulletin = compose(figures)
    return products.keep("monthly", figures["publication"], {".pdf": pdf(bulletin), ".docx": word(bulletin)})
