"""Judges of documents: Kubernetes' own schemas, and for kinds that those do not know the two short lists beside this
file. In them a field is a type's name, `$name` one of the list's own types, `=a|b` one of these words, `[T]` a list,
`{"*": T}` a map; `!` after a field's name says that it must be there."""

import json
import pathlib

import jsonschema
import kubernetes_validate

PLAIN = {
    "any": {},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "string": {"type": "string"},
    "caHash": {"type": "string", "pattern": "^sha256:[0-9a-f]+$"},
    "cidr": {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+){3}/[0-9]+$"},
    "duration": {"type": "string", "pattern": "^([0-9]+(h|m|s))+$"},
    "token": {"type": "string", "pattern": r"^[a-z0-9]{6}\.[a-z0-9]{16}$"},
    "version": {"type": "string", "pattern": r"^v1\.[0-9]+\.[0-9]+$"},
}


def read(name):
    """`apiVersion kind` → a validator that knows every field."""
    written = json.loads((pathlib.Path(__file__).parent / name).read_text())
    types = {f"${name}": kind for name, kind in written["types"].items()}
    validators = {}
    for title, fields in written["kinds"].items():
        version, kind = title.split()
        schema = expanded({"apiVersion!": f"={version}", "kind!": f"={kind}"} | fields, types)
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[title] = jsonschema.Draft202012Validator(schema)
    return validators


def expanded(short, types):
    if isinstance(short, list):
        return {"type": "array", "items": expanded(short[0], types)}
    if isinstance(short, str):
        if short.startswith("="):
            return {"enum": short[1:].split("|")}
        return expanded(types[short], types) if short.startswith("$") else PLAIN[short]
    if "*" in short:
        return {"type": "object", "additionalProperties": expanded(short["*"], types)}
    return {
        "type": "object",
        "properties": {name.removesuffix("!"): expanded(kind, types) for name, kind in short.items()},
        "required": [name[:-1] for name in short if name.endswith("!")],
        "additionalProperties": False,
    }


KUBEADM = read("kubeadm_v1beta4.json")
OTHER = read("other_kinds.json")


def kubeadm_faults(document):
    return listed(KUBEADM, document)


def listed(validators, document):
    title = f"{document.get('apiVersion')} {document.get('kind')}"
    if title not in validators:
        return [f"{title} is not known here"]
    return [f"{title} {fault.json_path}: {fault.message}" for fault in validators[title].iter_errors(document)]


def manifest_faults(document, minor):
    """The faults of a manifest, and of which minor the schemas were that judged it (none for kinds of our own list)."""
    try:
        used = kubernetes_validate.validate(document, minor, strict=True)
        return [], used
    except kubernetes_validate.ValidationError as error:
        return [f"{document['kind']} {error.json_path}: {error.message}"], error.version
    except kubernetes_validate.SchemaNotFoundError:
        return listed(OTHER, document), None
    except kubernetes_validate.VersionNotSupportedError:
        # It takes the nearest older schemas by itself, but nothing newer than its newest.
        return manifest_faults(document, kubernetes_validate.latest_version())
