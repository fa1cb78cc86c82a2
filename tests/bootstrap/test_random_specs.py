"""Ten thousand random valid specs: what PyYAML reads back is what was meant, and so is what kubeadm gets to read.

All go through PyYAML with libyaml's parser, a few hundred through its own in Python as well, which cloud-init uses: it
takes forty times as long, and between two machines of a role nothing differs but letters of base64, which is checked."""

import json
import multiprocessing
import os

import pytest
import yaml

import intended
import machine
import rendered
from programs import Programs
from schemas import kubeadm_faults

SPECS = int(os.environ.get("BOOTSTRAP_SPECS", "10000"))
SEED = int(os.environ.get("BOOTSTRAP_SEED", "20261122"))
PURE_EVERY = 50


def test_what_is_read_back_is_what_was_meant(say):
    program, constant = rendered.random_specs_program(), rendered.constant_files()
    processes = os.cpu_count() or 1
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        shares = pool.starmap(check_share, [(program, constant, first, processes) for first in range(processes)])
    skeletons = {role: set.union(*(share["skeletons"][role] for share in shares)) for role in ("control-plane", "node")}
    different = {role: len(kinds) for role, kinds in skeletons.items()}
    assert different == {"control-plane": 1, "node": 1}, "a person's words stand outside machine.json"
    largest = max(share["largest"] for share in shares)
    total = {key: sum(share[key] for share in shares) for key in ("specs", "machines", "documents", "pure")}
    say("random specs {specs}, seed {seed}: {machines} cloud-configs ({pure} also by PyYAML's own parser), {documents} kubeadm documents".format(**total, seed=SEED))
    say(f"largest user-data: {largest} of {machine.USER_DATA_CHARACTERS} characters")
    assert largest < machine.USER_DATA_CHARACTERS * 2 // 3
    assert total["specs"] == SPECS
    assert min(total.values()) > 0


def check_share(program, constant, first, step):
    """One process's part. The first spec that is read wrongly ends it, with its number."""
    programs = Programs(constant)
    done = {"largest": 0, "specs": 0, "machines": 0, "documents": 0, "pure": 0, "skeletons": {"control-plane": set(), "node": set()}}
    for line in rendered.random_specs(program, SEED, first, SPECS, step):
        try:
            check(line, programs, done)
        except AssertionError as error:
            raise AssertionError(f"spec {line['number']} of seed {SEED}: {error}\n{json.dumps(line['spec'])}") from None
        done["specs"] += 1
    return done


def check(line, programs, done):
    pure = line["number"] // 2 % PURE_EVERY == 0
    told = {one["facts"]["role"]: one["facts"] for one in line["machines"]}
    token = told["node"]["join"]["token"]
    for one in line["machines"]:
        if one["userData"]:
            check_cloud_config(line, one, pure, done)
        check_kubeadm(line, one, token, programs, pure, done)


def check_cloud_config(line, one, pure, done):
    done["largest"] = max(done["largest"], len(one["userData"]))
    text = machine.cloud_config(one["userData"])
    tree = machine.tree(text, yaml.CSafeLoader)
    found = json.loads(machine.files(tree)[machine.MACHINE_JSON])
    assert found == one["facts"], "machine.json is not what was meant"
    wrong = intended.holds(intended.machine_json(line["spec"], line["facts"], one["name"]), found)
    assert not wrong, wrong
    done["skeletons"][found["role"]].add(machine.skeleton(tree))
    done["machines"] += 1
    if pure:
        assert machine.tree(text) == tree, "PyYAML's two parsers differ"
        done["pure"] += 1


def check_kubeadm(line, one, token, programs, pure, done):
    programs.become(one, token)
    verb, text = programs.kubeadm_reads()
    documents = list(yaml.load_all(text, Loader=yaml.CSafeLoader))
    if pure:
        assert list(yaml.safe_load_all(text)) == documents, "PyYAML's two parsers differ"
    expected_verb, expected = intended.kubeadm(line["spec"], line["facts"], {"name": one["name"], "facts": one["facts"] | {"join-token": token}})
    assert verb == expected_verb
    wrong = intended.holds(expected, documents)
    assert not wrong, wrong
    if verb == "init":
        planes = intended.control_planes(line["spec"], line["facts"])
        known = documents[1]["apiServer"]["certSANs"]
        assert intended.names(line["facts"], planes) <= set(known), known
    if pure:
        faults = [fault for document in documents for fault in kubeadm_faults(document)]
        assert not faults, faults
    done["documents"] += len(documents)


@pytest.mark.parametrize("wrong", [
    lambda tree: tree["write_files"][0].update(owner="root"),
    lambda tree: tree.update(bootcmd=[]),
    lambda tree: tree["write_files"][0].update(permissions=0o600),
    lambda tree: tree["runcmd"].append(["true", 1]),
])
def test_a_wrong_tree_is_noticed(wrong):
    text = machine.cloud_config(rendered.launches()["default"]["machines"][0]["userData"])
    tree = machine.tree(text)
    wrong(tree)
    with pytest.raises(AssertionError):
        machine.tree(machine.HEAD + json.dumps(tree))


def test_a_wrong_fact_is_noticed():
    launch = rendered.launches()["pools"]
    for one in launch["machines"]:
        expected = intended.machine_json(launch["spec"], launch["facts"], one["name"])
        assert intended.holds(expected, one["facts"]) is None
        for key in ("schema", "role", "cluster", "kubernetes", "network", "controlPlanes"):
            assert intended.holds(expected, one["facts"] | {key: True}), key
            assert intended.holds(expected, {name: value for name, value in one["facts"].items() if name != key}), key
