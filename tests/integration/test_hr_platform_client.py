"""The client against a served simulator: every misbehaviour is healed, or fails loudly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from employment_warehouse.demonstration.simulator import MISBEHAVIOURS, WALK_MISBEHAVIOURS, build_app, served
from employment_warehouse.hr_platform import Platform, PlatformFault

START = datetime(2024, 5, 1, tzinfo=UTC)
ITEMS = 2500


def gig_order(number: int, updated_at: datetime) -> dict[str, object]:
    return {
        "id": f"G{number:06}",
        "market_code": "M01",
        "township_code": "532501001",
        "id_number": "532501199001010017",
        "task": "摘果",
        "accepted_at": updated_at.isoformat(),
        "completed_at": None,
        "hours": 8,
        "amount_due": 120.5,
        "amount_paid": None,
        "paid_at": None,
        "updated_at": updated_at.isoformat(),
    }


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    orders = [gig_order(number, START + timedelta(minutes=number)) for number in range(ITEMS)]
    app = build_app({"gig-orders": orders}, "client", "secret")
    with served(app) as url:
        yield url


def read_all(url: str, page_seconds: float = 3.0) -> set[str]:
    with Platform(url, "client", "secret", page_seconds=page_seconds) as platform:
        return {item["id"] for page in platform.items("gig-orders", START) for item in page if isinstance(item, dict)}


def misbehave(url: str, kind: str, times: int = 1, resource: str = "gig-orders") -> None:
    httpx.post(
        f"{url}/simulator/misbehave", json={"resource": resource, "kind": kind, "times": times}
    ).raise_for_status()


EVERY_ID = {f"G{number:06}" for number in range(ITEMS)}


def test_all_items_are_read_in_pages(simulator: str) -> None:
    assert read_all(simulator) == EVERY_ID


HEALED = [
    kind
    for kind in (*MISBEHAVIOURS, *WALK_MISBEHAVIOURS)
    if kind not in ("forbidden", "cursor_stands_still", "cursor_goes_round")
]


@pytest.mark.parametrize("kind", HEALED)
def test_a_passing_misbehaviour_is_healed(simulator: str, kind: str) -> None:
    misbehave(simulator, kind)
    assert read_all(simulator, page_seconds=1.5) == EVERY_ID


@pytest.mark.parametrize(
    ("kind", "code"), [("cursor_stands_still", "cursor_repeats"), ("cursor_goes_round", "cursor_repeats")]
)
def test_cursors_that_repeat_fail_loudly(simulator: str, kind: str, code: str) -> None:
    misbehave(simulator, kind, times=3)
    with pytest.raises(PlatformFault) as fault:
        read_all(simulator)
    assert fault.value.code == code
    clear_orders(simulator)


@pytest.mark.parametrize("kind", ["rate_limited_with_retry_after", "error_page_with_200", "null_items"])
def test_a_misbehaviour_that_lasts_fails_loudly(simulator: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("employment_warehouse.hr_platform.client.ATTEMPTS", 2)
    misbehave(simulator, kind, times=2)
    with pytest.raises(PlatformFault) as fault:
        read_all(simulator)
    assert fault.value.code == "platform_unwell"


def test_a_refusal_is_not_asked_again(simulator: str) -> None:
    misbehave(simulator, "forbidden")
    with pytest.raises(PlatformFault) as fault:
        read_all(simulator)
    assert fault.value.code == "platform_refuses"


def test_wrong_credentials_are_refused(simulator: str) -> None:
    with Platform(simulator, "client", "wrong") as platform, pytest.raises(PlatformFault) as fault:
        next(platform.items("gig-orders", START))
    assert fault.value.code == "platform_refuses"
    assert "wrong" not in str(fault.value)


def test_five_thousand_items_of_one_instant_are_read_once_each() -> None:
    app = build_app({"gig-orders": [gig_order(number, START) for number in range(5000)]}, "client", "secret")
    shelf = app.state.platform.shelves["gig-orders"]
    seen: list[str] = []
    after = None
    while True:
        items, more = shelf.page(START, after, 1000)
        seen += [item["id"] for item in items]
        if not more:
            break
        after = (START, items[-1]["id"])
    assert seen == [f"G{number:06}" for number in range(5000)]


def clear_orders(url: str) -> None:
    """Uses up what was ordered but not answered, so that the next test meets an honest simulator."""
    with httpx.Client(base_url=url) as client:
        token = client.post("/oauth/token", auth=("client", "secret")).json()["access_token"]
        for _ in range(3):
            client.get(
                "/v1/gig-orders",
                params={"updated_since": START.isoformat()},
                headers={"Authorization": f"Bearer {token}"},
            )
