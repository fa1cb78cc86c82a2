"""Asks the real Exoscale what nobody could verify, and writes down what it says. See README.md beside this file."""

import argparse
import os
import secrets
import signal
import string
import sys

import ask_cluster
import findings
import marks
from exo import REAL, Cloud, GaveUp, Key
from experiment import ALL, GUEST_RUNS, ORGANISATION, SLIPWAY, Bench
from lab import Lab, OverBudget, affordable
from price import RATES, current
from questions import QUESTIONS

ALPHABET = string.ascii_lowercase + string.digits


def options(arguments):
    parser = argparse.ArgumentParser(prog="tests/live", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["list", "run", "sweep"], default="list")
    parser.add_argument("--list", dest="command", action="store_const", const="list", help="the questions and their prices")
    parser.add_argument("--yes-spend-money", action="store_true", help="without it nothing is made")
    parser.add_argument("--budget", type=float, default=1.0, help="EUR without VAT; more is refused before anything is made (1.00)")
    parser.add_argument("--only", default="", help="experiments, separated by commas")
    parser.add_argument("--zone", default="ch-gva-2")
    parser.add_argument("--slipway", default="", metavar="ORIGIN", help="a deployed Slipway, for the questions that take a cluster")
    parser.add_argument("--organisation", action="store_true", help="also what touches the organisation itself")
    parser.add_argument("--run", default="", help="sweep: what one run has left; of all runs otherwise")
    parser.add_argument("--endpoint", default=REAL, help="another platform, {zone} for the zone: a sandbox's")
    parser.add_argument("--pace", type=float, default=1, help="how fast that platform's time runs: a sandbox's speed")
    return parser.parse_args(arguments)


def chosen(wanted):
    """The experiments that were named, or all that can be asked; and why not the others."""
    names = [name for name in wanted.only.split(",") if name]
    if unknown := [name for name in names if name not in ALL]:
        sys.exit(f"no such experiment: {', '.join(unknown)}")
    lacking = {
        SLIPWAY: "" if wanted.slipway else "needs --slipway",
        ORGANISATION: "" if wanted.organisation else "needs --organisation",
        GUEST_RUNS: "" if wanted.endpoint == REAL else "needs machines that really run",
    }
    picked, skipped = [], {}
    for each in QUESTIONS:
        if names and each.id not in names:
            continue
        reasons = [lacking[need] for need in sorted(each.needs) if lacking.get(need)]
        if reasons:
            skipped[each.id] = ", ".join(reasons)
        else:
            picked.append(each)
    return picked, skipped


def show(experiments, skipped, rates):
    for each in QUESTIONS:
        if each in experiments or each.id in skipped:
            why = f"  [{skipped[each.id]}]" if each.id in skipped else ""
            print(f"{each.id:24} {each.cost(rates):7.4f} EUR  {each.question}{why}")
            print(f"{'':24} from {each.source}; makes {each.makes}")
    total, everything = sum(each.cost(rates) for each in experiments), sum(each.cost(rates) for each in QUESTIONS)
    print(f"\n{len(experiments)} questions, at most {total:.2f} EUR without VAT; all {len(ALL)}: {everything:.2f} EUR")


def credentials():
    return Key(os.environ.get("EXOSCALE_API_KEY", ""), os.environ.get("EXOSCALE_API_SECRET", ""))


def run(wanted, key):
    experiments, skipped = chosen(wanted)
    rates, which = current()
    try:
        total = affordable(experiments, wanted.budget, rates)
    except OverBudget as refusal:
        sys.exit(str(refusal))
    cloud = Cloud(key, wanted.zone, wanted.endpoint, wanted.pace)
    # What could not be found again is not made.
    marks.find(cloud)
    # A terminal that closes is no reason to leave machines behind.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: sys.exit("ended"))
    name = "".join(secrets.choice(ALPHABET) for _ in range(6))
    print(f"run {name}: {len(experiments)} questions, at most {total:.2f} EUR by {which}")
    for id, reason in skipped.items():
        print(f"not asked: {id}: {reason}")
    lab = Lab(cloud, name, wanted.slipway.rstrip("/"), rates)
    try:
        lab.all(experiments)
    finally:
        for path in findings.write(lab, QUESTIONS):
            print(path)
        print(f"spent at most {lab.spent:.2f} EUR; left: {len(lab.left)}")
        print(f"once more, at any time: tests/live sweep --run {name} --zone {wanted.zone}")
    return 1 if lab.left else 0


def sweep(wanted, key):
    """Removes what carries the marker, in one zone, and nothing else."""
    cloud = Cloud(key, wanted.zone, wanted.endpoint, wanted.pace)
    if wanted.slipway:
        launcher = ask_cluster.Launcher(Bench(cloud, wanted.run or "sweep", 60, slipway=wanted.slipway.rstrip("/")))
        for name in launcher.clusters():
            if wanted.run in ("", name.removeprefix("live-")):
                print(f"cluster {name}: {launcher.destroyed(name)['state']}")
    found, left = marks.clean(cloud, wanted.run or None)
    for each in found:
        print(f"found: {each.kind.name} {each.name} {each.id}")
    for each in left:
        print(f"LEFT: {each}")
    print(f"{wanted.zone}: {len(found)} found, {len(left)} left")
    return 1 if left else 0


def main(arguments):
    wanted, key = options(arguments), credentials()
    able = key.key and key.secret
    try:
        if wanted.command == "sweep" and able:
            return sweep(wanted, key)
        if wanted.command == "run" and able and wanted.yes_spend_money:
            return run(wanted, key)
    except GaveUp as reason:
        sys.exit(f"{reason}; if anything was made, sweep when that is mended")
    if wanted.command != "list":
        print("This makes real machines. It takes EXOSCALE_API_KEY and EXOSCALE_API_SECRET, and `run --yes-spend-money`.\n")
    show(*chosen(wanted), RATES)
    return 0

