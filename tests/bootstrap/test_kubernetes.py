"""What the machines give to Kubernetes: kubeadm's documents and every manifest of every minor on offer."""

import copy

import pytest
import yaml

import rendered
from programs import Programs
from schemas import kubeadm_faults, listed, manifest_faults, OTHER

SHAPES = ("default", "three", "pools", "csi", "list", "bare", "everything", "1.35", "1.36", "1.37")
MINORS = ("1.35", "1.36", "1.37")
TOKEN = "abcdef.0123456789abcdef"


@pytest.fixture(scope="module")
def programs():
    return Programs(rendered.constant_files())


def test_every_shape_and_every_minor_is_here():
    launches = rendered.launches()
    assert set(launches) == set(SHAPES)
    assert {launch["spec"]["kubernetes"] for launch in launches.values()} == set(MINORS)
    assert all(launches[minor]["spec"]["kubernetes"] == minor for minor in MINORS)


@pytest.fixture(scope="module")
def documents(programs):
    """Every document that kubeadm and the API server read on every machine of every shape."""
    found = []
    for launch in rendered.launches().values():
        for machine in launch["machines"]:
            programs.become(machine, TOKEN)
            found += yaml.safe_load_all(programs.kubeadm_reads()[1])
            written = programs.written()
            assert set(written) >= {"kubeletconfiguration0+merge.yaml", "admission.json"}
            found.append(written["kubeletconfiguration0+merge.yaml"])
    return found


def test_kubeadm_knows_every_field(documents, say):
    for document in documents:
        assert not kubeadm_faults(document)
    kinds = {document["kind"] for document in documents}
    assert kinds == {"InitConfiguration", "ClusterConfiguration", "JoinConfiguration", "KubeletConfiguration"}
    say(f"kubeadm: {len(documents)} documents of {len(kinds)} kinds against v1beta4")


def every_key(node, path=()):
    """The way to every object's key."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield (*path, key)
            yield from every_key(value, (*path, key))
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from every_key(value, (*path, place))


def parent_of(document, path):
    for part in path[:-1]:
        document = document[part]
    return document


def test_a_misspelt_field_is_refused_wherever_it_stands(documents):
    tried = 0
    for document in {document["kind"]: document for document in documents}.values():
        for path in every_key(document):
            wrong = copy.deepcopy(document)
            parent = parent_of(wrong, path)
            parent[f"{path[-1]}x"] = parent.pop(path[-1])
            assert kubeadm_faults(wrong), path
            tried += 1
    assert tried > 40


def test_the_arguments_of_the_version_before_are_refused(documents):
    """In v1beta3 they were maps: the commonest mistake."""
    tried = 0
    for document in documents:
        for path in every_key(document):
            if path[-1] in ("extraArgs", "kubeletExtraArgs"):
                wrong = copy.deepcopy(document)
                arguments = parent_of(wrong, path)[path[-1]]
                parent_of(wrong, path)[path[-1]] = {one["name"]: one["value"] for one in arguments}
                assert kubeadm_faults(wrong), path
                tried += 1
        assert kubeadm_faults(document | {"apiVersion": "kubeadm.k8s.io/v1beta3"})
    assert tried


def test_the_api_server_reads_what_it_admits(programs):
    programs.become(rendered.launches()["default"]["machines"][0], TOKEN)
    programs.kubeadm_reads()
    admission = programs.written()["admission.json"]
    assert not listed(OTHER, admission)
    admission["plugins"][0]["configuration"]["defaults"]["enforce"] = "basline"
    assert listed(OTHER, admission)


@pytest.mark.parametrize("shape", SHAPES)
def test_kubernetes_knows_every_manifest(programs, shape, say, warn):
    launch = rendered.launches()[shape]
    minor, addons = launch["spec"]["kubernetes"], launch["spec"]["addons"]
    programs.become(launch["machines"][0], TOKEN)
    manifests = programs.manifests()
    assert {"cloud-controller", "calico-operator", "calico", "autoscaler"} <= set(manifests)
    assert ("metrics-server" in manifests) == addons["metricsServer"]
    kinds = set()
    for part, items in manifests.items():
        for document in items:
            faults, used = manifest_faults(document, minor)
            assert not faults, part
            kinds.add(f"{document['apiVersion']} {document['kind']}")
            if used not in (minor, None):
                warn(f"{part} for {minor} was judged by the schemas of {used}: kubernetes-validate has none nearer")
    if shape in MINORS:
        say(f"manifests of {minor}: {sum(map(len, manifests.values()))} documents of {len(kinds)} kinds in {len(manifests)} parts")


@pytest.mark.parametrize("wrong", [
    lambda deployment: deployment["spec"].update(replica=1),
    lambda deployment: deployment["spec"].update(replicas="1"),
    lambda deployment: deployment["spec"].pop("selector"),
    lambda deployment: deployment["spec"]["template"]["spec"]["containers"][0].update(cmd=["x"]),
    lambda deployment: deployment.update(apiVersion="apps/v1beta1"),
    lambda deployment: deployment.update(kind="Deploiment"),
])
@pytest.mark.parametrize("minor", MINORS)
def test_a_broken_manifest_is_noticed(programs, wrong, minor):
    programs.become(rendered.launches()[minor]["machines"][0], TOKEN)
    deployment = next(one for one in programs.manifests()["autoscaler"] if one["kind"] == "Deployment")
    assert manifest_faults(deployment, minor) == ([], minor)
    wrong(deployment)
    assert manifest_faults(deployment, minor)[0]


@pytest.mark.parametrize("wrong", [
    lambda network: network.update(bgp="Enabled"),
    lambda network: network["ipPools"][0].update(encapsulation="IPIP"),
    lambda network: network["ipPools"][0].update(cidr="10.244.0.0"),
    lambda network: network.pop("nodeAddressAutodetectionV4"),
])
def test_a_broken_installation_is_noticed(programs, wrong):
    programs.become(rendered.launches()["default"]["machines"][0], TOKEN)
    [installation] = programs.manifests()["calico"]
    wrong(installation["spec"]["calicoNetwork"])
    assert manifest_faults(installation, "1.36")[0]
