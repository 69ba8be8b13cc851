//! `neptune-audit plan` and `neptune-audit template`: judge what is not there yet.

mod input;
mod values;

use std::path::Path;
use std::time::SystemTime;

use neptune_audit_core::requirements::Requirements;

use crate::args::{Common, PlanArgs, Strictness, TemplateArgs};
use crate::error::Failure;
use crate::judging;
use crate::plan::Problem;
use crate::report::{Command, Context, Judged, NotLooked, Report};
use crate::resources::{Judging, Row, Subject, judged};
use crate::suppressions::Suppressions;
use crate::template::{Given, Template};

/// Parameters that ask about what only a cluster that exists can have.
const NOT_ASKED_BEFORE: [&str; 2] = ["logGroupRequired", "maximumSilenceHours"];

/// Judges plans and reports.
///
/// # Errors
/// When something else has to be typed, or a file is no plan.
pub fn plan(args: &PlanArgs) -> Result<u8, Failure> {
    let mut run = Run::begin(Command::Plan, &args.common, &args.strictness)?;
    for path in &args.files {
        let text = input::read(path)?;
        match crate::plan::judge(&text, args.allow_incomplete, &run.required, run.judging) {
            Ok(rows) => run.take(path, &rows),
            Err(Problem::Unreadable(problem)) => return Err(Failure::usage(format!("`{}`: {problem}", shown(path)))),
            Err(Problem::NotWhole(problem)) => {
                let message = format!("`{}`: {problem}", shown(path));
                run.errors.push(NotLooked { message, ..NotLooked::default() });
            }
        }
    }
    run.conclude()
}

/// Judges templates and reports.
///
/// # Errors
/// When something else has to be typed, or a file is no template.
pub fn template(args: &TemplateArgs) -> Result<u8, Failure> {
    let mut run = Run::begin(Command::Template, &args.common, &args.strictness)?;
    let parameters = values::read(&args.parameters, &args.parameter)?;
    let mut templates = Vec::new();
    for path in &args.files {
        let of_file = |problem: String| Failure::usage(format!("`{}`: {problem}", shown(path)));
        let template = Template::parse(&input::read(path)?).map_err(|problem| of_file(problem.to_string()))?;
        template.check(&parameters).map_err(of_file)?;
        templates.push((path, template));
    }
    // A misspelt name would silently leave the default.
    if let Some(name) = parameters.keys().find(|name| templates.iter().all(|(_, template)| !template.has_parameter(name))) {
        return Err(Failure::usage(format!("no template has a parameter `{name}`")));
    }
    let given = Given { parameters, region: args.region.clone(), account: args.account.clone() };
    for (path, template) in &templates {
        run.take(path, &template.judge(&given, &run.required, run.judging));
    }
    run.conclude()
}

/// One run of either command.
struct Run<'a> {
    command: Command,
    common: &'a Common,
    required: Requirements,
    judging: Judging,
    suppressions: Suppressions,
    started: String,
    results: Vec<Judged>,
    errors: Vec<NotLooked>,
}

impl<'a> Run<'a> {
    fn begin(command: Command, common: &'a Common, strictness: &Strictness) -> Result<Self, Failure> {
        Ok(Self {
            command,
            common,
            required: common.parameters.requirements()?.before_deployment(),
            judging: Judging { strict: strictness.strict, require_declared: strictness.require_declared },
            suppressions: Suppressions::read(common.ignore_file.as_deref())?,
            started: judging::written(SystemTime::now()),
            results: Vec::new(),
            errors: Vec::new(),
        })
    }

    fn take(&mut self, path: &Path, rows: &[(Subject, Row)]) {
        let file = shown(path);
        self.results.extend(rows.iter().map(|(subject, row)| judged(&file, subject, row, self.judging)));
    }

    fn conclude(self) -> Result<u8, Failure> {
        let mut parameters = self.common.parameters.asked();
        parameters.retain(|name, _| !NOT_ASKED_BEFORE.contains(name));
        let report = Report::new(self.command, self.started, parameters, self.results, self.errors, Context::default());
        judging::conclude(report, &self.suppressions, self.common)
    }
}

/// A file's name in the report.
fn shown(path: &Path) -> String {
    if input::is_standard_input(path) { "standard input".to_owned() } else { path.display().to_string() }
}
