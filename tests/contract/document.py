"""Exoscale's own description of its API: the OpenAPI document inside the official client's package."""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

# The families of operations that the sandbox serves: the first word of the path.
SERVED = frozenset("""
    anti-affinity-group api-key block-storage block-storage-snapshot console deploy-target elastic-ip event
    iam-organization-policy iam-role instance instance-pool instance-type load-balancer operation organization
    private-network quota reverse-dns security-group snapshot ssh-key template zone
""".split())


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    name: str
    method: str
    path: str
    path_parameters: dict = field(hash=False)
    query: dict = field(hash=False)
    required_query: tuple
    body: dict | None = field(hash=False)
    body_required: bool
    answer: dict | None = field(hash=False)

    @property
    def family(self):
        return re.match(r"/([^/:]+)", self.path)[1]

    @property
    def served(self):
        return self.family in SERVED


@cache
def document():
    return json.loads(files("exoscale").joinpath("openapi.json").read_text("utf-8"))


@cache
def operations():
    """Every operation, by its name."""
    found = {}
    for path, methods in document()["paths"].items():
        for method, described in methods.items():
            operation = _operation(method.upper(), path, described)
            found[operation.name] = operation
    return found


def schema(name):
    return document()["components"]["schemas"][name]


def named(reference):
    """The name that a `$ref` means."""
    return reference.removeprefix("#/components/schemas/")


@cache
def _routes():
    return [
        (operation.method, re.compile(_pattern(operation.path)), operation)
        # Of two that match, the one with more words of its own is meant.
        for operation in sorted(operations().values(), key=lambda each: each.path.count("{"))
    ]


def _pattern(path):
    words = re.split(r"\{[^}]+\}", path)
    return "([^/:]+)".join(re.escape(word) for word in words)


def operation_at(method, path):
    """The operation that a path below `/v2` means, or none."""
    return next((operation for verb, pattern, operation in _routes() if verb == method and pattern.fullmatch(path)), None)


def _operation(method, path, described):
    within = {"path": {}, "query": {}}
    for parameter in described["parameters"]:
        within[parameter["in"]][parameter["name"]] = parameter["schema"]
    body = described.get("requestBody", {})
    required = [each["name"] for each in described["parameters"] if each["in"] == "query" and each["required"]]
    return Operation(
        name=described["operationId"],
        method=method,
        path=path,
        path_parameters=within["path"],
        query=within["query"],
        required_query=tuple(required),
        body=_json(body),
        body_required=bool(body.get("required")),
        answer=_json(described["responses"].get("200", {})),
    )


def _json(described):
    return described.get("content", {}).get("application/json", {}).get("schema")
