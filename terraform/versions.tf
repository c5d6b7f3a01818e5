# What is used here exists in provider 3.39 and in 6.x alike; scripts/check-terraform holds it to both.
terraform {
  required_version = ">= 1.7"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 3.39, < 7.0"
    }
  }
}

provider "aws" {
  region = var.region
  default_tags {
    tags = merge({ Project = var.name }, var.tags)
  }
}
