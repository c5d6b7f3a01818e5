# Permissions of a machine of this kind in the AWS API.

data "aws_partition" "here" {}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.${data.aws_partition.here.dns_suffix}"]
    }
  }
}

resource "aws_iam_role" "machine" {
  name               = "${var.host.name}-${var.kind}"
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = { Name = "${var.host.name}-${var.kind}" }
}

resource "aws_iam_instance_profile" "machine" {
  name = "${var.host.name}-${var.kind}"
  role = aws_iam_role.machine.name
}

# Session Manager and Run Command. Amazon's policy for them (AmazonSSMManagedInstanceCore) also lets a machine read
# every parameter, including the secrets of others: this is the rest of that policy. Of these actions, only the
# documents can be restricted to a resource.
data "aws_iam_policy_document" "session" {
  #checkov:skip=CKV_AWS_111:AWS does not let these actions be narrowed to a resource; each answers for the calling machine only.
  #checkov:skip=CKV_AWS_356:The same.
  statement {
    sid = "SessionManager"
    actions = [
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ]
    resources = ["*"]
  }
  statement {
    sid = "RunCommand"
    actions = [
      "ec2messages:AcknowledgeMessage",
      "ec2messages:DeleteMessage",
      "ec2messages:FailMessage",
      "ec2messages:GetEndpoint",
      "ec2messages:GetMessages",
      "ec2messages:SendReply",
      "ssm:ListInstanceAssociations",
      "ssm:UpdateInstanceInformation",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "session" {
  name   = "session"
  role   = aws_iam_role.machine.id
  policy = data.aws_iam_policy_document.session.json
}

data "aws_iam_policy_document" "packages" {
  statement {
    sid       = "ReadPackages"
    actions   = ["s3:GetObject"]
    resources = ["arn:${data.aws_partition.here.partition}:s3:::${var.host.bucket}/packages/*"]
  }
  statement {
    sid       = "ListPackages"
    actions   = ["s3:ListBucket"]
    resources = ["arn:${data.aws_partition.here.partition}:s3:::${var.host.bucket}"]
    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["packages/*"]
    }
  }
  # Amazon's bucket with the agent of Session Manager, which Debian's image does not have.
  statement {
    sid       = "ReadAgent"
    actions   = ["s3:GetObject"]
    resources = ["arn:${data.aws_partition.here.partition}:s3:::amazon-ssm-${var.host.region}/*"]
  }
}

resource "aws_iam_role_policy" "packages" {
  name   = "packages"
  role   = aws_iam_role.machine.id
  policy = data.aws_iam_policy_document.packages.json
}

resource "aws_iam_role_policy" "kind" {
  count  = var.policy == null ? 0 : 1
  name   = var.kind
  role   = aws_iam_role.machine.id
  policy = var.policy
}
