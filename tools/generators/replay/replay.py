"""What the replays in Python share: each line of the corpus becomes a line of results; then the server is called."""

import json
import os
import pathlib

# Of `GET /messages`, whose refusal is decoded: no server has this conversation.
NO_CONVERSATION = "00000000-0000-4000-8000-000000000000"
USER = "replay"


def replay(again, upload, refusal):
    """Call `again(schema, body)` for each body: it decodes it in the class of that name and encodes it again.

    `upload(base, key, path)` returns id, name and size of the stored file, `refusal(base, key)` status and code.
    """
    with open(os.environ["REPLAY_CORPUS"]) as corpus, open(os.environ["REPLAY_RESULTS"], "w") as results:

        def write(name, work, text=False):
            try:
                value = work()
                result = {name: json.dumps(value) if text else value}
            except Exception as error:  # whatever the generated code raises is the result
                why = f"{type(error).__name__}: {' '.join(str(error).split())}"[:600]
                result = {"error": why} if text else {name: {"error": why}}
            results.write(json.dumps(result) + "\n")

        for line in map(json.loads, corpus):
            schema, body = line["schema"], json.loads(line["body"])
            many = body if line["list"] else None
            write("encoded", lambda: [again(schema, one) for one in many] if line["list"] else again(schema, body), True)
        if base := os.environ.get("DIFY_BASE_URL"):
            key, path = os.environ["DIFY_API_KEY"], pathlib.Path(os.environ["REPLAY_FILE"])
            write("upload", lambda: dict(zip(("id", "name", "size"), upload(base, key, path))))
            write("refusal", lambda: dict(zip(("status", "code"), refusal(base, key))))


def class_of(schema, body, classes):
    """Return the class of a schema; of a union without a class, that of the branch that the tag of the body names."""
    if hasattr(classes, schema):
        return getattr(classes, schema)
    with open(os.environ["REPLAY_DOCUMENT"]) as document:
        union = json.load(document)["components"]["schemas"][schema]["discriminator"]
    return getattr(classes, union["mapping"][body[union["propertyName"]]].rsplit("/", 1)[1])
