"""What the sites say that a cluster is built from. No key is needed, and nothing is paid."""

import re

import requests

from experiment import INTERNET, SEEN, Answer, experiment, unsettled

MINORS = ("1.35", "1.36", "1.37", "1.38")
CRIO = "https://pkgs.k8s.io/addons:/cri-o:/stable:/v{minor}/deb/Release"


def asked(url, method="GET", **options):
    return requests.request(method, url, timeout=20, allow_redirects=True, **options)


@experiment(
    "kubernetes-versions",
    "Does dl.k8s.io name the newest patch of each minor, and is there a 1.38?",
    "kubernetes.md §Versions [unknown] twice",
    needs=[INTERNET],
)
def kubernetes_versions(bench):
    replies = {minor: asked(f"https://dl.k8s.io/release/stable-{minor}.txt") for minor in MINORS}
    value = {minor: reply.text.strip() if reply.status_code == 200 else None for minor, reply in replies.items()}
    return Answer(value, f"statuses {[reply.status_code for reply in replies.values()]}")


@experiment(
    "crio-streams",
    "For which minors of Kubernetes is there a stable stream of CRI-O?",
    "kubernetes.md CRI-O [unknown if 1.37 is released], traps 18",
    needs=[INTERNET],
)
def crio_streams(bench):
    replies = {minor: asked(CRIO.format(minor=minor)).status_code for minor in MINORS}
    return Answer([minor for minor, status in replies.items() if status == 200], f"Release files: {replies}")


@experiment(
    "kubernetes-packages",
    "For which minors does pkgs.k8s.io have packages?",
    "kubernetes.md §Versions",
    needs=[INTERNET],
)
def kubernetes_packages(bench):
    replies = {minor: asked(f"https://pkgs.k8s.io/core:/stable:/v{minor}/deb/Release").status_code for minor in MINORS}
    return Answer([minor for minor, status in replies.items() if status == 200], f"Release files: {replies}")


@experiment(
    "controller-release",
    "Is there a cloud controller that names Kubernetes 1.35 or newer?",
    "kubernetes.md CCM [unknown]",
    needs=[INTERNET],
)
def controller_release(bench):
    reply = asked("https://hub.docker.com/v2/repositories/exoscale/cloud-controller-manager/tags?page_size=100")
    return newest(reply, "name", lambda body: body["results"])


@experiment(
    "calico-release",
    "Which releases has Calico, and is 3.33 one?",
    "kubernetes.md Calico [unknown] twice",
    needs=[INTERNET],
)
def calico_release(bench):
    reply = asked("https://api.github.com/repos/projectcalico/calico/releases?per_page=40")
    return newest(reply, "tag_name", lambda body: [each for each in body if not each["prerelease"]])


@experiment(
    "autoscaler-release",
    "Which release of the cluster autoscaler is the newest?",
    "kubernetes.md appendix D",
    needs=[INTERNET],
)
def autoscaler_release(bench):
    reply = asked("https://registry.k8s.io/v2/autoscaling/cluster-autoscaler/tags/list")
    return newest(reply, None, lambda body: body["tags"])


def newest(reply, field, items):
    """The highest versions of a listing."""
    if reply.status_code != 200:
        return unsettled(f"{reply.url}: {reply.status_code}")
    names = [each[field] if field else each for each in items(reply.json())]
    versions = {name: tuple(map(int, found.groups())) for name in names if (found := re.fullmatch(r"v?(\d+)\.(\d+)\.(\d+)", name))}
    best = sorted(versions, key=versions.get, reverse=True)[:6]
    return Answer(best, f"the highest of {len(versions)} versions", SEEN) if best else unsettled("no versions are listed")
