variable "region" {
  description = "Where everything is, for example eu-central-1."
  type        = string
  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "The region is written like eu-central-1 or us-gov-west-1, without the letter of a zone."
  }
}

variable "bucket" {
  description = "Name of the bucket that is made for packages, exports and backups. Nobody else in the world may have one of that name."
  type        = string
  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "The bucket's name has 3 to 63 lower-case letters, digits and hyphens, and begins and ends with a letter or digit."
  }
}

variable "packages_dir" {
  description = "Folder with the .deb files that scripts/package makes; also older versions, to roll back to, and Grafana's, which Debian does not have."
  type        = string
  default     = "../target/debian"
  validation {
    condition     = length(fileset(var.packages_dir, "atelierex_*_amd64.deb")) > 0
    error_message = "There is no atelierex_VERSION_amd64.deb in packages_dir; run scripts/package first, or name the folder where the packages are."
  }
}

variable "package_version" {
  description = "Version that new machines get, for example 0.1.0; needed only if packages_dir holds several."
  type        = string
  default     = null
  validation {
    condition     = var.package_version == null || can(regex("^[0-9][0-9A-Za-z.+~-]*$", var.package_version))
    error_message = "A version of a Debian package begins with a digit, as in 0.1.0 or 0.1.0-1."
  }
}

variable "name" {
  description = "What the names of all resources begin with, and the folder of the secrets."
  type        = string
  default     = "atelierex"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,23}$", var.name))
    error_message = "The name has 2 to 24 lower-case letters, digits and hyphens and begins with a letter."
  }
}

variable "tags" {
  description = "Tags of everything, beside Project and Name."
  type        = map(string)
  default     = {}
}

variable "servers" {
  description = "How many servers there are. With two or more, one of them can be upgraded or lost without a failed request."
  type        = number
  default     = 2
  validation {
    condition     = var.servers >= 1 && var.servers <= 50 && floor(var.servers) == var.servers
    error_message = "There may be 1 to 50 servers; see docs/scale.md for what comes after."
  }
}

variable "server_cache_bytes" {
  description = "Memory of each server for documents, in bytes. A server needs 64 MiB and a twentieth more than that, and the machine some 300 MiB for itself."
  type        = number
  default     = 1073741824
  validation {
    condition     = var.server_cache_bytes >= 16777216
    error_message = "The cache needs at least 16777216 bytes (16 MiB)."
  }
}

variable "server_settings" {
  description = "More settings of the servers, as in /etc/atelierex/serve.env, for example { ATELIEREX_CORS_ORIGINS = \"https://shop.example\" }. No secrets: they would be in the state."
  type        = map(string)
  default     = {}
  validation {
    condition     = alltrue([for key, value in var.server_settings : can(regex("^ATELIEREX_[A-Z_]+$", key)) && !endswith(key, "_URL")])
    error_message = "Settings of servers begin with ATELIEREX_. Database URLs are secrets and come from SSM parameters, not from here."
  }
  validation {
    condition     = alltrue([for value in values(var.server_settings) : can(regex("^[^\"$`\\\\\n]*$", value))])
    error_message = "Values of settings are one line each without quotes, dollar signs, backquotes and backslashes."
  }
}

variable "edge_settings" {
  description = "More settings of the edge, as in /etc/atelierex/edge.env, for example { EDGE_REQUESTS_PER_SECOND = \"500\" }."
  type        = map(string)
  default     = {}
  validation {
    condition     = alltrue([for key, value in var.edge_settings : can(regex("^EDGE_[A-Z_]+$", key))])
    error_message = "Settings of the edge begin with EDGE_; nginx/settings.env explains them."
  }
  validation {
    condition     = alltrue([for value in values(var.edge_settings) : can(regex("^[^\"$`\\\\\n]*$", value))])
    error_message = "Values of settings are one line each without quotes, dollar signs, backquotes and backslashes."
  }
}

