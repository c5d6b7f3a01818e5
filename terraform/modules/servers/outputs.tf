output "instance_ids" {
  description = "The machines by name."
  value       = module.host.instance_ids
}

output "upgrade_command" {
  description = "Upgrades one server after the other."
  value       = "aws ssm send-command --region ${var.host.region} --document-name ${aws_ssm_document.upgrade.name} --targets Key=tag:Role,Values=server Key=tag:Project,Values=${var.host.name} --max-concurrency 1 --max-errors 0 --parameters version=VERSION"
}
