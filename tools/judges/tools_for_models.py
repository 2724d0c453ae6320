"""Calls tools that FastMCP makes from the published document: a chat, a search, an upload.

    python tools_for_models.py http://127.0.0.1:5001/v1

Prints each finding as a line of JSON.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
from fastmcp import Client, FastMCP

DOCUMENT = Path(__file__).resolve().parents[2] / "spec" / "published" / "dify-service-3.1.json"
USER = "mcp"


def server(base_url: str, key: str) -> FastMCP[Any]:
    """Returns the tools of a key."""
    http = httpx2.AsyncClient(base_url=base_url, headers={"Authorization": f"Bearer {key}"})
    return FastMCP.from_openapi(openapi_spec=json.loads(DOCUMENT.read_text("utf-8")), client=http)


def find(condition: bool, what: str, got: Any) -> None:
    """Prints a finding unless the condition holds."""
    if not condition:
        print(json.dumps({"place": DOCUMENT.name, "finding": f"{what}: {got}"}))


async def main(base_url: str) -> None:
    """Calls the tools as a model does, through the protocol."""
    app = server(base_url, "app-chat")
    async with Client(app) as client:
        operations = json.loads(DOCUMENT.read_text("utf-8"))["paths"].values()
        count = sum(method in item for item in operations for method in ("get", "put", "post", "delete", "patch"))
        tools = {tool.name for tool in await client.list_tools()}
        find(len(tools) == count, f"{count} operations are to be tools", len(tools))
        question = {"query": "Hello", "inputs": {}, "user": USER}
        reply = (await client.call_tool("app_chat_send", question)).structured_content
        find("Hello" in reply.get("answer", ""), "a chat answers", reply)

    # The protocol carries JSON: a file is passed to the tool inside its program.
    file = {"file": ("notes.txt", b"Green tea steeps for two minutes.", "text/plain"), "user": USER}
    stored = (await app.call_tool("app_files_upload", file)).structured_content
    find(stored.get("name") == "notes.txt" and stored.get("size") == 33, "an upload is stored", stored)

    async with Client(server(base_url, "dataset-knowledge")) as client:
        async def call(tool: str, **arguments: Any) -> Any:
            return (await client.call_tool(f"knowledge_{tool}", arguments)).structured_content

        text, technique = "Green tea steeps for two minutes.", "high_quality"
        dataset = await call("datasets_create", name=f"MCP {time.time_ns()}", indexing_technique=technique)
        rule = {"process_rule": {"mode": "automatic"}, "indexing_technique": technique}
        added = await call("documents_create_by_text", dataset_id=dataset["id"], name="tea", text=text, **rule)
        for _ in range(100):
            states = await call("documents_indexing_status", dataset_id=dataset["id"], batch=added["batch"])
            if all(state["indexing_status"] == "completed" for state in states["data"]):
                break
            await asyncio.sleep(0.1)
        found = await call("datasets_retrieve", dataset_id=dataset["id"], query="green tea")
        texts = [record["segment"]["content"] for record in found["records"]]
        find(texts == [text], "a search finds the text", found)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
