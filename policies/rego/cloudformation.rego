# Will each Neptune cluster of a CloudFormation template have its audit trail? For JSON, and for YAML whose functions are written in full:
# Conftest drops the tags of YAML, so that `!Ref x` looks like the text `x`. What a function decides is UNDECIDED, and denied.
package neptune_audit.cloudformation

import data.neptune_audit.parameters
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

warn contains {"msg": "nothing to judge: there is no Neptune cluster in this template"} if {
	input.Resources
	count(clusters) == 0
}

refused contains problem if {
	some problem in parameters.problems
}

refused contains "this is not a CloudFormation template" if {
	not input.Resources
	not input.configuration
}

refused contains "a loop (Fn::ForEach) makes Neptune clusters: judge the template that it makes" if {
	some key, loop in input.Resources
	startswith(key, "Fn::ForEach::")
	walk(loop, [_, resource])
	resource.Type == "AWS::Neptune::DBCluster"
}

refused contains sprintf("the template has the macro %s, which may change the cluster: judge what it makes", [macro]) if {
	count(clusters) > 0
	some macro in macros
}

warn contains {"msg": sprintf("the template has the macro %s, which may make a Neptune cluster: judge what it makes", [macro])} if {
	count(clusters) == 0
	some macro in macros
}

# AWS's own that change nothing here.
is_harmless(macro) if {
	some prefix in ["AWS::Serverless-", "AWS::LanguageExtensions", "AWS::SecretsManager-", "AWS::CodeDeployBlueGreen"]
	startswith(macro, prefix)
}

macros contains macro if {
	some part in transforms
	macro := name_of(part)
	not is_harmless(macro)
}

macros contains "Fn::Transform" if input.Resources["Fn::Transform"]

transforms := input.Transform if is_array(input.Transform)

transforms := [input.Transform] if not is_array(input.Transform)

name_of(part) := part if is_string(part)

name_of(part) := part.Name if is_object(part)

findings contains finding if {
	count(refused) == 0
	some id, _ in clusters
	some [log_type, link, state, code, why] in answers[id]
	state != "holds"
	finding := {
		"msg": sprintf("%s: %s (%s, %s): %s", [id, code_of(state, code), log_type, link, why]),
		"address": id, "logType": log_type, "link": link, "state": state, "code": code_of(state, code),
	}
}

answers[id] contains answer if {
	some answer in judged[id]
}

# No answer is never a pass.
answers[id] contains [log_type, link, "undecided", "", sprintf("no answer to whether it is %s", [link])] if {
	some id, _ in clusters
	some log_type in parameters.log_types
	some link in asked(log_type)
	not has_answer(id, log_type, link)
}

has_answer(id, log_type, link) if {
	some other in judged[id]
	array.slice(other, 0, 2) == [log_type, link]
}

asked(log_type) := ({"generated", "exported"} | {"attributed" | log_type == "audit"; parameters.is_on("iamAuthentication")}) | asked_of_log_group

asked_of_log_group contains "kept" if parameters.asks_for_days

asked_of_log_group contains "protected" if parameters.is_on("logGroupEncrypted")

asked_of_log_group contains "guarded" if parameters.is_on("logGroupDeletionProtected")

asked_of_log_group contains "watched" if parameters.is_on("logGroupMetricFilter")

asked_of_log_group contains "forwarded" if parameters.asks_for_destination

code_of(state, code) := code if state == "broken"

code_of(state, _) := "UNDECIDED" if state != "broken"

# --- Values -----------------------------------------------------------------------------------------------------------------

of(type) := {id: resource | some id, resource in input.Resources; resource.Type == type}

clusters := of("AWS::Neptune::DBCluster")

property(resource, name) := resource.Properties[name] if resource.Properties[name] != {"Ref": "AWS::NoValue"}

# A value as one text, in which `${X}` stands for a reference: so that a name is the same whichever function it is written with.
text(value) := value if is_string(value)

text(value) := sprintf("%v", [value]) if is_number(value)

text(value) := sprintf("%v", [value]) if is_boolean(value)

text(value) := sprintf("${%s}", [value.Ref])

text(value) := value["Fn::Sub"] if is_string(value["Fn::Sub"])

text(value) := concat(value["Fn::Join"][0], [piece(part) | some part in value["Fn::Join"][1]])

# Without recursion: what is joined is a text or refers.
piece(value) := value if is_string(value)

piece(value) := sprintf("${%s}", [value.Ref])

piece(value) := sprintf("%v", [value]) if is_number(value)

piece(value) := "?" if {
	is_object(value)
	not value.Ref
}

is_certain(value) if {
	text(value)
	not contains(text(value), "?")
	not contains(text(value), "${")
	not contains(text(value), "{{resolve:")
}

# --- The links --------------------------------------------------------------------------------------------------------------

judged[id] contains ["audit", "attributed", state, "CALLER_UNKNOWN", "IamAuthEnabled must be true, or no line names its caller"] if {
	some id, cluster in clusters
	"audit" in parameters.log_types
	parameters.is_on("iamAuthentication")
	state := switch(cluster, "IamAuthEnabled")
}

