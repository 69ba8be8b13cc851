# Will each Neptune cluster of a Terraform plan have its audit trail? What a plan does not say is UNDECIDED, and denied like what is broken.
package neptune_audit.terraform

import data.neptune_audit.log_groups
import data.neptune_audit.parameters
import data.neptune_audit.plan
import rego.v1

# --- What Conftest shows ----------------------------------------------------------------------------------------------------

deny contains finding if {
	some finding in findings
	finding.state == "broken"
}

deny contains finding if {
	some finding in findings
	finding.state == "undecided"
	not parameters.is_on("allowUndecided")
}

warn contains finding if {
	some finding in findings
	finding.state == "undecided"
	parameters.is_on("allowUndecided")
}

deny contains {"msg": sprintf("nothing is judged: %s", [why])} if {
	some why in refused
}

warn contains {"msg": "nothing to judge: there is no Neptune cluster in this plan"} if {
	is_plan
	count(clusters) == 0
}

warn contains {"msg": note} if {
	some note in notes
}

findings contains finding if {
	count(refused) == 0
	some address, _ in clusters
	some [log_type, link, state, code, why] in answers[address]
	state != "holds"
	finding := {
		"msg": sprintf("%s: %s (%s, %s): %s", [address, code_of(state, code), log_type, link, why]),
		"address": address, "logType": log_type, "link": link, "state": state, "code": code_of(state, code),
	}
}

answers[address] contains answer if {
	some answer in judged[address]
}

answers[address] contains answer if {
	clusters[address]
	some answer in log_groups.judged[address]
}

# No answer is never a pass.
answers[address] contains [log_type, link, "undecided", "UNDECIDED", sprintf("no answer to whether it is %s", [link])] if {
	some address, _ in clusters
	some log_type in parameters.log_types
	some link in asked(log_type)
	not has_answer(address, log_type, link)
}

has_answer(address, log_type, link) if {
	some other in judged[address]
	array.slice(other, 0, 2) == [log_type, link]
}

# Beside the one above and not in a union with it: where nothing is asked of log groups, regorus has no `judged` where OPA has an empty one.
has_answer(address, log_type, link) if {
	some other in log_groups.judged[address]
	array.slice(other, 0, 2) == [log_type, link]
}

asked(log_type) := ({"generated", "exported"} | {"attributed" | log_type == "audit"; parameters.is_on("iamAuthentication")}) | log_groups.asked

code_of(state, code) := code if state == "broken"

code_of(state, _) := "UNDECIDED" if state != "broken"

# --- Is it a plan, and a whole one? -----------------------------------------------------------------------------------------

is_plan if input.configuration

refused contains problem if {
	some problem in parameters.problems
}

refused contains "this is not the JSON of a plan: terraform show -json PLAN" if {
	not is_plan
	not input.Resources
}

refused contains "the plan says that it failed (errored)" if input.errored == true

refused contains "the plan is not complete (-target, or something was put off); parameter allowIncomplete" if {
	input.complete == false
	not parameters.is_on("allowIncomplete")
}

refused contains sprintf("the plan's format_version is %v, and 0.1 up to below 2.0 are understood", [input.format_version]) if {
	is_plan
	not regex.match(`^(0\.[1-9][0-9]*|1\.[0-9]+)$`, sprintf("%v", [input.format_version]))
}

# --- The links --------------------------------------------------------------------------------------------------------------

clusters := plan.of("aws_neptune_cluster")

# For each cluster: log type, link, state, code, and what to know.
judged[address] contains ["audit", "attributed", state, "CALLER_UNKNOWN", "iam_database_authentication_enabled must be true, or no line names its caller"] if {
	some address, cluster in clusters
	"audit" in parameters.log_types
	parameters.is_on("iamAuthentication")
	state := plan.switch(cluster, "iam_database_authentication_enabled")
}

judged[address] contains [log_type, "generated", state, "PARAMETER_OFF", why] if {
	some address, _ in clusters
	some log_type in parameters.log_types
	[state, why] := generated(address, log_type)
}

judged[address] contains [log_type, "exported", state, "EXPORT_OFF", sprintf("enable_cloudwatch_logs_exports must have %s", [log_type])] if {
	some address, cluster in clusters
	some log_type in parameters.log_types
	state := exported(cluster, log_type)
}

exported(cluster, log_type) := "holds" if has_export(cluster, log_type)

exported(cluster, log_type) := "undecided" if {
	not has_export(cluster, log_type)
	exports_are_unknown(cluster)
}

exported(cluster, log_type) := "broken" if {
	not has_export(cluster, log_type)
	not exports_are_unknown(cluster)
}

has_export(cluster, log_type) if log_type in cluster.change.after.enable_cloudwatch_logs_exports

# The whole list, or (null in `after`) one element of it.
exports_are_unknown(cluster) if plan.is_unknown(cluster, "enable_cloudwatch_logs_exports")

