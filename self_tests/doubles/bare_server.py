"""`python -m self_tests.doubles.bare_server PORT`: plain aiohttp that answers the fake's JSON, as the measure for the
fake's speed.
"""

import sys

from aiohttp import web

ASSISTANT = {
    "id": "asst-acme-support",
    "object": "assistant",
    "created_at": 1_760_000_000,
    "name": "Acme Support",
    "instructions": None,
    "model": "ragen",
    "temperature": 1.0,
    "description": None,
    "metadata": {},
    "tools": [{"type": "file_search"}],
    "tool_resources": {},
    "top_p": 1.0,
    "response_format": "auto",
}


async def retrieve(_: web.Request) -> web.Response:
    return web.json_response(ASSISTANT)


async def create(request: web.Request) -> web.Response:
    return web.json_response(ASSISTANT | await request.json())


if __name__ == "__main__":
    app = web.Application()
    app.router.add_get("/v1/assistants/{id}", retrieve)
    app.router.add_post("/v1/assistants", create)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=lambda *_: None)
