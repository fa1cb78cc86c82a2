"""Operations and the door before them: what is signed, by whom, until when."""

import time
import uuid

import pytest
import requests
from exoscale_auth import ExoscaleV2Auth

from cloud import ZONE, Cloud, endpoint, refused
from document import operations
from wire import meant_invalid


def test_an_operation_says_at_once_what_it_makes(cloud):
    started = cloud.client.create_security_group(name="web")
    assert started["state"] == "pending"
    assert started["reference"] == {
        "id": started["reference"]["id"],
        "command": "get-security-group",
        "link": f"/v2/security-group/{started['reference']['id']}",
    }
    assert cloud.done(started) == started["reference"]["id"]


def test_an_operation_lives_where_it_was_started(cloud):
    started = cloud.client.create_anti_affinity_group(name="apart")
    cloud.done(started)
    with refused(404):
        cloud.at("de-fra-1").client.get_operation(id=started["id"])
    with refused(404):
        cloud.client.get_operation(id=str(uuid.uuid4()))


def test_an_operation_is_remembered(cloud):
    started = cloud.client.create_security_group(name="web")
    made = cloud.done(started)
    cloud.done(cloud.client.delete_security_group(id=made))
    assert cloud.client.get_operation(id=started["id"])["state"] == "success"


class Signed(ExoscaleV2Auth):
    """The official signature, with something wrong."""

    def __init__(self, key, expires=600, change=lambda request: None):
        super().__init__(key["key"], key["secret"])
        self.expires = expires
        self.change = change

    def __call__(self, request):
        self._sign_request(request, int(time.time() + self.expires))
        self.change(request)
        return request


def _other_signature(request):
    head, _, signature = request.headers["Authorization"].rpartition("signature=")
    request.headers["Authorization"] = f"{head}signature={'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


def _other_path(request):
    request.url = request.url.replace("/security-group", "/anti-affinity-group")


def _other_body(request):
    request.body = b'{"name": "x"}'
    request.headers["Content-Length"] = str(len(request.body))


def _other_header(text):
    return lambda request: request.headers.update({"Authorization": text})


FORGED = {
    "a wrong signature": {"change": _other_signature},
    "another path": {"change": _other_path},
    "another body": {"change": _other_body},
    "expired": {"expires": -1},
    "no header": {"change": lambda request: request.headers.pop("Authorization")},
    "no signature": {"change": _other_header("EXO2-HMAC-SHA256 credential=EXO,expires=1")},
    "another scheme": {"change": _other_header("Bearer EXO")},
    "nonsense": {"change": _other_header("EXO2-HMAC-SHA256 ,,,=,")},
}


@pytest.mark.parametrize("wrong", FORGED)
def test_a_forged_request_is_refused(cloud, wrong):
    url = f"{endpoint(ZONE)}/security-group"
    refusal = requests.post(url, json={"name": "web"}, auth=Signed(cloud.key, **FORGED[wrong]))
    assert refusal.status_code == 403, refusal.text
    assert cloud.client.list_security_groups()["security-groups"][1:] == []


def test_an_honest_request_is_not(cloud):
    assert requests.post(f"{endpoint(ZONE)}/security-group", json={"name": "web"}, auth=Signed(cloud.key)).status_code == 200


def test_the_query_is_signed(cloud):
    def other(request):
        request.url = request.url.replace("public", "private")

    url = f"{endpoint(ZONE)}/template"
    for query in ({"visibility": "public"}, {"visibility": "public", "family": "ubuntu"}):
        assert requests.get(url, params=query, auth=Signed(cloud.key)).status_code == 200
        assert requests.get(url, params=query, auth=Signed(cloud.key, change=other)).status_code == 403


def test_an_unknown_key_and_another_accounts(cloud):
    with refused(403):
        Cloud({"key": "EXO" + "0" * 24, "secret": "s"}).client.list_instances()
    with refused(403):
        Cloud(cloud.key | {"secret": "another"}).client.list_instances()


def test_bodies_must_be_json(cloud):
    with meant_invalid():
        for body in (b"{", b"[]", b'"x"', b"", b"\xff", b'{"name": "x"} {}'):
            refusal = requests.post(f"{endpoint(ZONE)}/security-group", data=body, auth=Signed(cloud.key))
            assert refusal.status_code == 400, (body, refusal.text)


def test_what_the_document_does_not_have(cloud):
    for method, path in [("GET", "/instances"), ("POST", f"/instance/{uuid.uuid4()}:stop"), ("PATCH", "/instance"), ("GET", "/")]:
        refusal = requests.request(method, f"{endpoint(ZONE)}{path}", auth=Signed(cloud.key))
        assert refusal.status_code in (404, 405), refusal.text
        assert refusal.json()["message"]


def test_what_the_sandbox_does_not_serve_it_names(cloud):
    """Whatever the arguments: nothing is looked at before the operation is found not to be served."""
    unserved = [operation for operation in operations().values() if not operation.served]
    for operation in unserved:
        path = operation.path
        for name in operation.path_parameters:
            path = path.replace(f"{{{name}}}", str(uuid.uuid4()))
        with meant_invalid():
            answer = requests.request(operation.method, f"{endpoint(ZONE)}{path}", json={} if operation.body else None, auth=Signed(cloud.key))
        assert answer.status_code == 501, f"{operation.name}: {answer.status_code} {answer.text}"
        assert operation.name in answer.json()["message"]
    assert len(unserved) > 200
