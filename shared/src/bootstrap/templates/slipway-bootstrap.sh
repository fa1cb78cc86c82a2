#!/usr/bin/env bash
# Turns a stock Ubuntu 24.04, or our golden image, into a member of its cluster.
#
# The facts are in /etc/slipway/machine.json. What a person typed is only ever read from there by python3:
# no value is pasted into shell or YAML. A systemd unit runs this at every boot until the last stage is done;
# each stage can run twice and leaves a marker, so that a reboot resumes where it stopped.
set -Eeuo pipefail
shopt -s inherit_errexit
umask 022

export LC_ALL=C DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a
export KUBECONFIG=/etc/kubernetes/admin.conf

# What goes to the launcher and comes from it is in memory only.
readonly ETC=/etc/slipway LIB=/usr/local/lib/slipway STATE=/var/lib/slipway RUN=/run/slipway
readonly LOG=/var/log/slipway-bootstrap.log
# The autoscaler gives up on a node that has not joined after 15 minutes.
readonly JOIN_SECONDS=840
# For systemd: start this again.
readonly TRY_AGAIN=75

role='' stage='' started=0 detail='' launcher=''

# shellcheck source=/dev/null
source "$LIB/packages.sh"

main() {
    # Only root may look inside: tickets, tokens and keys live there.
    install -d -m 0700 "$ETC" "$STATE" "$RUN"
    case "${1:-}" in
        '') bootstrap ;;
        before-kubelet) before_kubelet ;;
        *) echo "usage: $0 [before-kubelet]" >&2 && exit 2 ;;
    esac
}

bootstrap() {
    touch "$LOG" && chmod 0600 "$LOG"
    exec >>"$LOG" 2>&1
    trap 'failed "$LINENO"' ERR
    role=$(fact role)
    if [[ $role != node ]]; then
        python3 "$LIB/facts.py" authorization >"$RUN/authorization"
        launcher=$(fact callback.url)
    fi
    if [[ $role == image ]]; then
        make_image
        return
    fi
    local name
    for name in network bundle packages kubeadm addons ready; do
        run_stage "$name"
    done
    finish
}

run_stage() {
    stage=$1 started=$SECONDS detail=''
    if [[ -e $STATE/$stage.done ]]; then return; fi
    echo "=== $stage, $(date --utc --iso-8601=seconds)"
    report started
    "stage_$stage"
    touch "$STATE/$stage.done"
    report 'done' "$detail"
}

# --- Stages ---------------------------------------------------------------------------------------------------------

stage_network() {
    detail=$(python3 "$LIB/network.py")
}

stage_bundle() {
    if [[ $role == node ]]; then return; fi
    local status deadline=$((SECONDS + 1500))
    while ((SECONDS < deadline)); do
        status=$(ask_launcher bundle) || status=000
        case $status in
            200)
                python3 "$LIB/bundle.py" unpack
                # Unconfirmed, the ticket dies by its age: no reason to stop here.
                retry 5 5 confirm || echo 'the confirmation was not answered'
                return
                ;;
            410)
                if [[ ! -e $ETC/keys.json ]]; then die 'the bundle is gone: confirmed before, or the run has ended'; fi
                return
                ;;
            401 | 403) die "the launcher refused the ticket ($status)" ;;
            # 425 is "not yet"; anything else is a way that is broken, which may pass.
            *) echo "bundle: $status" && sleep 5 ;;
        esac
    done
    die 'no bundle within 25 minutes'
}

stage_packages() {
    local version
    version=$(fact kubernetes.version)
    prepare_kernel
    if [[ $role == image ]]; then retry 5 20 upgrade_everything; fi
    # The golden image has them already.
    if [[ "$(kubeadm version --output short 2>/dev/null || true)" != "v$version" ]]; then
        install_everything "$version" "$(fact kubernetes.minor)"
    fi
    systemctl enable --now crio
    pull_everything "$version"
    if [[ $role != image ]]; then systemctl enable kubelet; fi
    detail="cri-o $(crio version --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["version"])'), kubelet $version"
}

stage_kubeadm() {
    local verb deadline=$((SECONDS + 1800)) attempts=3
    verb=$(python3 "$LIB/kubeadm.py")
    # It answers before anyone may ask it whether the API server is ready.
    if [[ $role == control-plane ]]; then systemctl enable --now slipway-health; fi
    # Every quarter of an hour since the boot is one try of a node.
    if [[ $role == node ]]; then deadline=$((SECONDS + JOIN_SECONDS - $(uptime_seconds) % JOIN_SECONDS)); fi
    if [[ $verb == join ]]; then
        # Discovery gives up after some minutes, so first see whether anyone is there.
        until curl --insecure --silent --max-time 5 --output /dev/null "https://$(fact cluster.endpoint):6443/readyz"; do
            if ((SECONDS + 10 > deadline)); then die 'no control plane answered in time'; fi
            sleep 10
        done
    fi
    until try_kubeadm "$verb" "$((deadline - SECONDS))"; do
        if ((--attempts == 0 || SECONDS + 20 > deadline)); then die "kubeadm $verb did not succeed in time"; fi
        sleep 20
    done
}

stage_addons() {
    if [[ $role == node ]]; then return; fi
    # Every control plane can; leases decide which one does.
    systemctl enable --now slipway-rotate.timer slipway-reconcile.timer
    if ! first_control_plane; then return; fi
    retry 60 5 kubectl get --raw=/readyz
    local part parts
    parts=$(python3 "$LIB/addons.py" list)
    for part in $parts; do
        retry 30 10 apply "$part"
    done
}

