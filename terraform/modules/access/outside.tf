# Every machine reaches the AWS API (secrets, bucket, Session Manager) and Debian's mirrors, whose addresses are not
# known in advance. DNS and time come from the network itself, which security groups do not filter.

locals {
  # All addresses except our own network: otherwise every machine could reach the edge's ports, which are open to all.
  # They are the other halves at each of the 16 fixed bits.
  octets = split(".", var.cidr)
  prefixes = {
    for bits in range(1, 17) : bits => floor((local.octets[0] * 256 + local.octets[1]) / pow(2, 16 - bits))
  }
  outside = [
    for bits, prefix in local.prefixes : cidrsubnet("0.0.0.0/0", bits, prefix % 2 == 0 ? prefix + 1 : prefix - 1)
  ]
}

resource "aws_security_group_rule" "edge_to_world_http" {
  description       = "Debian mirrors"
  type              = "egress"
  security_group_id = aws_security_group.edge.id
  cidr_blocks       = local.outside
  protocol          = "tcp"
  from_port         = 80
  to_port           = 80
}

resource "aws_security_group_rule" "edge_to_world_https" {
  description       = "AWS API and Debian mirrors"
  type              = "egress"
  security_group_id = aws_security_group.edge.id
  cidr_blocks       = local.outside
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_security_group_rule" "server_to_world_http" {
  description       = "Debian mirrors"
  type              = "egress"
  security_group_id = aws_security_group.server.id
  cidr_blocks       = local.outside
  protocol          = "tcp"
  from_port         = 80
  to_port           = 80
}

resource "aws_security_group_rule" "server_to_world_https" {
  description       = "AWS API and Debian mirrors"
  type              = "egress"
  security_group_id = aws_security_group.server.id
  cidr_blocks       = local.outside
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_security_group_rule" "database_to_world_http" {
  description       = "Debian mirrors"
  type              = "egress"
  security_group_id = aws_security_group.database.id
  cidr_blocks       = local.outside
  protocol          = "tcp"
  from_port         = 80
  to_port           = 80
}

resource "aws_security_group_rule" "database_to_world_https" {
  description       = "AWS API and Debian mirrors"
  type              = "egress"
  security_group_id = aws_security_group.database.id
  cidr_blocks       = local.outside
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_security_group_rule" "monitoring_to_world_http" {
  description       = "Debian mirrors"
  type              = "egress"
  security_group_id = aws_security_group.monitoring.id
  cidr_blocks       = local.outside
  protocol          = "tcp"
  from_port         = 80
  to_port           = 80
}

resource "aws_security_group_rule" "monitoring_to_world_https" {
  description       = "AWS API and Debian mirrors"
  type              = "egress"
  security_group_id = aws_security_group.monitoring.id
  cidr_blocks       = local.outside
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
}
