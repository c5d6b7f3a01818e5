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

variable "servers" {
  description = "Private addresses of the servers."
  type        = list(string)
}

variable "tls_certificate_parameter" {
  description = "SSM parameter with the certificate; null for no TLS."
  type        = string
}

variable "tls_key_parameter" {
  description = "SSM parameter with its key."
  type        = string
}

variable "settings" {
  description = "More settings, as in edge.env."
  type        = map(string)
}
