#!/usr/bin/env bash
# Takes away all that those who are made of this machine's disk must not share or know, and all that is ours.
# What this machine was told goes last, so that a failure before can still be reported.
set -Eeuo pipefail
shopt -s nullglob

# It writes what is wiped here.
timeout 300 cloud-init status --wait || true
systemctl disable slipway-bootstrap
systemctl stop crio
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /tmp/* /var/tmp/*

if [[ "$(cloud-init clean --help)" == *--machine-id* ]]; then
    cloud-init clean --logs --machine-id
else
    cloud-init clean --logs
    : >/etc/machine-id
fi
rm -f /var/lib/dbus/machine-id /var/lib/systemd/random-seed /var/lib/systemd/credential.secret
rm -f /etc/ssh/ssh_host_* {/root,/home/*}/.ssh/authorized_keys {/root,/home/*}/.*_history
rm -f /etc/netplan/60-slipway.yaml
find /var/log -type f -delete

rm -rf /etc/networkd-dispatcher/routable.d/50-slipway /etc/systemd/system/slipway-* /etc/systemd/system/kubelet.service.d/20-slipway.conf
rm -rf /usr/local/lib/slipway /usr/local/sbin/slipway-bootstrap /etc/slipway /var/lib/slipway
sync
# What is deleted stands on the disk until it is discarded.
fstrim --all || true
