# The links that rest on the log group of a cluster, in a Terraform plan: kept, protected, guarded, watched, forwarded.
package neptune_audit.log_groups

import data.neptune_audit.parameters
import data.neptune_audit.plan
import rego.v1

asked contains "kept" if parameters.asks_for_days

asked contains "protected" if parameters.is_on("logGroupEncrypted")

asked contains "guarded" if parameters.is_on("logGroupDeletionProtected")

asked contains "watched" if parameters.is_on("logGroupMetricFilter")

asked contains "forwarded" if parameters.asks_for_destination

# For each cluster: log type, link, state, code, and what to know. One log group decides; of several that may be it, all must agree.
judged[address] contains [log_type, link, state, code, why] if {
	some address, by_type in groups
	some log_type, candidates in by_type
	some link in asked
	outcomes := {states[link][group] | some group in candidates}
	count(outcomes) == 1
	some [state, code, why] in outcomes
}

judged[address] contains [log_type, link, "undecided", "", "the log groups that may be it differ"] if {
	some address, by_type in groups
	some log_type, candidates in by_type
	some link in asked
	count({states[link][group] | some group in candidates}) > 1
}

judged[address] contains [log_type, link, state, "LOG_GROUP_MISSING", why] if {
	some address, by_type in groups
	some log_type, candidates in by_type
	some link in asked
	count(candidates) == 0
	[state, why] := missing(log_type)
}

states := {link: by_group |
	some link in asked
	by_group := {address: outcome |
		some address, group in plan.of("aws_cloudwatch_log_group")
		outcome := verdict(link, group)
	}
}

missing(log_type) := ["broken", sprintf("declare the log group /aws/neptune/CLUSTER/%s", [log_type])] if {
	parameters.is_on("requireDeclared")
	not may_be_declared
}

missing(log_type) := ["undecided", sprintf("the log group /aws/neptune/CLUSTER/%s is not in this plan; if Neptune makes it, it never expires and has no key", [log_type])] if not parameters.is_on("requireDeclared")

missing(_) := ["undecided", "a log group of this plan has a name that is known after apply"] if {
	parameters.is_on("requireDeclared")
	may_be_declared
}

may_be_declared if {
	some group in plan.of("aws_cloudwatch_log_group")
	plan.is_unknown(group, "name")
}

# --- Which log group --------------------------------------------------------------------------------------------------------

groups := {address: by_type |
	some address, cluster in plan.of("aws_neptune_cluster")
	by_type := {log_type: candidates |
		some log_type in parameters.log_types
		by_name := named(cluster, log_type)
		candidates := {true: by_name, false: referring(address)}[count(by_name) > 0]
	}
}

named(cluster, log_type) := {address |
	name := sprintf("/aws/neptune/%s/%s", [plan.value(cluster, "cluster_identifier"), log_type])
	some address, group in plan.of("aws_cloudwatch_log_group")
	plan.value(group, "name") == name
	plan.place(group) == plan.place(cluster)
}

# The group's name is known after apply and made of this cluster's, and of no other's. A plan does not show the text around it.
referring(cluster) := {group |
	not parameters.is_on("strict")
	some group, origin in origins
	origin == {"found": {cluster}, "unclear": set()}
}

origins := {address: origin |
	some address, group in plan.of("aws_cloudwatch_log_group")
	plan.is_unknown(group, "name")
	origin := plan.origin(group, "name", "aws_neptune_cluster")
}

# --- What the log group's own arguments say ---------------------------------------------------------------------------------

verdict("kept", group) := ["undecided", "", sprintf("retention_in_days of %s is known after apply", [group.address])] if {
	plan.is_unknown(group, "retention_in_days")
}

verdict("kept", group) := ["broken", "RETENTION_TOO_SHORT", sprintf("retention_in_days of %s must be %d or more", [group.address, parameters.minimum_days])] if {
	is_too_short(group)
}

verdict("kept", group) := ["broken", "RETENTION_TOO_LONG", sprintf("retention_in_days of %s must be %d or less", [group.address, parameters.maximum_days])] if {
	is_too_long(group)
}

verdict("kept", group) := ["holds", "", ""] if {
	not plan.is_unknown(group, "retention_in_days")
	not is_too_short(group)
	not is_too_long(group)
}

# 0, and nothing at all, never expire: that meets a minimum and breaks a maximum.
days(group) := number if {
	number := plan.value(group, "retention_in_days")
	number > 0
}

