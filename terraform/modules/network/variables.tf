variable "name" {
  description = "What the names of all resources begin with."
  type        = string
}

variable "region" {
  description = "Region, which the name of the endpoint contains."
  type        = string
}

variable "cidr" {
  description = "Network of everything."
  type        = string
}

variable "zones" {
  description = "Availability zones that get subnets."
  type        = list(string)
}
