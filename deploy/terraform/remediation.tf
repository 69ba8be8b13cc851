locals {
  remediates = var.remediation == "none" ? 0 : 1

  # Blank inputs are left out, so that the runbook's defaults hold.
  runbook_inputs = { for name, value in {
    AutomationAssumeRole = one(aws_cloudformation_stack.runbook_role[*].outputs["RoleArn"])
    LogTypes             = var.log_types
    RebootInstances      = var.remediation_reboot_instances
    RetentionInDays      = var.remediation_retention_in_days
    ShortenRetention     = var.remediation_shorten_retention
    KmsKeyId             = var.remediation_kms_key_id
    SharedParameterGroup = var.remediation_shared_parameter_group
  } : name => value if value != "" }
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
  count            = local.remediates
  config_rule_name = aws_config_config_rule.this.name
  resource_type    = "AWS::RDS::DBCluster"
  target_type      = "SSM_DOCUMENT"
  target_id        = aws_ssm_document.runbook[0].name
  target_version   = "$LATEST"
  automatic        = var.remediation == "automatic"

  # Three attempts an hour apart: a cluster may be busy, or a new parameter group too young to be attached.
  maximum_automatic_attempts = 3
  retry_attempt_seconds      = 3600

  execution_controls {
    ssm_controls {
      # One cluster in ten at a time, and no further when one in ten failed.
      concurrent_execution_rate_percentage = 10
      error_percentage                     = 10
    }
  }

  parameter {
    name           = "DbClusterResourceId"
    resource_value = "RESOURCE_ID"
  }

  dynamic "parameter" {
    for_each = local.runbook_inputs
    content {
      name         = parameter.key
      static_value = parameter.value
    }
  }
}
