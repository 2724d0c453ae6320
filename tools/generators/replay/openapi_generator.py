"""The replay of openapi-generator's Python client; run where its package `dify` is."""

import json

import dify
from dify import models
from replay import NO_CONVERSATION, USER, replay


def again(schema, body):
    # As it encodes requests: `to_json` masks what has the format of a password.
    return dify.ApiClient().sanitize_for_serialization(getattr(models, schema).from_json(json.dumps(body)))


def client(base, key):
    return dify.ApiClient(dify.Configuration(host=base, access_token=key))


def upload(base, key, path):
    file = dify.FilesApi(client(base, key)).app_files_upload(file=str(path), user=USER)
    return file.id, file.name, file.size


def refusal(base, key):
    try:
        dify.MessagesApi(client(base, key)).app_messages_list(conversation_id=NO_CONVERSATION, user=USER)
    except dify.ApiException as error:
        return error.status, error.data.code
    raise AssertionError("it was not refused")


replay(again, upload, refusal)
