# The role holds the calls that the code makes and nothing else.

resource "aws_iam_role" "function" {
  name        = "${var.name}-${local.region}"
  description = "What neptune-audit-rule may read, and the reports it may make."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  name = "ReadAndReport"
  role = aws_iam_role.function.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Effect = "Allow"
          Action = [
            "logs:CreateLogStream", # Lambda writes what the function prints: one stream for each execution environment
            "logs:PutLogEvents",    # the lines themselves
          ]
          Resource = "${aws_cloudwatch_log_group.function.arn}:*"
        },
        {
          Effect   = "Allow"
          Action   = ["sqs:SendMessage"] # Lambda puts an event here, with this role, when the function failed on it three times
          Resource = aws_sqs_queue.failed_events.arn
        },
        {
          Effect = "Allow"
          Action = [
            "rds:DescribeDBClusters",  # which clusters there are, their exports, members, parameter group and authentication (Neptune's control plane is rds:)
            "rds:ListTagsForResource", # exemptTag: the tags, which the listing of clusters leaves out
          ]
          Resource = "arn:${local.partition}:rds:${local.region}:${local.account}:cluster:*"
        },
        {
          Effect   = "Allow"
          Action   = ["rds:DescribeDBClusterParameters"] # whether neptune_enable_audit_log is on
          Resource = "arn:${local.partition}:rds:${local.region}:${local.account}:cluster-pg:*"
        },
        {
          # IAM knows no log group for the first two, and the second needs the third, on everything.
          Effect = "Allow"
          Action = [
            "logs:DescribeLogGroups",           # whether there is a log group, its retention, KMS key, protection and metric filters
            "logs:DescribeAccountPolicies",     # forwardingDestination: where the account sends every log group
            "logs:DescribeSubscriptionFilters", # forwardingDestination: where the log group itself sends
          ]
          Resource = "*"
        },
        {
          Effect   = "Allow"
          Action   = ["logs:DescribeLogStreams"] # maximumSilenceHours: when the newest event came
          Resource = "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws/neptune/*"
        },
        {
          Effect   = "Allow"
          Action   = ["config:GetComplianceDetailsByConfigRule"] # recorded results: clear those of clusters that are gone, skip the unchanged
          Resource = "arn:${local.partition}:config:${local.region}:${local.account}:config-rule/*"
        },
        {
          Effect   = "Allow"
          Action   = ["config:PutEvaluations"] # the report; AWS knows no resource for this action
          Resource = "*"
        },
      ],
      var.execution_role_name == "" ? [] : [
        {
          Effect    = "Allow"
          Action    = ["sts:AssumeRole"] # executionRoleName: read another account, and report to it, with that account's role
          Resource  = "arn:${local.partition}:iam::*:role/${var.execution_role_name}"
          Condition = { StringEquals = { "aws:ResourceOrgID" = var.organization_id } }
        },
      ],
    )
  })
}
