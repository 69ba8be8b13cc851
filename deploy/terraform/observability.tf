resource "aws_cloudwatch_metric_alarm" "function_fails" {
  alarm_name          = "${var.name}-function-fails"
  alarm_description   = "The rule could not evaluate an event, so AWS Config may show old results. The log group ${aws_cloudwatch_log_group.function.name} says why."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.this.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "events_given_up" {
  alarm_name          = "${var.name}-events-given-up"
  alarm_description   = "An event failed three times and lies in the queue ${aws_sqs_queue.failed_events.name}. Find the cause in the log, evaluate the rule again, then purge the queue."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.failed_events.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

# Only beside a rule of the module's own: AWS refuses the recorded results of rules that a pack or an organization owns, so
# there every schedule warns.
resource "aws_cloudwatch_metric_alarm" "runs_with_warnings" {
  count               = local.creates_rule
  alarm_name          = "${var.name}-runs-with-warnings"
  alarm_description   = "Every cluster was reported, but something was left undone, such as clearing the results of clusters that are gone. The log group ${aws_cloudwatch_log_group.function.name} names the permission in a line of level WARN."
  namespace           = "NeptuneAuditRule"
  metric_name         = "Warnings"
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "rule_does_not_run" {
  alarm_name          = "${var.name}-does-not-run"
  alarm_description   = "The function was not invoked for twice the schedule. Is the rule deleted, or may AWS Config no longer invoke the function?"
  namespace           = "AWS/Lambda"
  metric_name         = "Invocations"
  dimensions          = { FunctionName = aws_lambda_function.this.function_name }
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = local.hours_without_run[var.maximum_execution_frequency]
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

# AWS Config tells of a change of verdict only, so a cluster is reported once until it is repaired and breaks again.
resource "aws_cloudwatch_event_rule" "non_compliant" {
  count       = var.non_compliant_topic_arn == "" ? 0 : 1
  name        = "${var.name}-non-compliant"
  description = "Tells a topic of each Neptune cluster whose audit trail broke."

  event_pattern = jsonencode({
    source        = ["aws.config"]
    "detail-type" = ["Config Rules Compliance Change"]
    detail = {
      messageType = ["ComplianceChangeNotification"]
      # A conformance pack and an organization rule put a suffix, or a prefix, to the name.
      configRuleName      = concat(aws_config_config_rule.this[*].name, var.create_rule == "true" ? [] : [{ wildcard = "*neptune-audit-rule*" }])
      newEvaluationResult = { complianceType = ["NON_COMPLIANT"] }
    }
  })
}

resource "aws_cloudwatch_event_target" "non_compliant" {
  count = var.non_compliant_topic_arn == "" ? 0 : 1
  rule  = aws_cloudwatch_event_rule.non_compliant[0].name
  arn   = var.non_compliant_topic_arn

  input_transformer {
    input_paths = {
      account    = "$.detail.awsAccountId"
      region     = "$.detail.awsRegion"
      cluster    = "$.detail.resourceId"
      rule       = "$.detail.configRuleName"
      annotation = "$.detail.newEvaluationResult.annotation"
    }
    input_template = "\"The audit trail of Neptune cluster <cluster> in account <account>, Region <region>, is broken (rule <rule>). <annotation>\""
  }
}
