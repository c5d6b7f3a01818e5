# What every machine is like, and what its user data says.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

variables {
  host = {
    name    = "test"
    image   = "ami-0123456789abcdef0"
    region  = "eu-central-1"
    bucket  = "test-atelierex"
    version = "0.1.0-1"
    secrets = "/test"
  }
  kind              = "server"
  instance_type     = "t3a.small"
  security_group_id = "sg-1"
  settings_file     = "/etc/atelierex/serve.local.env"
  packages          = ["atelierex"]
  commands          = ["true"]
  machines = {
    one = { subnet_id = "subnet-1", address = "10.20.16.100", settings = { ATELIEREX_LISTEN = "10.20.16.100:3000" } }
    two = { subnet_id = "subnet-2", address = "10.20.17.101", settings = { ATELIEREX_LISTEN = "10.20.17.101:3000" } }
  }
}

run "machines" {
  command = plan
  module {
    source = "./modules/host"
  }

  assert {
    condition     = length(aws_instance.machine) == 2 && aws_instance.machine["two"].subnet_id == "subnet-2"
    error_message = "There is a machine for each that was asked for, where it was asked for."
  }
  assert {
    condition     = alltrue([for machine in aws_instance.machine : machine.root_block_device[0].encrypted && machine.root_block_device[0].volume_type == "gp3"])
    error_message = "Disks are encrypted."
  }
  assert {
    condition     = alltrue([for machine in aws_instance.machine : machine.metadata_options[0].http_tokens == "required" && machine.metadata_options[0].http_put_response_hop_limit == 1])
    error_message = "The metadata service answers version 2 only, and nobody behind the machine."
  }
  assert {
    condition     = alltrue([for machine in aws_instance.machine : machine.vpc_security_group_ids == toset(["sg-1"])])
    error_message = "No other group than its kind's."
  }
  assert {
    condition     = aws_instance.machine["one"].tags == tomap({ Name = "test-one", Role = "server" })
    error_message = "Machines are found by their tags."
  }
  assert {
    condition     = length(aws_iam_role_policy.kind) == 0
    error_message = "A kind that needs nothing may do nothing."
  }
}

run "user_data" {
  command = plan
  module {
    source = "./modules/host"
  }

  assert {
    condition     = startswith(base64decode(aws_instance.machine["one"].user_data_base64), "#cloud-config\n")
    error_message = "User data is read by cloud-init."
  }
  assert {
    condition = [
      for file in yamldecode(base64decode(aws_instance.machine["two"].user_data_base64)).write_files : file.content if file.path == "/etc/atelierex/serve.local.env"
    ] == ["ATELIEREX_LISTEN=\"10.20.17.101:3000\"\n"]
    error_message = "Each machine has its own settings."
  }
  assert {
    condition     = alltrue([for machine in aws_instance.machine : length(machine.user_data_base64) < 16384 * 4 / 3])
    error_message = "EC2 takes no more than 16 KiB of user data."
  }
  assert {
    condition     = yamldecode(base64decode(aws_instance.machine["one"].user_data_base64)).runcmd[0] == "set -e"
    error_message = "A command that fails ends the set-up."
  }
}

run "database_volume" {
  command = plan
  module {
    source = "./modules/database"
  }
  variables {
    subnet          = { id = "subnet-1", zone = "eu-central-1a", cidr = "10.20.16.0/24" }
    address         = "10.20.16.10"
    volume_gib      = 50
    backup_days     = 14
    client_networks = ["10.20.16.0/24"]
  }

  assert {
    condition     = aws_ebs_volume.data.encrypted && aws_ebs_volume.data.type == "gp3" && aws_ebs_volume.data.size == 50
    error_message = "The database's volume is its own, encrypted, and as large as was asked for."
  }
  assert {
    condition     = aws_ebs_volume.data.availability_zone == "eu-central-1a"
    error_message = "The volume is where its machine is."
  }
  assert {
    condition     = aws_volume_attachment.data.skip_destroy
    error_message = "The volume is let go of by its machine's end, not pulled out while in use."
  }
}