is_too_short(group) if days(group) < parameters.minimum_days

is_too_long(group) if days(group) > parameters.maximum_days

is_too_long(group) if {
	parameters.maximum_days
	not plan.is_unknown(group, "retention_in_days")
	not days(group)
}

verdict("protected", group) := ["holds", "", ""] if has_key(group)

verdict("protected", group) := ["broken", "NOT_ENCRYPTED", sprintf("kms_key_id of %s must be set", [group.address])] if not has_key(group)

has_key(group) if plan.value(group, "kms_key_id")

# Set, to what is known after apply.
has_key(group) if plan.is_unknown(group, "kms_key_id")

verdict("guarded", group) := [plan.switch(group, "deletion_protection_enabled"), "DELETABLE", sprintf("deletion_protection_enabled of %s must be true", [group.address])]

# --- Who reads it: only what is declared counts -----------------------------------------------------------------------------

verdict("watched", group) := reading(group, "aws_cloudwatch_log_metric_filter", "NOT_WATCHED", "a metric filter must watch it")

verdict("forwarded", group) := reading(group, "aws_cloudwatch_log_subscription_filter", "NOT_FORWARDED", "a subscription filter without a pattern must send all of it to the asked destination")

reading(group, type, code, why) := ["holds", "", ""] if is_read(group, type)

reading(group, type, code, why) := ["broken", code, sprintf("%s: %s", [group.address, why])] if {
	not is_read(group, type)
	not may_be_read(group, type)
}

reading(group, type, code, why) := ["undecided", "", sprintf("%s: who reads it is known after apply, or a policy of the account forwards", [group.address])] if {
	not is_read(group, type)
	may_be_read(group, type)
}

# Groups of another class have no filters.
is_standard(group) if not plan.value(group, "log_group_class")

is_standard(group) if plan.value(group, "log_group_class") == "STANDARD"

is_read(group, type) if {
	is_standard(group)
	not plan.is_unknown(group, "log_group_class")
	some filter in plan.of(type)
	reads(filter, group)
	counts(filter, type)
}

may_be_read(group, type) if {
	is_standard(group)
	some filter in plan.of(type)
	may_read(filter, group)
	may_count(filter, type)
}

# What an account's policy sends, and of which groups, is JSON within a text: this policy does not read it.
may_be_read(group, "aws_cloudwatch_log_subscription_filter") if {
	is_standard(group)
	some policy in plan.of("aws_cloudwatch_log_account_policy")
	object.get(policy.change.after, "policy_type", "SUBSCRIPTION_FILTER_POLICY") == "SUBSCRIPTION_FILTER_POLICY"
}

reads(filter, group) if {
	plan.value(filter, "log_group_name") == plan.value(group, "name")
	plan.place(filter) == plan.place(group)
}

reads(filter, group) if {
	not parameters.is_on("strict")
	read_by_reference[filter.address] == {"found": {group.address}, "unclear": set()}
}

read_by_reference := {address: origin |
	some type in ["aws_cloudwatch_log_metric_filter", "aws_cloudwatch_log_subscription_filter"]
	some address, filter in plan.of(type)
	plan.is_unknown(filter, "log_group_name")
	origin := plan.origin(filter, "log_group_name", "aws_cloudwatch_log_group")
}

may_read(filter, group) if reads(filter, group)

may_read(filter, _) if plan.is_unknown(filter, "log_group_name")

counts(_, "aws_cloudwatch_log_metric_filter") := true

counts(filter, "aws_cloudwatch_log_subscription_filter") if {
	trim_space(plan.value(filter, "filter_pattern")) == ""
	parameters.is_destination(plan.value(filter, "destination_arn"))
}

may_count(filter, type) if counts(filter, type)

may_count(filter, "aws_cloudwatch_log_subscription_filter") if {
	some argument in ["filter_pattern", "destination_arn"]
	plan.is_unknown(filter, argument)
	fits(filter)
}

# Where one of the two is known, it must be right.
fits(filter) if {
	every argument in ["filter_pattern", "destination_arn"] {
		may_fit(filter, argument)
	}
}

may_fit(filter, argument) if plan.is_unknown(filter, argument)

may_fit(filter, "filter_pattern") if trim_space(plan.value(filter, "filter_pattern")) == ""

may_fit(filter, "destination_arn") if parameters.is_destination(plan.value(filter, "destination_arn"))
