output "instance_ids" {
  description = "The machine by name."
  value       = module.host.instance_ids
}

output "public_address" {
  description = "The elastic address."
  value       = aws_eip.edge.public_ip
}
