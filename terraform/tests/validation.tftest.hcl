# What is no value is refused before anything is asked of AWS. Each run gives several variables one wrong value each, and
# every one of them has to be refused: a run takes a second.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  region = "eu-central-1"
  bucket = "test-atelierex"
  zones  = ["eu-central-1a", "eu-central-1b"]
  image  = "ami-0123456789abcdef0"
}

run "first_wrong_values" {
  command = plan
  variables {
    region                    = "eu-central-1a"
    bucket                    = "Atelierex"
    packages_dir              = "tests/offline"
    package_version           = "newest"
    name                      = "our shop"
    servers                   = 0
    server_cache_bytes        = 0
    server_settings           = { ATELIEREX_WRITE_DATABASE_URL = "postgres://" } # A secret.
    edge_settings             = { LD_PRELOAD = "evil.so" }
    tls_certificate_parameter = "certificate" # No slash.
    tls_key_parameter         = "key"
    allowed_clients           = ["203.0.113.7"] # No network.
    cidr                      = "10.20.0.0/24"
    zones                     = []
    image                     = "debian"
    instance_types            = { server = "t4g.small" } # ARM.
    database_volume_gib       = 1
    backup_days               = 1
  }
  expect_failures = [
    var.region,
    var.bucket,
    var.packages_dir,
    var.package_version,
    var.name,
    var.servers,
    var.server_cache_bytes,
    var.server_settings,
    var.edge_settings,
    var.tls_certificate_parameter,
    var.tls_key_parameter,
    var.allowed_clients,
    var.cidr,
    var.zones,
    var.image,
    var.instance_types,
    var.database_volume_gib,
    var.backup_days,
  ]
}

run "second_wrong_values" {
  command = plan
  variables {
    region              = "Frankfurt"
    bucket              = "ab"
    name                = "a"
    servers             = 1.5
    server_settings     = { PATH = "/tmp" }
    edge_settings       = { EDGE_UNLIMITED = "10.0.0.0/8\nX=1" }
    allowed_clients     = []
    cidr                = "10.20.0.0"
    zones               = ["eu-central-1a", "eu-central-1a"]
    instance_types      = { database = "t2.medium" } # No NVMe.
    database_volume_gib = 20000
  }
  expect_failures = [
    var.region,
    var.bucket,
    var.name,
    var.servers,
    var.server_settings,
    var.edge_settings,
    var.allowed_clients,
    var.cidr,
    var.zones,
    var.instance_types,
    var.database_volume_gib,
  ]
}

run "third_wrong_values" {
  command = plan
  variables {
    servers         = 51
    server_settings = { ATELIEREX_LOG = "a\"b" }
    edge_settings   = { EDGE_WORKERS = "$(id)" }
    instance_types  = { edge = "large" }
  }
  expect_failures = [
    var.servers,
    var.server_settings,
    var.edge_settings,
    var.instance_types,
  ]
}

run "version_that_is_not_there" {
  command = plan
  variables {
    package_version = "9.9.9"
  }
  expect_failures = [output.package_version]
}

run "certificate_without_key" {
  command = plan
  variables {
    tls_certificate_parameter = "/certificate"
  }
  expect_failures = [output.url]
}
