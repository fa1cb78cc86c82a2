"""Terraform itself, where it is installed. Its providers cannot be had in a test: what they would make stands in as text."""

import base64
import functools
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess

import yaml

BINARY = shutil.which("terraform")
MISSING = "terraform is not installed"


def run(folder, *arguments):
    environment = os.environ | {"TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}
    done = subprocess.run([BINARY, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rendered(cluster, folder, bootstrapped=False):
    """The user-data that Terraform would send, by machine, and the kubeconfig; providers' values are stand-ins."""
    shutil.copytree(cluster.folder, folder, dirs_exist_ok=True)
    expressions = {}
    for path in folder.glob("*.tf"):
        text = path.read_text()
        for name, told in re.findall(r'^  user_data += (.*machine = "([^"]+)".*)$', text, re.M):
            expressions[told] = name
        path.unlink() if path.name not in KEPT else path.write_text(stand_in(without_resources(text)))
    outputs = "".join(f'output "{name}" {{\n  value = {told}\n}}\n' for name, told in expressions.items())
    (folder / "rendered.tf").write_text(outputs)
    (folder / "stand_ins.auto.tfvars.json").write_text(json.dumps({"bootstrapped": bootstrapped}))
    run(folder, "apply", "-auto-approve", "-no-color")
    values = {name: one["value"] for name, one in json.loads(run(folder, "output", "-json")).items()}
    return {name: values[name] for name in expressions}, values["kubeconfig"]


KEPT = {"locals.tf", "pki.tf", "variables.tf", "outputs.tf"}


def without_resources(text):
    return re.sub(r'^resource .*?^}\n', "", text, flags=re.M | re.S)


def stand_in(text):
    """References to what providers make become literals of the same form."""
    authorities = {name: json.dumps({"cert_pem": certificate(name), "private_key_pem": key(name)}) for name in AUTHORITIES}
    whole = "{" + ", ".join(f"{json.dumps(name)} = {told}" for name, told in authorities.items()) + "}"
    text = re.sub(r'\b(tls_self_signed_cert|tls_private_key)\.authority\b', lambda _: whole, text)
    for pattern, value in STAND_INS.items():
        text = re.sub(pattern, lambda match: json.dumps(value(match[0]) if callable(value) else value), text)
    return text


# Of each name another, so that user-data is as long as it really gets.
@functools.cache
def key(name):
    made = subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout"], check=True, capture_output=True, text=True)
    return made.stdout


@functools.cache
def public_key(name):
    return subprocess.run(["openssl", "ec", "-pubout"], input=key(name), check=True, capture_output=True, text=True).stdout


@functools.cache
def certificate(name):
    command = ["openssl", "req", "-x509", "-new", "-key", "/dev/stdin", "-subj", "/CN=kubernetes", "-days", "3650"]
    return subprocess.run(command, input=key(name), check=True, capture_output=True, text=True).stdout


def secret(name):
    return base64.b64encode(hashlib.sha256(name.encode()).digest()).decode()[:43]


AUTHORITIES = ("ca", "etcd/ca", "front-proxy-ca")
JOIN_TOKEN = "abcdef.0123456789abcdef"
CA_HASH = "0f" * 32
STAND_INS = {
    r"random_string\.\w+\.result": JOIN_TOKEN.split(".")[0],
    r"random_password\.\w+\.result": JOIN_TOKEN.split(".")[1],
    r"local_file\.\w+\.content_sha256": CA_HASH,
    r"tls_private_key\.\w+\.private_key_pem": key,
    r"tls_private_key\.\w+\.public_key_pem": public_key,
    r"tls_locally_signed_cert\.\w+\.cert_pem": certificate,
    r"exoscale_iam_api_key\.\w+\.key": lambda name: f"EXO{secret(name)[:24]}",
    r"exoscale_iam_api_key\.\w+\.secret": secret,
    r"exoscale_elastic_ip\.\w+\.ip_address": "192.0.2.250",
    r"exoscale_compute_instance\.\w+\.public_ip_address": "192.0.2.251",
}


def cloud_config(user_data):
    """What cloud-init finds: the first line decides, the rest is YAML, of which JSON is a part."""
    head, _, body = gzip.decompress(base64.b64decode(user_data)).decode().partition("\n")
    assert head == "#cloud-config"
    config = yaml.safe_load(body)
    files = {one["path"]: one for one in config["write_files"]}
    machine = files.pop("/etc/slipway/machine.json")
    assert machine["permissions"] == "0600"
    content = base64.b64decode(machine["content"]) if machine.get("encoding") == "b64" else machine["content"]
    return config, files, json.loads(content)
