"""`make pictures`: the reports of a home as a browser shows them at three widths, and as printed in grey."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser
from tests.kit.pictures import chromium, keep, save

from employment_warehouse import settings

WIDTHS = (1280, 768, 390)
COUNTY = "532528"
# Name of the picture -> the newest report of this kind.
PAGES = {"daily": r"daily-\d+\.html", "weekly": r"weekly-\d+\.html", "dispatch": rf"weekly-\d+-{COUNTY}\.html"}
BULLETIN = r"monthly-\d+.*\.pdf"
PAPER = 560  # pixels of a printed page's width
PAGES_ABREAST = 3


def newest(home: settings.Home, name: str) -> Path:
    """The last report of a home with such a name."""
    found = [path for path in (home.root / "reports").rglob("*") if re.fullmatch(name, path.name)]
    return max(found, key=lambda path: path.stat().st_mtime)


def screens(browser: Browser, report: Path, name: str, folder: Path) -> None:
    """The first two screens at each width, and of the phone also in English."""
    for width in WIDTHS:
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(report.as_uri())
        save(page, folder / f"{name}-{width}.png")
        if width == min(WIDTHS):
            page.goto(f"{report.as_uri()}#en")
            save(page, folder / f"{name}-{width}-en.png")
        page.close()


def printed(browser: Browser, report: Path) -> bytes:
    """As A4, with the settings that a browser's dialogue proposes."""
    page = browser.new_page()
    page.goto(report.as_uri())
    content: bytes = page.pdf(prefer_css_page_size=True)
    page.close()
    return content


def in_grey(content: bytes, path: Path) -> None:
    """The pages of a PDF side by side, as a printer without colours prints them."""
    with pypdfium2.PdfDocument(content) as document:
        pages = [page.render(scale=PAPER / page.get_width()).to_pil().convert("L") for page in document]
    height = pages[0].height
    rows = -(-len(pages) // PAGES_ABREAST)
    sheet = Image.new("L", (min(len(pages), PAGES_ABREAST) * (PAPER + 10), rows * (height + 10)), 200)
    for at, page in enumerate(pages):
        sheet.paste(page, (at % PAGES_ABREAST * (PAPER + 10), at // PAGES_ABREAST * (height + 10)))
    keep(sheet, path)


def main(folder: Path) -> None:
    """Of the home of WAREHOUSE_HOME, into a folder."""
    home = settings.current_home()
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for name, wanted in PAGES.items():
            report = newest(home, wanted)
            screens(browser, report, name, folder)
            in_grey(printed(browser, report), folder / f"{name}-grey.png")
    in_grey(newest(home, BULLETIN).read_bytes(), folder / "bulletin-grey.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
