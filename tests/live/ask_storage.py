"""Volumes, snapshots and the images made of them."""

from experiment import SEEN, SHOWN, Answer, experiment, unsettled
from price import image, machine, volume

GIB = 1 << 30


def at_rest(bench, disk):
    return bench.until(lambda: bench.cloud.get("get-block-storage-volume", id=disk), lambda seen: seen["state"] == "detached")


def new_volume(bench, size=10):
    made = bench.make("block-storage-volume", {"size": size})
    at_rest(bench, made)
    return made


@experiment(
    "volume-minimum",
    "What is the smallest volume, in GiB?",
    "exoscale-api.md §5 (an older table says ten, the document one), switches.rs",
    switch="volume_minimum_gib",
    minutes=6,
    uses=volume(),
    makes="a volume",
)
def volume_minimum(bench):
    replies = {}
    for size in (1, 2, 5, 9, 10):
        replies[size] = bench.create("block-storage-volume", {"size": size})
        if replies[size].ok:
            break
    said = "; ".join(f"{size} GiB → {reply}" for size, reply in replies.items())
    return Answer(size, said, SHOWN if size > 1 else SEEN) if replies[size].ok else unsettled(said)


@experiment(
    "volume-resize",
    "Is the size in a volume's resize in bytes?",
    "exoscale-api.md §5 [?], switches.rs",
    switch="volume_resize_in_bytes",
    minutes=6,
    uses=volume(gib=11),
    makes="a volume",
)
def volume_resize(bench):
    made = new_volume(bench)
    shown = lambda: bench.cloud.get("get-block-storage-volume", id=made)["size"]
    # The small number first: taken for bytes it is refused, taken for GiB the large one would cost a fortune.
    in_gib = bench.cloud.try_to("resize-block-storage-volume", {"size": 11}, id=made)
    if in_gib.ok and shown() == 11:
        return Answer(False, f"11 made it 11 GiB: {in_gib}", SHOWN)
    if in_gib.ok:
        return unsettled(f"11 was accepted, and it is {shown()} GiB")
    in_bytes = bench.cloud.try_to("resize-block-storage-volume", {"size": 11 * GIB}, id=made)
    said = f"11: {in_gib}; 11 × 2³⁰: {in_bytes}, and then it is {shown()} GiB"
    return Answer(True, said, SHOWN) if in_bytes.ok and shown() == 11 else unsettled(said)


@experiment(
    "volume-snapshots",
    "Does a volume with snapshots refuse to be deleted?",
    "switches.rs",
    switch="volume_snapshots_hold_their_volume",
    minutes=8,
    uses=volume(gib=20),
    makes="a volume and a snapshot of it",
)
def volume_snapshots(bench):
    made = new_volume(bench)
    taken = bench.cloud.do("create-block-storage-snapshot", bench.body("block-storage-snapshot"), id=made)
    state = lambda: bench.cloud.get("get-block-storage-snapshot", id=taken)
    bench.until(state, lambda seen: seen["state"] in ("created", "allocated"))
    held = bench.cloud.try_to("delete-block-storage-volume", id=made)
    if held.ok:
        return Answer(False, f"deleted while it had a snapshot: {held}")
    bench.cloud.do("delete-block-storage-snapshot", id=taken)
    free = bench.cloud.try_to("delete-block-storage-volume", id=made)
    return Answer(True, f"with a snapshot: {held}; without: {free}", SHOWN) if free.ok else unsettled(f"never: {held}; {free}")


def snapshot(bench):
    taken = bench.cloud.do("create-snapshot", id=bench.stopped())
    rests = lambda seen: seen["state"] in ("exported", "ready")
    return bench.until(lambda: bench.cloud.get("get-snapshot", id=taken), rests)


@experiment(
    "snapshot-exports",
    "Does a snapshot come to `exported` by itself?",
    "exoscale-api.md §5, switches.rs",
    switch="snapshots_export_themselves",
    minutes=15,
    uses=machine() + image(),
    makes="a machine and a snapshot of it",
)
def snapshot_exports(bench):
    taken = snapshot(bench)
    # It may pass by `ready` on its way.
    bench.cloud.pause(60)
    state = bench.cloud.get("get-snapshot", id=taken["id"])["state"]
    return Answer(state == "exported", f"{taken['state']} at first, a minute later {state}")


@experiment(
    "promoted-boot",
    "Does a template promoted from a snapshot boot as its machine did?",
    "exoscale-api.md §5 [?] and §14, switches.rs",
    switch="promote_keeps_boot_mode",
    minutes=20,
    uses=machine() + image(),
    makes="a machine, a snapshot of it, a template of that",
)
def promoted_boot(bench):
    source = bench.template()
    body = bench.body("template", {"default-user": "ubuntu", "ssh-key-enabled": True, "password-enabled": False})
    made = bench.cloud.do("promote-snapshot-to-template", body, id=snapshot(bench)["id"])
    promoted = bench.cloud.get("get-template", id=made)
    said = f"the machine's: {source.get('boot-mode')}; the promoted one's: {promoted.get('boot-mode')}"
    if source.get("boot-mode") != "uefi":
        return unsettled(f"{said}; legacy is also what the API defaults to")
    return Answer(promoted.get("boot-mode") == "uefi", said)
