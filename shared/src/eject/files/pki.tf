# The cluster's keys. They are made here and kept in Terraform's state: guard that file as you would guard the cluster.

resource "tls_private_key" "authority" {
  for_each = local.authorities

  algorithm   = "ECDSA"
  ecdsa_curve = "P256"
}

resource "tls_self_signed_cert" "authority" {
  for_each = local.authorities

  private_key_pem       = tls_private_key.authority[each.key].private_key_pem
  is_ca_certificate     = true
  set_subject_key_id    = true
  validity_period_hours = 87600
  allowed_uses          = ["cert_signing", "crl_signing", "digital_signature"]

  subject {
    common_name = each.value
  }
}

# Signs the tokens of service accounts.
resource "tls_private_key" "service_accounts" {
  algorithm   = "ECDSA"
  ecdsa_curve = "P256"
}

# With this the first nodes join; kubeadm lets it expire after 48 hours, and by then others have been rotated in.
resource "random_string" "join_token_id" {
  length  = 6
  special = false
  upper   = false
}

resource "random_password" "join_token_secret" {
  length  = 16
  special = false
  upper   = false
}

# A node trusts the authority whose public key has this hash. Only a file's hash is that of bytes.
resource "local_file" "authority_public_key" {
  filename        = "${path.module}/ca.pub.der"
  file_permission = "0644"
  content_base64  = replace(tls_private_key.authority["ca"].public_key_pem, "/-----[A-Z ]+-----|\\s/", "")
}

# The person's own way in.
resource "tls_private_key" "admin" {
  algorithm   = "ECDSA"
  ecdsa_curve = "P256"
}

resource "tls_cert_request" "admin" {
  private_key_pem = tls_private_key.admin.private_key_pem

  subject {
    organization = "kubeadm:cluster-admins"
    common_name  = "terraform-admin"
  }
}

resource "tls_locally_signed_cert" "admin" {
  cert_request_pem      = tls_cert_request.admin.cert_request_pem
  ca_private_key_pem    = tls_private_key.authority["ca"].private_key_pem
  ca_cert_pem           = tls_self_signed_cert.authority["ca"].cert_pem
  validity_period_hours = local.kubeconfig_hours
  allowed_uses          = ["client_auth", "digital_signature"]
}

# What the templates in cloud-init/ are filled in with.
locals {
  join_token = "${random_string.join_token_id.result}.${random_password.join_token_secret.result}"

  node = {
    folder = "${path.module}/cloud-init/machines"
    files  = [for one in local.node_files : merge(one, { content = file("${path.module}/${one.source}") })]

    told = {
      join = {
        token  = local.join_token
        caHash = "sha256:${local_file.authority_public_key.content_sha256}"
      }
    }
  }

  control_plane = {
    folder = "${path.module}/cloud-init/machines"
    files  = [for one in local.control_plane_files : merge(one, { content = file("${path.module}/${one.source}") })]
    told   = local.told
    bundle = var.bootstrapped ? "" : jsonencode(local.bundle)
  }

  bundle = {
    joinToken = local.join_token
    keys      = local.keys
    files     = []

    pki = merge(
      { for name, authority in tls_self_signed_cert.authority : "${name}.crt" => authority.cert_pem },
      { for name, authority in tls_private_key.authority : "${name}.key" => authority.private_key_pem },
      {
        "sa.key" = tls_private_key.service_accounts.private_key_pem
        "sa.pub" = tls_private_key.service_accounts.public_key_pem
      },
    )
  }
}
