#!/usr/bin/env bash
# A card has come up. A private address that is gone means another node-ip, which the kubelet looks for as it starts.
set -euo pipefail

address=/var/lib/slipway/address
if [[ -s $address ]] && ! ip -4 address show | grep --quiet --fixed-strings "inet $(<"$address")/"; then
    systemctl try-restart --no-block kubelet
fi
