"""Makes `sandbox/data/document.txt`: what the sandbox needs of Exoscale's OpenAPI document to check requests by.

`python distil.py --write` writes the file; without it, the text goes to the standard output.
"""

import json
import sys
from pathlib import Path

from document import named, operations, schema

TARGET = Path(__file__).parents[2] / "sandbox" / "data" / "document.txt"

# What decides whether a value is valid, and no prose.
KEYWORDS = frozenset("""
    type format enum required minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum pattern nullable
    uniqueItems minItems maxItems readOnly
""".split())


def distilled():
    """The whole text: the schemas (`#name {…}`), then every operation, with its schemas if the sandbox serves it."""
    described = [(operation, _described(operation)) for operation in operations().values()]
    lines = [
        f"{operation.method} {operation.path} {operation.name}" + (f" {_compact(parts)}" if operation.served else "")
        for operation, parts in described
    ]
    served = [parts for operation, parts in described if operation.served]
    lines += [f"#{name} {_compact(_slim(schema(name)))}" for name in _reachable(served)]
    return "".join(f"{line}\n" for line in sorted(lines))


def _described(operation):
    parts = {
        "path": {name: _slim(value) for name, value in operation.path_parameters.items()},
        "query": {name: _slim(value) for name, value in operation.query.items()},
        "required-query": list(operation.required_query),
        "body": operation.body and _slim(operation.body),
        "body-required": operation.body_required,
        "answer": operation.answer and _slim(operation.answer),
    }
    return {name: part for name, part in parts.items() if part}


def _slim(value):
    if "$ref" in value:
        return {"$ref": named(value["$ref"])}
    slim = {key: part for key, part in value.items() if key in KEYWORDS}
    if "properties" in value:
        slim["properties"] = {name: _slim(part) for name, part in value["properties"].items()}
    for key in ("items", "additionalProperties"):
        if key in value:
            slim[key] = _slim(value[key]) if isinstance(value[key], dict) else value[key]
    return slim


def _reachable(parts):
    """The names of all schemas that are referred to, also by one another."""
    found, waiting = set(), list(_references(parts))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(_slim(schema(name)))
    return found


def _references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _references(part)


def _compact(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


if __name__ == "__main__":
    if "--write" in sys.argv:
        TARGET.write_text(distilled(), "utf-8")
    else:
        sys.stdout.write(distilled())
