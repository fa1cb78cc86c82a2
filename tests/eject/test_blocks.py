"""Whether the blocks are the plan: a second reading of what a launch makes, in the provider's words."""

import re

from sheets import Expression

# The provider's documented arguments, as far as we use them: the required ones, then the others.
ARGUMENTS = {
    "exoscale_ssh_key": ({"name", "public_key"}, set()),
    "exoscale_private_network": ({"zone", "name"}, {"description", "start_ip", "end_ip", "netmask", "labels"}),
    "exoscale_security_group": ({"name"}, {"description", "external_sources"}),
    "exoscale_security_group_rule": (
        {"security_group_id", "type", "protocol"},
        {"description", "cidr", "public_security_group", "start_port", "end_port", "icmp_type", "icmp_code"},
    ),
    "exoscale_anti_affinity_group": ({"name"}, {"description"}),
    "exoscale_elastic_ip": ({"zone"}, {"description", "address_family", "labels", "healthcheck"}),
    "exoscale_iam_role": ({"name"}, {"description", "editable", "labels", "policy"}),
    "exoscale_iam_api_key": ({"name", "role_id"}, set()),
    "exoscale_compute_instance": (
        {"zone", "name", "type", "template_id", "disk_size"},
        {"security_group_ids", "anti_affinity_group_ids", "ssh_keys", "elastic_ip_ids", "user_data", "labels", "network_interface", "lifecycle"},
    ),
    "exoscale_instance_pool": (
        {"zone", "name", "size", "template_id"},
        {"description", "instance_prefix", "instance_type", "disk_size", "network_ids", "security_group_ids",
         "anti_affinity_group_ids", "key_pair", "user_data", "labels", "lifecycle"},
    ),
}


def local(step):
    return step.replace("-", "_")


def reference(kind, step, what="id"):
    return Expression(f"{kind}.{local(step)}.{what}")


def test_every_resource_is_there_once_as_planned(cluster):
    expected = {}
    for step, at, kind, content in cluster.actions():
        if kind == "create":
            resource, told = next(iter(content["resource"].items()))
            of, body = EXPECT[resource](cluster, step, told)
            expected[of, local(step)] = body
        elif kind == "add-rule":
            expected["exoscale_security_group_rule", f"{local(step)}_{at}"] = rule(content)
    found = {key: body for key, body in cluster.sheets.resources.items() if key[0].startswith("exoscale_")}
    assert found.keys() == expected.keys()
    for key, body in expected.items():
        assert {name: one for name, one in found[key].items() if name != "user_data"} == body, key


def test_arguments_are_the_providers(cluster):
    for (kind, name), body in cluster.sheets.resources.items():
        if kind.startswith("exoscale_"):
            required, others = ARGUMENTS[kind]
            assert required <= body.keys() <= required | others, (kind, name)


def test_every_reference_names_something_that_is_there(cluster):
    sheets = cluster.sheets
    text = "\n".join(re.sub(r"^\s*#.*$", "", one, flags=re.M) for one in sheets.texts.values())
    found = 0
    for kind, name in re.findall(r"(?<![\w.\"])(?!data\.)((?:exoscale|tls|random|local)_\w+)\.(\w+)", text):
        assert (kind, name) in sheets.resources, (kind, name)
        found += 1
    for kind, name in re.findall(r"\bdata\.(\w+)\.(\w+)", text):
        assert (kind, name) in sheets.data, (kind, name)
    for name in re.findall(r"\blocal\.(\w+)", text):
        assert name in sheets.locals, name
    for name in re.findall(r"\bvar\.(\w+)", text):
        assert name in sheets.variables, name
    for one in re.findall(r'source\s+= "((?:cloud-init|manifests)/[^"]+)"', text):
        assert one in cluster.files, one
    machines = re.findall(r'machine = "([^"]+)"', text)
    assert {f"cloud-init/machines/{name}.json" for name in machines} == {path for path in cluster.files if "/machines/" in path}
    assert found > 20


def test_nothing_waits_for_itself(cluster):
    """Terraform refuses cycles. The locals are followed too."""
    sheets = cluster.sheets
    names = {f"{kind}.{name}": body for (kind, name), body in sheets.resources.items()}
    names |= {f"local.{name}": body for name, body in sheets.locals.items()}
    needs = {name: {other for other in names if re.search(rf"(?<![\w.]){re.escape(other)}(?!\w)", flat(body))} for name, body in names.items()}
    while needs:
        free = {name for name, before in needs.items() if not before & needs.keys()}
        assert free, sorted(needs)
        needs = {name: before for name, before in needs.items() if name not in free}


def flat(body):
    if isinstance(body, dict):
        return " ".join(f"{key} {flat(one)}" for key, one in body.items())
    return " ".join(flat(one) for one in body) if isinstance(body, list) else str(body)


# --- What the provider must be told ----------------------------------------------------------------------------------


