"""Calls tools that FastMCP makes from published documents: a chat, a search, an upload.

    python tools_for_models.py http://127.0.0.1:5001/v1 DOCUMENT...

A document for models (`dify-agent-*`) has to make a short list of tools. Prints each finding as a line of JSON.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
from fastmcp import Client, FastMCP
from world import METHODS

USER = "mcp"
TEXT = "Green tea steeps for two minutes."
# A token has about four bytes.
MOST_TOKENS = 15_000


class Document:
    """A published document, as tools of a server."""

    def __init__(self, path: Path, base_url: str) -> None:
        self.name = path.name
        self.base_url = base_url
        self.root = json.loads(path.read_text("utf-8"))

    def server(self, key: str) -> FastMCP[Any]:
        """Returns the tools of a key."""
        http = httpx2.AsyncClient(base_url=self.base_url, headers={"Authorization": f"Bearer {key}"})
        return FastMCP.from_openapi(openapi_spec=self.root, client=http)

    def find(self, condition: bool, what: str, got: Any) -> None:
        """Prints a finding unless the condition holds."""
        if not condition:
            print(json.dumps({"place": self.name, "finding": f"{what}: {got}"}))

    async def application(self) -> None:
        """Lists the tools, chats and uploads."""
        app = self.server("app-chat")
        async with Client(app) as client:
            count = sum(method in item for item in self.root["paths"].values() for method in METHODS)
            tools = await client.list_tools()
            self.find(len(tools) == count, f"{count} operations are to be tools", len(tools))
            tokens = sum(len(tool.model_dump_json(exclude_none=True).encode()) for tool in tools) // 4
            print(f"{self.name}: {len(tools)} tools, {tokens} tokens", file=sys.stderr)
            self.find("agent" not in self.name or tokens <= MOST_TOKENS, f"the list has at most {MOST_TOKENS} tokens", tokens)
            question = {"query": "Hello", "inputs": {}, "user": USER}
            reply = (await client.call_tool("app_chat_send", question)).structured_content
            self.find("Hello" in reply.get("answer", ""), "a chat answers", reply)
        # The protocol carries JSON: a file is passed to the tool inside its program.
        file = {"file": ("notes.txt", TEXT.encode(), "text/plain"), "user": USER}
        stored = (await app.call_tool("app_files_upload", file)).structured_content
        self.find(stored.get("id") and stored.get("name") == "notes.txt", "an upload is stored", stored)

    async def knowledge(self) -> None:
        """Adds a text to a new knowledge base and searches it."""
        headers = {"Authorization": "Bearer dataset-knowledge"}
        new = {"name": f"MCP {time.time_ns()}", "indexing_technique": "high_quality"}
        made = httpx2.post(f"{self.base_url}/datasets", headers=headers, json=new).raise_for_status().json()
        dataset = {"dataset_id": made["id"]}
        async with Client(self.server("dataset-knowledge")) as client:

            async def call(tool: str, **arguments: Any) -> Any:
                return (await client.call_tool(f"knowledge_{tool}", dataset | arguments)).structured_content

            rule = {"process_rule": {"mode": "automatic"}, "indexing_technique": "high_quality"}
            added = await call("documents_create_by_text", name="tea", text=TEXT, **rule)
            for _ in range(100):
                states = await call("documents_indexing_status", batch=added["batch"])
                if all(state["indexing_status"] == "completed" for state in states["data"]):
                    break
                await asyncio.sleep(0.1)
            found = await call("datasets_retrieve", query="green tea")
            texts = [record["segment"]["content"] for record in found["records"]]
            self.find(texts == [TEXT], "a search finds the text", found)


async def main(base_url: str, *paths: str) -> None:
    """Calls the tools of each document."""
    for path in paths:
        document = Document(Path(path), base_url)
        await document.application()
        await document.knowledge()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
