# What is made, with the defaults and with other counts. A mocked provider: no AWS, no account.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }
  }
}

variables {
  region = "eu-central-1"
  bucket = "test-atelierex"
}

run "defaults" {
  command = plan

  assert {
    condition     = output.package_version == "0.1.0-1"
    error_message = "The version is the one that packages_dir has."
  }
  assert {
    condition = output.hosts == {
      database   = { kind = "database", address = "10.20.16.10" }
      edge       = { kind = "edge", address = "10.20.0.10" }
      monitoring = { kind = "monitoring", address = "10.20.16.20" }
      server-1   = { kind = "server", address = "10.20.16.100" }
      server-2   = { kind = "server", address = "10.20.17.101" }
    }
    error_message = "One database, edge and monitoring, two servers, all with addresses that the plan knows."
  }
}

run "servers_are_spread_over_zones" {
  command = plan
  variables {
    servers = 5
    zones   = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
  }

  assert {
    condition     = [for number in range(1, 6) : output.hosts["server-${number}"].address] == ["10.20.16.100", "10.20.17.101", "10.20.18.102", "10.20.16.103", "10.20.17.104"]
    error_message = "Servers take turns over the zones."
  }
}

run "one_server_in_one_zone_of_another_network" {
  command = plan
  variables {
    servers = 1
    zones   = ["eu-central-1a"]
    cidr    = "172.16.0.0/16"
  }

  assert {
    condition     = alltrue([for host in output.hosts : startswith(host.address, "172.16.")])
    error_message = "All addresses are of the network that was asked for."
  }

  assert {
    condition     = length(output.hosts) == 4
    error_message = "One server is enough for a start."
  }
}

run "outputs_say_where_to_look" {
  command = plan
  variables {
    tls_certificate_parameter = "/atelierex/tls/certificate"
    tls_key_parameter         = "/atelierex/tls/key"
  }

  assert {
    condition     = toset(keys(output.shell)) == toset(keys(output.hosts))
    error_message = "There is a way to a shell on every machine."
  }
  assert {
    condition     = strcontains(output.upgrade, "--max-concurrency 1 --max-errors 0")
    error_message = "Servers are upgraded one after the other, and a failure ends it."
  }
  assert {
    condition     = output.secrets_prefix == "/atelierex" && output.bucket == "test-atelierex"
    error_message = "Outputs say where secrets and files are."
  }
}
