"""Everything that goes over the wire, recorded below the client, which knows nothing of it."""

import json
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from requests.adapters import HTTPAdapter


@dataclass
class Exchange:
    """One request and its answer. `path` is what follows `/v2`."""

    method: str
    path: str
    query: dict
    body: object
    status: int
    answer: object
    # Whether the test broke the document's rules on purpose.
    meant_invalid: bool

    def __str__(self):
        return f"{self.method} {self.path} {self.query or ''} {json.dumps(self.body)} → {self.status} {json.dumps(self.answer)}"


exchanges: list[Exchange] = []
_meant_invalid = False


@contextmanager
def meant_invalid():
    """Requests within break the document's rules, and are meant to."""
    global _meant_invalid
    _meant_invalid = True
    try:
        yield
    finally:
        _meant_invalid = False


def record():
    """From now on, every request to the sandbox that any client in this process sends."""
    send = HTTPAdapter.send

    def recorded(adapter, request, **options):
        response = send(adapter, request, **options)
        url = urlsplit(request.url)
        before, version, path = url.path.partition("/v2/")
        if version and "/sandbox/" in before:
            exchanges.append(
                Exchange(
                    request.method,
                    f"/{path}",
                    dict(parse_qsl(url.query, keep_blank_values=True)),
                    _read(request.body),
                    response.status_code,
                    _read(response.content),
                    _meant_invalid,
                )
            )
        return response

    HTTPAdapter.send = recorded


class Unreadable(str):
    """What is no JSON."""


def _read(body):
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return Unreadable(body if isinstance(body, str) else body.decode("utf-8", "replace"))
