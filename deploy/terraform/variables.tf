# The rule's own parameters. A blank value is left out of the rule, so the rule's default holds.

variable "log_types" {
  description = "Log types that must reach CloudWatch Logs, comma-separated (audit, slowquery)."
  type        = string
  default     = "audit"

  validation {
    condition     = contains(["audit", "slowquery", "audit,slowquery", "slowquery,audit", ""], var.log_types)
    error_message = "Must be audit, slowquery, or both with a comma between them."
  }
}

variable "pending_reboot" {
  description = "Verdict on a cluster that is set up but waits for a reboot of an instance."
  type        = string
  default     = "NON_COMPLIANT"

  validation {
    condition     = contains(["NON_COMPLIANT", "COMPLIANT", ""], var.pending_reboot)
    error_message = "Must be NON_COMPLIANT or COMPLIANT."
  }
}

variable "iam_authentication" {
  description = "true asks for IAM authentication on the cluster, so that the audit log names each caller."
  type        = string
  default     = "false"

  validation {
    condition     = contains(["false", "true", ""], var.iam_authentication)
    error_message = "Must be true or false."
  }
}

variable "log_group_required" {
  description = "false does not ask for the log group where no other parameter does."
  type        = string
  default     = "true"

  validation {
    condition     = contains(["true", "false", ""], var.log_group_required)
    error_message = "Must be true or false."
  }
}

variable "minimum_retention_days" {
  description = "Shortest retention of the log group, in days (1 to 3653). Blank = not checked."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^([1-9][0-9]{0,2}|[12][0-9]{3}|3[0-5][0-9]{2}|36[0-4][0-9]|365[0-3])?$", var.minimum_retention_days))
    error_message = "Must be blank, or whole days from 1 to 3653."
  }
}

variable "maximum_retention_days" {
  description = "Longest retention of the log group, in days (1 to 3653). Blank = not checked. A log group that never expires is too long."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^([1-9][0-9]{0,2}|[12][0-9]{3}|3[0-5][0-9]{2}|36[0-4][0-9]|365[0-3])?$", var.maximum_retention_days))
    error_message = "Must be blank, or whole days from 1 to 3653."
  }
}

variable "log_group_encrypted" {
  description = "true asks for a customer managed KMS key on the log group."
  type        = string
  default     = "false"

  validation {
    condition     = contains(["false", "true", ""], var.log_group_encrypted)
    error_message = "Must be true or false."
  }
}

variable "log_group_deletion_protected" {
  description = "true asks for protection from deletion on the log group."
  type        = string
  default     = "false"

  validation {
    condition     = contains(["false", "true", ""], var.log_group_deletion_protected)
    error_message = "Must be true or false."
  }
}

variable "log_group_metric_filter" {
  description = "true asks for at least one metric filter on the log group."
  type        = string
  default     = "false"

  validation {
    condition     = contains(["false", "true", ""], var.log_group_metric_filter)
    error_message = "Must be true or false."
  }
}

variable "forwarding_destination" {
  description = "ARN that a subscription filter must send the whole log group to; * stands for any run of characters. Blank = not checked."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(\\*[!#-\\[\\]-~]*|arn:[!#-\\[\\]-~]*\\*[!#-\\[\\]-~]*|arn:([!#-9;-\\[\\]-~]*:){4}[!#-\\[\\]-~]+)?$", var.forwarding_destination))
    error_message = "Must be blank, or begin with arn: or *; an ARN without a * has six parts. No space, quote or backslash."
  }

  validation {
    condition     = length(var.forwarding_destination) <= 256
    error_message = "Must have at most 256 characters."
  }
}

variable "maximum_silence_hours" {
  description = "Hours after which a log group without a new event is reported as silent (1 to 87672). Blank = not checked."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^([1-9][0-9]{0,3}|[1-7][0-9]{4}|8[0-6][0-9]{3}|87[0-5][0-9]{2}|876[0-6][0-9]|8767[0-2])?$", var.maximum_silence_hours))
    error_message = "Must be blank, or whole hours from 1 to 87672."
  }
}

variable "exempt_tag" {
  description = "Key, or Key=Value: a cluster with that tag that would be NON_COMPLIANT is NOT_APPLICABLE. Blank = none."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^([^\\s=\"\\\\]([^\"\\\\\\x00-\\x1f]*[^\\s\"\\\\])?)?$", var.exempt_tag))
    error_message = "Must be blank, or a tag's key, or Key=Value (no quote or backslash)."
  }

  validation {
    condition     = length(var.exempt_tag) <= 200
    error_message = "Must have at most 200 characters."
  }
}

variable "execution_role_name" {
  description = "Name, with its path, of the role that the function assumes in other accounts. Only for a central function; blank = own account only."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(([0-9A-Za-z_+=,.@-]+/)*[0-9A-Za-z_+=,.@-]{1,64})?$", var.execution_role_name))
    error_message = "Must be blank, or the name of an IAM role, its path before it (audit/NeptuneAuditRule)."
  }

  validation {
    condition     = length(var.execution_role_name) <= 128
    error_message = "Must have at most 128 characters."
  }
}

variable "report_unchanged" {
  description = "false makes a scheduled run report only what differs from the recorded results (AWS Config charges for each evaluation)."
  type        = string
  default     = "true"

  validation {
    condition     = contains(["true", "false", ""], var.report_unchanged)
    error_message = "Must be true or false."
  }
}

