"""Days as numbers, and the seasons of work: people go home before the Spring Festival, and out after it."""

from datetime import date

SPRING_FESTIVALS = tuple(
    date.fromisoformat(d)
    for d in ("2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26")
)


def days(day: date) -> int:
    """Days since 1970."""
    return (day - date(1970, 1, 1)).days


def festival_before(day: date) -> date:
    """The last Spring Festival that began on or before the day."""
    return max((f for f in SPRING_FESTIVALS if f <= day), default=SPRING_FESTIVALS[0])


def season(night: date) -> tuple[float, float]:
    """By how much the ordinary rates of ends and of hires are multiplied that night."""
    nearest = min(SPRING_FESTIVALS, key=lambda f: abs((f - night).days))
    until = (nearest - night).days
    if 0 < until <= 20:
        return 5.0, 0.3
    if -30 <= until <= -5:
        return 0.5, 6.0
    return 1.0, 1.0
