"""Reports go to those who read them, each once, as files."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.kit.nights import publish, standing, start_build
from tests.kit.publications import DAY, YUANYANG
from tests.kit.receivers import Channel, Mailbox, mail_server, webhook

from employment_warehouse import report
from employment_warehouse.errors import UserError
from employment_warehouse.report.products import keep
from employment_warehouse.report.sending import ReportsNotDelivered

GEJIU = "532501"


@pytest.fixture
def paths(warehouse: psycopg.Connection) -> list[Path]:
    """A weekly dispatch that is written: the prefecture's page, and those of two counties."""
    build = publish(start_build(DAY))
    shown = {"publication": build, "report_date": DAY, "vintage": "revised"}
    files = {".html": b"whole", f"-{YUANYANG}.html": b"of Yuanyang", f"-{GEJIU}.html": b"of Gejiu"}
    return keep("weekly", shown, files)


@pytest.fixture
def channel() -> Iterator[Channel]:
    with webhook() as served:
        yield served


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as served:
        yield served


def test_each_reader_is_sent_its_reports_once(
    warehouse: psycopg.Connection,
    paths: list[Path],
    channel: Channel,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(
        "WAREHOUSE_REPORT_READERS",
        f"# the leaders, and one county\nweekly,daily={channel.address}\n"
        f"{YUANYANG}={mailbox.address('yuanyang@example.cn')}\nmonthly={mailbox.address('archive@example.cn')}\n",
    )
    assert report.send_report("weekly", standing(), paths) == 2
    (to_leaders,) = channel.received
    assert to_leaders["title"].startswith(f"【就业监测】周调度 2024-05-20（发布号 {standing()}，修订）")
    assert [base64.b64decode(file["base64"]) for file in to_leaders["attachments"]] == [b"whole"]
    (to_county,) = mailbox.received
    assert "元阳县周调度" in str(to_county["Subject"])
    (file,) = to_county.iter_attachments()
    assert (file.get_filename(), str(file.get_content()).strip()) == (paths[1].name, "of Yuanyang")
    assert report.send_report("weekly", standing(), paths) == 0
    sent = warehouse.execute("select channel, wanted from ops.product_delivery where sent_at is not null").fetchall()
    assert {wanted for _, wanted in sent} == {"weekly", YUANYANG}
    assert not any("example.cn" in name for name, _ in sent)


def test_what_a_channel_does_not_accept_is_sent_to_it_alone_by_the_retry(
    warehouse: psycopg.Connection,
    paths: list[Path],
    channel: Channel,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    readers = f"weekly={channel.address}\nweekly={mailbox.address('leader@example.cn')}"
    monkeypatch.setenv("WAREHOUSE_REPORT_READERS", readers)
    channel.is_down = True
    with pytest.raises(ReportsNotDelivered, match="1 of 2"):
        report.send_report("weekly", standing(), paths)
    assert warehouse.execute("select count(*) from ops.product_delivery where sent_at is null").fetchone() == (1,)
    channel.is_down = False
    assert report.send_report("weekly", standing(), paths) == 1
    assert (len(channel.received), len(mailbox.received)) == (1, 1)


@pytest.mark.parametrize("line", ["json://127.0.0.1:9", "dayly=json://127.0.0.1:9", "daily=foo://secret", "secret"])
def test_a_reader_that_is_not_configured_correctly_is_refused_without_its_address(
    warehouse: psycopg.Connection, paths: list[Path], line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE_REPORT_READERS", f"\n{line}")
    with pytest.raises(UserError, match="WAREHOUSE_REPORT_READERS, line 2") as refused:
        report.send_report("weekly", standing(), paths)
    assert refused.value.code == "report_reader_unknown"
    assert "secret" not in str(refused.value)
    assert "127.0.0.1" not in str(refused.value)
