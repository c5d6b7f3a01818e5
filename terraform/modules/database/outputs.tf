output "instance_ids" {
  description = "The machine by name."
  value       = module.host.instance_ids
}
