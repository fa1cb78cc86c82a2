"""Whole lives and bad inputs over HTTP: no answer that the document does not have. The client holds each against it."""

import base64
import json
import subprocess

import pytest
from conftest import capability, run_id, until

SPEC = {"name": "demo", "zone": "ch-dk-2", "image": "stock"}
CLUSTER = {"name": "demo", "zone": "ch-dk-2"}


def public_key():
    pem = subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout"], check=True, capture_output=True)
    der = subprocess.run(["openssl", "ec", "-pubout", "-outform", "DER"], input=pem.stdout, check=True, capture_output=True)
    return base64.b64encode(der.stdout).decode()


def test_a_life_from_an_account_to_a_receipt(api, credentials):
    api.ask("GET", "/api/catalog")
    found = api.ask("POST", "/api/preflight", {"spec": SPEC, "credentials": credentials}).json()
    assert found["verdict"] == "ok", found["checks"]
    run, token = run_id(), capability()
    wanted = {"kind": "launch", "spec": SPEC, "credentials": credentials, "adminPublicKey": public_key()}
    assert api.ask("PUT", f"/api/runs/{run}", wanted, token).status_code == 201
    assert api.ask("PUT", f"/api/runs/{run}", wanted, token).status_code == 200
    # Whatever a caller who does too much or too early is told.
    assert api.ask("POST", f"/api/runs/{run}/retry", {}, token).status_code == 409
    assert api.ask("PUT", f"/api/runs/{run_id()}", wanted, capability()).status_code == 409
    read = api.ask("POST", f"/api/runs/{run}/share", {}, token).json()["token"]
    assert api.ask("POST", f"/api/runs/{run}/cancel", {}, read).status_code == 404
    view = until(api, run, token, "ready")
    assert view["cluster"]["clientCertificate"]
    update = api.ask("GET", f"/api/runs/{run}/events?after=3", token=read).json()
    assert update["entries"][0]["seq"] > 3
    key = {"publicKey": public_key()}
    assert api.ask("PUT", f"/api/runs/{run}/admin-key", key, token).status_code == 202
    assert api.ask("POST", f"/api/runs/{run}/collected", {}, token).status_code == 202
    assert api.ask("POST", f"/api/runs/{run}/cancel", {}, token).status_code == 409
    clusters = api.ask("POST", "/api/clusters", {"credentials": credentials, "zone": "ch-dk-2"}).json()
    assert [one["name"] for one in clusters["clusters"]] == ["demo"]
    standing = api.ask("POST", "/api/clusters", {"credentials": credentials, "zone": "ch-dk-2", "cluster": CLUSTER})
    assert standing.json()["cluster"]["spec"]["name"] == "demo"
    inside = api.ask("POST", "/api/sandbox/inside", {"credentials": credentials})
    assert inside.status_code == 200
    # The name is taken now, and preflight says so.
    found = api.ask("POST", "/api/preflight", {"spec": SPEC, "credentials": credentials}).json()
    assert [one["name"] for one in found["checks"] if one["verdict"] == "fail"] == ["name"]
    end, other = run_id(), capability()
    wanted = {"kind": "destroy", "cluster": CLUSTER, "credentials": credentials}
    assert api.ask("PUT", f"/api/runs/{end}", wanted, other).status_code == 201
    view = until(api, end, other, "destroyed")
    assert view["resources"] == [] and len(view["removed"]) > 10
    api.ask("GET", f"/api/runs/{end}/events", token=other)
    gone = api.ask("PUT", f"/api/runs/{run_id()}", {"kind": "renew", "cluster": CLUSTER, "credentials": credentials, "adminPublicKey": public_key()}, capability())
    assert gone.json()["code"] == "no_cluster"


def test_a_launch_that_is_cancelled(api, credentials):
    run, token = run_id(), capability()
    api.ask("PUT", f"/api/runs/{run}", {"kind": "launch", "spec": SPEC, "credentials": credentials}, token)
    assert api.ask("POST", f"/api/runs/{run}/cancel", {}, token).status_code == 202
    view = until(api, run, token, "undone")
    assert view["problem"]["what"] and not view["resources"]


def test_a_launch_for_which_there_is_no_room(api, credentials):
    big = {**SPEC, "pools": [{"name": "workers", "max": 60}]}
    found = api.ask("POST", "/api/preflight", {"spec": big, "credentials": credentials}).json()
    assert found["verdict"] == "fail"
    assert [one["name"] for one in found["checks"] if one["verdict"] == "fail"] == ["quota"]
    run, token = run_id(), capability()
    api.ask("PUT", f"/api/runs/{run}", {"kind": "launch", "spec": big, "credentials": credentials}, token)
    view = until(api, run, token, "undone")
    assert view["problem"]["class"] == "quota"


BODIES = ["", "{", "[]", "null", "7", '"text"', "{}", '{"surprise": 1}', json.dumps({"spec": SPEC, "credentials": 1}), "x" * (300 * 1024)]


