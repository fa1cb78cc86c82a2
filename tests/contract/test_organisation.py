"""The audit trail: who did what, when, from where."""

import uuid

from cloud import find, invalid, refused, until


def events(cloud, **query):
    return cloud.client.list_events(**query)


def test_what_was_done_is_written_down(cloud):
    made = cloud.done(cloud.client.create_security_group(name="web", description="d"))
    cloud.done(cloud.client.delete_security_group(id=made))
    seen = until(lambda: events(cloud), lambda seen: len(seen) >= 2)
    [created] = [each for each in seen if each["handler"] == "create-security-group"]
    assert created["status"] == 200 and created["zone"] == cloud.zone and created["uri"].endswith("/security-group")
    assert created["body-params"] == {"name": "web", "description": "d"}
    assert created["iam-api-key"]["key"] == cloud.key["key"] and created["request-id"] and created["timestamp"]
    [deleted] = [each for each in seen if each["handler"] == "delete-security-group"]
    assert deleted["path-params"] == {"id": made}


def test_reading_is_not_written_down(cloud):
    cloud.client.list_security_groups()
    assert [each for each in events(cloud) if each["handler"] == "list-security-groups"] == []


def test_no_secret_is_written_down(cloud):
    role = cloud.done(cloud.client.create_iam_role(name="role"))
    secret = cloud.client.create_api_key(name="key", role_id=role)["secret"]
    assert secret not in str(events(cloud))


def test_events_of_a_time(cloud):
    cloud.done(cloud.client.create_security_group(name="web"))
    assert events(cloud, **{"from": "2000-01-01T00:00:00Z", "to": "2001-01-01T00:00:00Z"}) == []
    assert events(cloud, **{"from": "2001-01-01T00:00:00Z", "to": "2200-01-01T00:00:00Z"})
    with invalid():
        events(cloud, **{"from": "yesterday"})


def test_a_policy_of_the_whole_organisation(cloud):
    """Both it and the role's must allow; and it can be put back."""
    client = cloud.client
    free = client.get_iam_organization_policy()
    assert free["default-service-strategy"] == "allow"
    no_groups = {"type": "rules", "rules": [{"action": "deny", "expression": "operation == 'create-security-group'"}, {"action": "allow", "expression": "true"}]}
    cloud.done(client.update_iam_organization_policy(default_service_strategy="allow", services={"compute": no_groups}))
    assert client.get_iam_organization_policy()["services"]["compute"] == no_groups
    until(lambda: _status(cloud, "web"), lambda seen: seen == 403)
    cloud.done(client.create_anti_affinity_group(name="apart"))
    role = cloud.done(client.create_iam_role(name="saviour", permissions=["reset-iam-organization-policy"]))
    saviour = cloud.as_key(client.create_api_key(name="saviour", role_id=role))
    until(lambda: _may_list(saviour), bool)
    cloud.done(saviour.client.reset_iam_organization_policy())
    until(lambda: _status(cloud, f"web {uuid.uuid4()}"), lambda seen: seen == 200)
    assert client.get_iam_organization_policy() == free


def _status(cloud, name):
    return cloud.client.http_client.post(f"{cloud.client.endpoint}/security-group", json={"name": name}).status_code


def _may_list(cloud):
    return cloud.client.http_client.get(f"{cloud.client.endpoint}/anti-affinity-group").status_code == 200


def test_a_policy_must_be_one(cloud):
    for wishes in (
        {"default_service_strategy": "maybe", "services": {}},
        {"default_service_strategy": "allow"},
        {"default_service_strategy": "allow", "services": {"compute": {"type": "perhaps"}}},
        {"default_service_strategy": "allow", "services": {"compute": {"type": "rules", "rules": [{"action": "ask", "expression": "true"}]}}},
    ):
        with invalid():
            cloud.client.update_iam_organization_policy(**wishes)


def test_the_owner_is_known(cloud):
    assert find(cloud.client.list_api_keys(), key=cloud.key["key"])
    with refused(404):
        cloud.client.get_api_key(id="EXO" + "0" * 24)
