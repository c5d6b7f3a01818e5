output "bucket" {
  description = "Name of the bucket."
  value       = var.bucket
}

output "package_version" {
  description = "Version that new machines get."
  value       = local.version
  precondition {
    condition     = var.package_version != null || length(local.versions) == 1
    error_message = "packages_dir holds several versions (${join(", ", local.versions)}); set package_version to the one that new machines shall get."
  }
  precondition {
    condition     = contains(local.versions, local.version)
    error_message = "packages_dir holds no version ${local.version}; it has ${join(", ", local.versions)}."
  }
  # Who knows the version may fetch it.
  depends_on = [aws_s3_bucket_object.package]
}

output "has_grafana" {
  description = "Whether Grafana's package was given."
  value       = anytrue([for file in local.files : startswith(file, "grafana")])
}
