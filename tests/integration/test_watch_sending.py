"""`warehouse watch --send`: each channel is sent a problem once, for as long as it lasts."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from tests.kit.process import run_warehouse
from tests.kit.receivers import webhook

from employment_warehouse.runtime.watch_sending import send_new
from employment_warehouse.settings import Home

DISK, NIGHT = "磁盘将满 | the disk is nearly full", "夜间流程未发布 | the night was not published"


def test_a_problem_is_sent_once_until_it_has_ended_and_recurs(
    fresh_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with webhook() as channel:
        monkeypatch.setenv("WAREHOUSE_ALERT_URLS", channel.address)
        for problems in ([], [DISK], [DISK], [DISK, NIGHT], [NIGHT], [], [DISK]):
            assert send_new(fresh_home, problems) == []
        assert [message["message"] for message in channel.received] == [DISK, NIGHT, DISK]
        assert channel.received[0]["title"] == "【就业监测】值守：1 项异常 | watch: 1 problem"
        assert channel.received[0]["type"] == "failure"


def test_a_problem_that_only_grows_is_not_sent_again(fresh_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk fills and attempts become more; another disk or night is another problem."""
    said = (
        ["磁盘将满，剩余 24.7 GiB：/srv | the disk is nearly full", "li_si 一天内有 3 次越权尝试 | denied 3 times"],
        ["磁盘将满，剩余 9.6 GiB：/srv | the disk is nearly full", "li_si 一天内有 12 次越权尝试 | denied 12 times"],
        ["磁盘将满，剩余 9.6 GiB：/var | the disk is nearly full", "2024-05-27 的汇总被暂扣 | the build is held"],
        ["2024-05-28 的汇总被暂扣 | the build is held", "postgres 未运行 | postgres is not running"],
        ["postgres 未运行（也已停止：scheduler、triggerer） | postgres is not running (nor scheduler, triggerer)"],
    )
    with webhook() as channel:
        monkeypatch.setenv("WAREHOUSE_ALERT_URLS", channel.address)
        for problems in said:
            assert send_new(fresh_home, problems) == []
        assert [message["message"].splitlines() for message in channel.received] == [said[0], said[2], said[3]]


def test_a_channel_that_was_down_is_sent_it_later_and_the_others_not_twice(
    fresh_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as served:
        up, down = (served.enter_context(webhook()) for _ in range(2))
        monkeypatch.setenv("WAREHOUSE_ALERT_URLS", f"{up.address} {down.address}")
        down.is_down = True
        assert [name.split()[0] for name in send_new(fresh_home, [DISK])] == ["json"]
        down.is_down = False
        assert send_new(fresh_home, [DISK]) == []
        assert [len(channel.received) for channel in (up, down)] == [1, 1]


@pytest.mark.parametrize("left", [b"", b'{"json', b"\xff\xfe"])
def test_what_a_power_cut_left_of_the_record_hides_no_problem(
    fresh_home: Home, monkeypatch: pytest.MonkeyPatch, left: bytes
) -> None:
    (fresh_home.logs / "watch.json").write_bytes(left)
    with webhook() as channel:
        monkeypatch.setenv("WAREHOUSE_ALERT_URLS", channel.address)
        for _ in range(2):
            assert send_new(fresh_home, [DISK]) == []
        assert [message["message"] for message in channel.received] == [DISK]


def test_the_command_sends_what_it_says(fresh_home: Home) -> None:
    fresh_home.secret("the first")  # a warehouse that does not run
    with webhook() as channel:
        runs = [
            run_warehouse("watch", "--send", home=fresh_home.root, WAREHOUSE_ALERT_URLS=channel.address)
            for _ in range(2)
        ]
        assert [run.returncode for run in runs] == [1, 1]
        (message,) = channel.received
    assert message["message"] == runs[0].stderr.strip() == runs[1].stderr.strip()
    assert "postgres 未运行" in message["message"]
