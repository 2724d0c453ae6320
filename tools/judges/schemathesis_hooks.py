"""What schemathesis needs to know of the embedded server, and its checks. See conformance.py."""

import json
import os
import re
from typing import Any

import schemathesis
from world import USER, World, is_there

API = os.environ["JUDGE_API"]
WORLD = World(os.environ["JUDGE_ORIGIN"], json.loads(os.environ["JUDGE_CODES"]))
BOUNDARY = "judge"


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Removes what the release does not have, and writes two things as schemathesis reads them.

    In 3.1 the schema of a stream describes the JSON of one event; schemathesis takes it for the event of the standard, which
    carries the JSON as text. It does not read `x-extensible-enum`, which a request must keep to.
    """
    release = raw_schema["info"]["version"]
    close_enums(raw_schema)
    for template, item in list(raw_schema["paths"].items()):
        for method, operation in list(item.items()):
            if not isinstance(operation, dict) or "responses" not in operation:
                continue
            if not is_there(operation, release):
                del item[method]
                continue
            for response in operation["responses"].values():
                stream = response.get("content", {}).get("text/event-stream")
                if stream:
                    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": stream.pop("schema")}
                    stream["schema"] = {"type": "object", "required": ["data"], "properties": {"data": data}}
                    stream.pop("example", None)
                    stream.pop("examples", None)


def close_enums(value: Any) -> None:
    """Makes an `enum` of each `x-extensible-enum`."""
    for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        close_enums(member)
    if isinstance(value, dict) and isinstance(value.get("x-extensible-enum"), list):
        null = [None] if "null" in value.get("type", ()) else []
        value["enum"] = [known["value"] for known in value["x-extensible-enum"]] + null


@schemathesis.serializer("multipart/form-data")
def multipart(context: Any, value: Any) -> bytes:
    """Returns the parts, files with a name and a type that Dify takes: documents cannot describe the name of a file."""
    parts = b""
    audio = "audio" in context.case.operation.path
    name, kind = ("judge.wav", "audio/wav") if audio else ("judge.txt", "text/plain")
    for member, content in (value if isinstance(value, dict) else {}).items():
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{member}"'
        if member == "file":
            head += f'; filename="{name}"\r\nContent-Type: {kind}'
            content = b"Green tea steeps for two minutes."
        elif not isinstance(content, bytes):
            content = (content if isinstance(content, str) else json.dumps(content)).encode("utf-8", "replace")
        parts += head.encode() + b"\r\n\r\n" + content + b"\r\n"
    return parts + f"--{BOUNDARY}--\r\n".encode()


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Authorizes a request, and gives it ids of what is there."""
    template, method = case.operation.path, case.method.lower()
    case.headers.update(WORLD.headers(API, template, case.operation.definition.raw))
    if case.media_type == "multipart/form-data":
        case.headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
    for name in ("path_parameters", "query", "body"):
        given = getattr(case, name)
        if isinstance(given, dict):
            setattr(case, name, WORLD.arguments(API, method, template, given))
    # What belongs to a user is not found without that user.
    holder = case.query if method == "get" else case.body
    if API == "service" and isinstance(holder, dict) and re.search(r"/(conversations|messages)\b", template):
        holder.setdefault("user", USER)


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Makes new things after a change: an id may be gone, a name taken, a form submitted."""
    if case.method.upper() != "GET":
        WORLD.reset()


@schemathesis.check
def valid_requests_are_taken(context: Any, response: Any, case: Any) -> None:
    """Writes down each refusal of a valid request: an exception for one must not hide another of the same operation."""
    if response.status_code >= 400:
        place = f"{API} {case.operation.label} {response.status_code}"
        with open(os.environ["JUDGE_FINDINGS"], "a", encoding="utf-8") as findings:
            findings.write(json.dumps({"place": place, "finding": f"{response.text[:300]} to {case.query} {case.body!r:.300}"}) + "\n")
