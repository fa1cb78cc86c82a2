"""Makes requests out of the document: bodies, queries and paths that it allows, and spoilt ones that it does not."""

import base64
import copy
import json
import uuid
from urllib.parse import quote

from document import named, schema

WORDS = ["x", "web", "a b", "é", "名前", "x" * 255, "10.0.0.0/8", "::/0", "10.0.0.7", "example.net", "operation == 'get-instance'", "0", "null", "-", "😀", '"\\\'<&>']
ADDRESSES = ["10.0.0.1", "10.0.0.10", "10.0.0.253", "255.255.255.0", "0.0.0.0", "192.0.2.1"]
TIMES = ["2026-10-01T00:00:00Z", "2000-01-01T00:00:00.123Z", "2100-12-31T23:59:59+02:00"]
KEYS = ["laptop", "a.b_c-d", "0"]
SPOILT = [None, True, 0, -1, 1.5, 2**31, 2**63, -(2**63) - 1, 1e308, "", "x", "x" * 256, "x" * 40000, "\0", "00000000-0000-0000-0000", [], [None], {}, {"id": 1}, [[]]]
UNREADABLE = [b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 5000, b'{"name": "x"', b'{"name": "x"}}', b'{"name":' + b"[" * 300 + b"]" * 300 + b"}"]

# What a field refers to, where its name or that of the field around it does not say so.
MEANS = {"role-id": "iam-role", "manager-id": "instance-pool", "instance-id": "instance", "service-id": "service", "rule-id": "rule"}


class Generator:
    """`known` holds what exists: by kind, the ids (or names, or keys)."""

    def __init__(self, random, known):
        self.random = random
        self.known = known

    def request(self, operation):
        """Path, query and body; half of them spoilt in one place, or two."""
        family = "snapshot" if "revert" in operation.name else operation.family
        path = operation.path
        for name, wanted in operation.path_parameters.items():
            kind = operation.path.split("{")[0].strip("/").split("/")[-1] if name == "id" else name
            value = quote(str(self.value(wanted, kind)), safe="")
            if self.chance(0.03):
                value = self.random.choice(["x", "0", "%00", "%F0%9F%98%80", "%ff", "x" * 300, value.upper()])
            path = path.replace(f"{{{name}}}", value)
        query = {name: str(self.value(wanted, name)) for name, wanted in operation.query.items() if self.chance(0.5)}
        if query and self.chance(0.2):
            query[self.random.choice(list(query))] = self.random.choice(["x", "é", "0", "a=b&c", "2026"])
        body = None if operation.body is None else self.body(operation.body, family)
        return path, query, body

    def body(self, wanted, family):
        """The bytes of a body, or nothing."""
        if self.chance(0.02):
            return self.random.choice([None, *UNREADABLE])
        value = self.value(wanted, family)
        if self.chance(0.5):
            for _ in range(self.random.randint(1, 2)):
                value = self.spoil(value)
        return json.dumps(value).encode()

    def chance(self, share):
        return self.random.random() < share

    def value(self, wanted, kind):
        """A value that a schema allows, or nearly: not every limit is kept, and the oracle tells which."""
        if "$ref" in wanted:
            name = named(wanted["$ref"])
            return self.value(schema(name), name.removesuffix("-ref") if name.endswith("-ref") else kind)
        if wanted.get("nullable") and self.chance(0.1):
            return None
        if "enum" in wanted:
            return self.random.choice(wanted["enum"])
        return getattr(self, f"_{wanted.get('type', 'object')}")(wanted, kind)

    def _object(self, wanted, kind):
        made = {}
        for name, part in wanted.get("properties", {}).items():
            share = 0.98 if name in wanted.get("required", []) or name == "id" else 0.3
            if self.chance(share):
                made[name] = self.value(part, kind if name in ("id", "name") else name)
        if isinstance(wanted.get("additionalProperties"), dict):
            for _ in range(self.random.randint(0, 2)):
                made[self.random.choice(["compute", "iam", *WORDS])] = self.value(wanted["additionalProperties"], kind)
        return made

    def _array(self, wanted, kind):
        return [self.value(wanted["items"], kind.removesuffix("s")) for _ in range(self.random.choice([0, 1, 1, 2]))]

    def _string(self, wanted, kind):
        if wanted.get("format") == "uuid":
            return self.id(MEANS.get(kind, kind))
        if wanted.get("format") == "ipv4":
            return self.random.choice(ADDRESSES)
        if wanted.get("format") == "date-time":
            return self.random.choice(TIMES)
        if "pattern" in wanted or kind in ("ssh-key", "api-key", "entity", "name") and self.chance(0.8):
            return self.id(kind) if kind in self.known else self.random.choice(KEYS)
        if kind == "user-data":
            return base64.b64encode(b"#cloud-config\n").decode()
        edges = [wanted[limit] for limit in ("minLength", "maxLength") if limit in wanted]
        if edges and self.chance(0.2):
            return "x" * self.random.choice(edges)
        return self.random.choice(WORDS)

    def _integer(self, wanted, kind):
        low = wanted.get("minimum", 0) + (1 if wanted.get("exclusiveMinimum") else 0)
        high = wanted.get("maximum", low + 5)
        return self.random.choice([low, low, high, self.random.randint(low, high), min(low + 10, high)])

    def _number(self, wanted, kind):
        return self.random.choice([0, 1.5])

    def _boolean(self, wanted, kind):
        return self.chance(0.5)

    def id(self, kind):
        """Mostly of something of this kind, sometimes of something else, sometimes of nothing."""
        dice = self.random.random()
        if dice < 0.8 and self.known.get(kind):
            return self.random.choice(self.known[kind])
        if dice < 0.9 and self.known:
            return self.random.choice(self.known[self.random.choice(list(self.known))])
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def spoil(self, value):
        """The value with one thing in it changed, left out, added or doubled."""
        value = copy.deepcopy(value)
        places = list(_places(value))
        if not places or self.chance(0.05):
            return self.random.choice(SPOILT)
        inside, key = self.random.choice(places)
        what = self.random.randint(0, 3)
        if what == 0:
            del inside[key]
        elif what == 1 and isinstance(inside, list):
            inside.append(copy.deepcopy(inside[key]))
        elif what == 1:
            inside[self.random.choice(["unknown", "id", "state", ""])] = self.random.choice(SPOILT)
        else:
            inside[key] = self.random.choice(SPOILT)
        return value


def _places(value):
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])
