# Laid over the configuration by scripts/check-terraform --apply: all that it asks AWS goes to a fake on this machine.
provider "aws" {
  access_key                  = "none"
  secret_key                  = "none"
  max_retries                 = 1
  s3_force_path_style         = true
  skip_credentials_validation = true
  skip_get_ec2_platforms      = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  endpoints {
    ec2 = var.fake_api
    iam = var.fake_api
    s3  = var.fake_api
    ssm = var.fake_api
    sts = var.fake_api
  }
}
