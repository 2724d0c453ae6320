"""A client of Dify's Service API, to copy: httpx, and types that are generated from the published document."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

import dify_types as types

Body = TypeVar("Body", bound=BaseModel)
CHAT_EVENT: TypeAdapter[types.ChatEvent] = TypeAdapter(types.ChatEvent)
# One of these occurs before a stream ends normally.
FINAL = {"message_end", "workflow_finished", "workflow_paused"}


@dataclass(frozen=True)
class UnknownEvent:
    """An event of a newer Dify."""

    event: str
    data: dict[str, Any]


Event: TypeAlias = types.ChatEvent | UnknownEvent


class DifyError(Exception):
    """A refused request, or a stream that failed. `retry_after` is in seconds."""

    def __init__(self, status: int, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message, self.retry_after = status, code, message, retry_after


class Dify:
    """An application, or the knowledge of a workspace: its key decides."""

    def __init__(self, base_url: str, key: str, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        # Between two reads: streams have a ping every ten seconds, and blocking calls take as long as the model.
        timeout = httpx.Timeout(120.0, connect=10.0)
        self._http = httpx.Client(base_url=base_url, headers=headers, timeout=timeout, transport=transport)

    def chat(self, request: types.ChatRequest) -> types.ChatReply:
        """Returns the whole answer. Agents do not support it."""
        return self._send("POST", "/chat-messages", types.ChatReply, json=_body(request, "blocking"))

    def stream(self, request: types.ChatRequest) -> Iterator[Event]:
        """Yields each event as the type of its name; raises `DifyError` for an `error` event."""
        final = False
        with self._http.stream("POST", "/chat-messages", json=_body(request, "streaming")) as response:
            _check(response, "text/event-stream")
            for data in _sse(response.iter_bytes()):
                event = _event(data)
                if isinstance(event, types.ErrorEvent):
                    raise DifyError(event.status, event.code, event.message)
                final = final or event.event in FINAL
                yield event
        if not final:
            raise DifyError(200, "incomplete", "The stream ended early; the run may continue.")

    def upload(self, path: Path, user: str) -> types.FileInput:
        """Uploads a file; returns the reference to it, for messages of the same user."""
        with path.open("rb") as file:
            stored = self._send("POST", "/files/upload", types.UploadedFile, files={"file": file}, data={"user": user})
        kind = (stored.mime_type or "").partition("/")[0]
        kind = kind if kind in ("image", "audio", "video") else "document"
        return types.FileInput(type=kind, transfer_method="local_file", upload_file_id=stored.id)

    def conversations(self, user: str) -> Iterator[types.Conversation]:
        """Yields the conversations of a user, the last updated first. The next page starts after `last_id`."""
        for page in self._pages("/conversations", types.ConversationPage, {"user": user}, "last_id", -1):
            yield from page.data

    def messages(self, conversation_id: str, user: str) -> Iterator[types.Message]:
        """Yields the messages of a conversation, the newest first. The next page ends before `first_id`."""
        query = {"conversation_id": conversation_id, "user": user}
        for page in self._pages("/messages", types.MessagePage, query, "first_id", 0):
            yield from reversed(page.data)

    def create_dataset(self, request: types.DatasetCreateRequest) -> types.Dataset:
        """Creates a knowledge base. Requires a dataset key."""
        return self._send("POST", "/datasets", types.Dataset, json=_body(request))

    def _pages(self, path: str, kind: type[Any], query: dict[str, str], cursor: str, edge: int) -> Iterator[Any]:
        page = None
        while page is None or (page.has_more and page.data):
            query |= {cursor: page.data[edge].id} if page else {}
            page = self._send("GET", path, kind, params=query)
            yield page

    def _send(self, method: str, path: str, kind: type[Body], **request: Any) -> Body:
        response = self._http.request(method, path, **request)
        _check(response, "application/json")
        return kind.model_validate_json(response.content)


@dataclass
class Answer:
    """The text of a streamed answer."""

    text: str = ""
    by_agent: bool = False

    def add(self, event: Event) -> None:
        """Adds the piece that an event carries, if it carries one."""
        match event:
            case types.AgentMessageEvent():
                self.text += event.answer
                self.by_agent = True
            case types.MessageEvent():
                # An application of mode `agent` sends this once, after its pieces, with the whole answer.
                self.text = event.answer if self.by_agent else self.text + event.answer
            case types.MessageReplaceEvent():
                self.text = event.answer


def _body(request: BaseModel, mode: str | None = None) -> dict[str, Any]:
    body = request.model_dump(mode="json", exclude_unset=True)
    return body | {"response_mode": mode} if mode else body


def _check(response: httpx.Response, expected: str) -> None:
    """Raises what a server, or a gateway before it, answers instead of the expected media type."""
    kind = response.headers.get("content-type", "").partition(";")[0].lower()
    if response.is_success and kind == expected:
        return
    text = response.read().decode(errors="replace")
    try:
        body = types.ApiErrorBody.model_validate_json(text)
        code, message = body.code, body.message
    except ValidationError:
        code, message = "", text[:500]
    seconds = response.headers.get("retry-after", "")
    raise DifyError(response.status_code, code, message, float(seconds) if seconds.isdecimal() else None)


def _event(data: bytes) -> Event:
    try:
        return CHAT_EVENT.validate_json(data)
    except ValidationError as error:
        if error.errors()[0]["type"] != "union_tag_invalid":
            raise
        value = json.loads(data)
        return UnknownEvent(value["event"], value)


def _sse(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yields the data of each event. A chunk ends anywhere; lines end with LF, and JSON text may contain U+2028."""
    buffer = b""
    for chunk in chunks:
        *lines, buffer = (buffer + chunk).split(b"\n")
        # Each event of Dify has its data in one line; pings have none.
        yield from (line[5:] for line in lines if line.startswith(b"data:"))
