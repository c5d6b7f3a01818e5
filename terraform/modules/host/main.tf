# Machines of one kind: their programs, their permissions, and their first-boot commands.

locals {
  instance_settings = {
    ATELIEREX_NAME     = var.host.name
    ATELIEREX_BUCKET   = var.host.bucket
    ATELIEREX_VERSION  = var.host.version
    ATELIEREX_SECRETS  = var.host.secrets
    ATELIEREX_PACKAGES = join(" ", var.packages)
    AWS_DEFAULT_REGION = var.host.region
  }

  # In the format of systemd and shells.
  settings_files = {
    for name, machine in var.machines : name => {
      for path, settings in { "/etc/atelierex/instance.env" = local.instance_settings, (var.settings_file) = machine.settings } :
      path => join("", [for key in sort(keys(settings)) : "${key}=\"${settings[key]}\"\n"])
    }
  }

  programs = merge({ atelierex-packages = file("${path.module}/files/atelierex-packages") }, var.programs)

  user_data = {
    for name, machine in var.machines : name => join("\n", ["#cloud-config", yamlencode({
      write_files = concat(
        [for path, content in local.settings_files[name] : { path = path, permissions = "0644", content = content }],
        [for path, content in var.files : { path = path, permissions = "0644", content = content }],
        [for program, content in local.programs : { path = "/usr/local/sbin/${program}", permissions = "0755", content = content }],
      )
      # A failed command ends the set-up; /var/log/cloud-init-output.log names it.
      runcmd = concat(["set -e"], var.commands)
    })])
  }
}

resource "aws_instance" "machine" {
  #checkov:skip=CKV_AWS_126:Prometheus asks every five seconds; CloudWatch every minute would be paid for and looked at by nobody.
  for_each               = var.machines
  ami                    = var.host.image
  instance_type          = var.instance_type
  subnet_id              = each.value.subnet_id
  private_ip             = each.value.address
  vpc_security_group_ids = [var.security_group_id]
  iam_instance_profile   = aws_iam_instance_profile.machine.name
  user_data_base64       = base64encode(local.user_data[each.key])
  ebs_optimized          = true
  tags                   = { Name = "${var.host.name}-${each.key}", Role = var.kind }

  root_block_device {
    encrypted   = true
    volume_type = "gp3"
    volume_size = var.root_volume_gib
  }

  # Version 2 only, so that a program that is tricked into a request cannot return the machine's credentials.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  # An apply never replaces running machines. Newer images and first-boot commands are for new machines: apply
  # -replace=….
  lifecycle {
    ignore_changes = [ami, user_data_base64]
  }
}
