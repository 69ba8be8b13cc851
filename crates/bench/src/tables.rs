//! The figures as Markdown.

use crate::figures::{FLOOR, Figure, Goal, RDKLIB, RULE, SUBJECTS, Section};

/// A table with the ratios first; columns that nothing is in are left out.
pub fn section(section: &Section) -> String {
    let present: Vec<usize> =
        (0..SUBJECTS.len()).filter(|&subject| section.figures.iter().any(|figure| figure.samples[subject].is_some())).collect();
    let mut header = vec!["figure".to_owned()];
    if present.contains(&RDKLIB) {
        header.push("rdklib ÷ this".to_owned());
    }
    if present.contains(&FLOOR) {
        header.push("this ÷ empty".to_owned());
    }
    header.extend(present.iter().map(|&subject| SUBJECTS[subject].to_owned()));
    let rows = section.figures.iter().map(|figure| {
        let mut row = vec![figure.what.clone()];
        if present.contains(&RDKLIB) {
            row.push(times(figure.ratio(RDKLIB, RULE)));
        }
        if present.contains(&FLOOR) {
            row.push(times(figure.ratio(RULE, FLOOR)));
        }
        row.extend(present.iter().map(|&subject| value(figure, subject)));
        row
    });
    format!("### {}\n\n{}\n\n{}", section.title, section.note, table(&header, rows))
}

pub fn goals(goals: &[Goal]) -> String {
    let rows = goals.iter().map(|goal| {
        let outcome = if goal.met() { "met" } else { "**missed**" };
        let show = |value: f64| format!("{} {}", share(value), goal.unit).trim_end().to_owned();
        vec![goal.what.clone(), show(goal.limit), show(goal.measured), outcome.to_owned()]
    });
    table(&["goal".into(), "at most".into(), "measured".into(), String::new()], rows)
}

/// The median, and between what half of the runs were.
fn value(figure: &Figure, subject: usize) -> String {
    let Some(sample) = &figure.samples[subject] else { return String::new() };
    let show = |value| figure.unit.show(value);
    let unit = figure.unit.name();
    let median = format!("{} {unit}", show(sample.median()));
    let (low, high) = sample.quartiles();
    if sample.runs() == 1 || show(low) == show(high) {
        return median.trim_end().to_owned();
    }
    format!("{} ({}–{})", median.trim_end(), show(low), show(high))
}

fn times(ratio: Option<f64>) -> String {
    ratio.map(|ratio| format!("{} ×", compact(ratio))).unwrap_or_default()
}

/// A small share as one part of so many.
fn share(value: f64) -> String {
    if value > 0.0 && value < 0.5 { format!("1/{}", compact(1.0 / value)) } else { compact(value) }
}

/// Three digits, and nothing after the point that is zero.
pub fn compact(value: f64) -> String {
    let text = match value {
        _ if value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ if value >= 0.1 => format!("{value:.2}"),
        _ if value == 0.0 => return "0".to_owned(),
        _ => return format!("{value:.4}"),
    };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

pub fn table(header: &[String], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rule: Vec<_> = header.iter().enumerate().map(|(column, _)| if column == 0 { "---" } else { "--:" }.to_owned()).collect();
    let mut text = line(header) + &line(&rule);
    for row in rows {
        text += &line(&row);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::Unit;
    use crate::statistics::Sample;

    #[test]
    fn the_ratios_come_first_and_empty_columns_are_left_out() {
        let one = |value| Some(Sample::new(vec![value]));
        let figure = Figure::new("cold start", Unit::Milliseconds, [one(5.0), one(400.0), None]);
        let section = Section { name: "start", title: "Start".into(), note: "Why.".into(), figures: vec![figure] };
        let expected = "### Start\n\nWhy.\n\n| figure | rdklib ÷ this | this function | rdklib |\n| --- | --: | --: | --: |\n\
                        | cold start | 80 × | 5.00 ms | 400 ms |\n";
        assert_eq!(super::section(&section), expected);
    }

    #[test]
    fn a_goal_that_is_not_reached_stands_out() {
        let shown = goals(&[Goal::new("small", 1.5, 1.5), Goal::new("smaller", 1.5, 1.51)]);
        assert!(shown.contains("| small | 1.5 × | 1.5 × | met |"), "{shown}");
        assert!(shown.contains("| smaller | 1.5 × | 1.51 × | **missed** |"), "{shown}");
        assert!(goals(&[Goal::new("tiny", 1.0 / 60.0, 0.01)]).contains("| tiny | 1/60 × | 1/100 × | met |"));
        let none = Goal { unit: "", ..Goal::new("none", 0.0, 0.0) };
        assert!(goals(&[none]).contains("| none | 0 | 0 | met |"));
    }
}
