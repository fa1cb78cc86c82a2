"""The document is one, and speaks of the routes and the errors that the Worker has, of all and of no others."""

import re

import jsonschema
from conftest import ROOT


def source(*paths):
    return "\n".join((ROOT / path).read_text() for path in paths)


def routes():
    """Method and path of each arm with which the Worker answers, in the document's words."""
    found = set()
    arm = re.compile(r"\(\s*Method::(\w+),\s*\[([^\]]*)\],?\s*\)\s*=>", re.S)
    for file, root in [("mod.rs", []), ("runs.rs", ["api", "runs", "{id}"])]:
        text = source(f"worker/src/routes/{file}").split("#[cfg(test)]")[0]
        for method, parts in arm.findall(text):
            names = re.findall(r'@\s*\(([^)]*)\)|"([^"]*)"|(\w+)', parts)
            paths = [list(root)]
            for choice, word, name in names:
                # `action @ ("bundle" | "confirm")` is as many paths.
                words = re.findall(r'"([^"]*)"', choice) or [word or ("{" + name + "}")]
                if name == "action":
                    continue
                paths = [[*path, one] for path in paths for one in words]
            found |= {(method.upper(), "/" + "/".join(path)) for path in paths}
    return found


def test_the_document_is_served_as_it_stands(api):
    reply = api.ask("GET", "/api/openapi.json")
    assert reply.headers["content-type"] == "application/json"
    assert reply.text == source("docs/openapi.json")


def test_every_route_is_in_the_document_and_the_other_way_round(api):
    documented = {(method, path) for method, path, _ in api.operations()}
    assert len(documented) > 15
    assert routes() == documented


def test_every_code_is_in_the_document_and_the_other_way_round(api):
    files = (ROOT / "worker/src").rglob("*.rs")
    text = "\n".join(file.read_text().split("#[cfg(test)]")[0] for file in files)
    # A status, then a code; or a code by the three that have a constructor of their own.
    pattern = re.compile(r'(?:Failure|Self)::new\(\s*(\d{3}),\s*"(\w+)"|\(\s*(\d{3}),\s*"(\w+)",\s*"')
    used = {(int(a or c), b or d) for a, b, c, d in pattern.findall(text)}
    assert len(used) > 15
    documented = set()
    for response in api.document["components"]["responses"].values():
        codes = response["content"]["application/json"]["schema"]["allOf"][1]["properties"]["code"]["enum"]
        documented |= set(codes)
    listed = set(api.document["components"]["schemas"]["Error"]["properties"]["code"]["enum"])
    assert {code for _, code in used} == documented == listed
    table = set(re.findall(r"^\| \d{3} \| `(\w+)`", source("docs/http.md"), re.M))
    assert table <= listed


def test_each_response_has_a_status_that_its_codes_have(api):
    described = api.document["components"]["schemas"]["Error"]["properties"]["code"]["description"]
    status_of = dict(re.findall(r"`(\w+)` \((\d+)\)", described))
    for method, path, operation in api.operations():
        for status, response in operation["responses"].items():
            response = api.deref(response)
            if status.startswith(("4", "5")):
                schema = response["content"]["application/json"]["schema"]
                for code in schema["allOf"][1]["properties"]["code"]["enum"]:
                    also = {"bad_request": ["415", "426"]}.get(code, [])
                    assert status in [status_of[code], *also], f"{method} {path}: {status} {code}"


def test_every_schema_is_one_and_every_reference_leads_somewhere(api):
    for name, schema in api.document["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema, name
    named = set(re.findall(r'"\$ref": "#/components/(\w+/\w+)"', source("docs/openapi.json")))
    components = api.document["components"]
    there = {f"{kind}/{name}" for kind in ("schemas", "responses") for name in components[kind]}
    assert named == there, named ^ there
    ids = [operation["operationId"] for _, _, operation in api.operations()]
    assert len(ids) == len(set(ids))
    for method, path, operation in api.operations():
        written = {name for name in re.findall(r"\{(\w+)\}", path)}
        declared = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        assert written == declared, f"{method} {path}"
