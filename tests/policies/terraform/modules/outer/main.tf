# A module around a module, and the group in the outer one.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_neptune_cluster_parameter_group" "outer" {
  family = "neptune1.4"

  parameter {
    name  = "neptune_enable_audit_log"
    value = "1"
  }
}

module "inner" {
  source = "../graph"
  name   = "nested"
  group  = aws_neptune_cluster_parameter_group.outer.name
  own    = false
}
