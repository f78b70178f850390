"""`make pictures`: every page of the console of a running home, as a browser shows it, for the guides.

The administrator of the home makes a user of each role, who signs in and is disabled afterwards.
"""

from __future__ import annotations

import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from tests.kit.people import id_number

from employment_warehouse import settings
from employment_warehouse.database import OWN_LOGIN, connect
from employment_warehouse.runtime import deployment, signing_in, users

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
WIDTHS = (1280, 390)
# Who, and which pages of the menu; `a > b > c` follows the first link of page a whose address contains b, then c.
PICTURES = {
    "operator": (
        "/sign-in", "/tonight", "/deliveries", "/deliveries > /deliveries/", "/publications",
        "/publications > /publications/", "/publications > /roll-back", "/alerts", "/gates", "/gates > /gates/waiver",
        "/acts", "/settings", "/users",
    ),
    "caseworker": ("/uploads", "/reports", "/cases > /cases/one > /cases/persons"),
    "analyst": ("/cases", "/cases > /cases/one", "/marts", "/marts/target_progress"),
}  # fmt: skip
COLOURS = 32
FEED = "public_post_payment"
LINES = (
    "岗位编号,证件号码,补贴月份,出勤天数,应发金额,实发金额",
    *(f"P{row},{id_number(row)},2024-04,22,800,800" for row in (1, 2)),
)
WRONG = "P3,53252819600101,2024-04,22,800,800"  # four digits are missing


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield browser
        browser.close()


def sign_in(page: Page, url: str, login: str, password: str) -> None:
    """As a person does."""
    page.goto(f"{url}/sign-in")
    page.fill("#login", login)
    page.fill("#password", password)
    page.click("main button")
    page.wait_for_selector("nav")


def take(page: Page, url: str, wanted: str, folder: Path, width: int) -> None:
    """A picture of a page."""
    path, *links = wanted.split(" > ")
    page.goto(url + path)
    for link in links:
        found = page.locator(f'main a[href*="{link}"]')
        if not found.count():
            return
        page.goto(url + str(found.first.get_attribute("href")))
    behind = [links[-1].rpartition("/")[2] or "one"] if links else []
    name = f"{'-'.join([*path.strip('/').split('/'), *behind])}-{width}.png"
    save(page, folder / name)


def save(page: Page, file: Path) -> None:
    """What the browser shows, at most two screens long."""
    width, height = page.evaluate("[innerWidth, Math.min(document.documentElement.scrollHeight, 1600)]")
    shot = page.screenshot(clip={"x": 0, "y": 0, "width": width, "height": height}, full_page=True)
    keep(Image.open(BytesIO(shot)), file)


def keep(picture: Image.Image, path: Path) -> None:
    """With few colours, which is small."""
    picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=COLOURS).save(path, optimize=True)


def check_a_file(page: Page, url: str) -> None:
    """As a clerk does before sending: one of three rows is wrong."""
    page.goto(f"{url}/uploads")
    page.select_option("#feed", FEED)
    content = "\n".join((*LINES, WRONG)).encode()
    page.set_input_files("#file", {"name": "四月补贴.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="试读").click()
    page.wait_for_selector("text=下一步")


def busiest_county() -> str:
    """The county with most cases about persons, households or employers."""
    with connect(OWN_LOGIN) as connection:
        rows = connection.execute(
            "select county_code from marts.finding_case where case_kind <> 'feed' and closed_on is null"
            " group by county_code order by count(*) desc, county_code limit 1"
        )
        return str(rows.fetchall()[0][0])


def main(folder: Path) -> None:
    """Of the home of WAREHOUSE_HOME, into a folder."""
    home = settings.current_home()
    folder.mkdir(parents=True, exist_ok=True)
    signing_in.administer(home)
    url = deployment.current(home).console_url
    county = busiest_county()
    for role, pages in PICTURES.items():
        login = f"{role}_{secrets.token_hex(2)}"  # a name stays one person's for good
        password = users.add(login, role, county if role == "caseworker" else None)
        try:
            with chromium() as browser:
                for width in WIDTHS:
                    page = browser.new_page(viewport={"width": width, "height": 900})
                    if "/sign-in" in pages:
                        take(page, url, "/sign-in", folder, width)
                    sign_in(page, url, login, password)
                    if role == "caseworker":
                        check_a_file(page, url)
                        save(page, folder / f"uploads-one-{width}.png")
                    for wanted in pages:
                        if wanted != "/sign-in":
                            take(page, url, wanted, folder, width)
        finally:
            users.disable(login)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
