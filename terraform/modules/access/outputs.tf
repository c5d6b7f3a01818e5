output "edge_group_id" {
  description = "NGINX: the only machine that clients reach."
  value       = aws_security_group.edge.id
}

output "server_group_id" {
  description = "Servers of documents."
  value       = aws_security_group.server.id
}

output "database_group_id" {
  description = "PostgreSQL."
  value       = aws_security_group.database.id
}

output "monitoring_group_id" {
  description = "Prometheus and Grafana: nothing comes in, not even from us; Session Manager forwards their ports."
  value       = aws_security_group.monitoring.id
}
