"""The stream of a chat, read as spec/published/README.md says."""

import json
from collections.abc import Iterable, Iterator
from typing import Any


def events(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The JSON of each event, until the body ends.

    Chunks end anywhere, within a character too, so lines are cut from bytes. A line ends with LF, CRLF or CR and with
    nothing else: `str.splitlines` would cut at U+2028 as well, which Dify sends raw inside its JSON. Pings carry no
    data and are passed over.
    """
    data: list[bytes] = []
    for line in _lines(chunks):
        if line.startswith(b"data:"):
            data.append(line.removeprefix(b"data:").removeprefix(b" "))
        elif not line and data:
            yield json.loads(b"\n".join(data))
            data = []


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their ends; what the body breaks off in the middle of is no line."""
    buffer = b""
    for chunk in chunks:
        buffer += chunk
        # A CR at the end may be half of a CRLF: it waits for the next chunk.
        held = b"\r" if buffer.endswith(b"\r") else b""
        body = buffer.removesuffix(held) if held else buffer
        *lines, rest = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        yield from lines
        buffer = rest + held
