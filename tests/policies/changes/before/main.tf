# What is there already: `after` is planned against it.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

resource "aws_neptune_cluster_parameter_group" "on" {
  name   = "on"
  family = "neptune1.4"

  parameter {
    name  = "neptune_enable_audit_log"
    value = "1"
  }
}

resource "aws_neptune_cluster_parameter_group" "off" {
  name   = "off"
  family = "neptune1.4"
}

resource "aws_neptune_cluster_parameter_group" "mended" {
  name   = "mended"
  family = "neptune1.4"

  parameter {
    name  = "neptune_enable_audit_log"
    value = "0"
  }
}

resource "aws_neptune_cluster" "steady" {
  cluster_identifier                   = "steady"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.on.name
}

resource "aws_neptune_cluster" "steadily_off" {
  cluster_identifier                   = "steadily-off"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.off.name
}

resource "aws_neptune_cluster" "switched" {
  cluster_identifier                   = "switched"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.off.name
}

resource "aws_neptune_cluster" "mended" {
  cluster_identifier                   = "mended"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.mended.name
}

resource "aws_neptune_cluster" "renamed" {
  cluster_identifier                   = "renamed"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.on.name
}

resource "aws_neptune_cluster" "deleted" {
  cluster_identifier = "deleted"
}

resource "aws_neptune_cluster" "forgotten" {
  cluster_identifier = "forgotten"
}
