"""Whole lives and bad inputs over HTTP: no answer that the document does not have. The client holds each against it."""

import base64
import json
import subprocess
import time

import pytest
from conftest import account_of, capability, run_id, until

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
    cluster = standing.json()["cluster"]
    assert cluster["spec"] == cluster["standing"]["spec"] and cluster["spec"]["name"] == "demo"
    assert cluster["changed"] == [] and cluster["drift"] == [] and cluster["seen"]["controlPlanes"]
    asked = {"credentials": credentials, "zone": "ch-dk-2", "cluster": CLUSTER, "removal": {}}
    removal = api.ask("POST", "/api/clusters", asked).json()["removal"]
    assert removal["cluster"]["id"] == cluster["id"] and len(removal["items"]) > 10 and removal["unknown"] == []
    inside = api.ask("POST", "/api/sandbox/inside", {"credentials": credentials})
    assert inside.status_code == 200
    # The name is taken now, and preflight says so.
    found = api.ask("POST", "/api/preflight", {"spec": SPEC, "credentials": credentials}).json()
    assert [one["name"] for one in found["checks"] if one["verdict"] == "fail"] == ["name"]
    end, other = run_id(), capability()
    wanted = {"kind": "destroy", "cluster": CLUSTER, "credentials": credentials}
    assert api.ask("PUT", f"/api/runs/{end}", wanted, other).status_code == 201
    view = until(api, end, other, "destroyed")
    # What was foretold has been removed, each with its proof, and nothing is billed any more.
    assert view["resources"] == [] and view["retries"] == [] and float(view["hourly"]["known"]) == 0
    foretold = {(one["kind"], one["id"]) for one in removal["items"]}
    assert foretold <= {(one["kind"], one["id"]) for one in view["removed"]}
    assert all(one["goneAt"] and one["proof"] for one in view["removed"])
    assert view["hourlyBefore"] == removal["hourly"] and float(removal["hourly"]["known"]) > 0
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


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"removal": {}}, "bad_request"),
        ({"cluster": CLUSTER, "removal": {"also": ["keys"]}}, "bad_request"),
        ({"cluster": CLUSTER, "removal": {"also": ["volumes", "images"]}}, "no_cluster"),
        ({"cluster": CLUSTER}, "no_cluster"),
        ({"cluster": CLUSTER, "extra": 1}, "bad_request"),
    ],
)
def test_a_question_that_is_wrong(api, credentials, body, code):
    answer = api.ask("POST", "/api/clusters", {"credentials": credentials, "zone": "ch-dk-2", **body})
    assert answer.json()["code"] == code, answer.text


def test_what_somebody_has_changed_by_hand_is_told(api, credentials):
    run, token = run_id(), capability()
    api.ask("PUT", f"/api/runs/{run}", {"kind": "launch", "spec": SPEC, "credentials": credentials}, token)
    until(api, run, token, "ready")
    account = account_of(api, credentials)
    groups = {one["name"]: one for one in account.list_security_groups()["security-groups"]}
    nodes = next(group for name, group in groups.items() if name.startswith("demo-") and name.endswith("-nodes"))
    account.delete_rule_from_security_group(id=nodes["id"], rule_id=nodes["rules"][0]["id"])
    account.add_rule_to_security_group(
        id=nodes["id"], flow_direction="ingress", protocol="icmp", icmp={"type": 8, "code": 0}, network="192.0.2.0/24"
    )
    pool = account.list_instance_pools()["instance-pools"][0]
    account.update_instance_pool(id=pool["id"], labels={**pool["labels"], "slipway/min": "2", "slipway/max": "2"})
    plane = next(one for one in account.list_instances()["instances"] if "control-plane" in one["name"])
    account.stop_instance(id=plane["id"])
    asked = {"credentials": credentials, "zone": "ch-dk-2", "cluster": CLUSTER}
    deadline = time.monotonic() + 60
    found = set()
    while not found >= {"rule-added", "rule-gone", "size", "idle"} and time.monotonic() < deadline:
        cluster = api.ask("POST", "/api/clusters", asked).json()["cluster"]
        found = {kind for one in cluster["drift"] for kind in one}
    assert found >= {"rule-added", "rule-gone", "size", "idle"}, cluster["drift"]
    assert "pools[workers].min" in {one["field"] for one in cluster["changed"]}


