# The fake does not say which groups a machine has if they came with its network interface, as the provider sends them.
resource "aws_instance" "machine" {
  lifecycle {
    ignore_changes = [ami, user_data_base64, vpc_security_group_ids]
  }
}
