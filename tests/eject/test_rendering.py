"""Whether Terraform itself accepts the files, and renders user-data as a launch would have written it."""

import json

import pytest
import yaml

import terraform

pytestmark = pytest.mark.skipif(not terraform.BINARY, reason=terraform.MISSING)
USER_DATA_CHARACTERS = 32768


def test_it_is_formatted_as_terraform_would(cluster):
    terraform.run(cluster.folder, "fmt", "-check", "-diff", "-no-color")


def test_machines_are_told_what_a_launch_tells_them(cluster, tmp_path):
    told, kubeconfig = terraform.rendered(cluster, tmp_path)
    planned = {}
    for step, kind, content in cluster.created():
        if kind in ("instance", "instance-pool"):
            planned[step] = content["facts"]
    assert told.keys() == planned.keys()
    for step, user_data in told.items():
        assert len(user_data) < USER_DATA_CHARACTERS, step
        config, files, machine = terraform.cloud_config(user_data)
        expected = planned[step]
        if expected["role"] == "node":
            expected = expected | {"join": {"token": terraform.JOIN_TOKEN, "caHash": f"sha256:{terraform.CA_HASH}"}}
            assert "/etc/slipway/bundle.json" not in files
        else:
            check_bundle(cluster, files.pop("/etc/slipway/bundle.json"))
            # The link is in the README: user-data has no room for it beside the keys.
            assert expected["spec"] in cluster.files["README.md"]
            expected = expected | {"spec": ""}
            if len(expected["controlPlanes"]) > 1:
                expected = expected | {"elasticIp": "192.0.2.250"}
        assert machine == expected
        for path, file in files.items():
            assert file["content"] == kept(cluster, path), path
        assert files["/usr/local/sbin/slipway-bootstrap"]["permissions"] == "0700"
        assert config["runcmd"][-1] == ["systemctl", "enable", "--now", "--no-block", "slipway-bootstrap.service"]
    check_kubeconfig(cluster, yaml.safe_load(kubeconfig))


def test_a_cluster_that_is_up_has_no_keys_in_its_user_data(cluster, tmp_path):
    told, _ = terraform.rendered(cluster, tmp_path, bootstrapped=True)
    for user_data in told.values():
        _, files, machine = terraform.cloud_config(user_data)
        assert "/etc/slipway/bundle.json" not in files
        assert all(terraform.key(name).splitlines()[1] not in json.dumps([files, machine]) for name in terraform.AUTHORITIES)


def kept(cluster, path):
    name = path.rsplit("/", 1)[1]
    return cluster.files[f"manifests/{name}" if "/manifests/" in path else f"cloud-init/files/{name}"]


def check_bundle(cluster, file):
    assert file["permissions"] == "0600"
    bundle = json.loads(file["content"])
    assert bundle["joinToken"] == terraform.JOIN_TOKEN
    assert bundle["keys"].keys() == {step.removeprefix("key-") for step, kind, _ in cluster.created() if kind == "api-key"}
    assert all(pair.keys() == {"key", "secret"} for pair in bundle["keys"].values())
    authorities = ("ca", "etcd/ca", "front-proxy-ca", "sa")
    assert bundle["pki"].keys() == {f"{name}.key" for name in authorities} | {f"{name}.crt" for name in authorities[:3]} | {"sa.pub"}


def check_kubeconfig(cluster, config):
    [at] = config["clusters"]
    three = sum(kind == "instance" for _, kind, _ in cluster.created()) > 1
    assert at["cluster"]["server"] == f"https://192.0.2.25{0 if three else 1}:6443"
    assert at["cluster"]["tls-server-name"] == cluster.machine("control-plane-1")["cluster"]["endpoint"]
