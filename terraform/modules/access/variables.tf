variable "name" {
  description = "What the names of all resources begin with."
  type        = string
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "cidr" {
  description = "Network of everything, with 16 fixed bits."
  type        = string
}

variable "allowed_clients" {
  description = "Networks whose clients may ask the edge."
  type        = list(string)
}
