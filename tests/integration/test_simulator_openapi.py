"""The simulator is held to its own OpenAPI file, and the file to the contracts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from employment_warehouse.contract import contracts, platform_feeds
from employment_warehouse.demonstration.simulator import build_app

pytestmark = pytest.mark.quick


ORDER = {
    "id": "G000001",
    "market_code": "M01",
    "township_code": "532501001",
    "id_number": "532501199001010017",
    "task": "摘果",
    "accepted_at": "2024-05-01T08:00:00+08:00",
    "hours": 8.0,
    "amount_due": 120.5,
    "updated_at": "2024-05-01T09:00:00+08:00",
    "deleted": False,
}
APP = build_app({"gig-orders": [ORDER]}, "client", "secret")
TOKEN = APP.state.platform.sign_in().access_token
schema = schemathesis.openapi.from_asgi("/openapi.json", APP)
DOCUMENT = Path(__file__).parents[2] / "docs" / "hr-platform.openapi.json"


@schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_conforms_to_the_interface(case: schemathesis.Case) -> None:
    # A cursor is opaque: one that the platform never gave is Gone (410), however well it is formed.
    case.call_and_validate(
        headers={"Authorization": f"Bearer {TOKEN}"} if case.operation.path.startswith("/v1/") else {},
        excluded_checks=[schemathesis.checks.CHECKS.get_one("positive_data_acceptance")],
    )


def test_the_shipped_interface_is_the_one_that_is_served() -> None:
    assert json.loads(DOCUMENT.read_text(encoding="utf-8")) == APP.openapi()


@pytest.mark.parametrize(("resource", "feed"), platform_feeds().items())
def test_an_item_has_the_columns_of_its_contract(resource: str, feed: str) -> None:
    page = APP.openapi()["paths"][f"/v1/{resource}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    schemas = APP.openapi()["components"]["schemas"]
    item = schemas[schemas[page["$ref"].rsplit("/", 1)[1]]["properties"]["items"]["items"]["$ref"].rsplit("/", 1)[1]]
    assert list(item["properties"]) == [column.header for column in contracts()[feed].columns]
