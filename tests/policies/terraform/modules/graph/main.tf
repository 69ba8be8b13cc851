# A module as teams write them: cluster and group inside, or the group from outside.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "name" {
  type = string
}

variable "audit" {
  type    = string
  default = "1"
}

variable "own" {
  type    = bool
  default = true
}

variable "group" {
  type    = string
  default = null
}

resource "aws_neptune_cluster_parameter_group" "this" {
  count       = var.own ? 1 : 0
  name_prefix = "${var.name}-"
  family      = "neptune1.4"

  parameter {
    name  = "neptune_enable_audit_log"
    value = var.audit
  }
}

resource "aws_neptune_cluster" "this" {
  cluster_identifier                   = var.name
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = var.own ? aws_neptune_cluster_parameter_group.this[0].name : var.group
}

output "group_name" {
  value = one(aws_neptune_cluster_parameter_group.this[*].name)
}
