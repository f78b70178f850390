"""A simulated HR platform: the interface of ``docs/hr-platform.openapi.json``, with misbehaviours on demand.

``build_app(items)`` gives the ASGI application; ``python -m employment_warehouse.demonstration.simulator`` serves
a folder of demonstration items. A misbehaviour is ordered for the next responses of a resource, either by
``POST /simulator/misbehave`` or all through a run by a seed (``--unrest``).
"""

from __future__ import annotations

import argparse
import json
import random
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, Form, HTTPException, Query, Request
from fastapi.responses import Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBasic, HTTPBasicCredentials, HTTPBearer
from pydantic import AwareDatetime, BaseModel, BeforeValidator, create_model

from employment_warehouse.contract import Contract, contract_of, platform_feeds
from employment_warehouse.demonstration.shelves import Item, Shelf
from employment_warehouse.demonstration.simulated_platform import Misbehaviour, Platform, Token

BASIC, BEARER = HTTPBasic(auto_error=False), HTTPBearer(auto_error=False)


class Problem(BaseModel):
    """What went wrong, in a sentence."""

    detail: Any


def item_model(contract: Contract) -> type[BaseModel]:
    """The shape of one item, from the feed's contract: names and types are declared there alone."""
    fields: dict[str, Any] = {}
    for column in contract.columns:
        kind: Any = AwareDatetime if column.type.json_type is datetime else column.type.json_type
        if kind is bool:
            fields[column.header] = (bool, False)
        elif column.required:
            fields[column.header] = (kind, ...)
        else:
            fields[column.header] = (kind | None, None)
    return create_model("".join(word.title() for word in contract.feed.split("_")), **fields)


def page_model(contract: Contract) -> type[BaseModel]:
    """One page: items in order of ``updated_at, id``, and the cursor of the next page or null."""
    item = item_model(contract)
    return create_model(f"{item.__name__}Page", items=(list[item], ...), next_cursor=(str | None, ...))  # type: ignore[valid-type]


def _rfc3339(text: object) -> object:
    """A number is not accepted as an instant, though pydantic would read one as seconds since 1970."""
    if not isinstance(text, str) or not re.match(r"\d{4}-\d\d-\d\d[Tt ]", text):
        raise ValueError("not an RFC 3339 date-time")
    return text


def build_app(
    items: Mapping[str, Iterable[Item]], client_id: str, client_secret: str, unrest: int | None = None
) -> FastAPI:
    """The application over the items of each resource; the state is in `app.state.platform`."""
    platform = Platform(
        {resource: Shelf(list(items.get(resource, []))) for resource in platform_feeds()},
        client_id,
        client_secret,
        unrest=None if unrest is None else random.Random(unrest),  # noqa: S311 - unrest, not secrecy
    )
    app = FastAPI(
        title="红河人才网与数字零工市场 HR platform",
        version="1.0.0",
        description="招聘岗位、求职申请、零工订单，按更新时间增量读取。 "
        "Job postings, applications and gig orders, read incrementally by update time.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.platform = platform
    _add_sign_in(app, platform)
    for resource, feed in platform_feeds().items():
        _add_resource(app, platform, resource, contract_of(feed))
    _add_orders(app, platform)
    return app


def _add_sign_in(app: FastAPI, platform: Platform) -> None:
    @app.post("/oauth/token", responses={401: {"model": Problem}, 400: {"model": Problem}})
    def token(
        client: Annotated[HTTPBasicCredentials | None, Depends(BASIC)],
        grant_type: Annotated[str, Form()] = "client_credentials",
    ) -> Token:
        """OAuth 2 client credentials: the client's id and secret by HTTP Basic."""
        if grant_type != "client_credentials":
            raise HTTPException(400, "unsupported_grant_type")
        known = client is not None and secrets.compare_digest(
            f"{client.username}:{client.password}".encode(), f"{platform.client_id}:{platform.client_secret}".encode()
        )
        if not known or platform.next_order("token") == "forbidden":
            raise HTTPException(401, "invalid_client", headers={"WWW-Authenticate": "Basic"})
        return platform.sign_in()


def _add_resource(app: FastAPI, platform: Platform, resource: str, contract: Contract) -> None:
    def signed_in(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]) -> None:
        if credentials is None or not platform.knows(credentials.credentials):
            raise HTTPException(401, "token missing, unknown or expired", headers={"WWW-Authenticate": "Bearer"})

    problems: dict[int | str, dict[str, Any]] = {
        code: {"model": Problem, "description": meaning}
        for code, meaning in (
            (401, "token missing, unknown or expired"),
            (410, "cursor expired: start again from the last safe updated_since"),
            (429, "too many requests; Retry-After says how many seconds to wait"),
            (503, "for a moment out of service"),
        )
    }

    @app.get(
        f"/v1/{resource}",
        response_model=page_model(contract),
        responses=problems,
        dependencies=[Depends(signed_in)],
        name=contract.feed,
        summary=f"{contract.title_zh} {contract.title_en}",
    )
    def read(
        updated_since: Annotated[
            AwareDatetime,
            BeforeValidator(_rfc3339),
            Query(description="RFC 3339; items updated at or after it"),
        ],
        limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
        cursor: Annotated[str | None, Query(description="opaque; from the page before")] = None,
    ) -> Response:
        return platform.respond(resource, updated_since, cursor, limit)


def _add_orders(app: FastAPI, platform: Platform) -> None:
    """What a test orders: a misbehaviour of the next responses, an item that the platform now has."""

    @app.post("/simulator/misbehave", include_in_schema=False, status_code=204)
    def misbehave(order: Misbehaviour) -> None:
        platform.misbehave(order)

    @app.post("/simulator/{resource}", include_in_schema=False, status_code=204)
    async def commit_item(resource: str, request: Request) -> None:
        platform.shelves[resource].add(await request.json())


def read_items(folder: Path) -> dict[str, list[Item]]:
    """The demonstration's items: one JSON object per line in ``<folder>/<feed>.jsonl``."""
    items: dict[str, list[Item]] = {}
    for resource, feed in platform_feeds().items():
        lines = folder.joinpath(f"{feed}.jsonl")
        if lines.exists():
            with lines.open(encoding="utf-8") as stream:
                items[resource] = [json.loads(line) for line in stream]
    return items


def main() -> None:
    """Serves a folder of items on loopback; the credentials come from the environment."""
    from employment_warehouse.settings import platform_access  # noqa: PLC0415 - only the program needs it

    parser = argparse.ArgumentParser(description="serve the simulated HR platform on loopback")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--unrest", type=int, help="seed of occasional misbehaviour")
    asked = parser.parse_args()
    access = platform_access()
    if access is None:
        parser.error("WAREHOUSE_HR_URL, WAREHOUSE_HR_CLIENT_ID and WAREHOUSE_HR_CLIENT_SECRET must be set")
    app = build_app(read_items(asked.folder), access.client_id, access.client_secret, asked.unrest)
    uvicorn.run(app, host="127.0.0.1", port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
