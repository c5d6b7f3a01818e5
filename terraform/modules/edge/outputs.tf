output "instance_ids" {
  description = "The machine by name."
  value       = module.host.instance_ids
}

output "public_address" {
  description = "The elastic address."
  value       = aws_eip.edge.public_ip
  precondition {
    condition     = (var.tls_certificate_parameter == null) == (var.tls_key_parameter == null)
    error_message = "TLS needs both tls_certificate_parameter and tls_key_parameter; without TLS leave out both."
  }
}