variable "tls_certificate_parameter" {
  description = "SSM parameter that holds the edge's certificate with those that signed it, in PEM form. Without it there is no TLS."
  type        = string
  default     = null
  validation {
    condition     = var.tls_certificate_parameter == null || can(regex("^/[A-Za-z0-9_./-]+$", var.tls_certificate_parameter))
    error_message = "The parameter's whole name begins with a slash, as in /atelierex/tls/certificate."
  }
}

variable "tls_key_parameter" {
  description = "SSM parameter (SecureString) that holds the key of that certificate."
  type        = string
  default     = null
  validation {
    condition     = var.tls_key_parameter == null || can(regex("^/[A-Za-z0-9_./-]+$", var.tls_key_parameter))
    error_message = "The parameter's whole name begins with a slash, as in /atelierex/tls/key."
  }
}

variable "allowed_clients" {
  description = "Networks whose clients may ask the edge."
  type        = list(string)
  default     = ["0.0.0.0/0"]
  validation {
    condition     = length(var.allowed_clients) > 0 && alltrue([for network in var.allowed_clients : can(cidrnetmask(network))])
    error_message = "Each allowed client is an IPv4 network, as in 203.0.113.0/24; an address alone is written 203.0.113.7/32."
  }
}

variable "cidr" {
  description = "Private network of everything; 16 bits of it are fixed."
  type        = string
  default     = "10.20.0.0/16"
  validation {
    condition     = can(cidrnetmask(var.cidr)) && endswith(var.cidr, "/16")
    error_message = "The network is an IPv4 one with 16 fixed bits, as in 10.20.0.0/16."
  }
}

variable "zones" {
  description = "Availability zones that servers are spread over; the first one also has database, edge and monitoring. By default two of the region."
  type        = list(string)
  default     = null
  validation {
    condition     = var.zones == null ? true : length(var.zones) >= 1 && length(var.zones) <= 6 && length(distinct(var.zones)) == length(var.zones)
    error_message = "One to six zones, each once, as in [\"eu-central-1a\", \"eu-central-1b\"]."
  }
}

variable "image" {
  description = "Image of all machines: Debian 12 for amd64. By default Debian's newest of the day when a machine is made."
  type        = string
  default     = null
  validation {
    condition     = var.image == null || can(regex("^ami-[0-9a-f]{8,17}$", var.image))
    error_message = "An image is written like ami-0123456789abcdef0."
  }
}

variable "instance_types" {
  description = "Sizes of the machines of each kind that shall differ from the cheap default."
  type = object({
    database   = optional(string, "t3a.medium")
    server     = optional(string, "t3a.small")
    edge       = optional(string, "t3a.micro")
    monitoring = optional(string, "t3a.small")
  })
  default = {}
  validation {
    condition     = alltrue([for type in values(var.instance_types) : can(regex("^[a-z][a-z0-9-]*\\.[a-z0-9]+$", type)) && !can(regex("^([a-z]+[0-9]+g[a-z]*|a1|t1|t2|m1|m2|m3|m4|c1|c3|c4|r3|r4)\\.", type))])
    error_message = "Sizes are written like t3a.small. The packages are for amd64 (no Graviton), and the machines need NVMe volumes (t3, m5, c5, r5 or newer)."
  }
}

variable "database_volume_gib" {
  description = "Size of the database's own volume, in GiB. A million products take about 10, and a load needs as much again while it runs."
  type        = number
  default     = 20
  validation {
    condition     = var.database_volume_gib >= 4 && var.database_volume_gib <= 16384
    error_message = "A gp3 volume for the database has 4 to 16384 GiB."
  }
}

variable "backup_days" {
  description = "How many days backups are kept; any moment of them can be restored."
  type        = number
  default     = 14
  validation {
    condition     = var.backup_days >= 2
    error_message = "Backups are kept for 2 days at least: a moment is restored from the base backup before it, which is made once a night."
  }
}