def test_what_is_tried_again_and_what_may_not_be_listed(api, credentials):
    run, token = run_id(), capability()
    api.ask("PUT", f"/api/runs/{run}", {"kind": "launch", "spec": SPEC, "credentials": credentials}, token)
    until(api, run, token, "ready")
    account = account_of(api, credentials)
    # A key that may do everything but look at volumes, and may do it at once.
    api.ask("POST", "/api/sandbox/inside", {"credentials": credentials, "switches": {"key_holds_after_ms": 0}})
    rule = {"expression": "operation == 'list-block-storage-volumes'", "action": "deny"}
    allow = {"expression": "true", "action": "allow"}
    policy = {"default-service-strategy": "allow", "services": {"compute": {"type": "rules", "rules": [rule, allow]}}}
    role = account.wait(account.create_iam_role(name="no-volumes", editable=True, policy=policy)["id"])["reference"]["id"]
    key = account.create_api_key(name="no-volumes", role_id=role)
    blind = {"key": key["key"], "secret": key["secret"]}
    asked = {"credentials": blind, "zone": "ch-dk-2", "cluster": CLUSTER, "removal": {}}
    answer = api.ask("POST", "/api/clusters", asked)
    assert answer.status_code == 200, answer.text
    assert [one["kind"] for one in answer.json()["removal"]["unknown"]] == ["volume"]
    end, other = run_id(), capability()
    api.ask("PUT", f"/api/runs/{end}", {"kind": "destroy", "cluster": CLUSTER, "credentials": blind}, other)
    api.ask("POST", "/api/sandbox/inside", {"credentials": credentials, "faults": {"server_error": 700}})
    deadline = time.monotonic() + 60
    retries = []
    while not retries and time.monotonic() < deadline:
        retries = api.ask("GET", f"/api/runs/{end}", token=other).json()["view"]["retries"]
    assert retries and retries[0]["mender"] == "exoscale", retries
    api.ask("POST", "/api/sandbox/inside", {"credentials": credentials, "faults": {}})
    view = until(api, end, other, "stuck")
    assert [one["kind"] for one in view["unknown"]] == ["volume"]
    assert api.ask("POST", f"/api/runs/{end}/retry", {"credentials": credentials}, other).status_code == 202
    until(api, end, other, "destroyed")


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


def test_who_opens_too_many_accounts(api):
    many = {"cf-connecting-ip": "203.0.113.78"}
    statuses = [api.ask("POST", "/api/sandbox/accounts", {}, headers=many).status_code for _ in range(21)]
    assert statuses == [201] * 20 + [429]


def test_in_the_clear_nobody_is_served(api):
    for method, path, operation in api.operations():
        path = path.replace("{id}", run_id()).replace("{machine}", "control-plane-1")
        body = {} if "requestBody" in operation else None
        answer = api.ask(method, path, body, capability(), {"host": "slipway.example"})
        assert (answer.status_code, answer.json()["code"]) == (403, "https_only"), f"{method} {path}"


def test_on_a_teams_launcher_everybody_but_a_machine_has_logged_in(api, team):
    logins = {None: (401, "login_missing"), "x.y.z": (403, "login_refused"), team.login: (503, "login_unchecked")}
    for method, path, operation in api.operations():
        is_for_machines = "{machine}" in path
        path = path.replace("{id}", run_id()).replace("{machine}", "control-plane-1")
        body = {} if "requestBody" in operation else None
        for login, refused in logins.items():
            headers = {"cf-access-jwt-assertion": login} if login else {}
            answer = team.ask(method, path, body, capability(), headers)
            expected = (404, "not_found") if is_for_machines else refused
            assert (answer.status_code, answer.json()["code"]) == expected, f"{method} {path}: {answer.text}"


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
