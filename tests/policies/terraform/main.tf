# One cluster for each case of the trail itself: generated and exported. `expected.json` beside this folder says what must come out.

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

provider "aws" {
  alias  = "abroad"
  region = "us-east-1"
}

# --- The healthy one, and names --------------------------------------------------------------------------------------------

resource "aws_neptune_cluster_parameter_group" "named" {
  name   = "audited"
  family = "neptune1.4"

  parameter {
    name  = "neptune_enable_audit_log"
    value = "1"
  }
}

resource "aws_neptune_cluster" "named" {
  cluster_identifier                   = "named"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.named.name
}

# The group by its name, as text: nothing but the name joins the two.
resource "aws_neptune_cluster" "by_text" {
  cluster_identifier                   = "by-text"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = "audited"
}

# A name that is known after apply.
resource "aws_neptune_cluster_parameter_group" "generated" {
  family = "neptune1.4"

  parameter {
    name  = "neptune_enable_audit_log"
    value = "1"
  }
}

resource "aws_neptune_cluster" "generated" {
  cluster_identifier                   = "generated"
  enable_cloudwatch_logs_exports       = ["audit", "slowquery"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.generated.id
}

# The value as a number.
resource "aws_neptune_cluster_parameter_group" "number" {
  name   = "number"
  family = "neptune1.4"

  parameter {
    name  = "neptune_enable_audit_log"
    value = 1
  }
}

resource "aws_neptune_cluster" "number" {
  cluster_identifier                   = "number"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.number.name
}

# Two parameters, the one that matters last.
resource "aws_neptune_cluster_parameter_group" "second" {
  name   = "second"
  family = "neptune1.4"

  parameter {
    name  = "neptune_query_timeout"
    value = "120000"
  }

  parameter {
    name  = "neptune_enable_audit_log"
    value = "1"
  }
}

resource "aws_neptune_cluster" "second" {
  cluster_identifier                   = "second"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.second.name
}

# Dynamic parameter blocks.
resource "aws_neptune_cluster_parameter_group" "dynamic" {
  name   = "dynamic"
  family = "neptune1.4"

  dynamic "parameter" {
    for_each = { neptune_enable_audit_log = "1", neptune_query_timeout = "120000" }

    content {
      name  = parameter.key
      value = parameter.value
    }
  }
}

resource "aws_neptune_cluster" "dynamic" {
  cluster_identifier                   = "dynamic"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.dynamic.name
}

# Exports and value through variables.
variable "exports" {
  type    = list(string)
  default = ["audit"]
}

variable "audit" {
  type    = string
  default = "1"
}

resource "aws_neptune_cluster_parameter_group" "variables" {
  name   = "variables"
  family = "neptune1.4"

  parameter {
    name  = "neptune_enable_audit_log"
    value = var.audit
  }
}

resource "aws_neptune_cluster" "variables" {
  cluster_identifier                   = "variables"
  enable_cloudwatch_logs_exports       = var.exports
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.variables.name
}

# A sensitive name, which nothing may print.
variable "secret_group" {
  type      = string
  sensitive = true
  default   = "audited"
}

resource "aws_neptune_cluster" "secret" {
  cluster_identifier                   = "secret"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = var.secret_group
}

# --- Broken ----------------------------------------------------------------------------------------------------------------

resource "aws_neptune_cluster_parameter_group" "off" {
  family = "neptune1.4"

  parameter {
    name  = "neptune_enable_audit_log"
    value = "0"
  }
}

resource "aws_neptune_cluster" "off" {
  cluster_identifier                   = "off"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.off.name
}

# The audit log's parameter is 0; another one is 1.
resource "aws_neptune_cluster_parameter_group" "other_is_on" {
  name   = "other-is-on"
  family = "neptune1.4"

  parameter {
    name  = "neptune_enable_audit_log"
    value = "0"
  }

  parameter {
    name  = "neptune_result_cache"
    value = "1"
  }
}

resource "aws_neptune_cluster" "other_is_on" {
  cluster_identifier                   = "other-is-on"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.other_is_on.name
}

# A group without the parameter: its default is 0.
resource "aws_neptune_cluster_parameter_group" "unset" {
  name   = "unset"
  family = "neptune1.4"
}

resource "aws_neptune_cluster" "unset" {
  cluster_identifier                   = "unset"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.unset.name
}

resource "aws_neptune_cluster" "default_group" {
  cluster_identifier                   = "default-group"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = "default.neptune1.4"
}

resource "aws_neptune_cluster" "no_group" {
  cluster_identifier             = "no-group"
  enable_cloudwatch_logs_exports = ["audit"]
}

resource "aws_neptune_cluster" "nothing" {
  cluster_identifier = "nothing"
}

resource "aws_neptune_cluster" "no_export" {
  cluster_identifier                   = "no-export"
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.named.name
}

resource "aws_neptune_cluster" "empty_export" {
  cluster_identifier                   = "empty-export"
  enable_cloudwatch_logs_exports       = []
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.named.name
}

resource "aws_neptune_cluster" "slowquery_only" {
  cluster_identifier                   = "slowquery-only"
  enable_cloudwatch_logs_exports       = ["slowquery"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.named.name
}

# The parameter is in the instances' group; only the cluster's group counts.
resource "aws_neptune_parameter_group" "instances" {
  name   = "instances"
  family = "neptune1.4"

  parameter {
    name  = "neptune_enable_audit_log"
    value = "1"
  }
}

resource "aws_neptune_cluster" "instance_group" {
  cluster_identifier                    = "instance-group"
  enable_cloudwatch_logs_exports        = ["audit"]
  neptune_instance_parameter_group_name = aws_neptune_parameter_group.instances.name
}

# --- Counted and keyed -----------------------------------------------------------------------------------------------------

resource "aws_neptune_cluster_parameter_group" "counted" {
  count  = 1
  family = "neptune1.4"

  parameter {
    name  = "neptune_enable_audit_log"
    value = "1"
  }
}

resource "aws_neptune_cluster" "counted" {
  count                                = 2
  cluster_identifier                   = "counted-${count.index}"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.counted[0].name
}

# All of the groups are on: whichever key it is.
resource "aws_neptune_cluster_parameter_group" "agreeing" {
  for_each = toset(["a", "b.c"])
  family   = "neptune1.4"

  parameter {
    name  = "neptune_enable_audit_log"
    value = "1"
  }
}

resource "aws_neptune_cluster" "agreeing" {
  for_each                             = toset(["a", "b.c"])
  cluster_identifier                   = "agreeing-${replace(each.key, ".", "-")}"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.agreeing[each.key].name
}

# One is on and one is off.
resource "aws_neptune_cluster_parameter_group" "disagreeing" {
  for_each = { on = "1", off = "0" }
  family   = "neptune1.4"

  parameter {
    name  = "neptune_enable_audit_log"
    value = each.value
  }
}

resource "aws_neptune_cluster" "constant_key" {
  cluster_identifier                   = "constant-key"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.disagreeing["on"].name
}

resource "aws_neptune_cluster" "constant_key_off" {
  cluster_identifier                   = "constant-key-off"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.disagreeing["off"].name
}

variable "key" {
  type    = string
  default = "on"
}

resource "aws_neptune_cluster" "disagreeing" {
  cluster_identifier                   = "disagreeing"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.disagreeing[var.key].name
}

# --- Modules ---------------------------------------------------------------------------------------------------------------

module "graph" {
  source   = "./modules/graph"
  for_each = toset(["m1", "m2"])
  name     = each.key
}

# The group of one module, through its output and a variable, in another.
module "shared" {
  source = "./modules/graph"
  name   = "shared"
  group  = module.graph["m1"].group_name
  own    = false
}

# A module in a module.
module "outer" {
  source = "./modules/outer"
}

module "silent" {
  source = "./modules/graph"
  name   = "silent"
  audit  = "0"
}

# --- Nobody can tell from a plan -------------------------------------------------------------------------------------------

resource "terraform_data" "later" {
  input = "1"
}

# The parameter's value is known after apply.
resource "aws_neptune_cluster_parameter_group" "late" {
  name   = "late"
  family = "neptune1.4"

  parameter {
    name  = "neptune_enable_audit_log"
    value = terraform_data.later.output
  }
}

resource "aws_neptune_cluster" "late" {
  cluster_identifier                   = "late"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.late.name
}

# So are the exports.
resource "aws_neptune_cluster" "late_exports" {
  cluster_identifier                   = "late-exports"
  enable_cloudwatch_logs_exports       = toset([terraform_data.later.output])
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.named.name
}

# A group of another plan.
resource "aws_neptune_cluster" "outside" {
  cluster_identifier                   = "outside"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = "made-by-another-team"
}

# The name is there, in another Region.
resource "aws_neptune_cluster_parameter_group" "abroad" {
  provider = aws.abroad
  name     = "abroad"
  family   = "neptune1.4"

  parameter {
    name  = "neptune_enable_audit_log"
    value = "1"
  }
}

resource "aws_neptune_cluster" "abroad" {
  cluster_identifier                   = "abroad"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = "abroad"
}

# Through a local value, of which a plan says nothing.
locals {
  group = terraform_data.later.input == "1" ? aws_neptune_cluster_parameter_group.generated.name : aws_neptune_cluster_parameter_group.off.name
}

resource "aws_neptune_cluster" "through_local" {
  cluster_identifier                   = "through-local"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = local.group
}

# A value that whoever runs Terraform must give: `terraform plan -var audit_given=0` gave this one.
variable "audit_given" {
  type = string
}

resource "aws_neptune_cluster_parameter_group" "given" {
  name   = "given"
  family = "neptune1.4"

  parameter {
    name  = "neptune_enable_audit_log"
    value = var.audit_given
  }
}

resource "aws_neptune_cluster" "given" {
  cluster_identifier                   = "given"
  enable_cloudwatch_logs_exports       = ["audit"]
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.given.name
}

variable "exports_given" {
  type = list(string)
}

resource "aws_neptune_cluster" "exports_given" {
  cluster_identifier                   = "exports-given"
  enable_cloudwatch_logs_exports       = var.exports_given
  neptune_cluster_parameter_group_name = aws_neptune_cluster_parameter_group.named.name
}
