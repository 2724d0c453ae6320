"""Chats, lists conversations and makes a dataset, with a client made from the published document.

    DIFY_BASE_URL=http://127.0.0.1:5001/v1 DIFY_API_KEY=app-chat DIFY_DATASET_API_KEY=dataset-knowledge python main.py
"""

import os
import time
from typing import TypeVar

import httpx
from dify import AuthenticatedClient
from dify.api.chat import app_chat_send
from dify.api.conversations import app_conversations_list
from dify.api.datasets import knowledge_datasets_create
from dify.api.info import app_info_get
from dify.models import (
    ApiErrorBody,
    ChatReply,
    ChatRequest,
    ConversationPage,
    Dataset,
    DatasetCreateRequest,
    ErrorEvent,
    Inputs,
    MessageEndEvent,
    MessageEvent,
    MessageReplaceEvent,
    ResponseMode,
)
from events import events

T = TypeVar("T")

USER = "python-example"
# No limit on the whole answer; nothing read for this long, pings included, means that the connection is gone.
TIMEOUT = httpx.Timeout(30.0)


def main() -> None:
    base_url = os.environ["DIFY_BASE_URL"]
    app = AuthenticatedClient(base_url=base_url, token=os.environ["DIFY_API_KEY"], timeout=TIMEOUT)
    knowledge = AuthenticatedClient(base_url=base_url, token=os.environ["DIFY_DATASET_API_KEY"], timeout=TIMEOUT)

    first = ask(app, "What is Dify?")
    print(f"blocking: {first.answer}")

    answer, pieces, conversation = stream(app, "And in short?", first.conversation_id)
    check(conversation == first.conversation_id, "the second question belongs to the same conversation")
    print(f"streamed: {answer} ({pieces} pieces)")

    page = expect(ConversationPage, app_conversations_list.sync(client=app, user=USER))
    ids = [conversation.id for conversation in page.data]
    check(first.conversation_id in ids, "the conversation is in the list")
    print(f"conversations: {len(ids)}")

    name = f"Python example {time.time_ns()}"
    dataset = expect(Dataset, knowledge_datasets_create.sync(client=knowledge, body=DatasetCreateRequest(name=name)))
    check(dataset.name == name and dataset.document_count == 0, "the dataset is as it was asked for, and empty")
    print(f"dataset: {dataset.name}")

    wrong = AuthenticatedClient(base_url=base_url, token="app-invalid", timeout=TIMEOUT)
    refused = app_info_get.sync_detailed(client=wrong)
    check(refused.status_code == 401, f"a wrong key is refused, not {refused.status_code}")
    check(expect(ApiErrorBody, refused.parsed).code == "unauthorized", "and told so")
    print("python: all as the document says")


def ask(app: AuthenticatedClient, query: str) -> ChatReply:
    """A question, answered in one piece."""
    body = ChatRequest(query=query, inputs=Inputs(), user=USER, response_mode=ResponseMode.BLOCKING)
    reply = expect(ChatReply, app_chat_send.sync(client=app, body=body))
    check(reply.answer != "", "the answer says something")
    return reply


def stream(app: AuthenticatedClient, query: str, conversation_id: str) -> tuple[str, int, str]:
    """A question, answered piece by piece: the answer, how many pieces it came in, and its conversation."""
    body = ChatRequest(
        query=query,
        inputs=Inputs(),
        user=USER,
        response_mode=ResponseMode.STREAMING,
        conversation_id=conversation_id,
    )
    answer, pieces, conversation, ended = "", 0, "", False
    # The generated function reads a body to its end before it returns; the request itself is the same.
    with app.get_httpx_client().stream("POST", "/chat-messages", json=body.to_dict()) as response:
        kind = response.headers.get("content-type", "")
        if not response.is_success or not kind.startswith("text/event-stream"):
            raise AssertionError(f"no stream but {response.status_code} {kind}: {response.read()!r}")
        for value in events(response.iter_bytes()):
            match value["event"]:
                case "message":
                    message = MessageEvent.from_dict(value)
                    answer += message.answer
                    pieces += 1
                    conversation = message.conversation_id
                case "message_replace":
                    answer = MessageReplaceEvent.from_dict(value).answer
                case "message_end":
                    ended = bool(MessageEndEvent.from_dict(value).metadata.usage)
                case "error":
                    error = ErrorEvent.from_dict(value)
                    raise AssertionError(f"{error.code}: {error.message}")
                case _:
                    pass  # newer servers send more
    check(ended, "the stream came to its end, and told what was used")
    check(pieces > 1, "an answer comes in pieces")
    return answer, pieces, conversation


def expect(kind: type[T], value: object) -> T:
    """What an operation answered, where it is the body of success and no error."""
    if not isinstance(value, kind):
        raise AssertionError(f"no {kind.__name__} but {value!r}")
    return value


def check(fact: bool, what: str) -> None:
    """An assertion that `python -O` keeps."""
    if not fact:
        raise AssertionError(what)


if __name__ == "__main__":
    main()
