# PostgreSQL on a machine of its own. Its data are on a volume that outlives the machine; base backups and WAL go to the
# bucket. The accounts' passwords are created on the machine and stored in SSM parameters only.

module "host" {
  source            = "../host"
  host              = var.host
  kind              = "database"
  instance_type     = var.instance_type
  security_group_id = var.security_group_id
  settings_file     = "/etc/atelierex/database.local.env"
  packages          = ["atelierex", "atelierex-database"]
  programs          = { atelierex-mount-volume = file("${path.module}/files/atelierex-mount-volume") }
  policy            = data.aws_iam_policy_document.database.json

  machines = {
    database = {
      subnet_id = var.subnet.id
      address   = var.address
      settings = {
        AWS_DEFAULT_REGION       = var.host.region
        DATABASE_ALLOW           = join(" ", var.client_networks)
        DATABASE_BACKUP_DAYS     = tostring(var.backup_days)
        DATABASE_BUCKET          = var.host.bucket
        DATABASE_EXPORTER_LISTEN = "${var.address}:9187"
        DATABASE_LISTEN          = var.address
        DATABASE_SECRETS         = var.host.secrets
      }
    }
  }

  # Debian's package would create and start a cluster of its own.
  files = { "/etc/postgresql-common/createcluster.d/atelierex.conf" = "create_main_cluster = false\n" }

  commands = [
    "/usr/local/sbin/atelierex-mount-volume",
    "/usr/local/sbin/atelierex-packages --idle ${var.host.version}",
    "systemctl disable prometheus-postgres-exporter.service",
    "/usr/lib/atelierex-database/setup",
    "systemctl enable --now atelierex-database.service atelierex-backup.timer atelierex-postgres-exporter.service",
  ]
}

resource "aws_ebs_volume" "data" {
  #checkov:skip=CKV_AWS_189:Encrypted with the key that AWS keeps for the account. A key of our own costs a dollar a month and would have to be kept as well as the data.
  availability_zone = var.subnet.zone
  type              = "gp3"
  size              = var.volume_gib
  encrypted         = true
  tags              = { Name = "${var.host.name}-data" }

  # All data: not even terraform destroy removes it. README.md explains how to remove it.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_volume_attachment" "data" {
  device_name = "/dev/sdf"
  volume_id   = aws_ebs_volume.data.id
  instance_id = module.host.instance_ids["database"]
  # A volume in use cannot be detached; it is free when its machine has ended.
  skip_destroy = true
}

data "aws_partition" "here" {}

data "aws_iam_policy_document" "database" {
  statement {
    sid       = "MakeAndReadSecrets"
    actions   = ["ssm:GetParameter", "ssm:GetParameters", "ssm:PutParameter"]
    resources = ["arn:${data.aws_partition.here.partition}:ssm:${var.host.region}:*:parameter${var.host.secrets}/database/*"]
  }
  statement {
    sid       = "ReadExportsAndBackups"
    actions   = ["s3:GetObject"]
    resources = [for folder in ["exports", "backups"] : "${local.bucket_arn}/${folder}/*"]
  }
  # Objects that this machine deletes or overwrites stay in the bucket as older versions for as long as backups are
  # kept. So an intruder on the machine cannot destroy the backups.
  statement {
    sid       = "WriteBackups"
    actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"]
    resources = ["${local.bucket_arn}/backups/*"]
  }
  statement {
    sid       = "ListExportsAndBackups"
    actions   = ["s3:ListBucket"]
    resources = [local.bucket_arn]
    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["exports/*", "backups/*"]
    }
  }
}

locals {
  bucket_arn = "arn:${data.aws_partition.here.partition}:s3:::${var.host.bucket}"
}