def labels(cluster, step):
    return {"slipway/cluster": cluster.marker, "slipway/run": cluster.plan["facts"]["run"], "slipway/step": step}


def description(cluster, step):
    return " ".join(f"{key}={value}" for key, value in labels(cluster, step).items())


def ssh_key(_, __, told):
    return "exoscale_ssh_key", {"name": told["name"], "public_key": told["publicKey"]}


def private_network(cluster, step, told):
    return "exoscale_private_network", {
        "zone": "local.zone", "name": told["name"], "description": description(cluster, step), "labels": labels(cluster, step),
        "start_ip": told["start"], "end_ip": told["end"], "netmask": told["netmask"],
    }


def group(kind):
    return lambda cluster, step, told: (kind, {"name": told["name"], "description": description(cluster, step)})


def rule(content):
    told = content["rule"]
    body = {
        "security_group_id": reference("exoscale_security_group", content["group"]),
        "description": told["description"], "type": told["direction"].upper(), "protocol": told["protocol"].upper(),
    }
    peer, whom = next(iter(told["peer"].items()))
    body[{"network": "cidr", "publicGroup": "public_security_group"}[peer]] = whom
    if told["ports"]:
        body["start_port"], body["end_port"] = told["ports"]
    if told["icmp"]:
        body["icmp_type"], body["icmp_code"] = told["icmp"]
    return body


def role(cluster, step, told):
    rules = [dict(one) for one in told["policy"]["services"]["compute"]["rules"]]
    for _, _, kind, content in cluster.actions():
        if kind == "guard" and content["role"] == step:
            ids = ", ".join(f"'${{exoscale_instance_pool.{local(pool)}.id}}'" for pool in content["pools"])
            rules.append({"action": "allow", "expression": f"operation == 'update-instance-pool' && parameters.id in [{ids}]"})
    policy = {"default_service_strategy": "deny", "services": {"compute": {"type": "rules", "rules": rules}}}
    return "exoscale_iam_role", {
        "name": told["name"], "description": description(cluster, step), "editable": True, "labels": labels(cluster, step), "policy": policy,
    }


def api_key(_, __, told):
    return "exoscale_iam_api_key", {"name": told["name"], "role_id": reference("exoscale_iam_role", told["role"])}


def elastic_ip(cluster, step, told):
    return "exoscale_elastic_ip", {
        "zone": "local.zone", "description": description(cluster, step), "address_family": "inet4", "labels": labels(cluster, step),
        "healthcheck": [told["healthcheck"]],
    }


def template(cluster, told, name):
    if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", told["template"]):
        return told["template"]
    assert cluster.sheets.data["exoscale_template", name] == {"zone": "local.zone", "name": told["template"]}
    return f"data.exoscale_template.{name}.id"


def placed(told, ssh_keys):
    body = {"disk_size": told["diskGib"], "security_group_ids": [reference("exoscale_security_group", told["securityGroup"])]}
    if told["antiAffinity"]:
        body["anti_affinity_group_ids"] = [reference("exoscale_anti_affinity_group", told["antiAffinity"])]
    if told["sshKey"]:
        body |= ssh_keys(reference("exoscale_ssh_key", told["sshKey"], "name"))
    return body


def instance(cluster, step, told):
    body = placed(told, lambda key: {"ssh_keys": [key]}) | {
        "zone": "local.zone", "name": told["name"], "type": told["instanceType"], "labels": labels(cluster, step),
        "template_id": template(cluster, told, "control_planes"), "lifecycle": [{"ignore_changes": ["template_id"]}],
    }
    for _, _, kind, content in cluster.actions():
        if content.get("instance") != step:
            continue
        if kind == "attach-network":
            body["network_interface"] = [{"network_id": reference("exoscale_private_network", content["network"]), "ip_address": content["address"]}]
        if kind == "attach-address":
            body["elastic_ip_ids"] = [reference("exoscale_elastic_ip", content["address"])]
    return "exoscale_compute_instance", body


def pool(cluster, step, told):
    return "exoscale_instance_pool", placed(told, lambda key: {"key_pair": key}) | {
        "zone": "local.zone", "name": told["name"], "description": description(cluster, step), "instance_prefix": told["prefix"],
        "instance_type": told["instanceType"], "template_id": template(cluster, told, "nodes"), "size": told["size"],
        "network_ids": [reference("exoscale_private_network", told["privateNetwork"])],
        "labels": labels(cluster, step) | {"slipway/min": str(told["min"]), "slipway/max": str(told["max"])},
        "lifecycle": [{"ignore_changes": ["size", "user_data"]}],
    }


EXPECT = {
    "ssh-key": ssh_key,
    "private-network": private_network,
    "security-group": group("exoscale_security_group"),
    "anti-affinity-group": group("exoscale_anti_affinity_group"),
    "role": role,
    "api-key": api_key,
    "elastic-ip": elastic_ip,
    "instance": instance,
    "instance-pool": pool,
}
