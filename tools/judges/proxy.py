"""Sends every JSON operation with each of its examples through Prism's validating proxy.

    python proxy.py ORIGIN CODES PRISM        CODES is a file of keys and codes; PRISM is the program

Prism names what it finds wrong with a request or an answer in the header `sl-violations`. It does not read streams: operations
run in blocking mode. Prints each finding as a line of JSON.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
from world import METHODS, PREFIXES, World, document, is_there


def follow(root: dict[str, Any], value: Any) -> Any:
    """Returns what a reference refers to."""
    while isinstance(value, dict) and "$ref" in value:
        segments = value["$ref"].removeprefix("#/").split("/")
        value = root
        for segment in segments:
            value = value[segment.replace("~1", "/").replace("~0", "~")]
    return value


def examples(root: dict[str, Any], holder: dict[str, Any]) -> list[Any]:
    """Returns the examples of a parameter or body."""
    named = [follow(root, example)["value"] for example in holder.get("examples", {}).values()]
    schema = follow(root, holder.get("schema", {}))
    return named or ([holder["example"]] if "example" in holder else schema.get("examples", [])[:1])


def operations(root: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], list[Any]]]:
    """Yields method, template, operation and bodies of what takes and answers JSON."""
    for template, item in root["paths"].items():
        for method in filter(item.__contains__, METHODS):
            operation = item[method]
            answers = [follow(root, answer).get("content", {}) for status, answer in operation["responses"].items() if status < "3"]
            json_only = all("application/json" in content or not content for content in answers)
            body = follow(root, operation.get("requestBody", {})).get("content", {"application/json": {}})
            if json_only and "application/json" in body and is_there(operation, root["info"]["version"]):
                bodies = examples(root, body["application/json"]) if body["application/json"] else [None]
                yield method, template, operation, bodies


def main(origin: str, codes: str, prism: str) -> None:
    """Judges the three APIs."""
    world = World(origin, dict(line.split() for line in Path(codes).read_text("utf-8").splitlines()))
    for api, prefix in PREFIXES.items():
        root = document(api)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        path = Path(__file__).resolve().parents[2] / "spec" / "published" / f"dify-{api}-3.1.json"
        command = [prism, "proxy", str(path), origin + prefix, "--port", port, "--verboseLevel", "silent"]
        proxy = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            judge(world, api, root, httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60.0))
        finally:
            proxy.terminate()


def judge(world: World, api: str, root: dict[str, Any], http: httpx2.Client) -> None:
    """Sends the operations of a document."""
    for _ in range(600):
        try:
            http.get("/")
            break
        except httpx2.ConnectError:
            time.sleep(0.1)
    sent = 0
    for method, template, operation, bodies in operations(root):
        parameters = [follow(root, p) for p in root["paths"][template].get("parameters", []) + operation.get("parameters", [])]
        for body in bodies:
            # An earlier request may have changed or deleted what there was.
            world.reset()
            values = {p["name"]: (examples(root, p) or ["x"])[0] for p in parameters if p.get("required") or p["name"] == "user"}
            values = world.arguments(api, method, template, values)
            url = template
            query = {}
            for parameter in parameters:
                name, place = parameter["name"], parameter["in"]
                if place == "path":
                    url = url.replace("{%s}" % name, quote(str(values[name]), safe=""))
                elif place == "query" and name in values:
                    query[name] = values[name]
            request: dict[str, Any] = {"params": query}
            if isinstance(body, dict):
                request["json"] = world.arguments(api, method, template, body)
                if "response_mode" in body:
                    request["json"]["response_mode"] = "blocking"
            headers = world.headers(api, template, operation)
            answer = http.request(method.upper(), url, headers=headers, **request)
            sent += 1
            place = f"{api} {method.upper()} {template} {answer.status_code}"
            for violation in json.loads(answer.headers.get("sl-violations", "[]")):
                where = "/".join(map(str, violation["location"]))
                print(json.dumps({"place": place, "finding": f"{where}: {violation['message']}"}))
            if not answer.is_success:
                print(json.dumps({"place": place, "finding": answer.text[:300]}))
    print(f"{api}: {sent} requests through Prism", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
