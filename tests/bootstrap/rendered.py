"""Asks the renderers: random specs and whole launches, from tests/examples."""

import functools
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).parents[2]
# Thousands of machines are packed: what does that is worth being compiled well, and the simulation has it so.
WELL = ["--profile", "sim", "--features", "sabotage,arbitrary"]


def build(example):
    """The program of an example, compiled together with the simulation."""
    command = ["cargo", "build", "-p", "tests", "--locked", "--quiet", "--example", example, *WELL]
    message = ["--message-format", "json-render-diagnostics"]
    built = subprocess.run([*command, *message], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    artifacts = [json.loads(line) for line in built.stdout.splitlines()]
    return next(one["executable"] for one in artifacts if one.get("executable") and one["target"]["name"] == example)


def lines(command):
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        for line in process.stdout:
            yield json.loads(line)
    assert process.returncode == 0, f"{command} ended with {process.returncode}"


@functools.cache
def random_specs_program():
    return build("render")


def random_specs(program, seed, first, count, step):
    return lines([program, str(seed), str(first), str(count), str(step)])


@functools.cache
def launches():
    """Each fixed shape by its name, with all that its launch sent."""
    return {launch["shape"]: launch for launch in lines([build("launches")])}


@functools.cache
def constant_files():
    """What a control plane with everything gets beside its facts: path → text."""
    from machine import MACHINE_JSON, cloud_config, files, tree

    launch = launches()["csi"]
    found = files(tree(cloud_config(launch["machines"][0]["userData"])))
    del found[MACHINE_JSON]
    return found | {file["path"]: file["content"] for file in launch["bundled"]}
