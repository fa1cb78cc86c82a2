"""Says what is wrong with an exchange, by Exoscale's own document and by what is known of its refusals."""

import ipaddress
import re
import uuid
from datetime import datetime
from functools import cache
from urllib.parse import unquote

from jsonschema import Draft4Validator, FormatChecker

from document import document, named, operation_at, schema
from wire import Unreadable

# What refusals have been seen to be; and where the cloud is made to fail, anything may be lost.
REFUSALS = {400, 403, 404, 409, 412, 429}
FAILURES = {500, 502, 503, 504}
NOT_SERVED = 501

# Recordings of the real API show these although the document does not.
UNDOCUMENTED = {("zone", "id"), ("security-group", "visibility"), ("operation", "resource")}

# Where the document is at odds with itself: (schema, property) and the value that is right nevertheless.
# A pool may be scaled to 0 (`:scale` says so), and then its size is 0.
ODD_ANSWERS = {("instance-pool", "size"): 0}

formats = FormatChecker(formats=())


@formats.checks("uuid", raises=ValueError)
def _uuid(text):
    return not isinstance(text, str) or str(uuid.UUID(text)) == text.lower()


@formats.checks("ipv4", raises=ValueError)
def _ipv4(text):
    return not isinstance(text, str) or bool(ipaddress.IPv4Address(text))


@formats.checks("date-time", raises=ValueError)
def _date_time(text):
    if not isinstance(text, str):
        return True
    shape = r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"
    return bool(re.fullmatch(shape, text) and datetime.fromisoformat(re.sub(r"\.\d+", "", text).upper()))


@formats.checks("int64")
def _int64(number):
    return not isinstance(number, int) or -(2**63) <= number < 2**63


def faults(exchange, failures_allowed=False):
    """All that is wrong with an exchange, in words."""
    operation = operation_at(exchange.method, exchange.path)
    if operation is None:
        return _refused(exchange, {404, 405})
    wrong = [] if exchange.meant_invalid else [f"request: {text}" for text in request_faults(operation, exchange)]
    if exchange.status == 200:
        wrong += [f"answer: {text}" for text in answer_faults(operation, exchange.answer)]
    elif exchange.status == NOT_SERVED:
        wrong += _not_served(operation, exchange)
    elif not (failures_allowed and exchange.status in FAILURES):
        wrong += _refused(exchange, REFUSALS)
    return wrong


def request_faults(operation, exchange):
    """What the document forbids in a request: in its path, its query and its body."""
    wrong = []
    for name, value in path_values(operation, exchange.path).items():
        wrong += violations(operation.path_parameters[name], value)
    for name, value in exchange.query.items():
        wrong += violations(operation.query[name], value) if name in operation.query else [f"no such parameter: {name}"]
    wrong += [f"missing: {name}" for name in operation.required_query if name not in exchange.query]
    if exchange.body is not None and operation.body:
        wrong += violations(operation.body, exchange.body)
    if exchange.body is None and operation.body_required:
        wrong.append("no body")
    return wrong


def answer_faults(operation, answer):
    """What the document does not foresee in an answer."""
    if operation.answer is None:
        return [] if answer is None else [f"no answer is foreseen: {answer}"]
    if answer is None or isinstance(answer, Unreadable):
        return [f"not JSON: {answer}"]
    return violations(operation.answer, answer) + list(_unforeseen(operation.answer, answer, "an answer"))


def violations(wanted, value):
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in _validator(wanted).iter_errors(value)]


def path_values(operation, path):
    names = re.findall(r"\{([^}]+)\}", operation.path)
    words = re.split(r"\{[^}]+\}", operation.path)
    return dict(zip(names, map(unquote, re.fullmatch("(.+)".join(map(re.escape, words)), path).groups())))


def _refused(exchange, expected):
    wrong = []
    if exchange.status not in expected:
        wrong.append(f"status {exchange.status}")
    answer = exchange.answer
    if not isinstance(answer, dict) or not isinstance(answer.get("message"), str) or not answer["message"]:
        wrong.append(f"a refusal without a message: {answer}")
    return wrong


def _not_served(operation, exchange):
    message = exchange.answer.get("message", "") if isinstance(exchange.answer, dict) else ""
    return [] if operation.name in message else [f"501 without the name {operation.name}: {exchange.answer}"]


# Fields that nobody described are as wrong as badly described ones: a client would miss what it was promised.
def _unforeseen(wanted, value, where):
    if "$ref" in wanted:
        where = named(wanted["$ref"])
        wanted = schema(where)
    if isinstance(value, list) and "items" in wanted:
        for item in value:
            yield from _unforeseen(wanted["items"], item, where)
    if isinstance(value, dict) and "properties" in wanted:
        for name, part in value.items():
            if name in wanted["properties"]:
                yield from _unforeseen(wanted["properties"][name], part, f"{where}.{name}")
            elif (where, name) not in UNDOCUMENTED:
                yield f"{where} has no {name}"


_validators = {}


# Keyed by identity, for the schemas are parts of one document that lives as long as the process.
def _validator(wanted):
    if id(wanted) not in _validators:
        whole = {"components": _components(), **_draft4(wanted, None)}
        _validators[id(wanted)] = Draft4Validator(whole, format_checker=formats)
    return _validators[id(wanted)]


@cache
def _components():
    return {"schemas": {name: _draft4(part, name) for name, part in document()["components"]["schemas"].items()}}


# OpenAPI 3.0's schemas are JSON Schema's fourth draft but for `nullable`.
def _draft4(wanted, name):
    made = dict(wanted)
    if "properties" in wanted:
        made["properties"] = {key: _odd(_draft4(part, None), ODD_ANSWERS.get((name, key))) for key, part in wanted["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(wanted.get(key), dict):
            made[key] = _draft4(wanted[key], None)
    return {"anyOf": [made, {"type": "null"}]} if wanted.get("nullable") else made


def _odd(wanted, value):
    return wanted if value is None else {"anyOf": [wanted, {"enum": [value]}]}