judged[id] contains [log_type, "exported", state, "EXPORT_OFF", sprintf("EnableCloudwatchLogsExports must have %s", [log_type])] if {
	some id, cluster in clusters
	some log_type in parameters.log_types
	state := exported(cluster, log_type)
}

judged[id] contains [log_type, "generated", state, "PARAMETER_OFF", why] if {
	some id, cluster in clusters
	some log_type in parameters.log_types
	[state, why] := generated(cluster, log_type)
}

# A property that is off unless it is set; CloudFormation takes the texts too.
switch(resource, name) := "holds" if text(property(resource, name)) == "true"

switch(resource, name) := "broken" if not property(resource, name)

switch(resource, name) := "broken" if text(property(resource, name)) == "false"

switch(resource, name) := "undecided" if {
	value := property(resource, name)
	not is_boolean_text(value)
}

is_boolean_text(value) if text(value) in {"true", "false"}

exported(cluster, log_type) := "holds" if has_export(cluster, log_type)

exported(cluster, log_type) := "broken" if {
	not has_export(cluster, log_type)
	is_plain_list(cluster)
}

exported(cluster, log_type) := "undecided" if {
	not has_export(cluster, log_type)
	not is_plain_list(cluster)
}

has_export(cluster, log_type) if {
	is_array(cluster.Properties.EnableCloudwatchLogsExports)
	log_type in cluster.Properties.EnableCloudwatchLogsExports
}

is_plain_list(cluster) if not property(cluster, "EnableCloudwatchLogsExports")

is_plain_list(cluster) if {
	is_array(cluster.Properties.EnableCloudwatchLogsExports)
	every element in cluster.Properties.EnableCloudwatchLogsExports {
		is_string(element)
	}
}

wanted := {
	"audit": {"name": "neptune_enable_audit_log", "values": {"1"}},
	"slowquery": {"name": "neptune_enable_slow_query_log", "values": {"info", "debug"}},
}

generated(cluster, _) := ["broken", "the cluster is on a default parameter group, which cannot be edited: name another"] if has_default_group(cluster)

generated(cluster, log_type) := [state, sprintf("%s must be %s in %s", [wanted[log_type].name, concat(" or ", sort(wanted[log_type].values)), concat(", ", groups_of(cluster))])] if {
	states := {state | some group in groups_of(cluster); state := parameter_state(of("AWS::Neptune::DBClusterParameterGroup")[group], log_type)}
	count(states) == 1
	some state in states
}

generated(cluster, _) := ["undecided", "which parameter group it is, nothing in this template says, or a function decides"] if {
	not has_default_group(cluster)
	count(groups_of(cluster)) == 0
}

has_default_group(cluster) if not property(cluster, "DBClusterParameterGroupName")

has_default_group(cluster) if startswith(text(property(cluster, "DBClusterParameterGroupName")), "default.")

groups_of(cluster) := {id |
	name := text(property(cluster, "DBClusterParameterGroupName"))
	not contains(name, "?")
	some id, group in of("AWS::Neptune::DBClusterParameterGroup")
	is_called(id, group, name)
}

is_called(id, _, name) if name == sprintf("${%s}", [id])

is_called(_, group, name) if name == text(property(group, "Name"))

parameter_state(group, log_type) := "holds" if wanted[log_type].values[text(parameter(group, log_type))]

parameter_state(group, log_type) := "broken" if not parameter(group, log_type)

parameter_state(group, log_type) := "broken" if {
	is_certain(parameter(group, log_type))
	value := text(parameter(group, log_type))
	not wanted[log_type].values[value]
}

parameter_state(group, log_type) := "undecided" if {
	parameter(group, log_type)
	not is_certain(parameter(group, log_type))
}

parameter(group, log_type) := value if {
	value := group.Properties.Parameters[wanted[log_type].name]
	value != {"Ref": "AWS::NoValue"}
}

# --- The log group ----------------------------------------------------------------------------------------------------------

judged[id] contains [log_type, link, state, code, why] if {
	some id, cluster in clusters
	some log_type in parameters.log_types
	some link in asked_of_log_group
	outcomes := {outcome | some group in log_groups_of(id, cluster, log_type, link); outcome := verdict(link, group, input.Resources[group])}
	count(outcomes) == 1
	some [state, code, why] in outcomes
}

judged[id] contains [log_type, link, state, "LOG_GROUP_MISSING", sprintf("the log group /aws/neptune/CLUSTER/%s is not in this template; if Neptune makes it, it never expires and has no key", [log_type])] if {
	some id, cluster in clusters
	some log_type in parameters.log_types
	some link in asked_of_log_group
	count(log_groups_of(id, cluster, log_type, link)) == 0
	state := {true: "broken", false: "undecided"}[is_required]
}

default is_required := false