# How the rule and its function run.

variable "name" {
  description = "Name of the rule, the function, and what belongs to them."
  type        = string
  default     = "neptune-audit-rule"
}

variable "package" {
  description = "Path of the function's zip for the architecture, as `make package` leaves it in dist."
  type        = string
}

variable "create_rule" {
  description = "false makes the function without a rule, for a conformance pack or an organization that brings the rule."
  type        = string
  default     = "true"

  validation {
    condition     = contains(["true", "false"], var.create_rule)
    error_message = "Must be true or false."
  }
}

variable "maximum_execution_frequency" {
  description = "How often every cluster is checked, beside the check on each change. A parameter group's change makes no event, so this bounds how late it is seen."
  type        = string
  default     = "TwentyFour_Hours"

  validation {
    condition     = contains(["One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours"], var.maximum_execution_frequency)
    error_message = "Must be One_Hour, Three_Hours, Six_Hours, Twelve_Hours or TwentyFour_Hours."
  }
}

variable "log_retention_days" {
  description = "Days that the function's own log is kept."
  type        = number
  default     = 90

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "Must be a number of days that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90 and so on, to 3653."
  }
}

variable "architecture" {
  description = "Processor of the function. arm64 costs less; the package must be for the same one."
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "Must be arm64 or x86_64."
  }
}

variable "memory_size" {
  description = "Memory of the function in MB. CPU grows with it."
  type        = number
  default     = 128

  validation {
    condition     = var.memory_size >= 128 && var.memory_size <= 10240 && floor(var.memory_size) == var.memory_size
    error_message = "Must be a whole number from 128 to 10240."
  }
}

variable "log_kms_key_arn" {
  description = "KMS key for the function's own log; its policy must let logs.<region>.amazonaws.com use it. Blank = encrypted with a key that AWS owns."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+)?$", var.log_kms_key_arn))
    error_message = "Must be blank, or the ARN of a KMS key."
  }
}

variable "organization_id" {
  description = "The organization (o-...) in whose accounts execution_role_name may be assumed. Needed with execution_role_name."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(o-[a-z0-9]{10,32})?$", var.organization_id))
    error_message = "Must be blank, or the id of an organization (o-...)."
  }
}

variable "alarm_topic_arn" {
  description = "SNS topic that the alarms notify. Its policy must let cloudwatch.amazonaws.com publish. Blank = alarms without notification."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+)?$", var.alarm_topic_arn))
    error_message = "Must be blank, or the ARN of an SNS topic (not a FIFO topic)."
  }
}

variable "non_compliant_topic_arn" {
  description = "SNS topic told of each cluster that turns NON_COMPLIANT, and of each run of the runbook that fails. Its policy must let events.amazonaws.com publish. Blank = nobody."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+)?$", var.non_compliant_topic_arn))
    error_message = "Must be blank, or the ARN of an SNS topic (not a FIFO topic)."
  }
}

# What AWS Config does about it.

variable "remediation" {
  description = "none, or the runbook NeptuneAuditLog-Enable - started by a person (manual) or by AWS Config (automatic)."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "manual", "automatic"], var.remediation)
    error_message = "Must be none, manual or automatic."
  }
}

variable "remediation_reboot_instances" {
  description = "true lets the runbook reboot the instances that need it, one at a time, readers first. Each is away for a short time."
  type        = string
  default     = "false"

  validation {
    condition     = contains(["false", "true"], var.remediation_reboot_instances)
    error_message = "Must be true or false."
  }
}

variable "remediation_retention_in_days" {
  description = "Retention that the runbook gives to log groups, in days. Blank leaves it."
  type        = string
  default     = ""

  validation {
    condition     = contains(["", "1", "3", "5", "7", "14", "30", "60", "90", "120", "150", "180", "365", "400", "545", "731", "1096", "1827", "2192", "2557", "2922", "3288", "3653"], var.remediation_retention_in_days)
    error_message = "Must be blank, or a number of days that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90 and so on, to 3653."
  }
}

variable "remediation_shorten_retention" {
  description = "true also shortens a longer retention. Events older than that are then lost."
  type        = string
  default     = "false"

  validation {
    condition     = contains(["false", "true"], var.remediation_shorten_retention)
    error_message = "Must be true or false."
  }
}

variable "remediation_kms_key_id" {
  description = "ARN of the KMS key that the runbook gives to log groups; its policy must allow CloudWatch Logs. Blank leaves it."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+)?$", var.remediation_kms_key_id))
    error_message = "Must be blank, or the ARN of a KMS key."
  }
}

variable "remediation_deletion_protection" {
  description = "true lets the runbook protect the log groups from deletion. Nothing here takes the protection away again."
  type        = string
  default     = "false"

  validation {
    condition     = contains(["false", "true"], var.remediation_deletion_protection)
    error_message = "Must be true or false."
  }
}

variable "remediation_shared_parameter_group" {
  description = "What the runbook does when the parameter group to change belongs to other clusters too."
  type        = string
  default     = "refuse"

  validation {
    condition     = contains(["refuse", "proceed"], var.remediation_shared_parameter_group)
    error_message = "Must be refuse or proceed."
  }
}
