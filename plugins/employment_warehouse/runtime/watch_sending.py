"""What `warehouse watch` finds, sent to where alerts go: once for each channel, for as long as it lasts."""

from __future__ import annotations

import json
import re
from contextlib import suppress

from employment_warehouse import settings
from employment_warehouse.channel import channel_name, send
from employment_warehouse.settings import Home

# How much, which changes while a problem lasts: a disk fills, attempts become more, programs end after their database.
QUANTITY = re.compile(r"[\d.,]+ (?=GiB|次|条|个)|（也已停止：[^）]*）")


def send_new(home: Home, problems: list[str]) -> list[str]:
    """Send each channel the problems that it was not sent yet; returns the channels that did not take them.

    A problem that has ended is forgotten: if it recurs, it is sent again.
    """
    path = home.logs / "watch.json"
    sent: dict[str, list[str]] = {}
    with suppress(FileNotFoundError, ValueError):  # an earlier version's, that a power cut left empty
        sent = json.loads(path.read_text("utf-8"))
    failed, standing = [], {}
    for url in settings.alert_urls().split():
        name = channel_name(url)
        before = {_without_quantities(problem) for problem in sent.get(name, [])}
        known = [problem for problem in problems if _without_quantities(problem) in before]
        new = [problem for problem in problems if problem not in known]
        title = f"【就业监测】值守：{len(new)} 项异常 | watch: {len(new)} problem{'s' * (len(new) > 1)}"
        if not new or send(url, title=title, body="\n".join(new), urgency="failure"):
            known = problems
        else:
            failed.append(name)
        standing[name] = known
    with suppress(OSError):  # better to report a full disk twice than not at all
        settings.write_whole(path, json.dumps(standing, ensure_ascii=False))
    return failed


def _without_quantities(problem: str) -> str:
    """What a problem is about, without how much."""
    return QUANTITY.sub("", problem.split(" | ", maxsplit=1)[0])
