# What is asked: the rule's parameters, by the same names, from a data file. Unknown names and bad values are refused, not ignored.
package neptune_audit.parameters

import rego.v1

defaults := {
	"logTypes": "audit",
	"iamAuthentication": "false",
	"minimumRetentionDays": "",
	"maximumRetentionDays": "",
	"logGroupEncrypted": "false",
	"logGroupDeletionProtected": "false",
	"logGroupMetricFilter": "false",
	"forwardingDestination": "",
	# Not the rule's: how much a pass may rest on, and what becomes of what nobody can tell.
	"strict": "false",
	"requireDeclared": "false",
	"allowUndecided": "false",
	"allowIncomplete": "false",
}

default given := {}

given := data.neptune_audit_parameters

# As AWS Config does: every value is a text, and a blank one is unset.
values[name] := text if {
	some name, _ in defaults
	text := trim_space(sprintf("%v", [object.get(given, name, "")]))
	text != ""
}

values[name] := preset if {
	some name, preset in defaults
	trim_space(sprintf("%v", [object.get(given, name, "")])) == ""
}

log_types := {trim_space(part) | some part in split(values.logTypes, ",")}

is_on(name) if values[name] == "true"

minimum_days := to_number(values.minimumRetentionDays) if values.minimumRetentionDays != ""

maximum_days := to_number(values.maximumRetentionDays) if values.maximumRetentionDays != ""

asks_for_days if minimum_days

asks_for_days if maximum_days

asks_for_destination if values.forwardingDestination != ""

# `*` stands for any run of characters, everything else for itself.
is_destination(arn) if {
	plain := regex.replace(values.forwardingDestination, `[.+?()|\[\]{}^$\\]`, `\$0`)
	regex.match(sprintf("^%s$", [replace(plain, "*", ".*")]), arn)
}

problems contains sprintf("parameter `%s` is not known: one of %s", [name, concat(", ", sort(object.keys(defaults)))]) if {
	some name, _ in given
	not name in object.keys(defaults)
}

problems contains sprintf("parameter `logTypes`: `%s` is not allowed: audit, slowquery, or both with a comma between", [values.logTypes]) if {
	some log_type in log_types
	not log_type in {"audit", "slowquery"}
}

problems contains sprintf("parameter `%s`: `%s` is not allowed: true or false", [name, values[name]]) if {
	some name, preset in defaults
	preset == "false"
	not values[name] in {"true", "false"}
}

problems contains sprintf("parameter `%s`: `%s` is not allowed: whole days, 1 to 3653", [name, values[name]]) if {
	some name in {"minimumRetentionDays", "maximumRetentionDays"}
	values[name] != ""
	not whole_days(values[name])
}

problems contains sprintf("parameter `forwardingDestination`: `%s` is not allowed: begins with arn: or *", [values.forwardingDestination]) if {
	asks_for_destination
	not startswith(values.forwardingDestination, "arn:")
	not startswith(values.forwardingDestination, "*")
}

problems contains "parameter `minimumRetentionDays` is above `maximumRetentionDays`" if minimum_days > maximum_days

whole_days(text) if {
	regex.match(`^[0-9]{1,4}$`, text)
	to_number(text) >= 1
	to_number(text) <= 3653
}
