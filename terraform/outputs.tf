output "address" {
  description = "Where clients come; what the shop's DNS name shall point to."
  value       = module.edge.public_address
}

output "url" {
  description = "A first request to try, once a catalog is loaded."
  value       = "${var.tls_certificate_parameter == null ? "http" : "https"}://${module.edge.public_address}/products"
  precondition {
    condition     = (var.tls_certificate_parameter == null) == (var.tls_key_parameter == null)
    error_message = "TLS needs both tls_certificate_parameter and tls_key_parameter; without TLS leave out both."
  }
}

output "hosts" {
  description = "Every machine with its kind and its private address."
  value = merge(
    { database = { kind = "database", address = local.database_address } },
    { for number, address in local.server_addresses : "server-${number + 1}" => { kind = "server", address = address } },
    { edge = { kind = "edge", address = local.edge_address } },
    { monitoring = { kind = "monitoring", address = local.monitoring_address } },
  )
}

output "bucket" {
  description = "Packages, exports and backups."
  value       = module.storage.bucket
}

output "package_version" {
  description = "Version that new machines get."
  value       = module.storage.package_version
  precondition {
    condition     = var.package_version != null || length(module.storage.versions) == 1
    error_message = "packages_dir holds several versions (${join(", ", module.storage.versions)}); set package_version to the one that new machines shall get."
  }
  precondition {
    condition     = var.package_version == null || contains(module.storage.versions, module.storage.package_version)
    error_message = "packages_dir holds no version ${module.storage.package_version}; it has ${join(", ", module.storage.versions)}."
  }
}

output "secrets_prefix" {
  description = "Where the database's URLs are among the SSM parameters; they are made on the database's machine."
  value       = local.host.secrets
}

output "shell" {
  description = "How to get a shell on each machine."
  value = {
    for name, id in merge(module.database.instance_ids, module.servers.instance_ids, module.edge.instance_ids, module.monitoring.instance_ids) :
    name => "aws ssm start-session --region ${var.region} --target ${id}"
  }
}

output "tunnels" {
  description = "Commands that bring Prometheus and Grafana to http://127.0.0.1:9090 and http://127.0.0.1:3000."
  value = {
    for name, port in { prometheus = 9090, grafana = 3000 } :
    name => "aws ssm start-session --region ${var.region} --target ${module.monitoring.instance_ids["monitoring"]} --document-name AWS-StartPortForwardingSession --parameters portNumber=${port},localPortNumber=${port}"
  }
}

output "upload_catalog" {
  description = "How an export gets into the system: to the bucket, and from there into the database."
  value = [
    "aws s3 cp --recursive EXPORT_DIR s3://${module.storage.bucket}/exports/NAME/",
    "sudo /usr/lib/atelierex-database/load NAME   # on the database's machine",
  ]
}

output "upgrade" {
  description = "Upgrades the servers to VERSION, which terraform apply has uploaded before, one after the other; stops at the first that fails."
  value       = module.servers.upgrade_command
}
