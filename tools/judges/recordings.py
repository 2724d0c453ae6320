"""Validates the recorded replies and events of the contract release against the published documents.

    python recordings.py [VERSION]...        3.0, 3.1 and 3.2 by default

openapi-schema-validator decides. It reads JSON Schema as other tools do, not as the judge of `cargo xtask verify` does: it
ignores discriminators, so an event has to fit exactly one branch of its union.
"""

import gzip
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator, OAS31Validator, OAS32Validator

REPOSITORY = Path(__file__).resolve().parents[2]
VALIDATORS = {"3.0": OAS30Validator, "3.1": OAS31Validator, "3.2": OAS32Validator}
APIS = {"service": "/v1", "web": "/api", "console": "/console/api"}
UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
# Fewer than this, and something was not read: the packed recordings of 1.16.1 have 3,899.
FEWEST = 3000


class Document:
    """A published document, and a validator of its schemas."""

    def __init__(self, api: str, version: str) -> None:
        path = REPOSITORY / "spec" / "published" / f"dify-{api}-{version}.json"
        self.root = json.loads(path.read_text("utf-8"))
        kind = VALIDATORS[version]
        # References start at the root of the document.
        self.validator = kind(self.root, format_checker=kind.FORMAT_CHECKER)
        # Fixed segments win over parameters.
        templates = sorted(self.root["paths"], key=lambda template: [part[:1] == "{" for part in template.split("/")])
        self.routes = [(re.compile(APIS[api] + self.pattern(template)), template) for template in templates]

    def follow(self, value: Any) -> Any:
        """Returns what a reference refers to."""
        while "$ref" in value:
            segments = value["$ref"].removeprefix("#/").split("/")
            value = self.root
            for segment in segments:
                value = value[segment.replace("~1", "/").replace("~0", "~")]
        return value

    def pattern(self, template: str) -> str:
        """Returns the paths of a template. Servers route a parameter of format uuid only where it is a UUID."""
        item = self.root["paths"][template]
        lists = [holder.get("parameters", []) for holder in [item, *item.values()] if isinstance(holder, dict)]
        ours = [p for parameters in lists for p in map(self.follow, parameters) if p["in"] == "path"]
        uuids = {p["name"] for p in ours if self.follow(p["schema"]).get("format") == "uuid"}
        parts = enumerate(re.split(r"\{(\w+)\}", template))
        return "".join((UUID if part in uuids else "[^/]+") if at % 2 else re.escape(part) for at, part in parts)

    def operation(self, method: str, path: str) -> Any:
        """Returns the operation of a method and an encoded path of the server; None without one."""
        for pattern, template in self.routes:
            if pattern.fullmatch(path) and method.lower() in self.root["paths"][template]:
                return self.root["paths"][template][method.lower()]
        return None

    def problems(self, schema: Any, value: Any) -> Iterator[str]:
        """Yields what is wrong with a value, and that nothing would be wrong with any value."""
        validator = self.validator.evolve(schema=schema)
        yield from (f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value))
        if self.follow(schema).keys() & {"type", "allOf", "anyOf", "oneOf"} and validator.is_valid([[value]]):
            yield "a list of lists is accepted as well"


def values(media: dict[str, Any], text: str) -> Iterator[tuple[Any, Any]]:
    """Yields the schema and the value of a JSON body, or of each event of a stream."""
    if "x-dify-framing" not in media:
        yield media["schema"], json.loads(text)
        return
    # Lines end with LF, CRLF or CR; str.splitlines cuts at U+2028 as well.
    for line in re.split("\r\n|\n|\r", text):
        data = line.removeprefix("data:")
        if data == line:
            continue
        if "itemSchema" in media:
            # In 3.2 the event of the standard carries the JSON as text.
            yield media["itemSchema"], {"data": data}
        described = media["itemSchema"]["properties"]["data"]["contentSchema"] if "itemSchema" in media else media["schema"]
        yield described, json.loads(data)


def judge(documents: list[Document], exchange: dict[str, Any], release: str) -> Iterator[str | None]:
    """Yields a problem, or None for a value without one."""
    request, reply = exchange["request"], exchange["response"]
    path = request["path"].partition("?")[0]
    found = ((document, document.operation(request["method"], path)) for document in documents)
    document, operation = next(((d, o) for d, o in found if o), (None, None))
    if document is None:
        yield "no operation"
        return
    since = [int(number) for number in operation.get("x-dify-since", "0").split(".")]
    if reply["status"] == 404 and since > [int(number) for number in release.split(".")]:
        return
    response = document.follow(operation["responses"].get(str(reply["status"]), {"content": {}}))
    headers = {name.lower(): value for name, value in reply["headers"].items()}
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not reply.get("body"):
        return
    if kind not in response.get("content", {}):
        yield f"{reply['status']} {kind} is not described"
    elif kind in ("application/json", "text/event-stream"):
        for schema, value in values(response["content"][kind], reply["body"]):
            yield next(document.problems(schema, value), None)


def main(versions: list[str]) -> int:
    """Judges by each version; returns the status of the program."""
    failed = False
    for version in versions:
        documents = [Document(api, version) for api in APIS]
        release = documents[0].root["info"]["version"]
        judged = refused = 0
        for archive in sorted((REPOSITORY / "tests" / "recordings" / f"dify-{release}").glob("*.jsonl.gz")):
            with gzip.open(archive, "rt", encoding="utf-8", newline="\n") as lines:
                for exchange in map(json.loads, lines):
                    for problem in judge(documents, exchange, release):
                        judged += 1
                        if problem:
                            refused += 1
                            print(f"OpenAPI {version}, {exchange['file']}: {problem}")
        print(f"OpenAPI {version}: {judged} replies and events of {release}, {refused} refused")
        failed = failed or refused > 0 or judged < FEWEST
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(VALIDATORS)))
