//! AWS Config: PutEvaluations and GetComplianceDetailsByConfigRule.

use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal};
use super::paging;
use super::service::{Request, Service};
use super::validation::{Violations, check_members};
use crate::world::calls::Put;
use crate::world::fleet::{Account, Recorded};
use crate::world::{RuleRun, World};

const COMPLIANCE_TYPES: &[&str] = &["COMPLIANT", "NON_COMPLIANT", "NOT_APPLICABLE", "INSUFFICIENT_DATA"];

pub(crate) fn perform(world: &mut World, request: &Request) -> Result<Answer, Refusal> {
    match request.action.as_str() {
        "PutEvaluations" => put_evaluations(world, request),
        "GetComplianceDetailsByConfigRule" => compliance_details(world, &request.caller.account, &request.parameters),
        other => Err(Service::Config.unknown_action(other)),
    }
}

fn put_evaluations(world: &mut World, request: &Request) -> Result<Answer, Refusal> {
    check_members(
        &request.parameters,
        &[("Evaluations", Value::is_array), ("ResultToken", Value::is_string), ("TestMode", Value::is_boolean)],
    )?;
    let evaluations = request.parameters.get("Evaluations").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut violations = Violations::default();
    if evaluations.len() > 100 {
        violations.at("evaluations", format!("[{} evaluations]", evaluations.len()), "Member must have length less than or equal to 100");
    }
    let token = request.parameters.get("ResultToken").and_then(Value::as_str);
    if token.is_none() {
        violations.missing("resultToken");
    }
    for (number, evaluation) in (1..).zip(evaluations) {
        validate(&mut violations, number, evaluation)?;
    }
    violations.into_result("ValidationException")?;

    // What the model allows and the service does not.
    if evaluations.iter().any(|evaluation| evaluation["ComplianceType"] == "INSUFFICIENT_DATA") {
        let message = "INSUFFICIENT_DATA is not a compliance type that can be put";
        return Err(Refusal::bad("InvalidParameterValueException", message));
    }
    let test_mode = request.parameters.get("TestMode").and_then(Value::as_bool).unwrap_or(false);
    let token = token.unwrap_or_default();
    // A made-up token passes in test mode only, where it is not looked at.
    if token.is_empty() || (!test_mode && (token == "TESTMODE" || world.fleet.invalid_result_tokens.iter().any(|invalid| invalid == token)))
    {
        return Err(Refusal::bad("InvalidResultTokenException", "The specified ResultToken is invalid."));
    }

    let account = &request.caller.account;
    let failing = request.failing_evaluations.clone().unwrap_or_default();
    let fails = |(position, evaluation): &(usize, &Value)| {
        *position < failing.count || failing.resource_ids.iter().any(|id| evaluation["ComplianceResourceId"] == id.as_str())
    };
    let (failed, taken): (Vec<_>, Vec<_>) = evaluations.iter().enumerate().partition(fails);
    world.puts.push(Put { account: account.clone(), body: Value::Object(request.parameters.clone()) });
    if !test_mode {
        let recorded_at = world.now() as f64 / 1000.0;
        let RuleRun { rule, invoked_at } = world
            .result_tokens
            .get(token)
            .cloned()
            .unwrap_or_else(|| RuleRun { rule: world.fleet.rule_name.clone(), invoked_at: recorded_at });
        world.rules.insert((account.clone(), rule.clone()));
        for (_, evaluation) in taken {
            world.record(account, Recorded { recorded_at, invoked_at, ..recorded(&rule, evaluation) });
        }
    }
    let failed: Vec<_> = failed.into_iter().map(|(_, evaluation)| evaluation).collect();
    Ok(Answer::Json(json!({"FailedEvaluations": failed})))
}

/// Lengths and presence, per AWS's model of an Evaluation.
fn validate(violations: &mut Violations, number: usize, evaluation: &Value) -> Result<(), Refusal> {
    let Some(members) = evaluation.as_object() else {
        return Err(Refusal::bad("SerializationException", "an evaluation is not a structure"));
    };
    check_members(
        members,
        &[
            ("ComplianceResourceType", Value::is_string),
            ("ComplianceResourceId", Value::is_string),
            ("ComplianceType", Value::is_string),
            ("Annotation", Value::is_string),
            ("OrderingTimestamp", Value::is_number),
        ],
    )?;
    let place = |member: &str| format!("evaluations.{number}.member.{member}");
    let text = |member: &str| members.get(member).and_then(Value::as_str);
    for (member, name, most) in
        [("ComplianceResourceType", "complianceResourceType", 256), ("ComplianceResourceId", "complianceResourceId", 768)]
    {
        match text(member) {
            Some(value) => violations.length(&place(name), value, 1, most),
            None => violations.missing(&place(name)),
        }
    }
    match text("ComplianceType") {
        Some(known) if COMPLIANCE_TYPES.contains(&known) => {}
        Some(unknown) => {
            let rule = format!("Member must satisfy enum value set: [{}]", COMPLIANCE_TYPES.join(", "));
            violations.at(&place("complianceType"), unknown, &rule);
        }
        None => violations.missing(&place("complianceType")),
    }
    if let Some(annotation) = text("Annotation") {
        violations.length(&place("annotation"), annotation, 1, 256);
    }
    if members.get("OrderingTimestamp").is_none_or(Value::is_null) {
        violations.missing(&place("orderingTimestamp"));
    }
    Ok(())
}

