#!/usr/bin/env python3
"""apt-get, apt-mark, modprobe, swapoff, networkctl, udevadm: what they would do outside the machine is left out.

And systemd-detect-virt, which would see the namespaces; then cloud-init would not ask the hardware where it is.
"""

import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, "/usr/local/lib/stand-ins")
import stand_in

PACKAGES = pathlib.Path("/usr/local/lib/stand-ins/packages")


def install():
    for file in PACKAGES.iterdir():
        shutil.copy(file, "/usr/lib/systemd/system" if file.suffix == ".service" else "/usr/bin")


program, arguments = stand_in.called()
if program == "apt-get" and "install" in arguments:
    wanted = next(one for one in arguments if one.startswith("kubeadm="))
    pathlib.Path("/usr/lib/kubernetes-version").write_text(wanted.removeprefix("kubeadm=").removesuffix("-*"))
    install()
if program == "networkctl" and arguments[0] in ("reload", "reconfigure"):
    # There is no bus to tell networkd by.
    sys.exit(subprocess.run(["systemctl", "restart", "systemd-networkd.service"]).returncode)
if program == "systemd-detect-virt":
    container = "--container" in arguments or "-c" in arguments
    print("none" if container else "kvm")
    sys.exit(container)
