# Database, servers, edge and monitoring, each on machines of its own. README.md explains usage and costs.

locals {
  zones = var.zones != null ? var.zones : slice(data.aws_availability_zones.here[0].names, 0, 2)
  image = var.image != null ? var.image : data.aws_ami.debian[0].id

  # All private addresses are fixed, so that a machine that is replaced keeps its address.
  database_address   = cidrhost(module.network.private_subnets[0].cidr, 10)
  monitoring_address = cidrhost(module.network.private_subnets[0].cidr, 20)
  edge_address       = cidrhost(module.network.public_subnets[0].cidr, 10)
  server_addresses = [
    for number in range(var.servers) :
    cidrhost(module.network.private_subnets[number % length(local.zones)].cidr, 100 + number)
  ]

  # Settings that all kinds of machines share.
  host = {
    name    = var.name
    image   = local.image
    region  = var.region
    bucket  = module.storage.bucket
    version = module.storage.package_version
    secrets = "/${var.name}"
  }
}

data "aws_availability_zones" "here" {
  count = var.zones == null ? 1 : 0
  state = "available"
  # Local zones lack most instance types.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

data "aws_ami" "debian" {
  count       = var.image == null ? 1 : 0
  owners      = ["136693071363"] # Debian's own account: https://wiki.debian.org/Cloud/AmazonEC2Image
  most_recent = true
  filter {
    name   = "name"
    values = ["debian-12-amd64-*"]
  }
}

module "network" {
  source = "./modules/network"
  name   = var.name
  region = var.region
  cidr   = var.cidr
  zones  = local.zones
}

module "access" {
  source          = "./modules/access"
  name            = var.name
  vpc_id          = module.network.vpc_id
  cidr            = var.cidr
  allowed_clients = var.allowed_clients
}

module "storage" {
  source          = "./modules/storage"
  bucket          = var.bucket
  packages_dir    = var.packages_dir
  package_version = var.package_version
  backup_days     = var.backup_days
}

module "database" {
  source            = "./modules/database"
  host              = local.host
  instance_type     = var.instance_types.database
  subnet            = module.network.private_subnets[0]
  address           = local.database_address
  security_group_id = module.access.database_group_id
  volume_gib        = var.database_volume_gib
  backup_days       = var.backup_days
  client_networks   = module.network.private_subnets[*].cidr
}

module "servers" {
  source            = "./modules/servers"
  host              = local.host
  instance_type     = var.instance_types.server
  subnets           = module.network.private_subnets
  addresses         = local.server_addresses
  security_group_id = module.access.server_group_id
  cache_bytes       = var.server_cache_bytes
  settings          = var.server_settings
}

module "edge" {
  source                    = "./modules/edge"
  host                      = local.host
  instance_type             = var.instance_types.edge
  subnet                    = module.network.public_subnets[0]
  address                   = local.edge_address
  security_group_id         = module.access.edge_group_id
  servers                   = local.server_addresses
  tls_certificate_parameter = var.tls_certificate_parameter
  tls_key_parameter         = var.tls_key_parameter
  settings                  = var.edge_settings
}

module "monitoring" {
  source            = "./modules/monitoring"
  host              = local.host
  instance_type     = var.instance_types.monitoring
  subnet            = module.network.private_subnets[0]
  address           = local.monitoring_address
  security_group_id = module.access.monitoring_group_id
  servers           = local.server_addresses
  edge              = local.edge_address
  database          = local.database_address
  grafana           = module.storage.has_grafana
}
