"""The embedded server for a judge: keys, sessions, and ids of what is there, so that a valid request can succeed."""

import json
import time
from pathlib import Path
from typing import Any

import httpx2
from console import Console

USER = "judge"
PREFIXES = {"service": "/v1", "web": "/api", "console": "/console/api"}
METHODS = ("get", "put", "post", "delete", "patch")
TEXT = "Green tea steeps for two minutes."
# The application that an operation is for, by the beginning of its path; the first that fits.
APPS = {
    "/completion-messages": "app-completion",
    "/messages/{message_id}/more-like-this": "app-completion",
    "/saved-messages": "app-completion",
    "/workflow": "app-workflow",
    "/form": "app-human",
    "/human-input-forms": "app-human",
    "/conversations/{conversation_id}/variables": "app-chatflow",
    "": "app-chat",
}
# What a list of ids is of.
LISTS = {"document_ids": "document_id", "tag_ids": "tag_id"}
KNOWLEDGE = {"dataset_id", "target_id", "document_id", "batch", "segment_id", "child_chunk_id", "metadata_id", "tag_id", "node_id"}
# Names that may be in use already.
NEW_NAMES = {("post", "/datasets"), ("patch", "/datasets/{dataset_id}"), ("post", "/datasets/tags"), ("patch", "/datasets/tags")}


def document(api: str) -> dict[str, Any]:
    """Returns a published document in OpenAPI 3.1."""
    published = Path(__file__).resolve().parents[2] / "spec" / "published"
    return json.loads((published / f"dify-{api}-3.1.json").read_text("utf-8"))


def is_there(operation: dict[str, Any], release: str) -> bool:
    """Returns whether a release has an operation."""
    number = lambda text: [int(part) for part in text.split(".")]
    since, until = operation.get("x-dify-since", release), operation.get("x-dify-until", release)
    return number(since) <= number(release) <= number(until)


