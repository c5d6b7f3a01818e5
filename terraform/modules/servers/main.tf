# Servers of documents, spread over the zones. They hold nothing that is not in the database, so each can be replaced.

module "host" {
  source            = "../host"
  host              = var.host
  kind              = "server"
  instance_type     = var.instance_type
  security_group_id = var.security_group_id
  settings_file     = "/etc/atelierex/serve.local.env"
  packages          = ["atelierex"]
  programs          = { atelierex-upgrade = file("${path.module}/files/atelierex-upgrade") }
  policy            = data.aws_iam_policy_document.server.json

  machines = {
    for number, address in var.addresses : "server-${number + 1}" => {
      subnet_id = var.subnets[number % length(var.subnets)].id
      address   = address
      settings = merge(var.settings, {
        ATELIEREX_ADMIN_LISTEN         = "${address}:3090"
        ATELIEREX_CACHE_CAPACITY_BYTES = tostring(var.cache_bytes)
        ATELIEREX_LISTEN               = "${address}:3000"
      })
    }
  }

  commands = [
    "/usr/local/sbin/atelierex-packages --idle ${var.host.version}",
    "/usr/lib/atelierex/fetch-secrets ${var.host.secrets} ${join(" ", local.secrets)}",
    "systemctl enable --now atelierex.service",
  ]
}

locals {
  secrets = ["database/serve", "database/refresh"]
}

data "aws_partition" "here" {}

data "aws_iam_policy_document" "server" {
  statement {
    sid       = "ReadOwnSecrets"
    actions   = ["ssm:GetParameter", "ssm:GetParameters"]
    resources = [for secret in local.secrets : "arn:${data.aws_partition.here.partition}:ssm:${var.host.region}:*:parameter${var.host.secrets}/${secret}"]
  }
}

resource "aws_ssm_document" "upgrade" {
  name          = "${var.host.name}-upgrade"
  document_type = "Command"
  tags          = { Name = "${var.host.name}-upgrade" }

  content = jsonencode({
    schemaVersion = "2.2"
    description   = "Brings a server to another version of the packages."
    parameters = {
      version = {
        type           = "String"
        description    = "A version that the bucket has, as in 0.1.0-1."
        allowedPattern = "^[0-9][0-9A-Za-z.+~-]*$"
      }
    }
    mainSteps = [{
      name   = "upgrade"
      action = "aws:runShellScript"
      inputs = { runCommand = ["/usr/local/sbin/atelierex-upgrade {{ version }}"], timeoutSeconds = "900" }
    }]
  })
}
