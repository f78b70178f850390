"""The pages of the console, in the order of the menu."""

from __future__ import annotations

from employment_warehouse.console import publications, uploads
from employment_warehouse.console.page import Page

PAGES: tuple[Page, ...] = (uploads.page, publications.page)
