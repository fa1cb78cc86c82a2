//! Each program and manifest in `templates/`, by itself.

use serde_json::{Value, json};

use super::{TICKET, TOKEN, documented, facts, large};
use crate::bootstrap::Report;
use crate::bootstrap::machine::MachineFacts;
use crate::bootstrap::templates::{self, ConstantFile};
use crate::bootstrap::user_data::{read, render};
use crate::pki::programs;

#[test]
fn the_constant_files_are_plain_ascii() {
    for file in all() {
        assert!(
            file.content
                .bytes()
                .all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)),
            "{}",
            file.path
        );
        assert!(file.content.ends_with('\n'), "{}", file.path);
    }
}

#[test]
fn bash_and_shellcheck_accept_every_script() {
    let scripts = all().filter(|file| {
        file.content.starts_with("#!") || file.path.rsplit('.').next() == Some("sh")
    });
    for script in scripts {
        programs::shell("bash -n", script.content);
        programs::shell(
            "if command -v shellcheck >/dev/null; then shellcheck - >&2; fi",
            script.content,
        );
    }
}

#[test]
fn what_is_sent_is_what_stands_here_without_comments() {
    let compile = "import sys, ast; print(ast.unparse(ast.parse(sys.stdin.read())))";
    for file in all() {
        let sent = templates::slim(std::slice::from_ref(file))[0].content;
        assert!(
            !sent.contains("\n#") && !sent.contains("\n\n"),
            "{}",
            file.path
        );
        assert!(
            file.content
                .lines()
                .filter(|line| sent.contains(line))
                .count()
                > 1
        );
        if file.path.rsplit('.').next() == Some("py") {
            let without_docstrings = r#"
import ast, sys
tree = ast.parse(sys.stdin.read())
for one in ast.walk(tree):
    if getattr(one, "body", None) and isinstance(one, (ast.Module, ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(one):
        del one.body[0]
print(ast.unparse(tree))
"#;
            assert_eq!(
                programs::python(compile, sent),
                programs::python(without_docstrings, file.content),
                "{}",
                file.path
            );
        } else if file.path.rsplit('.').next() == Some("yaml") {
            assert_eq!(
                programs::yaml(sent),
                programs::yaml(file.content),
                "{}",
                file.path
            );
        } else if sent.starts_with("#!") {
            programs::shell("bash -n", sent);
        }
    }
}

/// Every constant file, as it stands in the repository.
fn all() -> impl Iterator<Item = &'static ConstantFile> {
    static ALL: [&[ConstantFile]; 5] = [
        &templates::COMMON,
        &templates::CONTROL_PLANE,
        &templates::BUNDLED,
        &templates::VOLUMES,
        &templates::IMAGE,
    ];
    ALL.into_iter().flatten()
}

#[test]
fn the_machine_signs_as_exoscale_documents() {
    let program = r#"
import exoscale
exoscale.time.time = lambda: 1790000000
pair = {"key": "EXOtestkey000000000000000000", "secret": "testSecret-0123456789abcdefghijklmnopqrstuv"}
api = exoscale.Api("ch-gva-2", pair)
print(api.authorization("GET", "/v2/instance", ""))
print(api.authorization("PUT", "/v2/instance-pool/0b12cb6b-7e3e-4c0e-9e10-1e5d8a7c4b2a:scale", '{"size": 3}'))
"#;
    let headers = programs::python(program, "");
    let [get, put] = headers.lines().collect::<Vec<_>>()[..] else {
        panic!("{headers}")
    };
    let head =
        "EXO2-HMAC-SHA256 credential=EXOtestkey000000000000000000,expires=1790000600,signature=";
    assert_eq!(
        get,
        format!("{head}oaTuMLgEdYd2qn+WMt1vHsu0uTl4dw28mb0795uSbZo=")
    );
    assert_eq!(
        put,
        format!("{head}ICv10fZg6TvXhi6NF63Gh+SiKtUPehV5Gn2fMWmqyQg=")
    );
}

#[test]
fn rotation_changes_the_token_and_nothing_else() {
    let program = r#"
import sys, rotate
text = sys.stdin.read()
for cluster, pool in (("other", "demo-k3x9q-workers"), ("k3x9q", "other")):
    try:
        rotate.with_token(text, cluster, pool, "x")
        sys.exit("a pool that is not ours was accepted")
    except rotate.Refused:
        pass
print(rotate.with_token(text, "k3x9q", "demo-k3x9q-workers", "fresh1.fresh1fresh1fres"))
"#;
    let [_, node] = documented();
    let rotated = programs::python(program, &render(&node).unwrap());
    let mut expected = serde_json::to_value(&node).unwrap();
    expected["join"]["token"] = json!("fresh1.fresh1fresh1fres");
    assert_eq!(
        serde_json::to_value(read(rotated.trim()).unwrap()).unwrap(),
        expected
    );
}

/// Runs a program of the machine against the documented facts, in a folder that stands for `/etc` and `/var/lib`.
pub(super) fn on_machine(facts: &MachineFacts, program: &str) -> Value {
    let frame = r#"
import json, pathlib, sys, tempfile
import facts
folder = tempfile.TemporaryDirectory()
facts.ETC = facts.STATE = pathlib.Path(folder.name)
facts.write(facts.ETC / "machine.json", sys.stdin.read())
facts.write(facts.ETC / "join-token", "abcdef.0123456789abcdef")
facts.write(facts.ETC / "keys.json", json.dumps({name: {"key": "EXO1", "secret": "hunter2"} for name in ("autoscaler", "cloud-controller")}))
"#;
    let output = programs::python(
        &format!("{frame}{program}"),
        &serde_json::to_string(facts).unwrap(),
    );
    serde_json::from_str(&output).unwrap_or_else(|error| panic!("{error}: {output}"))
}

/// What kubeadm would read on the machine with this private address: its verb, documents and patches.
fn kubeadm(facts: &MachineFacts, address: &str) -> Value {
    let program = r#"
import contextlib, io, kubeadm
facts.write(facts.STATE / "address", ADDRESS)
told = json.loads((facts.ETC / "machine.json").read_text()) | {"elasticIp": "192.0.2.99"}
facts.write(facts.ETC / "machine.json", json.dumps(told))
facts.instance_id = lambda: "0b12cb6b-7e3e-4c0e-9e10-1e5d8a7c4b2a"
kubeadm.public_addresses = lambda: ["192.0.2.7"]
kubeadm.ca_hash = lambda: "sha256:00"
verb = io.StringIO()
with contextlib.redirect_stdout(verb):
    kubeadm.main()
documents = [json.loads(one) for one in (facts.ETC / "kubeadm.yaml").read_text().split("\n---\n")]
patches = {path.name: json.loads(path.read_text()) for path in (facts.ETC / "patches").iterdir()}
print(json.dumps({"verb": verb.getvalue().strip(), "documents": documents, "patches": patches}))
"#;
    on_machine(facts, &program.replace("ADDRESS", &format!("{address:?}")))
}

#[test]
fn the_first_control_plane_initialises() {
    let [facts, _] = documented();
    let told = kubeadm(&facts, "10.0.0.1");
    assert_eq!(told["verb"], "init");
    let [init, cluster, kubelet] = &told["documents"].as_array().unwrap()[..] else {
        panic!("{told}")
    };
    assert_eq!(init["bootstrapTokens"][0]["token"], TOKEN);
    assert_eq!(
        init["nodeRegistration"]["name"],
        "demo-k3x9q-control-plane-1"
    );
    assert_eq!(cluster["kubernetesVersion"], "v1.36.4");
    assert_eq!(
        cluster["controlPlaneEndpoint"],
        "api.k3x9q.slipway.internal:6443"
    );
    assert_eq!(
        cluster["apiServer"]["certSANs"],
        json!([
            "api.k3x9q.slipway.internal",
            "10.0.0.1",
            "192.0.2.7",
            "192.0.2.99"
        ])
    );
    assert_eq!(kubelet["serverTLSBootstrap"], true);
    assert!(
        kubelet.get("providerID").is_none(),
        "it is uploaded and inherited by all"
    );
    let own = &told["patches"]["kubeletconfiguration0+merge.yaml"];
    assert_eq!(
        own["providerID"],
        "exoscale://0b12cb6b-7e3e-4c0e-9e10-1e5d8a7c4b2a"
    );
}

#[test]
fn others_join_with_the_token_and_a_node_with_its_labels_and_taints() {
    let second = kubeadm(&large(), "10.0.0.2");
    assert_eq!(second["verb"], "join");
    assert_eq!(
        second["documents"][0]["controlPlane"]["localAPIEndpoint"]["advertiseAddress"],
        "10.0.0.2"
    );
    assert_eq!(
        second["documents"][0]["discovery"]["bootstrapToken"]["token"],
        TOKEN
    );
    let [_, node] = documented();
    let mut node = serde_json::to_value(node).unwrap();
    node["pool"]["labels"] = json!({ "b": "2", "a": "$(id)" });
    node["pool"]["taints"] = json!(["gpu=a:b:NoSchedule", "spot:NoExecute"]);
    let told = kubeadm(&facts(node), "10.0.0.17");
    let document = &told["documents"][0];
    assert!(document.get("controlPlane").is_none());
    let registration = &document["nodeRegistration"];
    assert_eq!(
        registration["kubeletExtraArgs"][2],
        json!({ "name": "node-labels", "value": "a=$(id),b=2,topology.kubernetes.io/zone=ch-dk-2" })
    );
    assert_eq!(
        registration["kubeletExtraArgs"][1],
        json!({ "name": "node-ip", "value": "10.0.0.17" })
    );
    assert_eq!(
        registration["taints"][0],
        json!({ "key": "gpu", "value": "a:b", "effect": "NoSchedule" })
    );
    assert_eq!(
        registration["taints"][1],
        json!({ "key": "spot", "value": "", "effect": "NoExecute" })
    );
}

#[test]
fn reports_are_redacted_and_parse() {
    let [facts, _] = documented();
    let mut facts = serde_json::to_value(facts).unwrap();
    facts["callback"]["ticket"] = json!(TICKET);
    let facts = super::facts(facts);
    let program = format!(
        "detail = 'x' * 3000 + ' {TOKEN} hunter2 {TICKET}\\n-----BEGIN EC PRIVATE KEY-----\\nMHc'\n\
         print(json.dumps(facts.report(facts.load(), 'kubeadm', 'failed', '7', detail)))"
    );
    let report = Report::parse(on_machine(&facts, &program).to_string().as_bytes()).unwrap();
    assert!(
        report
            .detail
            .ends_with("[redacted] [redacted] [redacted]\n[redacted]"),
        "{}",
        report.detail
    );
}
