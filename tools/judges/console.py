"""What a judge of the Console API needs of the embedded server: a session, and ids of what is there."""

import base64
import time
from typing import Any

import httpx2

LOGIN = {"email": "admin@example.com", "password": base64.b64encode(b"Passw0rd123").decode()}
TEXT = "Green tea steeps for two minutes."
# The mode of the application that an operation is for, by a part of its path; the first that fits.
MODES = {"/advanced-chat/": "advanced-chat", "/workflow": "workflow", "/completion-": "completion", "": "chat"}


class Console:
    """One account. Everything is made anew for every request: most operations change or delete something."""

    def __init__(self, origin: str) -> None:
        self._http = httpx2.Client(base_url=origin, timeout=30.0)
        self._session: dict[str, str] = {}
        self._made: dict[str, Any] = {}

    def reset(self) -> None:
        """Forgets what was made, and the session."""
        self._session, self._made = {}, {}

    def headers(self) -> dict[str, str]:
        """Returns what authorizes an operation."""
        if not self._session:
            self._http.cookies.clear()
            self._http.post("/console/api/login", json=LOGIN).raise_for_status()
            cookies = dict(self._http.cookies)
            self._http.cookies.clear()
            cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
            self._session = {"Cookie": cookie, "X-CSRF-Token": cookies["csrf_token"]}
        return self._session

    def value(self, method: str, template: str, name: str) -> Any:
        """Returns a value that the server takes for an argument of this name; None if any is taken."""
        mode = next(mode for part, mode in MODES.items() if part in template)
        app = ("app_id", "api_key_id", "workflow_id", "conversation_id", "message_id", "run_id", "hash", "import_id")
        if name == "api_key_id" and template.startswith("/datasets"):
            return self._call("POST", "/datasets/api-keys")["id"]
        if name in app:
            made = self._made.get(mode) or self._make_app(mode)
            self._made[mode] = made
            return made.get(name)
        if name in ("dataset_id", "batch", "target_id", "file_ids"):
            self._made["dataset"] = self._made.get("dataset") or self._make_dataset()
            return self._made["dataset"][name]
        if name in ("tag_id", "tag_ids"):
            made = self._call("POST", "/tags", json={"name": f"judge {time.time_ns()}", "type": "knowledge"})["id"]
            return [made] if name == "tag_ids" else made
        if name in LOGIN and template == "/login":
            return LOGIN[name]
        return f"judge {time.time_ns()}" if name == "name" and template in ("/tags", "/tags/{tag_id}", "/datasets") else None

    def _call(self, method: str, path: str, **request: Any) -> Any:
        response = self._http.request(method, "/console/api" + path, headers=self.headers(), **request)
        return response.raise_for_status().json()

    def _make_app(self, mode: str) -> dict[str, Any]:
        app = self._call("POST", "/apps", json={"name": "judge", "mode": mode})["id"]
        made: dict[str, Any] = {"app_id": app}
        key = self._call("POST", f"/apps/{app}/api-keys")
        made["api_key_id"] = key["id"]
        if mode in ("workflow", "advanced-chat"):
            graph = {"nodes": [], "edges": []}
            self._call("POST", f"/apps/{app}/workflows/draft", json={"graph": graph, "features": {}})
            for _ in range(2):
                self._call("POST", f"/apps/{app}/workflows/publish", json={})
            made["hash"] = self._call("GET", f"/apps/{app}/workflows/draft")["hash"]
            # The published version cannot be deleted.
            made["workflow_id"] = self._call("GET", f"/apps/{app}/workflows")["items"][-1]["id"]
        paths = {"workflow": "/workflows/run", "completion": "/completion-messages"}
        body = {"inputs": {"query": "Hello"}, "query": "Hello", "user": "judge", "response_mode": "blocking"}
        headers = {"Authorization": f"Bearer {key['token']}"}
        response = self._http.post("/v1" + paths.get(mode, "/chat-messages"), headers=headers, json=body)
        reply = response.raise_for_status().json()
        made |= {"message_id": reply.get("message_id"), "conversation_id": reply.get("conversation_id")}
        runs = {"workflow": "workflow-runs", "advanced-chat": "advanced-chat/workflow-runs"}
        if mode in runs:
            made["run_id"] = self._call("GET", f"/apps/{app}/{runs[mode]}")["data"][0]["id"]
        if mode == "completion":
            made["conversation_id"] = self._call("GET", f"/apps/{app}/completion-conversations")["data"][0]["id"]
        return made

    def _make_dataset(self) -> dict[str, Any]:
        form = {"files": {"file": ("judge.txt", TEXT.encode(), "text/plain")}}
        file = self._call("POST", "/files/upload", **form)["id"]
        # The embedded console answers with the example of the document, which no other operation knows.
        key = {"Authorization": "Bearer dataset-knowledge"}

        def call(path: str, **body: Any) -> Any:
            return self._http.post("/v1" + path, headers=key, json=body).raise_for_status().json()

        dataset = call("/datasets", name=f"judge {time.time_ns()}")["id"]
        new = {"name": "tea.txt", "text": TEXT, "indexing_technique": "high_quality", "process_rule": {"mode": "automatic"}}
        batch = call(f"/datasets/{dataset}/document/create-by-text", **new)["batch"]
        return {"dataset_id": dataset, "target_id": dataset, "batch": batch, "file_ids": [file]}
