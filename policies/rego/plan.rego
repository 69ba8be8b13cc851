# A Terraform plan as `terraform show -json` prints it: which resources there will be, which values are known, and what refers to what.
package neptune_audit.plan

import rego.v1

# --- Resources --------------------------------------------------------------------------------------------------------------

gone(resource) if resource.change.actions in {["delete"], ["forget"]}

# What a trail is made of. Everything else is passed over at once: plans are large.
types := {
	"aws_neptune_cluster", "aws_neptune_cluster_parameter_group",
	"aws_cloudwatch_log_group", "aws_cloudwatch_log_metric_filter", "aws_cloudwatch_log_subscription_filter", "aws_cloudwatch_log_account_policy",
}

parts := [resource | some resource in input.resource_changes; resource.type in types; resource.mode == "managed"]

resources := {type: here |
	some type in types
	here := {resource.address: resource | some resource in parts; resource.type == type; not resource.deposed; not gone(resource)}
}

of(type) := resources[type]

# `module.a["x.y"].module.b[0].` becomes `module.a.module.b.`: where a resource stands in the configuration.
without_keys(address) := regex.replace(address, `\[(?:"(?:[^"\\]|\\.)*"|[0-9]+)\]`, "")

module_of(resource) := sprintf("%s.", [resource.module_address]) if resource.module_address

module_of(resource) := "" if not resource.module_address

configured(resource) := configuration[without_keys(resource.address)]

# Two resources are neighbours where provider and Region are the same. A Region that nobody set is the provider's, whatever `after` has.
place(resource) := {"provider": configured(resource).provider_config_key, "region": region(resource)}

region(resource) := "the provider's" if not configured(resource).expressions.region

region(resource) := value(resource, "region") if configured(resource).expressions.region

# --- Values -----------------------------------------------------------------------------------------------------------------

value(resource, name) := resource.change.after[name] if resource.change.after[name] != null

# Known only after apply, and not merely because nobody set it: then the resource gets what AWS gives by default.
is_unknown(resource, name) if {
	object.get(resource.change.after_unknown, name, false) == true
	not is_left_out(resource, name)
}

# A boolean argument that is off unless it is set.
switch(resource, name) := "holds" if value(resource, name) == true

switch(resource, name) := "undecided" if is_unknown(resource, name)

switch(resource, name) := "broken" if {
	not is_unknown(resource, name)
	not is_true(resource, name)
}

is_true(resource, name) if value(resource, name) == true

is_left_out(resource, name) if {
	"create" in resource.change.actions
	not configured(resource).expressions[name]
	configured(resource).address
}

# --- References -------------------------------------------------------------------------------------------------------------

# Every module of the configuration, by its prefix: "" is the root, "module.a.module.b." is two below. The paths below `module_calls` are
# ["a", "module", "module_calls", "b", "module"]: every third step has a module's name.
modules[""] := input.configuration.root_module

modules[prefix] := module if {
	walk(input.configuration.root_module.module_calls, [path, module])
	count(path) % 3 == 2
	every i, step in path {
		is_step(i % 3, step)
	}
	prefix := concat("", [sprintf("module.%s.", [step]) | some i, step in path; i % 3 == 0])
}

is_step(0, _) := true

is_step(1, "module") := true

is_step(2, "module_calls") := true

configuration := {address: resource |
	some prefix, module in modules
	some resource in module.resources
	resource.type in types
	address := concat("", [prefix, resource.address])
}

# Terraform lists `x.y.name` and then `x.y` for one reference: the longest says all.
nodes(prefix, references) := {concat("", [prefix, short]) |
	plain := {without_keys(reference) | some reference in references}
	some short in plain
	every other in plain {
		not startswith(other, sprintf("%s.", [short]))
	}
}

# An output of a module leads into it, a variable of a module leads out of it.
steps[node] := nodes(inside, object.get(output.expression, "references", [])) if {
	some prefix, module in modules
	some name, call in module.module_calls
	inside := sprintf("%smodule.%s.", [prefix, name])
	some key, output in call.module.outputs
	node := sprintf("%smodule.%s.%s", [prefix, name, key])
}

