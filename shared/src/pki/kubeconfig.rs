//! The file that `kubectl` reads, assembled where the private key is: in the browser.
//! Every value is checked first, so that nothing needs quoting.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use crate::secret::Secret;

/// What a kubeconfig is made of.
#[derive(Debug)]
pub struct Kubeconfig<'a> {
    /// Names the cluster, the user and the context.
    pub cluster_name: &'a str,
    /// `https://<address>:6443`.
    pub server_url: &'a str,
    /// The cluster's endpoint name. The API server's certificate holds it whatever address it is reached by.
    pub tls_server_name: &'a str,
    /// The cluster's authority.
    pub ca_pem: &'a str,
    /// Signed by the launcher.
    pub client_certificate_pem: &'a str,
    /// Made in the browser.
    pub client_key_pem: &'a Secret<String>,
}

/// Which value cannot stand in a kubeconfig.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the {0} cannot stand in a kubeconfig")]
pub struct KubeconfigError(&'static str);

impl Kubeconfig<'_> {
    /// The file's text.
    pub fn render(&self) -> Result<Secret<String>, KubeconfigError> {
        let name = checked("cluster's name", self.cluster_name, |c| {
            c.is_ascii_alphanumeric() || c == '-'
        })?;
        let server = server(self.server_url)?;
        let tls_name = checked("endpoint's name", self.tls_server_name, |c| {
            c.is_ascii_alphanumeric() || matches!(c, '.' | '-')
        })?;
        let ca = pem("authority's certificate", self.ca_pem)?;
        let certificate = pem("client's certificate", self.client_certificate_pem)?;
        let key = pem("client's key", self.client_key_pem.expose())?;
        Ok(Secret::new(format!(
            r#"apiVersion: v1
kind: Config
current-context: "{name}"
clusters:
- name: "{name}"
  cluster:
    server: "{server}"
    tls-server-name: "{tls_name}"
    certificate-authority-data: "{ca}"
users:
- name: "{name}-admin"
  user:
    client-certificate-data: "{certificate}"
    client-key-data: "{key}"
contexts:
- name: "{name}"
  context:
    cluster: "{name}"
    user: "{name}-admin"
"#
        )))
    }
}

fn server(url: &str) -> Result<&str, KubeconfigError> {
    let authority = url
        .strip_prefix("https://")
        .ok_or(KubeconfigError("server's address"))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    checked("server's address", authority, plain).map(|_| url)
}

/// Text that looks like PEM, in base64. Anything at all would be safe there; this only catches mix-ups.
fn pem(what: &'static str, text: &str) -> Result<String, KubeconfigError> {
    let framed = text.starts_with("-----BEGIN ") && text.trim_end().ends_with("-----");
    if framed {
        Ok(STANDARD.encode(text))
    } else {
        Err(KubeconfigError(what))
    }
}

fn checked<'a>(
    what: &'static str,
    text: &'a str,
    plain: impl Fn(char) -> bool,
) -> Result<&'a str, KubeconfigError> {
    let fine = !text.is_empty() && text.len() <= 253 && text.chars().all(plain);
    if fine {
        Ok(text)
    } else {
        Err(KubeconfigError(what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::authority::tests::{NOW, kubernetes};
    use crate::pki::programs::{self, Folder};
    use crate::pki::{AdminPublicKey, AdminRequest, admin_certificate, authority};

    fn render(cluster_name: &str, server_url: &str) -> Result<Secret<String>, KubeconfigError> {
        let ca = kubernetes();
        let certificate = &ca.certificate_pem;
        Kubeconfig {
            cluster_name,
            server_url,
            tls_server_name: "api.k3x9q.slipway.internal",
            ca_pem: certificate,
            client_certificate_pem: certificate,
            client_key_pem: &ca.key_pem,
        }
        .render()
    }

    /// What `kubectl` would read.
    fn tree(text: &Secret<String>) -> serde_json::Value {
        let script =
            "python3 -c 'import sys, yaml, json; print(json.dumps(yaml.safe_load(sys.stdin)))'";
        serde_json::from_str(&programs::shell(script, text.expose())).unwrap()
    }

    #[test]
    fn openssl_finds_an_authority_a_client_and_the_client_s_key() {
        let key = programs::shell(
            "openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt",
            "",
        );
        let public = programs::openssl(&["pkey", "-pubout"], &key);
        let body: String = public
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect();
        let request = AdminRequest {
            public_key: &AdminPublicKey::parse(&body).unwrap(),
            common_name: "slipway-admin",
            lifetime_hours: 24,
            serial: [0; 16],
        };
        let text = Kubeconfig {
            cluster_name: "demo",
            server_url: "https://192.0.2.1:6443",
            tls_server_name: "api.k3x9q.slipway.internal",
            ca_pem: &kubernetes().certificate_pem,
            client_certificate_pem: &admin_certificate(&kubernetes(), &request, NOW).unwrap(),
            client_key_pem: &Secret::new(key),
        }
        .render()
        .unwrap();
        let tree = tree(&text);
        let pem = |object: &serde_json::Value, key: &str| {
            String::from_utf8(STANDARD.decode(object[key].as_str().unwrap()).unwrap()).unwrap()
        };
        let user = &tree["users"][0]["user"];
        let ca = pem(
            &tree["clusters"][0]["cluster"],
            "certificate-authority-data",
        );
        let certificate = pem(user, "client-certificate-data");
        let folder = Folder::new("kubeconfig");
        let client = folder.file("client.pem", &certificate);
        let verify = |ca: &str, purpose: &str| {
            let (at, ca) = (NOW.seconds().to_string(), folder.file("ca.pem", ca));
            let strictly = ["verify", "-x509_strict", "-purpose", purpose];
            let arguments = [&strictly[..], &["-attime", &at, "-CAfile", &ca, &client]].concat();
            programs::try_openssl(&arguments, "")
        };
        verify(&ca, "sslclient").unwrap();
        verify(&ca, "sslserver").unwrap_err();
        let other = authority("kubernetes", &[6; 32], [1; 16], NOW).unwrap();
        verify(&other.certificate_pem, "sslclient").unwrap_err();
        let of_key = programs::openssl(&["pkey", "-pubout"], &pem(user, "client-key-data"));
        let of_certificate = programs::openssl(&["x509", "-noout", "-pubkey"], &certificate);
        assert_eq!(of_key, of_certificate);
    }

    #[test]
    fn is_yaml_that_says_what_was_given() {
        let text = render("demo", "https://[2001:db8::1]:6443").unwrap();
        let tree = tree(&text);
        assert_eq!(
            tree["clusters"][0]["cluster"]["server"],
            "https://[2001:db8::1]:6443"
        );
        assert_eq!(
            tree["users"][0]["name"],
            tree["contexts"][0]["context"]["user"]
        );
        let ca = tree["clusters"][0]["cluster"]["certificate-authority-data"]
            .as_str()
            .unwrap();
        assert_eq!(
            STANDARD.decode(ca).unwrap(),
            kubernetes().certificate_pem.as_bytes()
        );
    }

    #[test]
    fn refuses_what_would_need_quoting() {
        render("de\"mo", "https://192.0.2.1:6443").unwrap_err();
        render("demo", "http://192.0.2.1:6443").unwrap_err();
        render("demo", "https://192.0.2.1:6443\"\n").unwrap_err();
        render("", "https://192.0.2.1:6443").unwrap_err();
    }
}
