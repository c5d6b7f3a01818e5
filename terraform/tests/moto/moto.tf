variable "fake_api" {
  description = "Address of the fake of the AWS API."
  type        = string
}