stage_ready() {
    if [[ $role == node ]]; then
        retry 60 5 curl --fail --silent --max-time 5 --output /dev/null http://127.0.0.1:10248/healthz
        return
    fi
    if ! first_control_plane; then
        kubectl wait --for=condition=Ready --timeout=15m "node/$(python3 "$LIB/facts.py" name)"
        return
    fi
    local deadline=$((SECONDS + 3600))
    until rotate_once && python3 "$LIB/evidence.py" >"$STATE/evidence.json"; do
        if ((SECONDS > deadline)); then die 'the cluster was not complete within an hour'; fi
        report started
        sleep 10
    done
}

# Of this machine a template is made. What it says last is prepared first: afterwards it knows nothing.
make_image() {
    run_stage packages
    stage=clean started=$SECONDS
    report started
    compose 'done' ''
    bash "$LIB/clean.sh"
    send
}

finish() {
    if [[ $role == control-plane ]]; then python3 "$LIB/bundle.py" forget; fi
    # It holds the join token.
    rm -f "$ETC/kubeadm.yaml"
    touch "$STATE/done"
}

# --- What the stages do ---------------------------------------------------------------------------------------------

# try_kubeadm <init or join> <seconds>
try_kubeadm() {
    local verb=$1 seconds=$2
    if [[ -e $STATE/kubeadm.tried ]]; then kubeadm reset --force || true; fi
    touch "$STATE/kubeadm.tried"
    # A reset empties /etc/kubernetes/pki, so the bundle's copy is laid down before every try.
    if [[ $role == control-plane ]]; then
        install -d -m 0755 /etc/kubernetes/pki && cp -a "$ETC/pki/." /etc/kubernetes/pki/ || return
    fi
    local quiet=()
    if [[ $verb == init ]]; then quiet=(--skip-token-print); fi
    timeout --kill-after=10 "$seconds" kubeadm "$verb" --config "$ETC/kubeadm.yaml" "${quiet[@]}"
}

apply() {
    python3 "$LIB/addons.py" "$1" | kubectl apply --server-side --force-conflicts --field-manager=slipway --filename -
}

rotate_once() {
    # A pool that is still being made, or a key that does not hold yet, shows in the evidence: never a failure here.
    python3 "$LIB/rotate.py" --missing || true
}

uptime_seconds() {
    cut -d . -f 1 /proc/uptime
}

first_control_plane() {
    [[ "$(python3 "$LIB/facts.py" name)" == "$(fact controlPlanes.0.name)" ]]
}

# Runs before every start of the kubelet: the private address may have changed, and the table is gone after a boot.
before_kubelet() {
    python3 "$LIB/network.py"
    nft --file - <<'TABLE'
table inet slipway
delete table inet slipway
table inet slipway {
    # Pods shall not read user-data. A table of our own: no order of Calico's or kube-proxy's rules can open it.
    chain metadata {
        type filter hook prerouting priority raw; policy accept;
        iifname "cali*" ip daddr 169.254.169.254 drop
    }
}
TABLE
}

# --- Talking to the launcher ----------------------------------------------------------------------------------------

fact() {
    python3 "$LIB/facts.py" get "$1"
}

# The status goes to stdout, the body to answer.json. The ticket stands in a file, since argv is public.
ask_launcher() {
    local path=$1 body=${2:-'{}'}
    curl --silent --show-error --max-time 15 --header "@$RUN/authorization" --header 'content-type: application/json' \
        --data-binary "$body" --output "$RUN/answer.json" --write-out '%{http_code}' "$launcher/$path"
}

confirm() {
    [[ "$(ask_launcher confirm)" == 200 ]]
}

# A report never fails the boot, and after the run's end (410) nobody listens.
report() {
    if [[ $role == node ]]; then return; fi
    compose "$1" "${2:-}" || return 0
    send
}

compose() {
    python3 "$LIB/facts.py" report "$stage" "$1" "$((SECONDS - started))" <<<"$2" >"$RUN/report.json"
}

send() {
    local attempt status
    for attempt in 1 2 3; do
        status=$(ask_launcher report "@$RUN/report.json") || status=000
        if [[ $status == 200 || $status == 4?? ]]; then return; fi
        echo "report, attempt $attempt: $status"
        sleep 2
    done
}

# --- Failing --------------------------------------------------------------------------------------------------------

# retry <times> <seconds between> <command ...>. The command runs without `set -e`: it must chain with && itself.
retry() {
    local times=$1 pause=$2 attempt
    shift 2
    for ((attempt = 1; attempt <= times; attempt++)); do
        if "$@"; then return; fi
        echo "attempt $attempt of $times failed: $1"
        if ((attempt < times)); then sleep "$pause"; fi
    done
    return 1
}

die() {
    echo "$*"
    failed "${BASH_LINENO[0]}"
}

# Reports the end of the log, redacted, and stops. A subshell only ends: its parent comes here in turn.
failed() {
    if ((BASH_SUBSHELL > 0)); then exit 1; fi
    trap - ERR
    set +e
    echo "stage $stage failed at line $1"
    report failed "$(tail --lines 40 "$LOG")"
    # Nobody watches a node, so it tries again by itself.
    if [[ $role == node ]]; then exit "$TRY_AGAIN"; fi
    exit 1
}

main "$@"
