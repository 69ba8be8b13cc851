data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  # Not .name, which provider 6 deprecates, nor .region, which provider 5 does not have.
  region = data.aws_region.current.id

  # A blank value is left out, which is how the rule knows it as unset.
  rule_parameters = { for name, value in {
    logTypes                  = var.log_types
    pendingReboot             = var.pending_reboot
    iamAuthentication         = var.iam_authentication
    logGroupRequired          = var.log_group_required
    minimumRetentionDays      = var.minimum_retention_days
    maximumRetentionDays      = var.maximum_retention_days
    logGroupEncrypted         = var.log_group_encrypted
    logGroupDeletionProtected = var.log_group_deletion_protected
    logGroupMetricFilter      = var.log_group_metric_filter
    forwardingDestination     = var.forwarding_destination
    maximumSilenceHours       = var.maximum_silence_hours
    exemptTag                 = var.exempt_tag
    executionRoleName         = var.execution_role_name
    reportUnchanged           = var.report_unchanged
  } : name => value if value != "" }

  # Two schedules and the two hours that AWS Config may be late.
  hours_without_run = {
    One_Hour         = 4
    Three_Hours      = 8
    Six_Hours        = 14
    Twelve_Hours     = 26
    TwentyFour_Hours = 50
  }

  creates_rule = var.create_rule == "true" ? 1 : 0

  alarm_actions = var.alarm_topic_arn == "" ? [] : [var.alarm_topic_arn]
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_115:Reserved concurrency takes from the account's pool, and a small account has none to give. AWS Config sends few events.
  #checkov:skip=CKV_AWS_116:Events that fail go to the on-failure destination of the event-invoke configuration, which also tells the error.
  #checkov:skip=CKV_AWS_117:It reaches AWS endpoints only and nothing of a network; in a VPC it would need endpoints or a NAT gateway.
  #checkov:skip=CKV_AWS_50:Tracing needs further permissions; the function measures itself and logs every call that fails.
  #checkov:skip=CKV_AWS_272:A signing profile belongs to the organization that deploys; the package comes with its checksum.
  function_name    = var.name
  description      = "Tells AWS Config whether the audit trail of each Neptune cluster reaches CloudWatch Logs."
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  handler          = "bootstrap"
  runtime          = "provided.al2023"
  architectures    = [var.architecture]
  memory_size      = var.memory_size
  timeout          = 300
  role             = aws_iam_role.function.arn

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function.name
  }

  lifecycle {
    precondition {
      condition     = var.execution_role_name == "" || var.organization_id != ""
      error_message = "execution_role_name needs organization_id, so that the function can assume the role in no other organization."
    }

    # An organization's rule or pack reaches the account that deploys it too.
    precondition {
      condition     = var.execution_role_name == "" || var.create_rule == "false"
      error_message = "execution_role_name needs create_rule=false, since the organization brings the rule to this account too, and clusters would be judged twice."
    }
  }
}

# AWS Config invokes asynchronously and nobody reads the answer: Lambda tries a failed event twice more, then keeps it in
# the queue. An event older than six hours is not worth a run: the next schedule tells the same, and newer.
resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = aws_lambda_function.this.function_name
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 21600

  destination_config {
    on_failure {
      destination = aws_sqs_queue.failed_events.arn
    }
  }
}

# Events that failed three times, for a person to look at. They hold AWS Config's result token: keep the queue private.
resource "aws_sqs_queue" "failed_events" {
  name                      = "${var.name}-failed-events"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

resource "aws_cloudwatch_log_group" "function" {
  #checkov:skip=CKV_AWS_338:The log tells of runs, not of accesses; the verdicts are kept by AWS Config. log_retention_days sets more.
  #checkov:skip=CKV_AWS_158:log_kms_key_arn gives the key; without it CloudWatch Logs encrypts with a key that AWS owns.
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_kms_key_arn == "" ? null : var.log_kms_key_arn
}

resource "aws_lambda_permission" "config" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  principal     = "config.amazonaws.com"
  # No source_arn: AWS Config refuses a rule whose function it may not invoke yet, and the rule's ARN exists only after it.
  source_account = local.account
}

resource "aws_config_config_rule" "this" {
  count       = local.creates_rule
  name        = var.name
  description = "The audit trail of each Neptune cluster is generated, exported to CloudWatch Logs, and kept as asked."

  input_parameters = jsonencode(local.rule_parameters)

  # AWS Config records Neptune clusters as RDS clusters; a changed parameter group makes no configuration item at all.
  scope {
    compliance_resource_types = ["AWS::RDS::DBCluster"]
  }

  source {
    owner             = "CUSTOM_LAMBDA"
    source_identifier = aws_lambda_function.this.arn

    source_detail {
      event_source = "aws.config"
      message_type = "ConfigurationItemChangeNotification"
    }

    source_detail {
      event_source = "aws.config"
      message_type = "OversizedConfigurationItemChangeNotification"
    }

    source_detail {
      event_source                = "aws.config"
      message_type                = "ScheduledNotification"
      maximum_execution_frequency = var.maximum_execution_frequency
    }
  }

  depends_on = [aws_lambda_permission.config]

  lifecycle {
    precondition {
      condition     = length(jsonencode(local.rule_parameters)) <= 1024
      error_message = "AWS Config stores 1,024 characters of rule parameters; these are more."
    }
  }
}