fn recorded(rule: &str, evaluation: &Value) -> Recorded {
    let text = |member: &str| evaluation[member].as_str().map(str::to_owned);
    Recorded {
        rule: rule.to_owned(),
        resource_type: text("ComplianceResourceType").unwrap_or_default(),
        resource_id: text("ComplianceResourceId").unwrap_or_default(),
        compliance: text("ComplianceType").unwrap_or_default(),
        annotation: text("Annotation"),
        ordering_timestamp: to_the_millisecond(evaluation["OrderingTimestamp"].as_f64().unwrap_or_default()),
        ..Recorded::default()
    }
}

/// AWS Config's times have milliseconds, as the examples in its API reference show.
fn to_the_millisecond(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

fn compliance_details(world: &World, account: &str, ask: &Map<String, Value>) -> Result<Answer, Refusal> {
    check_members(
        ask,
        &[
            ("ConfigRuleName", Value::is_string),
            ("ComplianceTypes", Value::is_array),
            ("Limit", Value::is_i64),
            ("NextToken", Value::is_string),
        ],
    )?;
    let mut violations = Violations::default();
    let rule = ask.get("ConfigRuleName").and_then(Value::as_str);
    match rule {
        Some(name) => violations.length("configRuleName", name, 1, 64),
        None => violations.missing("configRuleName"),
    }
    let limit = ask.get("Limit").and_then(Value::as_i64).unwrap_or_default();
    if !(0..=100).contains(&limit) {
        violations.at("limit", limit, "Member must have value between 0 and 100");
    }
    let types: Vec<_> = ask.get("ComplianceTypes").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    for unknown in types.iter().filter(|each| !COMPLIANCE_TYPES.contains(each)) {
        violations.at("complianceTypes", unknown, &format!("Member must satisfy enum value set: [{}]", COMPLIANCE_TYPES.join(", ")));
    }
    violations.into_result("ValidationException")?;
    // Documented as not allowed here, although the enumeration has it.
    if types.contains(&"INSUFFICIENT_DATA") {
        return Err(Refusal::bad("InvalidParameterValueException", "INSUFFICIENT_DATA is not a valid value for ComplianceTypes."));
    }

    let rule = rule.unwrap_or_default();
    let nothing = Account::default();
    let facts = world.account(account).map_or(&nothing, |(facts, _)| facts);
    let of_rule = |result: &&Recorded| result.rule == rule;
    if !world.rules.contains(&(account.to_owned(), rule.to_owned())) && !facts.recorded.iter().any(|result| of_rule(&result)) {
        let message = format!("The ConfigRule '{rule}' provided in the request is invalid. Please check the configRule name");
        return Err(Refusal::bad("NoSuchConfigRuleException", message));
    }

    let listing = format!("results {rule} {}", types.join(" "));
    let start: usize = match ask.get("NextToken").and_then(Value::as_str) {
        // The first page, as rdklib asks for it.
        None | Some("") => 0,
        Some(token) => paging::open(&listing, token)
            .and_then(|position| position.parse().ok())
            .ok_or_else(|| Refusal::bad("InvalidNextTokenException", "The nextToken provided is invalid"))?,
    };
    let size = world.page_size(if limit == 0 { 10 } else { usize::try_from(limit).unwrap_or(10) });
    let mut following = facts
        .recorded
        .iter()
        .enumerate()
        .skip(start)
        .filter(|(_, result)| of_rule(result) && (types.is_empty() || types.contains(&result.compliance.as_str())));
    let entries: Vec<_> = following.by_ref().take(size).map(|(_, result)| evaluation_result(result)).collect();
    let mut answer = json!({"EvaluationResults": entries});
    if let Some((position, _)) = following.next() {
        answer["NextToken"] = paging::seal(&listing, &position.to_string()).into();
    }
    Ok(Answer::Json(answer))
}

fn evaluation_result(result: &Recorded) -> Value {
    let mut entry = json!({
        "EvaluationResultIdentifier": {
            "EvaluationResultQualifier": {
                "ConfigRuleName": result.rule,
                "ResourceType": result.resource_type,
                "ResourceId": result.resource_id,
                "EvaluationMode": "DETECTIVE",
            },
            "OrderingTimestamp": result.ordering_timestamp,
        },
        "ComplianceType": result.compliance,
        "ResultRecordedTime": result.recorded_at,
        "ConfigRuleInvokedTime": if result.invoked_at > 0.0 { result.invoked_at } else { result.recorded_at },
    });
    if let Some(annotation) = &result.annotation {
        entry["Annotation"] = annotation.as_str().into();
    }
    entry
}
