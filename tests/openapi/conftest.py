"""The launcher's own OpenAPI document, and a client that holds every answer against it."""

import base64
import copy
import json
import os
import re
import secrets
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import jsonschema
import pytest
import requests
from exoscale.api.v2 import Client

ROOT = Path(__file__).resolve().parents[2]
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


class Api:
    """Asks, and fails on an answer that the document does not have: its status, its code, each of its fields."""

    def __init__(self, origin):
        self.origin = origin
        self.document = json.loads((ROOT / "docs/openapi.json").read_text())
        self.strict = closed(copy.deepcopy(self.document))
        self.answered = set()

    def operations(self):
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield method.upper(), path, operation

    def ask(self, method, path, body=None, token=None, headers=None, sent=None):
        target = f"{self.origin}{path}"
        headers = {**({"authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        if sent is None and body is not None:
            sent, headers = json.dumps(body), {"content-type": "application/json", **headers}
        reply = requests.request(method, target, data=sent, headers=headers, timeout=60)
        self.hold(method, path.split("?")[0], reply)
        return reply

    def wait(self):
        """Until it serves anything at all."""
        deadline = time.monotonic() + 60
        while True:
            try:
                return requests.get(self.origin, timeout=10)
            except requests.ConnectionError:
                assert time.monotonic() < deadline, f"nothing at {self.origin}"
                time.sleep(0.1)

    def hold(self, method, path, reply):
        template = self.template(path)
        operation = self.strict["paths"][template][method.lower()]
        status = str(reply.status_code)
        what = f"{method} {path}: {status} {reply.text[:400]}"
        assert status in operation["responses"], f"not documented: {what}"
        response = self.deref(operation["responses"][status])
        for name, header in response.get("headers", {}).items():
            assert name in reply.headers or not header.get("required"), f"{name} is missing: {what}"
        schema = {**response["content"]["application/json"]["schema"], "components": self.strict["components"]}
        errors = list(jsonschema.Draft202012Validator(schema).iter_errors(reply.json()))
        assert not errors, f"{what}\n" + "\n".join(f"{list(e.absolute_path)}: {e.message}" for e in errors)
        self.answered.add((method, template, status))

    def template(self, path):
        fits = [one for one in self.document["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path)]
        assert fits, f"no path of the document fits {path}"
        return fits[0]

    def deref(self, value):
        if "$ref" not in value:
            return value
        found = self.strict
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return found


def closed(value):
    """The same schemas, in which a field that is not documented is a mistake."""
    if isinstance(value, list):
        return [closed(one) for one in value]
    if not isinstance(value, dict):
        return value
    shut = {name: closed(one) for name, one in value.items()}
    if shut.get("type") == "object" and "properties" in shut:
        shut.setdefault("additionalProperties", False)
    return shut


@pytest.fixture(scope="session")
def api():
    return Api(os.environ["SLIPWAY_ORIGIN"])


@pytest.fixture
def team():
    """A team's launcher, whose keys nobody can fetch, and a login that would have to be checked with them."""
    issuer, audience = "http://127.0.0.1:9", "f" * 64
    with socket.socket() as probe, tempfile.TemporaryDirectory() as state:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        wanted = {"PORT": str(port), "STATE": state, "VARS": json.dumps({"ACCESS_TEAM": issuer, "ACCESS_AUD": audience})}
        server = subprocess.Popen(["node", "tools/serve.mjs"], cwd=ROOT, env={**os.environ, **wanted}, stdout=subprocess.DEVNULL)
        try:
            launcher = Api(f"http://localhost:{port}")
            launcher.wait()
            now = int(time.time())
            claims = {"iss": issuer, "aud": [audience], "nbf": now - 60, "exp": now + 600}
            parts = [json.dumps(part).encode() for part in ({"alg": "RS256", "kid": "k"}, claims)]
            launcher.login = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in [*parts, b"signature"])
            yield launcher
        finally:
            server.terminate()
            server.wait(timeout=30)


@pytest.fixture
def credentials(api):
    body = api.ask("POST", "/api/sandbox/accounts", {"speed": 60}).json()
    return {"key": body["key"], "secret": body["secret"]}


def account_of(api, credentials):
    """Exoscale's own client, on the pretend account."""
    return Client(credentials["key"], credentials["secret"], url=f"{api.origin}/sandbox/ch-dk-2/v2")


def run_id():
    return "".join(secrets.choice(ALPHABET) for _ in range(26))


def capability():
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def until(api, run, token, *states):
    """The run's view, once it is in one of these states."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        view = api.ask("GET", f"/api/runs/{run}", token=token).json()["view"]
        if view["state"] in states:
            return view
        time.sleep(0.3)
    raise AssertionError(f"never {states}: {view['state']} {view['problem']}")
