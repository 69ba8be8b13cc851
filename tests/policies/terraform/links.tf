# Clusters whose trail is written and exported; what differs is the log group, who reads it, and whether a line names its caller.

# --- Everything holds ------------------------------------------------------------------------------------------------------

resource "aws_kms_key" "trail" {
  description = "Audit logs"
}

resource "aws_neptune_cluster" "full" {
  cluster_identifier                   = "full"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.named.name
  iam_database_authentication_enabled  = true
}

resource "aws_cloudwatch_log_group" "full" {
  name                        = "/aws/neptune/${aws_neptune_cluster.full.cluster_identifier}/audit"
  retention_in_days           = 365
  kms_key_id                  = aws_kms_key.trail.arn
  deletion_protection_enabled = true
}

resource "aws_cloudwatch_log_metric_filter" "full" {
  name           = "failed-connections"
  log_group_name = aws_cloudwatch_log_group.full.name
  pattern        = "%authenticationSucceeded\\W+[Ff]alse%"

  metric_transformation {
    name      = "FailedConnections"
    namespace = "NeptuneAudit"
    value     = "1"
  }
}

resource "aws_cloudwatch_log_subscription_filter" "full" {
  name            = "central-audit"
  log_group_name  = aws_cloudwatch_log_group.full.name
  filter_pattern  = ""
  destination_arn = "arn:aws:logs:eu-west-1:444455556666:destination:central"
}

# The log group before the cluster, both named by one variable: `depends_on` is all that joins them.
variable "identifier" {
  type    = string
  default = "before"
}

resource "aws_cloudwatch_log_group" "before" {
  name                        = "/aws/neptune/${var.identifier}/audit"
  retention_in_days           = 400
  kms_key_id                  = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  deletion_protection_enabled = true
}

resource "aws_neptune_cluster" "before" {
  cluster_identifier                   = var.identifier
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.named.name
  iam_database_authentication_enabled  = true

  depends_on = [aws_cloudwatch_log_group.before]
}

# Names as text, each in full.
resource "aws_cloudwatch_log_group" "texts" {
  name                        = "/aws/neptune/texts/audit"
  retention_in_days           = 400
  kms_key_id                  = aws_kms_key.trail.arn
  deletion_protection_enabled = true
}

resource "aws_cloudwatch_log_metric_filter" "texts" {
  name           = "failed-connections"
  log_group_name = "/aws/neptune/texts/audit"
  pattern        = ""

  metric_transformation {
    name      = "Queries"
    namespace = "NeptuneAudit"
    value     = "1"
  }
}

resource "aws_neptune_cluster" "texts" {
  cluster_identifier                   = "texts"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.named.name
}

# The cluster's name is known after apply, and so is the log group's.
resource "aws_neptune_cluster" "prefix" {
  cluster_identifier_prefix            = "prefix-"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.named.name
}

resource "aws_cloudwatch_log_group" "prefix" {
  name              = "/aws/neptune/${aws_neptune_cluster.prefix.cluster_identifier}/audit"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.trail.arn
}

# --- Something is broken ---------------------------------------------------------------------------------------------------

# A log group with a name and nothing else: it never expires, has no key, and nobody reads it.
resource "aws_neptune_cluster" "bare" {
  cluster_identifier                   = "bare"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.named.name
}

resource "aws_cloudwatch_log_group" "bare" {
  name = "/aws/neptune/${aws_neptune_cluster.bare.cluster_identifier}/audit"
}

resource "aws_neptune_cluster" "short" {
  cluster_identifier                   = "short"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.named.name
  iam_database_authentication_enabled  = false
}

resource "aws_cloudwatch_log_group" "short" {
  name                        = "/aws/neptune/${aws_neptune_cluster.short.cluster_identifier}/audit"
  retention_in_days           = 7
  deletion_protection_enabled = false
}

# Sends a part.
resource "aws_cloudwatch_log_subscription_filter" "short" {
  name            = "errors"
  log_group_name  = aws_cloudwatch_log_group.short.name
  filter_pattern  = "ERROR"
  destination_arn = "arn:aws:logs:eu-west-1:444455556666:destination:central"
}

# Two log groups: the slow queries' may expire.
resource "aws_neptune_cluster" "both" {
  cluster_identifier                   = "both"
  enable_cloudwatch_logs_exports       = ["audit", "slowquery"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.named.name
}

resource "aws_cloudwatch_log_group" "both_audit" {
  name              = "/aws/neptune/${aws_neptune_cluster.both.cluster_identifier}/audit"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.trail.arn
}

resource "aws_cloudwatch_log_group" "both_slowquery" {
  name              = "/aws/neptune/${aws_neptune_cluster.both.cluster_identifier}/slowquery"
  retention_in_days = 7
}

# Another destination.
resource "aws_cloudwatch_log_subscription_filter" "both" {
  name            = "elsewhere"
  log_group_name  = aws_cloudwatch_log_group.both_audit.name
  filter_pattern  = ""
  destination_arn = "arn:aws:lambda:eu-west-1:111122223333:function:shipper"
}

# Only the slow queries' log group is declared, and it is a good one.
resource "aws_neptune_cluster" "wrong_type" {
  cluster_identifier                   = "wrong-type"
  enable_cloudwatch_logs_exports       = ["audit", "slowquery"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.named.name
}

resource "aws_cloudwatch_log_group" "wrong_type" {
  name              = "/aws/neptune/${aws_neptune_cluster.wrong_type.cluster_identifier}/slowquery"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.trail.arn
}

# Aurora's pattern of names: Neptune never writes there.
resource "aws_neptune_cluster" "wrong_name" {
  cluster_identifier                   = "wrong-name"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.named.name
}

resource "aws_cloudwatch_log_group" "wrong_name" {
  name              = "/aws/neptune/cluster/${aws_neptune_cluster.wrong_name.cluster_identifier}/audit"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.trail.arn
}

# Retention is known after apply.
resource "terraform_data" "days" {
  input = 365
}

resource "aws_neptune_cluster" "late_retention" {
  cluster_identifier                   = "late-retention"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.named.name
}

resource "aws_cloudwatch_log_group" "late_retention" {
  name              = "/aws/neptune/${aws_neptune_cluster.late_retention.cluster_identifier}/audit"
  retention_in_days = terraform_data.days.output
}

# Retention that whoever runs Terraform must give: `-var days_given=7` gave this one.
variable "days_given" {
  type = number
}

resource "aws_neptune_cluster" "retention_given" {
  cluster_identifier                   = "retention-given"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.named.name
}

resource "aws_cloudwatch_log_group" "retention_given" {
  name              = "/aws/neptune/${aws_neptune_cluster.retention_given.cluster_identifier}/audit"
  retention_in_days = var.days_given
}
