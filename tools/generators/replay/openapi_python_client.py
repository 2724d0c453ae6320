"""The replay of openapi-python-client; run where its package `dify` is."""

from dify import AuthenticatedClient, models
from dify.types import File
from replay import NO_CONVERSATION, USER, class_of, replay


def again(schema, body):
    # A union is a type of its operation here, not a class.
    return class_of(schema, body, models).from_dict(body).to_dict()


# Only the Service API has the operations that are called.
def upload(base, key, path):
    from dify.api.files import app_files_upload

    with path.open("rb") as payload:
        file = File(payload=payload, file_name=path.name, mime_type="text/plain")
        body = models.FileUploadRequest(file=file, user=USER)
        file = app_files_upload.sync(client=AuthenticatedClient(base_url=base, token=key), body=body)
    return file.id, file.name, file.size


def refusal(base, key):
    from dify.api.messages import app_messages_list

    client = AuthenticatedClient(base_url=base, token=key)
    answer = app_messages_list.sync_detailed(client=client, conversation_id=NO_CONVERSATION, user=USER)
    return answer.status_code, answer.parsed.code


replay(again, upload, refusal)
