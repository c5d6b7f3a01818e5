variable "host" {
  description = "What machines of all kinds have in common."
  type = object({
    name    = string
    image   = string
    region  = string
    bucket  = string
    version = string
    secrets = string
  })
}

variable "kind" {
  description = "The kind: database, server, edge or monitoring."
  type        = string
}

variable "instance_type" {
  description = "Size of the machines."
  type        = string
}

variable "root_volume_gib" {
  description = "Size of each machine's own disk, in GiB."
  type        = number
  default     = 8
}

variable "security_group_id" {
  description = "Who may talk to them, and whom they may talk to."
  type        = string
}

variable "machines" {
  description = "The machines by name: where each is, and its settings."
  type = map(object({
    subnet_id = string
    address   = string
    settings  = map(string)
  }))
}

variable "settings_file" {
  description = "Where the settings are written. Nothing secret is among them: user data can be read by every program of the machine."
  type        = string
}

variable "packages" {
  description = "Packages of the bucket that are installed."
  type        = list(string)
}

variable "programs" {
  description = "Programs for /usr/local/sbin: name and text."
  type        = map(string)
  default     = {}
}

variable "files" {
  description = "Other files: path and text."
  type        = map(string)
  default     = {}
}

variable "commands" {
  description = "What is run at the first start, beginning with the installation of the packages."
  type        = list(string)
}

variable "policy" {
  description = "What the machines may do beside fetching packages and being reached by Session Manager, as a JSON policy; null for nothing."
  type        = string
  default     = null
}
