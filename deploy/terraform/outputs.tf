output "function_arn" {
  description = "The function; a conformance pack and an organization rule name it."
  value       = aws_lambda_function.this.arn
}

output "function_role_arn" {
  description = "The function's role; member roles trust it."
  value       = aws_iam_role.function.arn
}

output "config_rule_name" {
  description = "The rule, as `aws configservice describe-compliance-by-config-rule` knows it. Null without one."
  value       = one(aws_config_config_rule.this[*].name)
}
