# The fake's volume may go.
resource "aws_ebs_volume" "data" {
  lifecycle {
    prevent_destroy = false
  }
}
