"""What the client does with answers that the embedded server does not send. `python -m unittest`"""

import json
import unittest
from typing import Any

import httpx

import dify_types as types
from dify import Answer, Dify, DifyError, UnknownEvent

BASE = {"conversation_id": "c", "message_id": "m", "created_at": 1, "task_id": "t", "id": "m"}
QUESTION = types.ChatRequest(query="Hello", inputs={}, user="u")


def message(answer: str, event: str = "message") -> dict[str, Any]:
    return {"event": event, **BASE, "answer": answer} | ({"from_variable_selector": []} if event == "message" else {})


PRICES = ("prompt_unit_price", "prompt_price_unit", "prompt_price", "completion_unit_price", "completion_price_unit")
USAGE = {
    **dict.fromkeys(PRICES + ("completion_price", "total_price"), "0"),
    **dict.fromkeys(("prompt_tokens", "completion_tokens", "total_tokens", "latency"), 0),
    **{"currency": "USD", "time_to_first_token": None, "time_to_generate": None},
}
METADATA: dict[str, Any] = {"retriever_resources": [], "usage": USAGE, "reasoning": {}, "annotation_reply": None}
END = {"event": "message_end", **BASE, "metadata": METADATA, "files": []}
ERROR = {"event": "error", **BASE, "code": "completion_request_error", "status": 400, "message": "overloaded"}


def client(body: bytes, status: int = 200, **headers: str) -> Dify:
    headers = {"content-type": "text/event-stream; charset=utf-8", **headers}

    def answer(_: httpx.Request) -> httpx.Response:
        # One byte a chunk: a chunk ends anywhere.
        return httpx.Response(status, headers=headers, content=(bytes([byte]) for byte in body))

    return Dify("http://dify.invalid/v1", "app-key", httpx.MockTransport(answer))


def sse(*events: dict[str, Any]) -> bytes:
    return "".join(f"data: {json.dumps(event, ensure_ascii=False)}\n\nevent: ping\n\n" for event in events).encode()


class StreamTest(unittest.TestCase):
    def text(self, *events: dict[str, Any]) -> str:
        answer = Answer()
        for event in client(sse(*events)).stream(QUESTION):
            answer.add(event)
        return answer.text

    def test_pieces_are_joined_and_a_replacement_replaces_them(self) -> None:
        self.assertEqual(self.text(message("茶\u2028"), message("茶\u2028"), END), "茶\u2028茶\u2028")
        replaced = {"event": "message_replace", **BASE, "answer": "No.", "reason": "output_moderation"}
        self.assertEqual(self.text(message("Bad"), replaced, END), "No.")

    def test_the_message_of_an_agent_repeats_its_pieces(self) -> None:
        pieces = [message("It is ", "agent_message"), message("noon.", "agent_message")]
        self.assertEqual(self.text(*pieces, message("It is noon."), END), "It is noon.")

    def test_an_unknown_event_is_kept(self) -> None:
        new = {"event": "telepathy", "thought": "…"}
        self.assertEqual(next(client(sse(new, END)).stream(QUESTION)), UnknownEvent("telepathy", new))

    def test_an_error_event_and_an_early_end_raise(self) -> None:
        for events, code in ((ERROR,), "completion_request_error"), ((message("a"),), "incomplete"), ((), "incomplete"):
            with self.assertRaises(DifyError) as raised:
                self.text(*events)
            self.assertEqual(raised.exception.code, code)


class RefusalTest(unittest.TestCase):
    def refusal(self, body: bytes, status: int, **headers: str) -> DifyError:
        with self.assertRaises(DifyError):
            next(client(body, status, **headers).stream(QUESTION))
        with self.assertRaises(DifyError) as raised:
            client(body, status, **headers).chat(QUESTION)
        return raised.exception

    def test_a_refusal_has_its_code_and_when_to_try_again(self) -> None:
        body = b'{"code": "too_many_requests", "message": "Wait.", "status": 429}'
        error = self.refusal(body, 429, **{"content-type": "application/json", "retry-after": "7"})
        self.assertEqual((error.status, error.code, error.retry_after), (429, "too_many_requests", 7.0))
        self.assertIsNone(self.refusal(body, 429, **{"retry-after": "soon"}).retry_after)

    def test_the_page_of_a_gateway_is_a_refusal(self) -> None:
        for status in (200, 502):
            error = self.refusal(b"<html>Bad Gateway</html>", status, **{"content-type": "text/html"})
            self.assertEqual((error.status, error.code, error.message), (status, "", "<html>Bad Gateway</html>"))


if __name__ == "__main__":
    unittest.main()
