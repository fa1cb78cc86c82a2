"""What one machine is told, as whoever reads it: Exoscale's base64, gzip, cloud-config, the files in it."""

import base64
import gzip
import json

import yaml

HEAD = "#cloud-config\n"
MACHINE_JSON = "/etc/slipway/machine.json"
USER_DATA_CHARACTERS = 32_768


def cloud_config(user_data):
    """The text that cloud-init reads."""
    assert len(user_data) < USER_DATA_CHARACTERS, f"{len(user_data)} characters"
    packed = base64.b64decode(user_data, validate=True)
    text = gzip.decompress(packed).decode("ascii")
    assert text.startswith(HEAD)
    return text


def tree(text, loader=yaml.SafeLoader):
    """What cloud-init finds in it: exactly two keys, and in each file exactly what a file has."""
    document = yaml.load(text, Loader=loader)
    assert list(document) == ["write_files", "runcmd"]
    for file in document["write_files"]:
        assert set(file) - {"encoding"} == {"path", "permissions", "content"}, file["path"]
        assert all(isinstance(value, str) for value in file.values()), file["path"]
        assert file["permissions"] in ("0600", "0644", "0700", "0755"), file["path"]
        assert file.get("encoding", "b64") == "b64"
    for command in document["runcmd"]:
        assert command and all(isinstance(word, str) for word in command)
    return document


def files(document):
    """Path → content, decoded as cloud-init decodes it."""
    found = {file["path"]: content(file) for file in document["write_files"]}
    assert len(found) == len(document["write_files"]), "a path is written twice"
    return found


def content(file):
    if "encoding" in file:
        return base64.b64decode(file["content"], validate=True).decode()
    return file["content"]


def skeleton(document):
    """Everything but what stands in machine.json: the same for all machines of a role."""
    return json.dumps({
        "write_files": [file | {"content": ""} if file["path"] == MACHINE_JSON else file for file in document["write_files"]],
        "runcmd": document["runcmd"],
    })
