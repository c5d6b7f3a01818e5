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
  description = "Size of each server."
  type        = string
}

variable "subnets" {
  description = "Subnets that the servers are spread over."
  type        = list(object({ id = string, zone = string, cidr = string }))
}

variable "addresses" {
  description = "Private addresses of the servers, one for each."
  type        = list(string)
}

variable "security_group_id" {
  description = "Who may talk to them, and whom they may talk to."
  type        = string
}

variable "cache_bytes" {
  description = "Memory of each server for documents, in bytes."
  type        = number
}

variable "settings" {
  description = "More settings, as in serve.env."
  type        = map(string)
}
