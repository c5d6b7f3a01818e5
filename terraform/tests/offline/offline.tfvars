# What would be looked up, or is the user's to say.
region = "eu-central-1"
bucket = "atelierex-rehearsal"
zones  = ["eu-central-1a", "eu-central-1b"]
image  = "ami-0123456789abcdef0"
