# The bucket: packages that machines install (packages/VERSION/), exports to load (exports/NAME/), backups (backups/).
# Written with the arguments that provider 3.39 and 6.x share; newer ones call the nested blocks deprecated.

locals {
  files    = fileset(var.packages_dir, "*.deb")
  versions = distinct([for file in local.files : split("_", file)[1] if startswith(file, "atelierex_")])
  version  = var.package_version != null ? var.package_version : local.versions[0]

  # Ours are apart by version, so that older ones stay to roll back to; what others made (Grafana) is for any version.
  keys = {
    for file in local.files :
    file => startswith(file, "atelierex") ? "packages/${split("_", file)[1]}/${file}" : "packages/extra/${file}"
  }
}

resource "aws_s3_bucket" "main" {
  #checkov:skip=CKV_AWS_145:Encrypted with keys of S3 (AES256): what is in it is read by roles that a key of our own would have to allow as well.
  #checkov:skip=CKV_AWS_144:A second region is a decision of its own (docs/scale.md); versions protect from mistakes.
  #checkov:skip=CKV_AWS_18:Access logs need another bucket; CloudTrail can tell who did what.
  #checkov:skip=CKV2_AWS_62:Nothing waits for objects: people and timers start what reads them.
  bucket = var.bucket
  tags   = { Name = var.bucket }

  versioning {
    enabled = true
  }

  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm = "AES256"
      }
    }
  }

  # The database's machine removes backups that are too old, never the last. What is removed or overwritten by whomever
  # can be brought back for as many days again.
  lifecycle_rule {
    id                                     = "leftovers"
    enabled                                = true
    abort_incomplete_multipart_upload_days = 2
    noncurrent_version_expiration {
      days = var.backup_days
    }
  }
}

resource "aws_s3_bucket_public_access_block" "main" {
  bucket                  = aws_s3_bucket.main.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

data "aws_iam_policy_document" "encrypted_transport" {
  statement {
    sid       = "RefuseUnencryptedTransport"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = ["arn:${data.aws_partition.here.partition}:s3:::${var.bucket}", "arn:${data.aws_partition.here.partition}:s3:::${var.bucket}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

data "aws_partition" "here" {}

resource "aws_s3_bucket_policy" "main" {
  bucket = aws_s3_bucket.main.id
  policy = data.aws_iam_policy_document.encrypted_transport.json
  # Both at once are refused by the API.
  depends_on = [aws_s3_bucket_public_access_block.main]
}

resource "aws_s3_bucket_object" "package" {
  #checkov:skip=CKV_AWS_186:As the bucket (CKV_AWS_145); packages are no secret.
  for_each = local.keys
  bucket   = aws_s3_bucket.main.id
  key      = each.value
  source   = "${var.packages_dir}/${each.key}"
  etag     = filemd5("${var.packages_dir}/${each.key}")
}
