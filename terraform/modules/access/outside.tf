# Every machine reaches the AWS API (secrets, bucket, Session Manager) and Debian's mirrors, whose addresses nobody knows
# beforehand. Names and time come from the network itself, which security groups do not filter.

resource "aws_security_group_rule" "edge_to_world_http" {
  description       = "Debian mirrors"
  type              = "egress"
  security_group_id = aws_security_group.edge.id
  cidr_blocks       = ["0.0.0.0/0"]
  protocol          = "tcp"
  from_port         = 80
  to_port           = 80
}

resource "aws_security_group_rule" "edge_to_world_https" {
  description       = "AWS API and Debian mirrors"
  type              = "egress"
  security_group_id = aws_security_group.edge.id
  cidr_blocks       = ["0.0.0.0/0"]
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_security_group_rule" "server_to_world_http" {
  description       = "Debian mirrors"
  type              = "egress"
  security_group_id = aws_security_group.server.id
  cidr_blocks       = ["0.0.0.0/0"]
  protocol          = "tcp"
  from_port         = 80
  to_port           = 80
}

resource "aws_security_group_rule" "server_to_world_https" {
  description       = "AWS API and Debian mirrors"
  type              = "egress"
  security_group_id = aws_security_group.server.id
  cidr_blocks       = ["0.0.0.0/0"]
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_security_group_rule" "database_to_world_http" {
  description       = "Debian mirrors"
  type              = "egress"
  security_group_id = aws_security_group.database.id
  cidr_blocks       = ["0.0.0.0/0"]
  protocol          = "tcp"
  from_port         = 80
  to_port           = 80
}

resource "aws_security_group_rule" "database_to_world_https" {
  description       = "AWS API and Debian mirrors"
  type              = "egress"
  security_group_id = aws_security_group.database.id
  cidr_blocks       = ["0.0.0.0/0"]
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_security_group_rule" "monitoring_to_world_http" {
  description       = "Debian mirrors"
  type              = "egress"
  security_group_id = aws_security_group.monitoring.id
  cidr_blocks       = ["0.0.0.0/0"]
  protocol          = "tcp"
  from_port         = 80
  to_port           = 80
}

resource "aws_security_group_rule" "monitoring_to_world_https" {
  description       = "AWS API and Debian mirrors"
  type              = "egress"
  security_group_id = aws_security_group.monitoring.id
  cidr_blocks       = ["0.0.0.0/0"]
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
}
