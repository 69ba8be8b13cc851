# A Neptune cluster whose audit trail is there when somebody needs it: written with the name of each caller, exported, kept for
# a year, encrypted, protected from deletion, sent to a central account, and watched.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.25, < 7.0" # the first that protects a log group
    }
  }
}

variable "cluster_identifier" {
  description = "Name of the cluster."
  type        = string
  default     = "orders-graph"
}

variable "subnet_ids" {
  description = "Private subnets in at least two Availability Zones."
  type        = list(string)
}

variable "security_group_ids" {
  description = "Security groups that let the clients, and only them, reach port 8182."
  type        = list(string)
}

variable "engine_version" {
  description = "Engine version to begin with; its first two numbers are the family of the parameter group."
  type        = string
  default     = "1.4.7.1"

  validation {
    condition     = can(regex("^1\\.4\\.[0-9]+\\.[0-9]+$", var.engine_version))
    error_message = "Must be a version 1.4, as the family of the parameter group is."
  }
}

variable "instance_class" {
  description = "Class of both instances."
  type        = string
  default     = "db.r6g.large"
}

variable "retention_in_days" {
  description = "Days that the audit log is kept in this account."
  type        = number
  default     = 365
}

variable "central_destination_arn" {
  description = "Destination of the central account (arn:aws:logs:REGION:444455556666:destination:NAME, as `aws logs put-destination` answers it)."
  type        = string
}

variable "alarm_topic_arn" {
  description = "SNS topic that the alarms notify."
  type        = string
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

# One key for the data and for its trail. Without it neither can be read any more.
resource "aws_kms_key" "this" {
  description         = "Neptune cluster ${var.cluster_identifier} and its audit log"
  enable_key_rotation = true

  lifecycle {
    prevent_destroy = true
  }

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AccountAdministers"
        Effect    = "Allow"
        Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      # CloudWatch Logs, for this one log group.
      {
        Sid       = "LogsOfThisCluster"
        Effect    = "Allow"
        Principal = { Service = "logs.${data.aws_region.current.id}.amazonaws.com" }
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
        Resource  = "*"
        Condition = {
          ArnEquals = {
            "kms:EncryptionContext:aws:logs:arn" = "arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:log-group:/aws/neptune/${var.cluster_identifier}/audit"
          }
        }
      },
    ]
  })
}

# Made before the cluster. Otherwise Neptune makes it with the first event: never expiring, unprotected and without the key.
# Whoever destroys the rest leaves the log where it is.
resource "aws_cloudwatch_log_group" "audit" {
  name                        = "/aws/neptune/${var.cluster_identifier}/audit"
  retention_in_days           = var.retention_in_days
  kms_key_id                  = aws_kms_key.this.arn
  deletion_protection_enabled = true
  skip_destroy                = true
}

# A copy that nobody of this account can delete.
resource "aws_cloudwatch_log_subscription_filter" "central" {
  name            = "central-audit"
  log_group_name  = aws_cloudwatch_log_group.audit.name
  filter_pattern  = ""
  destination_arn = var.central_destination_arn
}

# The default group cannot be edited; without this parameter the export is an empty log group.
resource "aws_neptune_cluster_parameter_group" "audited" {
  name        = "${var.cluster_identifier}-audited"
  description = "Writes the audit log"
  family      = "neptune1.4"

  parameter {
    name         = "neptune_enable_audit_log"
    value        = "1"
    apply_method = "pending-reboot"
  }
}

resource "aws_neptune_subnet_group" "this" {
  name       = var.cluster_identifier
  subnet_ids = var.subnet_ids
}

resource "aws_neptune_cluster" "this" {
  cluster_identifier                   = var.cluster_identifier
  engine                               = "neptune"
  engine_version                       = var.engine_version
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.audited.name
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_subnet_group_name            = aws_neptune_subnet_group.this.name
  vpc_security_group_ids               = var.security_group_ids
  # With it the audit log names the caller, and tells a request that failed to authenticate.
  iam_database_authentication_enabled = true
  storage_encrypted                   = true
  kms_key_arn                         = aws_kms_key.this.arn
  backup_retention_period             = 35
  copy_tags_to_snapshot               = true
  deletion_protection                 = true
  final_snapshot_identifier           = "${var.cluster_identifier}-final"

  depends_on = [aws_cloudwatch_log_group.audit]

  # Neptune installs minor versions by itself; a plan must not take them back.
  lifecycle {
    ignore_changes = [engine_version]
  }
}

# An instance that starts with the parameter in its group needs no reboot.
resource "aws_neptune_cluster_instance" "this" {
  count                      = 2
  identifier                 = "${var.cluster_identifier}-${count.index + 1}"
  cluster_identifier         = aws_neptune_cluster.this.id
  engine                     = "neptune"
  instance_class             = var.instance_class
  auto_minor_version_upgrade = true
}

# The audit log's sixth field is JSON with the name authenticationSucceeded:
# https://docs.aws.amazon.com/neptune/latest/userguide/auditing.html. How it is spaced is not documented, so the pattern
# does not mind.
resource "aws_cloudwatch_log_metric_filter" "failed_connections" {
  name           = "failed-connections"
  log_group_name = aws_cloudwatch_log_group.audit.name
  pattern        = "%authenticationSucceeded\\W+[Ff]alse%"

  metric_transformation {
    namespace     = "NeptuneAudit"
    name          = "FailedConnections-${var.cluster_identifier}"
    value         = "1"
    default_value = "0"
  }
}

resource "aws_cloudwatch_log_metric_filter" "queries" {
  name           = "queries"
  log_group_name = aws_cloudwatch_log_group.audit.name
  pattern        = ""

  metric_transformation {
    namespace     = "NeptuneAudit"
    name          = "Queries-${var.cluster_identifier}"
    value         = "1"
    default_value = "0"
  }
}

resource "aws_cloudwatch_metric_alarm" "many_failed_connections" {
  alarm_name          = "${var.cluster_identifier}-many-failed-connections"
  alarm_description   = "Ten requests to ${var.cluster_identifier} failed to authenticate within five minutes."
  namespace           = "NeptuneAudit"
  metric_name         = "FailedConnections-${var.cluster_identifier}"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 10
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarm_topic_arn]
}

# The band is learnt from two weeks of the cluster's own life, daily and weekly rhythm included.
resource "aws_cloudwatch_metric_alarm" "unusual_query_volume" {
  alarm_name          = "${var.cluster_identifier}-unusual-query-volume"
  alarm_description   = "${var.cluster_identifier} answers far more queries than at this time of other days. Is somebody copying the graph?"
  evaluation_periods  = 3
  threshold_metric_id = "band"
  comparison_operator = "GreaterThanUpperThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarm_topic_arn]

  metric_query {
    id          = "queries"
    return_data = true

    metric {
      namespace   = "NeptuneAudit"
      metric_name = "Queries-${var.cluster_identifier}"
      stat        = "Sum"
      period      = 300
    }
  }

  metric_query {
    id          = "band"
    expression  = "ANOMALY_DETECTION_BAND(queries, 4)"
    label       = "expected"
    return_data = true
  }
}
