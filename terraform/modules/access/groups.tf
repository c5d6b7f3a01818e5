# One group for each kind of machine. What none of paths.tf allows is refused, in both directions; there is no SSH.

resource "aws_security_group" "edge" {
  name        = "${var.name}-edge"
  description = "NGINX"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-edge" }
}

resource "aws_security_group" "server" {
  name        = "${var.name}-server"
  description = "Servers of documents"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-server" }
}

resource "aws_security_group" "database" {
  name        = "${var.name}-database"
  description = "PostgreSQL"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-database" }
}

resource "aws_security_group" "monitoring" {
  name        = "${var.name}-monitoring"
  description = "Prometheus and Grafana"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-monitoring" }
}
