# NGINX with an elastic address: the only machine that clients reach.

module "host" {
  source            = "../host"
  host              = var.host
  kind              = "edge"
  instance_type     = var.instance_type
  security_group_id = var.security_group_id
  settings_file     = "/etc/atelierex/edge.local.env"
  packages          = ["atelierex-edge"]
  programs          = local.tls ? { atelierex-fetch-tls = file("${path.module}/files/atelierex-fetch-tls") } : {}
  policy            = local.tls ? data.aws_iam_policy_document.edge[0].json : null

  machines = {
    edge = {
      subnet_id = var.subnet.id
      address   = var.address
      settings = merge(var.settings, {
        EDGE_EXPORTER_LISTEN = "${var.address}:9113"
        EDGE_LISTEN          = "*:80"
        EDGE_LOG_ADDRESS     = var.address
        EDGE_LOG_PORT        = "3903"
        EDGE_TLS_LISTEN      = "*:443"
        EDGE_UPSTREAMS       = join(" ", [for address in var.servers : "${address}:3000"])
        }, local.tls ? {
        EDGE_TLS_CERTIFICATE = "/etc/atelierex/tls/certificate.pem"
        EDGE_TLS_KEY         = "/etc/atelierex/tls/key.pem"
      } : {})
    }
  }

  commands = concat(
    [
      "/usr/local/sbin/atelierex-packages --idle ${var.host.version}",
      "systemctl disable nginx.service mtail.service prometheus-nginx-exporter.service",
    ],
    local.tls ? ["/usr/local/sbin/atelierex-fetch-tls ${var.tls_certificate_parameter} ${var.tls_key_parameter}"] : [],
    ["systemctl enable --now atelierex-edge.service atelierex-edge-log.service atelierex-edge-exporter.service"],
  )
}

locals {
  tls = var.tls_certificate_parameter != null && var.tls_key_parameter != null
}

data "aws_partition" "here" {}

data "aws_iam_policy_document" "edge" {
  count = local.tls ? 1 : 0
  statement {
    sid     = "ReadCertificate"
    actions = ["ssm:GetParameter"]
    resources = [
      for parameter in [var.tls_certificate_parameter, var.tls_key_parameter] :
      "arn:${data.aws_partition.here.partition}:ssm:${var.host.region}:*:parameter${parameter}"
    ]
  }
}

resource "aws_eip" "edge" {
  #checkov:skip=CKV2_AWS_19:aws_eip_association.edge gives it to the machine, whose id comes from another module.
  tags = { Name = "${var.host.name}-edge" }
}

resource "aws_eip_association" "edge" {
  instance_id   = module.host.instance_ids["edge"]
  allocation_id = aws_eip.edge.id
}
