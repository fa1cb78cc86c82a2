output "control_planes" {
  description = "The public addresses of the control planes; the user for SSH is ubuntu."
  value       = local.control_planes
}

output "kubeconfig" {
  description = "For kubectl: terraform output -raw kubeconfig > kubeconfig"
  sensitive   = true

  value = yamlencode({
    apiVersion      = "v1"
    kind            = "Config"
    current-context = local.cluster

    clusters = [{
      name = local.cluster

      cluster = {
        server                     = "https://${local.public_address}:6443"
        tls-server-name            = local.endpoint
        certificate-authority-data = base64encode(tls_self_signed_cert.authority["ca"].cert_pem)
      }
    }]

    contexts = [{
      name    = local.cluster
      context = { cluster = local.cluster, user = "admin" }
    }]

    users = [{
      name = "admin"

      user = {
        client-certificate-data = base64encode(tls_locally_signed_cert.admin.cert_pem)
        client-key-data         = base64encode(tls_private_key.admin.private_key_pem)
      }
    }]
  })
}
