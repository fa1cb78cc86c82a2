//! Commands that people type first, and what they should see.

pub mod first_steps {
    //! The check list.

    use crate::tongue::{Text, tr};

    pub const HEADING: Text = Text("First steps");
    pub const COPY: Text = Text("Copy");
    pub const SSH: Text = Text("SSH to the control plane");

    /// Each command, and what it shows. The scale-up asks for more cores than the smallest cluster has.
    pub fn commands(name: &str, pods: u64) -> Vec<(String, &'static str)> {
        vec![
            (
                format!("export KUBECONFIG=$PWD/{name}.kubeconfig"),
                tr!("In the folder of the download; for this terminal."),
            ),
            (
                "kubectl get nodes -o wide".to_owned(),
                tr!("Every node is Ready."),
            ),
            (
                format!(
                    "kubectl create deployment scale-test --image=registry.k8s.io/pause:3.10 --replicas=0\nkubectl set resources deployment scale-test --requests=cpu=500m\nkubectl scale deployment scale-test --replicas={pods}"
                ),
                tr!(
                    "The scale-up test: more than the smallest cluster has room for, so that some pods stay Pending."
                ),
            ),
            (
                "kubectl get nodes --watch".to_owned(),
                tr!("The autoscaler adds a node within minutes. Ctrl-C ends the watching."),
            ),
            (
                "kubectl delete deployment scale-test".to_owned(),
                tr!("Nodes that stand idle go after about ten minutes."),
            ),
        ]
    }

    /// With the key that was born in the launch's tab, or the person's own.
    pub fn ssh(name: &str, address: &str, own_key: bool) -> String {
        if own_key {
            format!("ssh ubuntu@{address}")
        } else {
            format!("chmod 600 slipway-{name}\nssh -i slipway-{name} ubuntu@{address}")
        }
    }
}
