# One group per kind of machine. Traffic that paths.tf does not allow is rejected in both directions; there is no SSH.

resource "aws_security_group" "edge" {
  #checkov:skip=CKV2_AWS_5:The machines of modules/host have it; checkov does not follow it through two modules.
  name        = "${var.name}-edge"
  description = "NGINX"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-edge" }
}

resource "aws_security_group" "server" {
  #checkov:skip=CKV2_AWS_5:The machines of modules/host have it; checkov does not follow it through two modules.
  name        = "${var.name}-server"
  description = "Servers of documents"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-server" }
}

resource "aws_security_group" "database" {
  #checkov:skip=CKV2_AWS_5:The machines of modules/host have it; checkov does not follow it through two modules.
  name        = "${var.name}-database"
  description = "PostgreSQL"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-database" }
}

resource "aws_security_group" "monitoring" {
  #checkov:skip=CKV2_AWS_5:The machines of modules/host have it; checkov does not follow it through two modules.
  name        = "${var.name}-monitoring"
  description = "Prometheus and Grafana"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-monitoring" }
}