# A log group whose name a function gives, or that is made on a condition, may be it.
is_required if {
	parameters.is_on("requireDeclared")
	every _, group in of("AWS::Logs::LogGroup") {
		is_certain(property(group, "LogGroupName"))
		not group.Condition
	}
}

default identifier(_, _) := "?"

identifier(id, cluster) := sprintf("${%s}", [id]) if not property(cluster, "DBClusterIdentifier")

identifier(_, cluster) := text(property(cluster, "DBClusterIdentifier"))

log_groups_of(id, cluster, log_type, link) := {group |
	own := identifier(id, cluster)
	not contains(own, "?")
	some type in types(link)
	some group, resource in of(type)
	not resource.Condition
	text(property(resource, "LogGroupName")) in {sprintf("/aws/neptune/%s/%s", [name, log_type]) | some name in {own, sprintf("${%s}", [id])}}
}

# The CDK's LogRetention makes the log group, and sets nothing but its retention.
types("kept") := {"AWS::Logs::LogGroup", "Custom::LogRetention"}

types(link) := {"AWS::Logs::LogGroup"} if link != "kept"

verdict("kept", id, group) := ["broken", "RETENTION_TOO_SHORT", sprintf("RetentionInDays of %s must be %d or more", [id, parameters.minimum_days])] if is_too_short(group)

verdict("kept", id, group) := ["broken", "RETENTION_TOO_LONG", sprintf("RetentionInDays of %s must be %d or less", [id, parameters.maximum_days])] if is_too_long(group)

verdict("kept", id, group) := ["undecided", "", sprintf("a function gives RetentionInDays of %s", [id])] if {
	property(group, "RetentionInDays")
	not days(group)
}

verdict("kept", _, group) := ["holds", "", ""] if {
	never_expires_or_known(group)
	not is_too_short(group)
	not is_too_long(group)
}

never_expires_or_known(group) if not property(group, "RetentionInDays")

never_expires_or_known(group) if days(group)

days(group) := to_number(text(property(group, "RetentionInDays"))) if regex.match(`^[0-9]+$`, text(property(group, "RetentionInDays")))

is_too_short(group) if days(group) < parameters.minimum_days

is_too_long(group) if days(group) > parameters.maximum_days

is_too_long(group) if {
	parameters.maximum_days
	not property(group, "RetentionInDays")
}

verdict("protected", _, group) := ["holds", "", ""] if {
	property(group, "KmsKeyId")
	not is_conditional(property(group, "KmsKeyId"))
}

verdict("protected", id, group) := ["undecided", "", sprintf("a condition decides KmsKeyId of %s", [id])] if is_conditional(property(group, "KmsKeyId"))

verdict("protected", id, group) := ["broken", "NOT_ENCRYPTED", sprintf("KmsKeyId of %s must be set", [id])] if not property(group, "KmsKeyId")

is_conditional(value) if value["Fn::If"]

verdict("guarded", id, group) := [switch(group, "DeletionProtectionEnabled"), "DELETABLE", sprintf("DeletionProtectionEnabled of %s must be true", [id])]

verdict("watched", id, group) := reading(id, group, "AWS::Logs::MetricFilter", "NOT_WATCHED", "a metric filter must watch it")

verdict("forwarded", id, group) := reading(id, group, "AWS::Logs::SubscriptionFilter", "NOT_FORWARDED", "a subscription filter without a pattern must send all of it to the asked destination")

reading(id, group, type, _, _) := ["holds", "", ""] if is_read(id, group, type)

reading(id, group, type, code, why) := ["broken", code, sprintf("%s: %s", [id, why])] if {
	not is_read(id, group, type)
	not may_be_read(type)
}

reading(id, group, type, _, _) := ["undecided", "", sprintf("%s: a function or a condition decides who reads it, or a policy of the account forwards", [id])] if {
	not is_read(id, group, type)
	may_be_read(type)
}

is_standard(group) if not property(group, "LogGroupClass")

is_standard(group) if property(group, "LogGroupClass") == "STANDARD"

is_read(id, group, type) if {
	is_standard(group)
	some filter in of(type)
	not filter.Condition
	text(property(filter, "LogGroupName")) in {sprintf("${%s}", [id]), text(property(group, "LogGroupName"))}
	counts(filter, type)
}

counts(_, "AWS::Logs::MetricFilter") := true

counts(filter, "AWS::Logs::SubscriptionFilter") if {
	trim_space(property(filter, "FilterPattern")) == ""
	is_certain(property(filter, "DestinationArn"))
	parameters.is_destination(text(property(filter, "DestinationArn")))
}

may_be_read(type) if {
	some filter in of(type)
	is_vague(filter)
}

may_be_read("AWS::Logs::SubscriptionFilter") if count(of("AWS::Logs::AccountPolicy")) > 0

is_vague(filter) if filter.Condition

is_vague(filter) if {
	some name in ["LogGroupName", "FilterPattern", "DestinationArn"]
	value := property(filter, name)
	not is_certain(value)
	not is_id(value)
}

is_id(value) if input.Resources[value.Ref]
