"""What a role's rules let through: CEL, in order, with those skipped that are none."""

import pytest

from cloud import refused
from test_iam import holder, only, status


def rules(*pairs, strategy="deny"):
    listed = [{"action": action, "expression": expression} for action, expression in pairs]
    return {"default-service-strategy": strategy, "services": {"compute": {"type": "rules", "rules": listed}}}


@pytest.mark.parametrize(
    "policy, allowed",
    [
        ({"default-service-strategy": "allow", "services": {}}, True),
        ({"default-service-strategy": "deny", "services": {}}, False),
        ({"default-service-strategy": "deny", "services": {"compute": {"type": "allow"}}}, True),
        ({"default-service-strategy": "allow", "services": {"compute": {"type": "deny"}}}, False),
        ({"default-service-strategy": "allow", "services": {"iam": {"type": "deny"}}}, True),
        # The first that matches decides.
        (rules(("allow", "operation == 'list-instances'"), ("deny", "true")), True),
        (rules(("deny", "true"), ("allow", "operation == 'list-instances'")), False),
        # What is no expression is skipped.
        (rules(("deny", "operation =="), ("allow", "true")), True),
        (rules(("deny", "no_such_thing == 'x'"), ("allow", "true")), True),
        (rules(("allow", "1 + 1"), ("deny", "true")), False),
        # Nothing matches: denied, whatever the strategy.
        (rules(("allow", "operation == 'get-instance'"), strategy="allow"), False),
        (rules(strategy="allow"), False),
    ],
)
def test_which_rule_decides(cloud, policy, allowed):
    code, text = status(holder(cloud, policy))
    assert code == (200 if allowed else 403), text


def test_a_denial_says_which_rule(cloud):
    denied = holder(cloud, rules(("allow", "operation == 'get-instance'"), ("deny", "operation == 'list-instances'"), ("allow", "true")))
    with refused(403, saying="Forbidden by role policy for compute - A deny rule matched. Rule index: 1"):
        denied.client.list_instances()
    assert denied.client.list_security_groups()


TRUE = [
    "true",
    "operation in ['get-instance', 'list-instances']",
    "operation == 'list-instances' && service == 'compute'",
    "operation.startsWith('list-')",
    "operation.endsWith('instances') && operation.contains('-')",
    "operation.matches('^list-.*$')",
    "!(operation == 'get-instance')",
    "zone == 'ch-gva-2'",
    "zone != 'de-fra-1' || false",
    "size(operation) > 3",
    "operation == 'list-instances' ? true : false",
    "now > timestamp('2020-01-01T00:00:00Z')",
]
FALSE = [
    "false",
    "operation == 'List-Instances'",
    "operation in []",
    "zone == 'de-fra-1'",
    "service == 'iam'",
    "operation.startsWith('get')",
    "now < timestamp('2020-01-01T00:00:00Z')",
    "'list-instances'",
    "operation = 'list-instances'",
]


@pytest.mark.parametrize("expression", TRUE)
def test_what_is_true(cloud, expression):
    code, text = status(holder(cloud, only(expression)))
    assert code == 200, text


@pytest.mark.parametrize("expression", FALSE)
def test_what_is_not(cloud, expression):
    assert status(holder(cloud, only(expression)))[0] == 403


def test_a_rule_may_name_one_resource(cloud):
    """As the token rotation is kept to its pools."""
    mine, other = cloud.pool(1, name="mine"), cloud.pool(1, name="other")
    reads = "operation in ['get-instance-pool', 'get-operation', 'list-instance-pools']"
    kept = holder(cloud, only(reads, f"operation == 'update-instance-pool' && parameters.id in ['{mine}']"))
    kept.done(kept.client.update_instance_pool(id=mine, description="x"))
    with refused(403, saying="role policy"):
        kept.client.update_instance_pool(id=other, description="x")


def test_a_rule_may_look_into_a_body(cloud):
    said = "parameters.has('public_ip_assignment') && parameters.public_ip_assignment == 'none'"
    kept = holder(cloud, only("operation in ['list-templates', 'list-instance-types', 'get-operation', 'get-instance']", f"operation == 'create-instance' && {said}"))
    kept.instance(public_ip_assignment="none")
    for wishes in ({}, {"public_ip_assignment": "inet4"}):
        with refused(403):
            kept.client.create_instance(**kept.machine(**wishes))


def test_the_keys_inside_a_cluster(cloud):
    """What the autoscaler may, and no more."""
    allowed = "operation in ['evict-instance-pool-members', 'get-instance', 'get-instance-pool', 'get-operation', 'get-quota', 'scale-instance-pool']"
    pool = cloud.pool(1)
    scaler = holder(cloud, only(allowed))
    scaler.done(scaler.client.scale_instance_pool(id=pool, size=2))
    scaler.full(pool, 2)
    scaler.done(scaler.client.evict_instance_pool_members(id=pool, instances=[scaler.members(pool)[0]]))
    assert scaler.client.get_quota(entity="instance")["usage"] >= 1
    for call in (scaler.client.list_instances, scaler.client.list_instance_pools, scaler.client.list_iam_roles):
        with refused(403):
            call()
    with refused(403):
        scaler.client.delete_instance_pool(id=pool)


def test_a_key_without_get_operation_cannot_wait(cloud):
    maker = holder(cloud, only("operation == 'create-security-group'"))
    started = maker.client.create_security_group(name="web")
    with refused(403):
        maker.client.get_operation(id=started["id"])


def test_other_services_are_not_compute(cloud):
    keeper = holder(cloud, {"default-service-strategy": "deny", "services": {"iam": {"type": "allow"}}})
    assert keeper.client.list_iam_roles()["iam-roles"]
    assert status(keeper)[0] == 403
