output "bucket" {
  description = "Name of the bucket."
  value       = var.bucket
}

output "package_version" {
  description = "Version that new machines get."
  value       = local.version
  # Who knows the version may fetch it.
  depends_on = [aws_s3_bucket_object.package]
}

output "versions" {
  description = "Versions that packages_dir holds."
  value       = local.versions
}

output "has_grafana" {
  description = "Whether Grafana's package was given."
  value       = anytrue([for file in local.files : startswith(file, "grafana_")])
}