exports_are_unknown(cluster) if has_export(cluster, null)

# --- Generated: the parameter in the cluster's group ------------------------------------------------------------------------

group_argument := "neptune_cluster_parameter_group_name"

group_type := "aws_neptune_cluster_parameter_group"

wanted := {
	"audit": {"name": "neptune_enable_audit_log", "values": {"1"}},
	"slowquery": {"name": "neptune_enable_slow_query_log", "values": {"info", "debug"}},
}

generated(address, _) := ["broken", "the cluster is on a default parameter group, which cannot be edited: name another"] if has_default_group(clusters[address])

generated(address, log_type) := [state, sprintf("%s must be %s in %s", [wanted[log_type].name, concat(" or ", sort(wanted[log_type].values)), concat(", ", sort(found))])] if {
	found := certain_groups[address]
	states := {parameter_states[log_type][group] | some group in found}
	count(states) == 1
	some state in states
}

generated(address, log_type) := ["undecided", sprintf("%s differs among %s", [wanted[log_type].name, concat(", ", sort(found))])] if {
	found := certain_groups[address]
	count({parameter_states[log_type][group] | some group in found}) > 1
}

generated(address, _) := ["undecided", sprintf("which parameter group it is goes through %s", [concat(", ", sort(found.unclear))])] if {
	found := groups[address]
	count(found.unclear) > 0
}

generated(address, _) := ["undecided", "the parameter group is not in this plan"] if {
	found := groups[address]
	count(found.groups) + count(found.unclear) == 0
}

certain_groups := {address: found.groups | some address, found in groups; count(found.unclear) == 0}

groups := {address: found | some address, cluster in clusters; found := groups_of(cluster)}

has_default_group(cluster) if startswith(plan.value(cluster, group_argument), "default.")

has_default_group(cluster) if {
	not plan.value(cluster, group_argument)
	not plan.is_unknown(cluster, group_argument)
}

# By name, among the neighbours.
groups_of(cluster) := {"groups": neighbours, "unclear": set()} if {
	name := plan.value(cluster, group_argument)
	not has_default_group(cluster)
	neighbours := {address |
		some address in named[name]
		plan.place(plan.of(group_type)[address]) == plan.place(cluster)
	}
}

named := by_name

by_name[name] contains address if {
	some address, group in plan.of(group_type)
	name := plan.value(group, "name")
}

# By reference: a plan shows `"${x.name}-v2"` as it shows `x.name`.
groups_of(cluster) := {"groups": origin.found, "unclear": origin.unclear} if {
	plan.is_unknown(cluster, group_argument)
	not parameters.is_on("strict")
	origin := plan.origin(cluster, group_argument, group_type)
}

groups_of(cluster) := {"groups": set(), "unclear": {"a reference (parameter strict)"}} if {
	plan.is_unknown(cluster, group_argument)
	parameters.is_on("strict")
}

parameter_states := {log_type: by_group |
	some log_type in parameters.log_types
	by_group := {address: state |
		some address, group in plan.of(group_type)
		state := parameter_state(group, log_type)
	}
}

parameter_state(group, log_type) := "holds" if {
	values := parameter_values(group, log_type)
	count(values) == 1
	values & wanted[log_type].values == values
}

parameter_state(group, log_type) := "broken" if count(parameter_values(group, log_type) - wanted[log_type].values) > 0

parameter_state(group, log_type) := "undecided" if {
	count(parameter_values(group, log_type)) == 0
	is_vague(group, log_type)
}

parameter_state(group, log_type) := "broken" if {
	count(parameter_values(group, log_type)) == 0
	not is_vague(group, log_type)
}

parameter_values(group, log_type) := {parameter.value |
	some parameter in group.change.after.parameter
	parameter.name == wanted[log_type].name
	parameter.value != null
}

# All parameters are unknown, or the value of this one, or the name of one that may be it.
is_vague(group, _) if group.change.after_unknown.parameter == true

is_vague(group, log_type) if {
	some parameter in group.change.after.parameter
	object.get(parameter, "name", null) in {null, wanted[log_type].name}
}

# --- Not failures -----------------------------------------------------------------------------------------------------------

# The rule says NOT_IN_EFFECT until then. To fail would block the very change that mends the trail.
notes contains sprintf("%s: reboot each instance after this change, until then the audit log stays as it is", [address]) if {
	some address, cluster in clusters
	is_changed_in_place(cluster)
	object.get(cluster.change.before, group_argument, "") != object.get(cluster.change.after, group_argument, null)
}

notes contains sprintf("%s: reboot each instance after %s has changed, until then the audit log stays as it is", [address, group]) if {
	some address, cluster in clusters
	not "create" in cluster.change.actions
	some group in certain_groups[address]
	change := plan.of(group_type)[group].change
	is_changed_in_place({"change": change})
	change.before.parameter != change.after.parameter
}

is_changed_in_place(resource) if resource.change.actions == ["update"]
