output "instance_ids" {
  description = "The machines by name."
  value       = { for name, machine in aws_instance.machine : name => machine.id }
}
