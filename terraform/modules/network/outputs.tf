output "vpc_id" {
  description = "The network."
  value       = aws_vpc.main.id
}

output "public_subnets" {
  description = "Subnets with a way in and out, one for each zone: id, zone and cidr."
  value       = [for subnet in aws_subnet.public : { id = subnet.id, zone = subnet.availability_zone, cidr = subnet.cidr_block }]
}

output "private_subnets" {
  description = "Subnets with only a way out, one for each zone: id, zone and cidr."
  value       = [for subnet in aws_subnet.private : { id = subnet.id, zone = subnet.availability_zone, cidr = subnet.cidr_block }]
}
