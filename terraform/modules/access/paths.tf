# The allowed paths. Each path between two kinds is two rules: out of the one, and into the other.

resource "aws_security_group_rule" "clients_to_edge_http" {
  #checkov:skip=CKV_AWS_260:The edge is what the world asks; allowed_clients narrows it, and with TLS port 80 only says where to go.
  description       = "Clients to the edge, HTTP"
  type              = "ingress"
  security_group_id = aws_security_group.edge.id
  cidr_blocks       = var.allowed_clients
  protocol          = "tcp"
  from_port         = 80
  to_port           = 80
}

resource "aws_security_group_rule" "clients_to_edge_https" {
  description       = "Clients to the edge, HTTPS"
  type              = "ingress"
  security_group_id = aws_security_group.edge.id
  cidr_blocks       = var.allowed_clients
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_security_group_rule" "edge_to_server_out" {
  description              = "The edge asks servers"
  type                     = "egress"
  security_group_id        = aws_security_group.edge.id
  source_security_group_id = aws_security_group.server.id
  protocol                 = "tcp"
  from_port                = 3000
  to_port                  = 3000
}

resource "aws_security_group_rule" "edge_to_server_in" {
  description              = "The edge asks servers"
  type                     = "ingress"
  security_group_id        = aws_security_group.server.id
  source_security_group_id = aws_security_group.edge.id
  protocol                 = "tcp"
  from_port                = 3000
  to_port                  = 3000
}

resource "aws_security_group_rule" "server_to_database_out" {
  description              = "Servers read documents and compose them"
  type                     = "egress"
  security_group_id        = aws_security_group.server.id
  source_security_group_id = aws_security_group.database.id
  protocol                 = "tcp"
  from_port                = 5432
  to_port                  = 5432
}

resource "aws_security_group_rule" "server_to_database_in" {
  description              = "Servers read documents and compose them"
  type                     = "ingress"
  security_group_id        = aws_security_group.database.id
  source_security_group_id = aws_security_group.server.id
  protocol                 = "tcp"
  from_port                = 5432
  to_port                  = 5432
}

resource "aws_security_group_rule" "monitoring_to_server_out" {
  description              = "Prometheus asks the servers"
  type                     = "egress"
  security_group_id        = aws_security_group.monitoring.id
  source_security_group_id = aws_security_group.server.id
  protocol                 = "tcp"
  from_port                = 3090
  to_port                  = 3090
}

resource "aws_security_group_rule" "monitoring_to_server_in" {
  description              = "Prometheus asks the servers"
  type                     = "ingress"
  security_group_id        = aws_security_group.server.id
  source_security_group_id = aws_security_group.monitoring.id
  protocol                 = "tcp"
  from_port                = 3090
  to_port                  = 3090
}

resource "aws_security_group_rule" "monitoring_to_edge_out" {
  description              = "Prometheus asks NGINX"
  type                     = "egress"
  security_group_id        = aws_security_group.monitoring.id
  source_security_group_id = aws_security_group.edge.id
  protocol                 = "tcp"
  from_port                = 9113
  to_port                  = 9113
}

resource "aws_security_group_rule" "monitoring_to_edge_in" {
  description              = "Prometheus asks NGINX"
  type                     = "ingress"
  security_group_id        = aws_security_group.edge.id
  source_security_group_id = aws_security_group.monitoring.id
  protocol                 = "tcp"
  from_port                = 9113
  to_port                  = 9113
}

resource "aws_security_group_rule" "monitoring_to_edge_log_out" {
  description              = "Prometheus asks what the access log says"
  type                     = "egress"
  security_group_id        = aws_security_group.monitoring.id
  source_security_group_id = aws_security_group.edge.id
  protocol                 = "tcp"
  from_port                = 3903
  to_port                  = 3903
}

resource "aws_security_group_rule" "monitoring_to_edge_log_in" {
  description              = "Prometheus asks what the access log says"
  type                     = "ingress"
  security_group_id        = aws_security_group.edge.id
  source_security_group_id = aws_security_group.monitoring.id
  protocol                 = "tcp"
  from_port                = 3903
  to_port                  = 3903
}

resource "aws_security_group_rule" "monitoring_to_database_out" {
  description              = "Prometheus asks PostgreSQL"
  type                     = "egress"
  security_group_id        = aws_security_group.monitoring.id
  source_security_group_id = aws_security_group.database.id
  protocol                 = "tcp"
  from_port                = 9187
  to_port                  = 9187
}

resource "aws_security_group_rule" "monitoring_to_database_in" {
  description              = "Prometheus asks PostgreSQL"
  type                     = "ingress"
  security_group_id        = aws_security_group.database.id
  source_security_group_id = aws_security_group.monitoring.id
  protocol                 = "tcp"
  from_port                = 9187
  to_port                  = 9187
}