@pytest.mark.parametrize("sent", BODIES, ids=lambda sent: sent[:20] or "nothing")
def test_whatever_is_sent_is_answered_as_documented(api, sent):
    """Each operation, with bodies that are none of its own: what it says, it may say."""
    for method, path, operation in api.operations():
        if operation["operationId"] == "live":
            continue
        path = path.replace("{id}", run_id()).replace("{machine}", "control-plane-1")
        for token in (None, "short", capability()):
            body = sent if "requestBody" in operation else None
            api.ask(method, path, sent=body, token=token, headers={"content-type": "application/json"})
        api.ask(method, path, sent=sent if body is not None else None, token=capability(), headers={"content-type": "text/plain"})
        api.ask(method, path, headers={"origin": "https://evil.example"})
        bad = path.replace(path.split("/")[3], "no-id") if "/runs/" in path else path
        api.ask(method, bad, sent=body, token=capability(), headers={"content-type": "application/json"})


WRONG = [
    ({"spec": {}}, "bad_spec"),
    ({"spec": 7}, "bad_spec"),
    ({"spec": {**SPEC, "name": "Demo!"}}, "bad_spec"),
    ({"spec": SPEC, "credentials": {"key": "me", "secret": "x"}}, "bad_request"),
    ({"spec": SPEC, "credentials": {"key": "EXOsandboxzzzzzzzzzzzzzzzzzzzzzz", "secret": "x"}}, "credentials_refused"),
    ({"spec": SPEC, "roles": {"autoscaler": "x"}}, "bad_request"),
    ({"spec": SPEC, "extra": 1}, "bad_request"),
]


@pytest.mark.parametrize(("body", "code"), WRONG)
def test_preflight_refuses_as_a_launch_does(api, body, code):
    assert api.ask("POST", "/api/preflight", body).json()["code"] == code
    if "credentials" not in body:
        return
    launch = {"kind": "launch", **body}
    assert api.ask("PUT", f"/api/runs/{run_id()}", launch, capability()).json()["code"] == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "grow"}, "bad_request"),
        ({"kind": "launch"}, "bad_request"),
        ({"kind": "launch", "spec": SPEC, "planHash": "0" * 32}, "plan_changed"),
        ({"kind": "destroy", "spec": SPEC}, "bad_request"),
        ({"kind": "resize", "spec": SPEC, "cluster": CLUSTER}, "no_cluster"),
        ({"kind": "access", "spec": SPEC, "cluster": CLUSTER}, "no_cluster"),
        ({"kind": "launch", "spec": SPEC, "adminPublicKey": "AAAA"}, "bad_request"),
        ({"kind": "launch", "spec": SPEC, "also": ["volumes"]}, "bad_request"),
    ],
)
def test_a_start_that_is_wrong(api, credentials, body, code):
    answer = api.ask("PUT", f"/api/runs/{run_id()}", {"credentials": credentials, **body}, capability())
    assert answer.json()["code"] == code, answer.text


def test_a_real_key_on_this_machine(api):
    real = {"key": "EXO" + "a" * 24, "secret": "x" * 43}
    answer = api.ask("PUT", f"/api/runs/{run_id()}", {"kind": "launch", "spec": SPEC, "credentials": real}, capability())
    assert answer.json()["code"] == "origin_unreachable"


def test_who_comes_too_often(api):
    often = {"cf-connecting-ip": "203.0.113.77"}
    # The minute in which they are counted may end in between; then a second one does not.
    statuses = [api.ask("POST", "/api/preflight", {"spec": SPEC}, headers=often).status_code for _ in range(61)]
    first = statuses.index(429)
    assert first >= 30 and statuses[:first] == [200] * first


def test_without_a_key_the_roles_alone_are_answered(api):
    answer = api.ask("POST", "/api/preflight", {"spec": SPEC}).json()
    assert answer["verdict"] is None and answer["checks"] == []
    purposes = [role["purpose"] for role in answer["roles"]["beforehand"]]
    assert purposes == ["autoscaler", "cloud-controller", "token-rotation"]


def test_a_preflight_only_reads_and_keeps_nothing(api, credentials):
    before = api.ask("POST", "/api/sandbox/inside", {"credentials": credentials}).json()
    api.ask("POST", "/api/preflight", {"spec": {**SPEC, "image": "auto"}, "credentials": credentials})
    after = api.ask("POST", "/api/sandbox/inside", {"credentials": credentials}).json()
    assert after["things"] == before["things"]
    # An audit trail holds changes, and reads that were refused: there is neither.
    assert after["events"] == before["events"], after["events"]
    # No name is leased: a launch of the same cluster begins at once.
    wanted = {"kind": "launch", "spec": SPEC, "credentials": credentials}
    run, token = run_id(), capability()
    assert api.ask("PUT", f"/api/runs/{run}", wanted, token).status_code == 201
    until(api, run, token, "ready")