steps[node] := nodes(prefix, object.get(object.get(call, "expressions", {}), [key, "references"], [])) if {
	some prefix, module in modules
	some name, call in module.module_calls
	some key, _ in call.module.variables
	node := sprintf("%smodule.%s.var.%s", [prefix, name, key])
}

# The root's own variables are known when a plan is made.
steps[node] := set() if {
	some key, _ in input.configuration.root_module.variables
	node := sprintf("var.%s", [key])
}

graph_of_references := object.union({leaf: set() | some targets in steps; some leaf in targets}, steps)

# What the value of an argument may come from, at the ends of all references. `found` are the resources of one type that it may be the
# name of; `unclear` is what cannot be followed: locals, data sources, other attributes.
origin(resource, argument, type) := {"found": found, "unclear": unclear} if {
	prefix := without_keys(module_of(resource))
	references := object.get(configured(resource).expressions[argument], "references", [])
	direct := nodes(prefix, references)
	reached := direct | graph.reachable(graph_of_references, direct)
	ends := {node | some node in reached; not steps[node]; not is_settled(node)}
	found := {address |
		some end in ends
		some address in instances_of(end)
		candidate := of(type)[address]
		not elsewhere(resource, candidate, direct, ends)
		not another_key(resource, candidate, references)
	}
	doubts := {doubt | some expression in {direct} | {steps[node] | some node in reached}; some doubt in doubts_of(expression)}
	unclear := ({node | some node in ends; not is_name_of(node, type)} | doubts) | astray(resource, found, type)
}

# `var.no ? x.y.name : null`: a plan does not tell which branch it is, and where there is one name only, the other may be `null`.
doubts_of(expression) := expression & switched_off if {
	count({node | some node in expression; leads_on(node)}) < 2
} else := set()

leads_on(node) if {
	some end in graph.reachable(graph_of_references, {node})
	not steps[end]
	not is_settled(end)
}

leads_on(node) if {
	not graph_of_references[node]
	not is_settled(node)
}

switched_off contains sprintf("var.%s", [key]) if {
	some key, variable in input.variables
	variable.value == false
}

switched_off contains sprintf("%smodule.%s.var.%s", [prefix, name, key]) if {
	some prefix, module in modules
	some name, call in module.module_calls
	some key, variable in call.module.variables
	object.get(object.get(call, "expressions", {}), [key, "constant_value"], object.get(variable, "default", null)) == false
}

# A name that is known in one place may be another's in the next.
astray(resource, found, type) := {address | some address in found; not are_neighbours(resource, of(type)[address])}

are_neighbours(one, other) if place(one) == place(other)

# Keys, counters and what the root is given are known; `each.value` may be anything.
is_settled(node) if startswith(node, "var.")

is_settled(node) if regex.match(`(^|\.)(each\.key|count\.index|path\.(module|root|cwd)|terraform\.workspace)$`, node)

is_name_of(node, type) if regex.match(sprintf(`^(module\.[^.]+\.)*%s\.[^.]+(\.(name|id|cluster_identifier))?$`, [type]), node)

# Looked up and not searched for: a plan may have thousands. As a whole, or OPA would search for each.
instances := by_plain_address

by_plain_address[plain] contains address if {
	some type in types
	some address, _ in of(type)
	plain := without_keys(address)
}

instances_of(end) := {address |
	some suffix in ["", ".name", ".id", ".cluster_identifier"]
	some address in instances[trim_suffix(end, suffix)]
}

# A reference without a module in between stays within its own instance of the module.
elsewhere(resource, candidate, direct, ends) if {
	every end in {node | some node in ends; startswith(sprintf("%s.", [node]), sprintf("%s.", [without_keys(candidate.address)]))} {
		end in direct
	}
	module_of(candidate) != module_of(resource)
}

# `x.y["a"].name`, and no other reference: the instance with that key.
another_key(resource, candidate, references) if {
	own := without_keys(trim_prefix(candidate.address, module_of(candidate)))
	count(references) > 0
	every reference in references {
		without_keys(reference) in {concat("", [own, suffix]) | some suffix in ["", ".name", ".id", ".cluster_identifier"]}
	}
	exact := {concat("", [module_of(resource), reference]) | some reference in references; endswith(reference, "]")}
	count(exact) > 0
	not candidate.address in exact
}
