"""What the cloud offers before anything is made: zones, types, templates, targets, quotas, the organisation."""

import uuid

import pytest
import requests

from cloud import BASE, endpoint, find, refused
from document import schema

ZONES = schema("zone-name")["enum"]
NAMES = [
    "Linux Debian 12 (Bookworm) 64-bit",
    "Linux Debian 13 (Trixie) 64-bit",
    "Linux Ubuntu 22.04 LTS 64-bit",
    "Linux Ubuntu 24.04 LTS 64-bit",
    "Linux Ubuntu 26.04 LTS 64-bit",
]
# Family: its sizes, and the zones that have it.
TYPES = {
    "standard": ("micro tiny small medium large extra-large huge mega titan jumbo colossus", ZONES),
    "cpu": ("extra-large huge mega titan titan48c colossus", ZONES),
    "memory": ("extra-large huge mega titan", ZONES),
    "storage": ("extra-large huge mega titan jumbo", [zone for zone in ZONES if zone != "de-muc-1"]),
    "gpu2": ("small medium large huge", ["at-vie-1"]),
    "gpu3": ("small medium large huge", ["de-fra-1"]),
    "gpu3080ti": ("small medium large", ["at-vie-2"]),
    "gpua30": ("small medium large huge", ["ch-gva-2"]),
    "gpua5000": ("small medium large", ["at-vie-2"]),
    "gpub300": ("huge", ["ch-gva-2"]),
    "gpurtx6000pro": ("small medium large huge", ["ch-dk-2", "de-fra-1", "hr-zag-1"]),
}


def test_the_zones_are_public(cloud):
    listed = requests.get(f"{endpoint('ch-gva-2')}/zone").json()
    assert listed == cloud.client.list_zones()
    assert sorted(each["name"] for each in listed["zones"]) == ZONES
    for each in listed["zones"]:
        assert each["api-endpoint"].startswith(BASE)
        assert each["api-endpoint"].endswith(f"/{each['name']}/v2")


def test_every_zone_answers_where_it_says(cloud):
    for each in cloud.client.list_zones()["zones"]:
        cloud.client.endpoint = each["api-endpoint"]
        assert cloud.client.list_instances() == {"instances": []}


def test_there_is_no_other_zone(cloud):
    with refused(403, 404):
        cloud.at("ch-mars-1").client.list_instances()


def test_every_type_with_its_zones(cloud):
    """A type that the account may not use is left out, or said to be unauthorised."""
    listed = cloud.client.list_instance_types()["instance-types"]
    seen = {f"{each['family']}.{each['size']}": each for each in listed}
    assert len(seen) == len(listed)
    for family, (sizes, zones) in TYPES.items():
        for size in sizes.split():
            each = seen.pop(f"{family}.{size}", None)
            if each is None:
                assert family.startswith("gpu")
                continue
            assert sorted(each["zones"]) == sorted(zones)
            assert each["authorized"] is not family.startswith("gpu")
            assert ("gpus" in each) == family.startswith("gpu")
            assert cloud.client.get_instance_type(id=each["id"]) == each
    assert seen == {}


def test_every_type_is_shown_to_strangers(cloud):
    listed = requests.get(f"{endpoint('ch-gva-2')}/instance-type")
    assert listed.status_code == 200
    expected = {f"{family}.{size}" for family, (sizes, _) in TYPES.items() for size in sizes.split()}
    assert {f"{each['family']}.{each['size']}" for each in listed.json()["instance-types"]} == expected


def test_some_known_types(cloud):
    for name, cpus, gibibytes in [("standard.micro", 1, 0.5), ("standard.medium", 2, 4), ("cpu.huge", 16, 32), ("memory.titan", 12, 128)]:
        found = cloud.client.get_instance_type(**cloud.type(name))
        assert (found["cpus"], found["memory"]) == (cpus, gibibytes * 2**30)


def test_templates_have_their_exact_names_in_each_zone(cloud):
    ids = set()
    for zone in ZONES:
        listed = cloud.at(zone).client.list_templates()["templates"]
        assert set(NAMES) <= {each["name"] for each in listed}
        assert all(each["visibility"] == "public" and each["size"] == 10 * 2**30 for each in listed)
        ids |= {each["id"] for each in listed}
        assert len(listed) * (ZONES.index(zone) + 1) == len(ids), "a template's id is its zone's own"


def test_templates_by_family_and_visibility(cloud):
    listed = cloud.client.list_templates(family="debian", visibility="public")["templates"]
    assert sorted(each["name"] for each in listed) == NAMES[:2]
    assert {each["default-user"] for each in listed} == {"debian"}
    assert cloud.client.list_templates(visibility="private") == {"templates": []}
    [found] = find(cloud.client.list_templates(family="ubuntu"), name=NAMES[3])
    assert (found["default-user"], found["boot-mode"]) == ("ubuntu", "uefi")
    assert cloud.client.get_template(id=found["id"]) == found


def test_a_template_of_another_zone_is_unknown(cloud):
    with refused(404):
        cloud.at("de-fra-1").client.get_template(**cloud.template())


def test_an_ordinary_account_has_no_deploy_targets(cloud):
    assert cloud.client.list_deploy_targets() == {"deploy-targets": []}
    with refused(404):
        cloud.client.get_deploy_target(id=str(uuid.uuid4()))


@pytest.mark.parametrize("resource", ["instance", "network-load-balancer", "elastic-ip", "template", "private-network", "snapshot"])
def test_quotas_say_usage_and_limit(cloud, resource):
    [listed] = find(cloud.client.list_quotas(), resource=resource)
    assert cloud.client.get_quota(entity=resource) == listed
    assert listed["usage"] == 0 < listed["limit"]


def test_quotas_count(cloud):
    cloud.done(cloud.client.create_elastic_ip(addressfamily="inet4"))
    cloud.pool(2, instance_type=cloud.type("standard.medium"))
    for resource, usage in [("elastic-ip", 1), ("instance", 2)]:
        assert cloud.client.get_quota(entity=resource)["usage"] == usage


def test_there_is_no_quota_of_anything(cloud):
    with refused(404):
        cloud.client.get_quota(entity="patience")


def test_the_organisation(cloud):
    assert {"id", "name", "currency"} <= set(cloud.client.get_organization())
