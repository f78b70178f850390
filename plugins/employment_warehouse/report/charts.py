"""Charts of the reports as SVG text, set on the server: no script, no font and no address is needed to see one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

ACCENT, GREY, PALE, ALARM, INK = "#1f5f99", "#8a8f98", "#d9dde3", "#b3261e", "#1d1f23"
FONT = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"
ROW, WIDTH = 26, 340

Rows = Sequence[dict[str, Any]]


def ranked_dots(rows: Rows, prefecture: float, title: str) -> str:
    """Counties as dots, best first, against the prefecture (a line) and each county's own schedule (a tick).

    rows: name, value (share), schedule (share), behind (bool), label.
    """
    import altair as alt  # noqa: PLC0415 - heavy; only a report needs it

    order = [row["name"] for row in rows]
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=170))
    values = [prefecture, *(row[field] for row in rows for field in ("value", "schedule"))]
    low, high = min(values), max(values)
    margin = max((high - low) * 0.15, 0.01)
    scale = alt.Scale(domain=[max(0, low - margin), high + margin], zero=False, nice=False)
    x = alt.X("value:Q", title=None, scale=scale, axis=alt.Axis(format=".0%", grid=False, tickCount=5))
    base = alt.Chart(_data(rows))
    colour = alt.condition("datum.behind", alt.value(ALARM), alt.value(ACCENT))
    layers = [
        alt.Chart(_data([{"value": prefecture}])).mark_rule(color=GREY, strokeDash=[4, 3]).encode(x=x),
        base.mark_tick(color=INK, thickness=2, size=16).encode(x=alt.X("schedule:Q", scale=scale), y=y),
        base.mark_circle(size=90, opacity=1).encode(x=x, y=y, color=colour),
        base.mark_text(align="left", dx=6, fontSize=12).encode(x=alt.value("width"), y=y, text="label:N", color=colour),
    ]
    return _svg(alt.layer(*layers), title, height=ROW * len(rows))


def signed_bars(rows: Rows, title: str) -> str:
    """Changes by unit from a common zero; what is carried forward is drawn hollow, and says so in its label.

    rows: name, value, label, carried (bool).
    """
    import altair as alt  # noqa: PLC0415

    order = [row["name"] for row in rows]
    extent = max([1.0, *(abs(float(row["value"])) for row in rows)]) * 1.5
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=170))
    x = alt.X(
        "value:Q",
        title=None,
        scale=alt.Scale(domain=[-extent, extent]),
        axis=alt.Axis(grid=False, tickCount=5),
    )
    base = alt.Chart(_data(rows))
    layers = [
        alt.Chart(_data([{"value": 0}])).mark_rule(color=GREY).encode(x=x),
        base.mark_bar(height=13).encode(
            x=x, y=y, color=alt.condition("datum.value < 0", alt.value(ALARM), alt.value(ACCENT))
        ),
        base.transform_filter("datum.value >= 0")
        .mark_text(align="left", dx=5, fontSize=12, color=INK)
        .encode(x=x, y=y, text="label:N"),
        base.transform_filter("datum.value < 0")
        .mark_text(align="right", dx=-5, fontSize=12, color=INK)
        .encode(x=x, y=y, text="label:N"),
    ]
    return _svg(alt.layer(*layers), title, height=ROW * len(rows))


def sorted_bars(rows: Rows, title: str, colour: str = ACCENT) -> str:
    """Amounts from zero, largest first, each with its figure. rows: name, value, label."""
    import altair as alt  # noqa: PLC0415

    order = [row["name"] for row in rows]
    extent = max([1.0, *(float(row["value"]) for row in rows)]) * 1.35
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=170))
    x = alt.X("value:Q", title=None, scale=alt.Scale(domain=[0, extent]), axis=None)
    base = alt.Chart(_data(rows))
    layers = [
        base.mark_bar(height=15, color=colour).encode(x=x, y=y),
        base.mark_text(align="left", dx=5, fontSize=12, color=INK).encode(x=x, y=y, text="label:N"),
    ]
    return _svg(alt.layer(*layers), title, height=ROW * len(rows))


def schedule_bar(actual: float, scheduled: float, target: float, labels: tuple[str, str, str], title: str) -> str:
    """One target: what stands (bar), where the schedule stands today (tick), the target (end), the gap between.

    labels: of the actual, of the schedule, of the target.
    """
    import altair as alt  # noqa: PLC0415

    behind = actual < scheduled
    x_scale = alt.Scale(domain=[0, max(actual, target, scheduled) * 1.12])
    gap = [{"from": min(actual, scheduled), "to": max(actual, scheduled)}]

    def at(value: float, label: str) -> alt.Chart:
        return alt.Chart(_data([{"value": value, "label": label}]))

    layers = [
        alt.Chart(_data([{"value": target}]))
        .mark_bar(height=26, color=PALE)
        .encode(x=alt.X("value:Q", scale=x_scale, axis=None)),
        at(actual, labels[0]).mark_bar(height=26, color=ACCENT).encode(x=alt.X("value:Q", scale=x_scale, axis=None)),
        alt.Chart(_data(gap))
        .mark_bar(height=26, color=ALARM if behind else ACCENT, opacity=0.45)
        .encode(x=alt.X("from:Q", scale=x_scale, axis=None), x2="to:Q"),
        at(scheduled, labels[1]).mark_tick(size=44, thickness=3, color=INK).encode(x=alt.X("value:Q", scale=x_scale)),
        at(scheduled, labels[1])
        .mark_text(dy=-30, fontSize=12, color=INK, align="right")
        .encode(x=alt.X("value:Q", scale=x_scale), text="label:N"),
        at(0, labels[0])
        .mark_text(dx=8, align="left", fontSize=14, fontWeight="bold", color="white")
        .encode(x=alt.X("value:Q", scale=x_scale), text="label:N"),
        at(target, labels[2])
        .mark_text(dy=30, align="right", fontSize=12, color=INK)
        .encode(x=alt.X("value:Q", scale=x_scale), text="label:N"),
    ]
    return _svg(alt.layer(*layers), title, height=84)


def _data(values: Rows) -> Any:
    import altair as alt  # noqa: PLC0415

    data: Any = alt.Data
    return data(values=list(values))


def _svg(chart: Any, title: str, height: int) -> str:
    import vl_convert  # noqa: PLC0415

    specification = (
        chart.properties(width=WIDTH, height=height, description=title)
        .configure(font=FONT, background="transparent", padding={"left": 2, "right": 6, "top": 6, "bottom": 4})
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=12, labelColor=INK, domainColor=PALE, tickColor=PALE)
        .to_json()
    )
    svg: str = vl_convert.vegalite_to_svg(specification)
    # A chart is as wide as its place: the size stands in the view box, the style sheet sets the width.
    head, body = svg.split(">", 1)
    fixed = " ".join(part for part in head.split(" ") if not part.startswith(("width=", "height=")))
    return f'{fixed} role="img" aria-label="{title}">{body}'
