"""The replay of datamodel-code-generator, whose output is classes without a client; run where its package `dify` is."""

import json

import dify
import httpx
from replay import NO_CONVERSATION, USER, replay


def again(schema, body):
    value = getattr(dify, schema).model_validate_json(json.dumps(body))
    return json.loads(json.dumps(value.model_dump(by_alias=True, exclude_unset=True), default=plain))


def plain(value):
    """Return what JSON has for a value of a class: pydantic itself masks what has the format of a password."""
    return value.get_secret_value() if hasattr(value, "get_secret_value") else getattr(value, "value", str(value))


def client(base, key):
    return httpx.Client(base_url=base, headers={"Authorization": f"Bearer {key}"})


def upload(base, key, path):
    files = {"file": (path.name, path.read_bytes(), "text/plain")}
    answer = client(base, key).post("/files/upload", files=files, data={"user": USER})
    file = dify.UploadedFile.model_validate_json(answer.content)
    return file.id, file.name, file.size


def refusal(base, key):
    answer = client(base, key).get("/messages", params={"conversation_id": NO_CONVERSATION, "user": USER})
    return answer.status_code, dify.ApiErrorBody.model_validate_json(answer.content).code.root


replay(again, upload, refusal)
