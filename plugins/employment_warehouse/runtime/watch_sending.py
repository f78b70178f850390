"""What `warehouse watch` finds, sent to where alerts go: once for each channel, for as long as it lasts."""

from __future__ import annotations

import json
from contextlib import suppress

from employment_warehouse import settings
from employment_warehouse.channel import channel_name, send
from employment_warehouse.settings import Home

TITLE = "【就业监测】看守：{} 项异常 | watch: {} not in order"


def send_new(home: Home, troubles: list[str]) -> list[str]:
    """Send each channel the troubles that it was not sent yet; returns the channels that did not take them.

    A trouble that has ended is forgotten: if it comes again, it is sent again.
    """
    path = home.logs / "watch.json"
    sent: dict[str, list[str]] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    failed, standing = [], {}
    for url in settings.alert_urls().split():
        name = channel_name(url)
        known = [trouble for trouble in troubles if trouble in sent.get(name, [])]
        new = [trouble for trouble in troubles if trouble not in known]
        title = TITLE.format(len(new), len(new))
        if not new or send(url, title=title, body="\n".join(new), urgency="failure"):
            known = troubles
        else:
            failed.append(name)
        standing[name] = known
    with suppress(OSError):  # better to report a full disk twice than not at all
        settings.write_whole(path, json.dumps(standing, ensure_ascii=False))
    return failed
