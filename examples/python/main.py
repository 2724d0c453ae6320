"""What a program does with Dify: a question, streamed answers, an agent, a file, lists, a refusal. See README.md."""

import os
import tempfile
import time
from pathlib import Path

import dify_types as types
from dify import Answer, Dify, DifyError, UnknownEvent

USER = "python-example"
BASE_URL = os.environ.get("DIFY_BASE_URL", "http://127.0.0.1:5001/v1")


def main() -> None:
    app = Dify(BASE_URL, os.environ.get("DIFY_API_KEY", "app-chat"))

    reply = app.chat(question("What is Dify?"))
    print(f"blocking: {reply.answer}")

    request = question("And in short?")
    request.conversation_id = reply.conversation_id
    print(f"streamed: {ask(app, request)}")

    # Agents support streaming only.
    agent = Dify(BASE_URL, os.environ.get("DIFY_AGENT_API_KEY", "app-roster"))
    print(f"agent: {ask(agent, question('What time is it?'))}")

    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder, "notes.txt")
        notes.write_text("Green tea steeps for two minutes.")
        file = app.upload(notes, USER)
    request = question("What do my notes say?")
    request.files = [file]
    print(f"with a file: {ask(app, request)}")

    print(f"conversations: {[conversation.name for conversation in app.conversations(USER)]}")
    print(f"questions: {[message.query for message in app.messages(reply.conversation_id, USER)]}")

    knowledge = Dify(BASE_URL, os.environ.get("DIFY_DATASET_API_KEY", "dataset-knowledge"))
    dataset = knowledge.create_dataset(types.DatasetCreateRequest(name=f"Python example {time.time_ns()}"))
    print(f"knowledge base: {dataset.document_count} documents")

    try:
        Dify(BASE_URL, "app-invalid").chat(request)
    except DifyError as error:
        print(f"refused: {error.status}, {error.code}, retry after {error.retry_after}")


def question(query: str) -> types.ChatRequest:
    """Returns a message that starts a conversation. Applications with required variables need more `inputs`."""
    return types.ChatRequest(query=query, inputs={}, user=USER)


def ask(app: Dify, request: types.ChatRequest) -> str:
    """Returns the streamed answer."""
    answer = Answer()
    for event in app.stream(request):
        answer.add(event)
        match event:
            case types.AgentThoughtEvent() if event.tool:
                print(f"  the agent calls {event.tool}")
            case types.MessageEndEvent():
                print(f"  {event.metadata.usage.total_tokens} tokens")
            case UnknownEvent():
                print(f"  {event.event}, new in this server")
    return answer.text


if __name__ == "__main__":
    main()