class World:
    """The server. What is made is kept until something is deleted. `codes` are those of the applications' pages, by key."""

    def __init__(self, origin: str, codes: dict[str, str]) -> None:
        self._codes = codes
        self._console = Console(origin)
        self._http = httpx2.Client(base_url=origin, timeout=30.0)
        self._made: dict[Any, dict[str, Any]] = {}

    def reset(self) -> None:
        """Forgets what was made."""
        self._console.reset()
        self._made = {key: made for key, made in self._made.items() if key[0] == "headers"}

    def headers(self, api: str, template: str, operation: dict[str, Any]) -> dict[str, str]:
        """Returns what authorizes an operation."""
        if api == "console":
            return self._console.headers()
        key = next(key for beginning, key in APPS.items() if template.startswith(beginning))
        if any("datasetKey" in scheme for scheme in operation.get("security", [])):
            key = "dataset-knowledge"
        return self._once("headers", api, key)

    def arguments(self, api: str, method: str, template: str, given: dict[str, Any]) -> dict[str, Any]:
        """Returns given arguments, with ids and names that the server takes."""
        key = next(key for beginning, key in APPS.items() if template.startswith(beginning))

        def fitting(name: str, value: Any) -> Any:
            if api == "console":
                known = self._console.value(method, template, name) if value else None
                if known is not None:
                    return known
            kind = None if api == "console" else self._kind(method, template, name)
            # An empty value is a case of its own.
            if kind and value and name in self._once(kind, api, key):
                return self._once(kind, api, key)[name]
            if isinstance(value, dict):
                return {inner: fitting(inner, given) for inner, given in value.items()}
            if isinstance(value, list):
                return [fitting(LISTS.get(name, ""), element) for element in value]
            return value

        return fitting("", given)

    def _kind(self, method: str, template: str, name: str) -> str | None:
        if name in KNOWLEDGE:
            # Later documents may leave out what the first one has set: form and rules.
            return "pipeline" if "/pipeline/" in template else "texts" if "/document/create" in template else "knowledge"
        if (name == "name" and (method, template) in NEW_NAMES) or name in ("user", "value"):
            return "name"
        if name in ("annotation_id", "job_id"):
            return "annotation"
        if name in ("file_id", "upload_file_id", "end_user_id"):
            return "file"
        return "run" if name.endswith("_id") or name in ("form_token", "variable_name") else None

    def _once(self, kind: str, api: str, key: str) -> dict[str, Any]:
        if (kind, api, key) not in self._made:
            self._made[kind, api, key] = getattr(self, f"_make_{kind}")(api, key)
        return self._made[kind, api, key]

    def _call(self, api: str, key: str, method: str, path: str, **request: Any) -> Any:
        headers = self._once("headers", api, key)
        response = self._http.request(method, PREFIXES[api] + path, headers=headers, **request)
        response.raise_for_status()
        return response.json() if "json" in response.headers["content-type"] else response.text

    def _make_headers(self, api: str, key: str) -> dict[str, str]:
        if api == "service":
            return {"Authorization": f"Bearer {key}"}
        code = {"X-App-Code": self._codes[key]}
        passport = self._http.get("/api/passport", headers=code).raise_for_status().json()["access_token"]
        return code | {"X-App-Passport": passport}

    def _make_name(self, _api: str, _key: str) -> dict[str, Any]:
        # The variable of the chatflow is a number.
        return {"name": f"judge {time.time_ns()}", "user": USER, "value": 7}

    def _ask(self, api: str, key: str, files: list[Any]) -> str:
        body = {"inputs": {}, "query": "Hello", "user": USER, "response_mode": "streaming", "files": files}
        path = {"app-completion": "/completion-messages", "app-workflow": "/workflows/run", "app-human": "/workflows/run"}
        return self._call(api, key, "POST", path.get(key, "/chat-messages"), json=body)

    def _make_run(self, api: str, key: str) -> dict[str, str]:
        stream = self._ask(api, key, [])
        events = [json.loads(line[5:]) for line in stream.splitlines() if line.startswith("data:")]
        made: dict[str, str] = {}
        for event in events:
            made |= {name: event[name] for name in ("conversation_id", "message_id", "task_id") if event.get(name)}
            made |= {"workflow_run_id": event["workflow_run_id"]} if event.get("workflow_run_id") else {}
            data = event.get("data") or {}
            made |= {name: data[name] for name in ("workflow_id", "form_token") if data.get(name)}
        made |= {"last_id": made.get("conversation_id"), "first_id": made.get("message_id")}
        if key == "app-chatflow":
            path = f"/conversations/{made['conversation_id']}/variables"
            variable = self._call(api, key, "GET", path, params={"user": USER})["data"][0]
            made |= {"variable_id": variable["id"], "last_id": variable["id"], "variable_name": variable["name"]}
        return made

    def _make_file(self, api: str, key: str) -> dict[str, str]:
        form = {"files": {"file": ("judge.txt", TEXT.encode(), "text/plain")}, "data": {"user": USER}}
        file = self._call(api, key, "POST", "/files/upload", **form)
        self._ask(api, key, [{"type": "document", "transfer_method": "local_file", "upload_file_id": file["id"]}])
        return {"file_id": file["id"], "upload_file_id": file["id"], "end_user_id": file["created_by"]}

    def _make_annotation(self, api: str, key: str) -> dict[str, str]:
        made = self._call(api, key, "POST", "/apps/annotations", json={"question": "Tea?", "answer": TEXT})
        body = {"score_threshold": 0.9, "embedding_provider_name": "openai", "embedding_model_name": "embedding"}
        job = self._call(api, key, "POST", "/apps/annotation-reply/enable", json=body)
        return {"annotation_id": made["id"], "job_id": job["job_id"]}

    def _make_knowledge(self, api: str, key: str) -> dict[str, str]:
        def call(method: str, path: str, **body: Any) -> Any:
            return self._call(api, "dataset-knowledge", method, path, **({"json": body} if body else {}))

        made = self._make_dataset(api, key)
        dataset = made["dataset_id"]
        made |= {"target_id": dataset, "tag_id": call("POST", "/datasets/tags", name=f"judge {time.time_ns()}")["id"]}
        made["metadata_id"] = call("POST", f"/datasets/{dataset}/metadata", type="string", name="judge")["id"]
        rules = {"mode": "hierarchical", "rules": {
            "pre_processing_rules": [], "segmentation": {"separator": "\n", "max_tokens": 500},
            "parent_mode": "paragraph", "subchunk_segmentation": {"separator": ".", "max_tokens": 100},
        }}
        new = {"name": "tea.txt", "text": TEXT, "indexing_technique": "high_quality", "doc_form": "hierarchical_model"}
        added = call("POST", f"/datasets/{dataset}/document/create-by-text", process_rule=rules, **new)
        made |= {"batch": added["batch"], "document_id": added["document"]["id"]}
        path = f"/datasets/{dataset}/documents/{made['document_id']}"
        while call("GET", path)["indexing_status"] not in ("completed", "error"):
            time.sleep(0.02)
        segments = f"{path}/segments"
        segment = call("GET", segments)["data"][0]
        return made | {"segment_id": segment["id"], "child_chunk_id": segment["child_chunks"][0]["id"]}

    def _make_dataset(self, api: str, _key: str, word: str = "judge") -> dict[str, str]:
        body = {"name": f"{word} {time.time_ns()}", "indexing_technique": "high_quality"}
        return {"dataset_id": self._call(api, "dataset-knowledge", "POST", "/datasets", json=body)["id"]}

    def _make_texts(self, api: str, key: str) -> dict[str, str]:
        made = self._make_dataset(api, key)
        new = {"name": "tea.txt", "text": TEXT, "indexing_technique": "high_quality", "process_rule": {"mode": "automatic"}}
        path = f"/datasets/{made['dataset_id']}/document/create-by-text"
        self._call(api, "dataset-knowledge", "POST", path, json=new)
        return made

    def _make_pipeline(self, api: str, key: str) -> dict[str, str]:
        dataset = self._make_dataset(api, key, "PIPELINE")["dataset_id"]
        path = f"/datasets/{dataset}/pipeline/datasource-plugins"
        plugins = self._call(api, "dataset-knowledge", "GET", path)
        return {"dataset_id": dataset, "node_id": plugins[0]["node_id"] if plugins else "node"}
