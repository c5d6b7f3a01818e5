# The bucket, and the network beside it.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

run "bucket" {
  command = plan
  module {
    source = "./modules/storage"
  }
  variables {
    bucket          = "test-atelierex"
    package_version = null
    backup_days     = 7
  }

  assert {
    condition     = aws_s3_bucket.main.versioning[0].enabled
    error_message = "What is overwritten can be brought back."
  }
  assert {
    condition     = aws_s3_bucket.main.server_side_encryption_configuration[0].rule[0].apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "The bucket is encrypted."
  }
  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.main.block_public_acls, aws_s3_bucket_public_access_block.main.block_public_policy,
      aws_s3_bucket_public_access_block.main.ignore_public_acls, aws_s3_bucket_public_access_block.main.restrict_public_buckets,
    ])
    error_message = "Nobody can make the bucket public."
  }
  assert {
    condition     = aws_s3_bucket.main.lifecycle_rule[0].noncurrent_version_expiration[0].days == 7 && length(aws_s3_bucket.main.lifecycle_rule[0].expiration) == 0
    error_message = "Older versions end after the days that were asked for, and nothing that is current ends by itself."
  }
  assert {
    condition     = aws_s3_bucket_object.package["atelierex-edge_0.1.0-1_all.deb"].key == "packages/0.1.0-1/atelierex-edge_0.1.0-1_all.deb"
    error_message = "Packages are apart by version."
  }
}

run "network" {
  command = plan
  module {
    source = "./modules/network"
  }
  variables {
    name   = "test"
    region = "eu-central-1"
    cidr   = "10.20.0.0/16"
    zones  = ["eu-central-1a", "eu-central-1b"]
  }

  assert {
    condition     = [for subnet in aws_subnet.private : subnet.availability_zone] == ["eu-central-1a", "eu-central-1b"]
    error_message = "Each zone has a private subnet."
  }
  assert {
    condition     = length(distinct(concat(aws_subnet.private[*].cidr_block, aws_subnet.public[*].cidr_block))) == 4
    error_message = "Subnets do not overlap."
  }
  assert {
    condition     = alltrue([for subnet in concat(aws_subnet.private, aws_subnet.public) : subnet.map_public_ip_on_launch != true])
    error_message = "No machine gets a public address by itself."
  }
  assert {
    condition     = aws_route.private.gateway_id == null
    error_message = "Private machines have no way in."
  }
}
