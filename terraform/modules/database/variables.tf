variable "host" {
  description = "What machines of all kinds have in common; see modules/host."
  type = object({
    name    = string
    image   = string
    region  = string
    bucket  = string
    version = string
    secrets = string
  })
}

variable "instance_type" {
  description = "Size of the machine."
  type        = string
}

variable "subnet" {
  description = "Subnet of the machine."
  type        = object({ id = string, zone = string, cidr = string })
}

variable "address" {
  description = "Private address of the machine."
  type        = string
}

variable "security_group_id" {
  description = "Who may talk to it, and whom it may talk to."
  type        = string
}

variable "volume_gib" {
  description = "Size of the volume with the data, in GiB."
  type        = number
}

variable "client_networks" {
  description = "Networks whose machines PostgreSQL lets in, beside their password."
  type        = list(string)
}

variable "backup_days" {
  description = "How many days backups are kept."
  type        = number
}
