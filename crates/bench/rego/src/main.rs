//! Runs Rego policies in regorus: `rego FOLDER RULE PLAN...` prints what a rule of the folder's policies says of each plan, in JSON.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use regorus::{Engine, Value};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, rule, plans @ ..] = arguments.as_slice() else { anyhow::bail!("usage: rego FOLDER RULE PLAN...") };
    let mut engine = Engine::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read `{folder}`"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rego") {
            engine.add_policy_from_file(&path)?;
        }
    }
    let mut answers = BTreeMap::new();
    for plan in plans {
        engine.set_input(Value::from_json_file(plan)?);
        answers.insert(Value::from(plan.as_str()), engine.eval_rule(rule.clone())?);
    }
    println!("{}", Value::from(answers).to_json_str()?);
    Ok(())
}
