//! What control planes install and look after, program by program.

use serde_json::{Value, json};

use super::programs::on_machine;
use super::{documented, large};
use crate::pki::programs;

#[test]
fn addons_carry_versions_bounds_and_secrets() {
    if programs::yaml("{}").is_none() {
        return;
    }
    let part = |name: &str| {
        on_machine(&large(), &format!("import addons; addons.main({name:?})"))["items"].clone()
    };
    let autoscaler = part("autoscaler");
    assert_eq!(
        autoscaler[0]["stringData"],
        json!({ "api-key": "EXO1", "api-secret": "hunter2" })
    );
    let container = &autoscaler.as_array().unwrap().last().unwrap()["spec"]["template"]["spec"]["containers"]
        [0];
    assert_eq!(
        container["image"],
        "registry.k8s.io/autoscaling/cluster-autoscaler:v1.36.1"
    );
    let command: Vec<_> = container["command"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(
        command.contains(&"--max-nodes-total=403")
            && command.contains(&"--nodes=1:50:demo-k3x9q-pool-7"),
        "{command:?}"
    );
    assert_eq!(
        part("calico")[0]["spec"]["calicoNetwork"]["ipPools"][0]["cidr"],
        "10.244.0.0/16"
    );
    let images = [
        part("cloud-controller"),
        part("calico-operator"),
        part("metrics-server"),
    ]
    .map(|items| items.to_string());
    assert!(
        images[0].contains("cloud-controller-manager:0.34.0")
            && images[0].contains("node-csr-validation")
    );
    assert!(
        images[1].contains("tigera/operator:v1.42.3")
            && images[2].contains("metrics-server:v0.8.1")
    );
}

#[test]
fn volumes_are_named_after_their_cluster() {
    if programs::yaml("{}").is_none() {
        return;
    }
    let program = r#"
import addons, contextlib, io
told = facts.load()
told["addons"]["csi"], told["components"]["csi"] = True, "0.34.3"
facts.write(facts.ETC / "machine.json", json.dumps(told))
facts.write(facts.ETC / "keys.json", json.dumps({"csi": {"key": "EXO2", "secret": "hunter3"}}))
text = io.StringIO()
with contextlib.redirect_stdout(text):
    addons.main("list")
    addons.main("csi")
parts, items = text.getvalue().splitlines()
print(json.dumps([parts.split(), json.loads(items)["items"]]))
"#;
    let [control_plane, _] = documented();
    let told = on_machine(&control_plane, program);
    assert!(told[0].as_array().unwrap().contains(&json!("csi")));
    let items = told[1].as_array().unwrap();
    assert_eq!(
        items[0]["stringData"],
        json!({ "EXOSCALE_API_KEY": "EXO2", "EXOSCALE_API_SECRET": "hunter3" })
    );
    let of_kind = |kind: &str| items.iter().find(|item| item["kind"] == kind).unwrap();
    let containers = |kind: &str| of_kind(kind)["spec"]["template"]["spec"]["containers"].clone();
    for kind in ["Deployment", "DaemonSet"] {
        assert_eq!(
            containers(kind)[0]["image"],
            "docker.io/exoscale/csi-driver:0.34.3"
        );
        assert_eq!(
            containers(kind)[0]["envFrom"][0]["secretRef"],
            json!(
                items[0]["metadata"]["name"]
                    .as_str()
                    .map(|name| json!({ "name": name }))
            )
        );
        for container in containers(kind).as_array().unwrap() {
            assert!(
                container["image"].as_str().unwrap().contains(':'),
                "{container}"
            );
        }
    }
    let provisioner = containers("Deployment")[1].clone();
    assert!(
        provisioner["args"]
            .as_array()
            .unwrap()
            .contains(&json!("--volume-name-prefix=k3x9q"))
    );
    assert_eq!(
        of_kind("StorageClass")["volumeBindingMode"],
        "WaitForFirstConsumer"
    );
}

#[test]
fn bounds_follow_the_labels() {
    let program = r#"
import account
told = facts.load()
labels = {"slipway/expect-demo-k3x9q-gpu": "2-4", "slipway/expect-demo-k3x9q-bad": "4-x", "slipway/ask": "run"}
pool = lambda name, size, **more: {"id": name, "name": f"demo-k3x9q-{name}", "size": size, "labels": {f"slipway/{key}": value for key, value in more.items()}}
live = [pool("old", 7, min="1", max="9", retire="true"), pool("workers", 2, min="2", max="8"), pool("plain", 3)]
first = account.flags(told, {}, [])
later = account.flags(told, labels, live)
command = account.with_flags(["/cluster-autoscaler", "--nodes=1:1:x", "--expander=least-waste", "--max-nodes-total=1"], later)
print(json.dumps([first, later, command, account.bounds_in(command)]))
"#;
    let [control_plane, _] = documented();
    let told = on_machine(&control_plane, program);
    assert_eq!(
        told[0],
        json!(["--max-nodes-total=6", "--nodes=1:5:demo-k3x9q-workers"])
    );
    assert_eq!(
        told[1],
        json!([
            "--max-nodes-total=20",
            "--nodes=2:4:demo-k3x9q-gpu",
            "--nodes=1:7:demo-k3x9q-old",
            "--nodes=2:8:demo-k3x9q-workers"
        ])
    );
    let command = told[2].as_array().unwrap();
    assert_eq!(
        command[..2],
        [
            json!("/cluster-autoscaler"),
            json!("--expander=least-waste")
        ]
    );
    assert_eq!(json!(command[2..]), told[1]);
    assert_eq!(
        told[3][0],
        json!({ "pool": "demo-k3x9q-gpu", "min": 2, "max": 4 })
    );
}

#[test]
fn a_renewed_certificate_is_the_authoritys() {
    let program = r#"
import base64, renew, subprocess
def run(script):
    return subprocess.run(["bash", "-ec", script], cwd=facts.ETC, check=True, capture_output=True, text=True).stdout
run("""openssl ecparam -name prime256v1 -genkey -noout -out ca.key
openssl req -x509 -new -key ca.key -subj /CN=kubernetes -days 30 -addext keyUsage=critical,keyCertSign -out ca.crt 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out admin.key
openssl ec -in admin.key -pubout -conv_form compressed -outform der -out admin.der 2>/dev/null""")
renew.PKI, renew.RESULT = facts.ETC, facts.ETC / "signed.json"
request = base64.urlsafe_b64encode((facts.ETC / "admin.der").read_bytes()[-33:]).decode()
labels = {"slipway/renew": request, "slipway/renew-hours": "3"}
renew.bring_about(labels)
signed = renew.signed(labels)
renew.bring_about(labels)
assert renew.signed(labels) == signed and len(request) == 44, "it is signed once"
(facts.ETC / "admin.crt").write_text(signed["certificate"])
verified = run("openssl verify -purpose sslclient -CAfile ca.crt admin.crt")
same = run("openssl x509 -in admin.crt -noout -pubkey") == run("openssl pkey -in admin.key -pubout")
text = run("openssl x509 -in admin.crt -noout -subject -checkend 10790 -text")
run("! openssl x509 -in admin.crt -noout -checkend 10810")
refused = False
try:
    renew.bring_about({"slipway/renew": "B" + request[1:]})
except Exception:
    refused = True
renew.bring_about({})
gone = renew.signed(labels) is None
print(json.dumps([verified, same, text, signed["authority"] == (facts.ETC / "ca.crt").read_text(), refused, gone]))
"#;
    let [control_plane, _] = documented();
    let told = on_machine(&control_plane, program);
    assert_eq!(told[0], "admin.crt: OK\n");
    let text = told[2].as_str().unwrap();
    for part in [
        "O = kubeadm:cluster-admins, CN = kubernetes-admin",
        "TLS Web Client Authentication",
        "Digital Signature",
    ] {
        assert!(
            text.contains(part) || text.contains(&part.replace(" = ", "=")),
            "{text}"
        );
    }
    for index in [1, 3, 4, 5] {
        assert_eq!(told[index], Value::Bool(true), "{index}: {text}");
    }
}
