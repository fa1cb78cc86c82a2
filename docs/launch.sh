#!/usr/bin/env bash
# Launches a cluster from a script or a CI job and waits until it is ready. Prints its kubeconfig; ends with 1 if it came
# to nothing, and says why.
#
#   ORIGIN=https://slipway.example EXOSCALE_API_KEY=EXO… EXOSCALE_API_SECRET=… docs/launch.sh '{"name":"ci","zone":"ch-dk-2"}'
#
# It needs bash, curl, jq and openssl. The secret goes into bodies: it is in no URL and on no command line.
set -euo pipefail
export SPEC=${1:?a spec, as JSON}
: "${ORIGIN:?}" "${EXOSCALE_API_KEY:?}" "${EXOSCALE_API_SECRET:?}"
umask 077
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT

# Id and capability are ours to choose, so that a lost answer loses nothing: the same again is the same run.
run=$(set +o pipefail; LC_ALL=C tr -dc 'a-z2-7' </dev/urandom | head -c 26)
capability=$(openssl rand -base64 32 | tr '+/' '-_' | tr -d '=')
printf 'header = "authorization: Bearer %s"\n' "$capability" >"$home/authorization"
# The admin's key stays here; its public half is certified.
openssl ecparam -name prime256v1 -genkey -noout -out "$home/admin.pem"
PUBLIC=$(openssl ec -in "$home/admin.pem" -pubout -outform DER 2>/dev/null | openssl base64 -A)
export PUBLIC

# ask METHOD PATH: sends the JSON that comes in, if any; prints the answer, or an error to stderr.
ask() {
  local status
  status=$(curl --silent --show-error --retry 5 --retry-connrefused --config "$home/authorization" --request "$1" \
    --header 'content-type: application/json' --data-binary @- --output "$home/answer" --write-out '%{http_code}' "$ORIGIN$2")
  if [ "$status" -lt 400 ]; then cat "$home/answer"; return; fi
  jq --raw-output '"\(.code): \(.message). \(.hint)"' "$home/answer" >&2
  return 1
}
# What is sent: jq reads the secret from the environment.
body() { jq --null-input "{ spec: env.SPEC | fromjson, credentials: { key: env.EXOSCALE_API_KEY, secret: env.EXOSCALE_API_SECRET } } + { $1 }"; }
look() { curl --silent --show-error --fail --retry 5 --config "$home/authorization" "$ORIGIN/api/runs/$run"; }

body '' | ask POST /api/preflight >"$home/preflight"
if jq --exit-status '.verdict == "fail"' "$home/preflight" >/dev/null; then
  jq --raw-output '.checks[] | select(.verdict == "fail") | "\(.name): \(.detail). \(.hint)"' "$home/preflight" >&2
  exit 1
fi
body 'kind: "launch", adminPublicKey: env.PUBLIC' | ask PUT "/api/runs/$run" >/dev/null
until look >"$home/view" && jq --exit-status '.view | .state == "ready" and .cluster.clientCertificate' "$home/view" >/dev/null; do
  if jq --exit-status '.view.state | IN("undone", "stuck")' "$home/view" >/dev/null; then
    jq --raw-output '.view | "\(.state): \(.problem.what). \(.problem.why). \(.problem.hint)"' "$home/view" >&2
    exit 1
  fi
  sleep "${EVERY:-5}"
done
KEY=$(openssl base64 -A -in "$home/admin.pem") jq '.view.cluster | {
  apiVersion: "v1", kind: "Config", "current-context": .name,
  contexts: [{ name: .name, context: { cluster: .name, user: .name } }],
  clusters: [{ name: .name, cluster: { server: .endpoint, "certificate-authority-data": (.caCertificate | @base64) } }],
  users: [{ name: .name, user: { "client-certificate-data": (.clientCertificate | @base64), "client-key-data": env.KEY } }]
}' "$home/view"
echo '{}' | ask POST "/api/runs/$run/collected" >/dev/null
