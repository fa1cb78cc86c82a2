"""cloud-init judges what it will read, shellcheck what bash will run."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

import machine
import rendered
from rendered import ROOT

# Opens a folder for the files in the image's own name space, so that nothing is written into the image itself.
CHROOT = 'mount -t tmpfs tmpfs "$1/tmp" && cat > "$1/tmp/config" && exec chroot "$1" cloud-init schema -c /tmp/config'


in_chroot = pytest.mark.skipif(
    sys.platform != "linux" or os.getuid() != 0,
    reason="cloud-init schema takes a Debian in a chroot, and that takes root on Linux",
)


@pytest.fixture(scope="module")
def image():
    ask = "import('./tools/env.mjs').then(({ machineImage }) => console.log(machineImage.path))"
    path = pathlib.Path(subprocess.check_output(["node", "-e", ask], cwd=ROOT, text=True).strip())
    assert path.exists(), "`node tools/setup.mjs machines` has made no root file system"
    return path


def cloud_init(image, text):
    """What `cloud-init schema` says of a config: whether it is valid, and its words."""
    command = ["unshare", "--mount", "sh", "-c", CHROOT, "sh", str(image)]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    return done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def configs():
    """One of each role of each shape; those of one role differ in nothing but base64, which another test shows."""
    found = {}
    for shape, launch in rendered.launches().items():
        for one in launch["machines"]:
            found.setdefault(f"{shape}/{one['facts']['role']}", machine.cloud_config(one["userData"]))
    return found


@in_chroot
def test_cloud_init_accepts_every_shape(image, configs, say):
    for name, text in configs.items():
        valid, words = cloud_init(image, text)
        assert valid and "Valid schema" in words, f"{name}: {words}"
    say(f"cloud-init schema: {len(configs)} configs")


@in_chroot
@pytest.mark.parametrize("wrong", [
    lambda text: text.replace('"permissions":"0600"', '"permission":"0600"'),
    lambda text: text.replace('"encoding":"b64"', '"encoding":"base46"'),
    lambda text: text.replace('"runcmd":[', '"runcmd":[7,'),
    lambda text: text.replace('"write_files":', '"write_file":'),
    lambda text: text[:-1],
])
def test_a_broken_cloud_config_is_noticed(image, configs, wrong):
    text = configs["default/node"]
    assert wrong(text) != text
    valid, _ = cloud_init(image, wrong(text))
    assert not valid


def shell_files():
    """Every file of the repository that a shell runs."""
    tracked = subprocess.check_output(["git", "ls-files", "-z", "--", ":!.*"], cwd=ROOT, text=True).split("\0")
    for name in filter(None, tracked):
        file = ROOT / name
        if file.is_file() and re.match(rb"#!.*\b(ba|da)?sh\b", file.open("rb").readline(100)):
            yield name


def shellcheck(text):
    # SC1091: a part that is sourced is judged as a file of its own.
    done = subprocess.run(["shellcheck", "--severity=style", "--exclude=SC1091", "-"], input=text, capture_output=True, text=True)
    return done.stdout + done.stderr


def test_shellcheck_has_nothing_to_say(say):
    files = {name: (ROOT / name).read_text() for name in shell_files()}
    files |= {path: text for path, text in rendered.constant_files().items() if text.startswith("#!")}
    assert "/usr/local/sbin/slipway-bootstrap" in files
    assert "shared/src/bootstrap/templates/slipway-bootstrap.sh" in files
    for name, text in files.items():
        assert shellcheck(text) == "", name
    say(f"shellcheck: {len(files)} files")


@pytest.mark.parametrize("line", ["rm -rf $HOME/$1", "cd /tmp; ls", "x=`date`; echo $x", "if [ $1 = a ]; then echo b; fi"])
def test_a_warning_is_noticed(line):
    assert "SC" in shellcheck(f"#!/bin/bash\n{line}\n")
