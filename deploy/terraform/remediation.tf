locals {
  remediates = var.remediation == "none" ? 0 : 1

  # Blank inputs are left out, so that the runbook's defaults hold. The role is not known before it is made, so nothing
  # is asked of it here.
  runbook_inputs = merge(
    { for name, value in {
      LogTypes             = var.log_types
      RebootInstances      = var.remediation_reboot_instances
      RetentionInDays      = var.remediation_retention_in_days
      ShortenRetention     = var.remediation_shorten_retention
      KmsKeyId             = var.remediation_kms_key_id
      DeletionProtection   = var.remediation_deletion_protection
      SharedParameterGroup = var.remediation_shared_parameter_group
    } : name => value if value != "" },
    {
      AutomationAssumeRole = one(aws_cloudformation_stack.runbook_role[*].outputs["RoleArn"])
      # What AWS Config puts the cluster's resource id in for.
      DbClusterResourceId = "RESOURCE_ID"
    },
  )
}

resource "aws_ssm_document" "runbook" {
  count           = local.remediates
  name            = "NeptuneAuditLog-Enable"
  document_type   = "Automation"
  document_format = "YAML"
  content         = file("${path.module}/../../remediation/NeptuneAuditLog-Enable.yaml")
}

# The role has a template of its own; one place says what the runbook may do.
resource "aws_cloudformation_stack" "runbook_role" {
  #checkov:skip=CKV_AWS_124:It holds one role; who deploys sees a failure at once.
  count         = local.remediates
  name          = "${var.name}-runbook-role"
  template_body = file("${path.module}/../../remediation/role.yaml")
  capabilities  = ["CAPABILITY_IAM"]
  parameters    = { AllowReboots = var.remediation_reboot_instances }
}

resource "aws_config_remediation_configuration" "this" {
  count            = local.creates_rule * local.remediates
  config_rule_name = aws_config_config_rule.this[0].name
  resource_type    = "AWS::RDS::DBCluster"
  target_type      = "SSM_DOCUMENT"
  target_id        = aws_ssm_document.runbook[0].name
  target_version   = "$LATEST"
  automatic        = var.remediation == "automatic"

  # A cluster that the runbook refuses, rightly, must not be left out of later repairs: AWS Config puts a remediation
  # exception on a resource after maximum_automatic_attempts failed runs within retry_attempt_seconds, which is a window
  # and no pause. A run takes longer than a second, so this stops a loop that has gone wild and nothing else.
  maximum_automatic_attempts = 25
  retry_attempt_seconds      = 25

  execution_controls {
    ssm_controls {
      # One cluster in ten at a time. One that is refused does not stop the repair of the others.
      concurrent_execution_rate_percentage = 10
      error_percentage                     = 100
    }
  }

  # All of them in one map, whose order is that of the names: the provider reads them back in that order, and any other
  # would be a change in each plan.
  # https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/configservice/remediation_configuration.go
  dynamic "parameter" {
    for_each = local.runbook_inputs
    content {
      name           = parameter.key
      resource_value = parameter.key == "DbClusterResourceId" ? parameter.value : null
      static_value   = parameter.key == "DbClusterResourceId" ? null : parameter.value
    }
  }
}

# A run that is refused or breaks off, whoever started it. AWS Config itself says nothing when it gives a cluster up.
resource "aws_cloudwatch_event_rule" "runbook_fails" {
  count       = var.non_compliant_topic_arn == "" ? 0 : local.remediates
  name        = "${var.name}-runbook-fails"
  description = "Tells a topic of each run of the runbook that did not repair its cluster."

  event_pattern = jsonencode({
    source        = ["aws.ssm"]
    "detail-type" = ["EC2 Automation Execution Status-change Notification"]
    detail = {
      Definition = [aws_ssm_document.runbook[0].name]
      Status     = ["Failed", "TimedOut"]
    }
  })
}

resource "aws_cloudwatch_event_target" "runbook_fails" {
  count = var.non_compliant_topic_arn == "" ? 0 : local.remediates
  rule  = aws_cloudwatch_event_rule.runbook_fails[0].name
  arn   = var.non_compliant_topic_arn

  input_transformer {
    input_paths = {
      account   = "$.account"
      region    = "$.region"
      runbook   = "$.detail.Definition"
      execution = "$.detail.ExecutionId"
      status    = "$.detail.Status"
    }
    input_template = "\"The runbook <runbook> ended with <status> in account <account>, Region <region>: a Neptune cluster is not repaired. aws ssm get-automation-execution --automation-execution-id <execution> says why.\""
  }
}
