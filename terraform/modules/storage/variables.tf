variable "bucket" {
  description = "Name of the bucket."
  type        = string
}

variable "packages_dir" {
  description = "Folder with the .deb files to upload."
  type        = string
}

variable "package_version" {
  description = "Version that new machines get, if there are several."
  type        = string
}

variable "backup_days" {
  description = "How many days backups are kept."
  type        = number
}
