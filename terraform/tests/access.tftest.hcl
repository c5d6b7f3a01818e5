# Who may talk to whom. That there are no other rules than these is checked on the plan (scripts/terraform-plan-rules).

mock_provider "aws" {}

variables {
  name            = "test"
  vpc_id          = "vpc-1"
  cidr            = "10.20.0.0/16"
  allowed_clients = ["203.0.113.0/24"]
}

run "clients_come_from_where_they_may" {
  command = plan
  module {
    source = "./modules/access"
  }

  assert {
    condition = alltrue([
      for rule in [aws_security_group_rule.clients_to_edge_http, aws_security_group_rule.clients_to_edge_https] :
      rule.cidr_blocks == tolist(["203.0.113.0/24"]) && rule.protocol == "tcp" && rule.from_port == rule.to_port
    ])
    error_message = "Only allowed clients reach the edge."
  }
}

run "the_world_is_not_our_own_network" {
  command = plan
  module {
    source = "./modules/access"
  }

  assert {
    condition = aws_security_group_rule.server_to_world_https.cidr_blocks == tolist([
      "128.0.0.0/1", "10.64.0.0/10", "10.32.0.0/11", "10.0.0.0/12", "10.24.0.0/13", "10.16.0.0/14", "10.22.0.0/15", "10.21.0.0/16",
      "64.0.0.0/2", "32.0.0.0/3", "16.0.0.0/4", "0.0.0.0/5", "12.0.0.0/6", "8.0.0.0/7", "11.0.0.0/8", "10.128.0.0/9",
    ])
    error_message = "A way out to everybody would be one to the edge's open ports too."
  }
}
