#!/usr/bin/python3
"""systemctl without systemd: enables by the real one, offline, and starts a unit by what stands in its files."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, "/usr/local/lib/stand-ins")
import stand_in

FOLDERS = [pathlib.Path(one) for one in ("/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system")]
RUNNING = pathlib.Path("/run/stand-ins")
# What a system service gets; above all no HOME.
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8"}


def settings(unit):
    """All assignments of a unit and its drop-ins, in order."""
    files = [folder / unit for folder in FOLDERS if (folder / unit).exists()][:1]
    if not files:
        sys.exit(f"Unit {unit} not found.")
    files += sorted(file for folder in FOLDERS for file in (folder / f"{unit}.d").glob("*.conf"))
    found = {}
    for file in files:
        for key, value in re.findall(r"^(\w+)=(.*)$", file.read_text(), re.M):
            found.setdefault(key, []).append(value)
    return found


def start(unit):
    # Timers are started by hand here; netplan's own units are made by a generator of systemd's.
    if unit.endswith(".timer") or unit.startswith("netplan-"):
        return
    told = settings(unit)
    for condition in told.get("ConditionPathExists", []):
        if pathlib.Path(condition.lstrip("!")).exists() == condition.startswith("!"):
            return
    while code := start_once(unit, told):
        if str(code) not in told.get("RestartForceExitStatus", []):
            sys.exit(code)
        # Ten times as fast as it says.
        time.sleep(int(told["RestartSec"][-1]) / 10)


def start_once(unit, told):
    """The exit status of one that runs once."""
    if unit == "systemd-networkd.service":
        prepare_networkd()
    environment = ENVIRONMENT | dict(pair.split("=", 1) for pair in told.get("Environment", []))
    log = pathlib.Path(f"/var/log/unit-{unit}.log").open("a")
    for command in told.get("ExecStartPre", []):
        run(command, environment, log).check_returncode()
    command = told["ExecStart"][-1]
    if told.get("Type") == ["oneshot"]:
        return run(command, environment, log).returncode
    process = subprocess.Popen(words(command), env=environment, stdout=log, stderr=log, start_new_session=True)
    (RUNNING / unit).write_text(str(process.pid))


def run(command, environment, log):
    return subprocess.run(words(command), env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def words(command):
    return command.lstrip("@-:+!").split()


def stop(unit):
    if (RUNNING / unit).exists():
        try:
            os.kill(int((RUNNING / unit).read_text()), signal.SIGKILL)
        except ProcessLookupError:
            pass
        (RUNNING / unit).unlink()


def prepare_networkd():
    """A virtual cable has no permanent address to be matched by, and systemd would make the folders."""
    for file in pathlib.Path("/run/systemd/network").glob("*"):
        file.write_text(file.read_text().replace("PermanentMACAddress=", "MACAddress="))
    for folder in ("", "links", "leases", "lldp"):
        path = pathlib.Path("/run/systemd/netif", folder)
        path.mkdir(parents=True, exist_ok=True)
        shutil.chown(path, "systemd-network", "systemd-network")


def main():
    _, arguments = stand_in.called()
    RUNNING.mkdir(exist_ok=True)
    verb, *units = [one for one in arguments if not one.startswith("-")]
    units = [unit if "." in unit else f"{unit}.service" for unit in units]
    if verb in ("enable", "disable"):
        subprocess.run(["/usr/bin/systemctl", "--root=/", verb, *units], check=True)
    if verb == "try-restart":
        verb, units = "restart", [unit for unit in units if (RUNNING / unit).exists()]
    if verb in ("start", "restart") or (verb == "enable" and "--now" in arguments):
        if "--no-block" in arguments and os.fork():
            return
        for unit in units:
            if verb == "restart":
                stop(unit)
            start(unit)
    if verb == "stop":
        for unit in units:
            stop(unit)


main()
