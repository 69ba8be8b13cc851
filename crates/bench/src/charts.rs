//! The figures as pictures: bars for each figure, in proportion to the longest of that figure.

use std::fmt::Write;

use crate::figures::{RDKLIB, RULE, SUBJECTS, Section};
use crate::tables::compact;

const WIDTH: f64 = 760.0;
const MARGIN: f64 = 20.0;
/// Where bars begin, and how long the longest is.
const BARS_AT: f64 = 130.0;
const LONGEST: f64 = 430.0;
const BAR: f64 = 16.0;
const GAP: f64 = 4.0;
/// Legible on white and on dark paper, and for the colour-blind apart.
const COLOURS: [&str; 3] = ["#d9730d", "#4b7bb5", "#8a8a8a"];
const TEXT: &str = "#7a7a7a";

/// One picture for a section.
pub fn svg(section: &Section) -> String {
    let mut body = String::new();
    let mut y = MARGIN + 14.0;
    text(&mut body, MARGIN, y, "start", "bold", &section.title);
    y += 12.0;
    for figure in &section.figures {
        let medians: Vec<_> = (0..SUBJECTS.len()).filter_map(|subject| Some((subject, figure.median(subject)?))).collect();
        let most = medians.iter().map(|&(_, value)| value).fold(0.0, f64::max);
        y += 22.0;
        text(&mut body, MARGIN, y, "start", "normal", &figure.what);
        y += 8.0;
        for (subject, value) in medians {
            let length = if most > 0.0 { (value / most * LONGEST).max(1.0) } else { 1.0 };
            let middle = y + BAR - GAP;
            text(&mut body, BARS_AT - 8.0, middle, "end", "normal", SUBJECTS[subject]);
            // Writing to a string cannot fail.
            let _ =
                write!(body, r#"<rect x="{BARS_AT}" y="{y:.1}" width="{length:.1}" height="{BAR}" rx="2" fill="{}"/>"#, COLOURS[subject]);
            let mut label = format!("{} {}", figure.unit.show(value), figure.unit.name()).trim_end().to_owned();
            if subject == RDKLIB
                && let Some(ratio) = figure.ratio(RDKLIB, RULE)
            {
                label += &format!(" ({} ×)", compact(ratio));
            }
            text(&mut body, BARS_AT + length + 8.0, middle, "start", "normal", &label);
            y += BAR + GAP;
        }
    }
    let height = y + MARGIN;
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0}" viewBox="0 0 {WIDTH} {height:.0}" font-family="system-ui, sans-serif" font-size="13" role="img"><title>{}</title>{body}</svg>
"#,
        escape(&section.title)
    )
}

fn text(body: &mut String, x: f64, y: f64, anchor: &str, weight: &str, content: &str) {
    // Writing to a string cannot fail.
    let _ = write!(
        body,
        r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" font-weight="{weight}" fill="{TEXT}">{}</text>"#,
        escape(content)
    );
}

fn escape(content: &str) -> String {
    content.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{Figure, Unit};
    use crate::statistics::Sample;

    #[test]
    fn bars_are_in_proportion_and_text_is_escaped() {
        let one = |value| Some(Sample::new(vec![value]));
        let figure = Figure::new("a < b", Unit::Milliseconds, [one(10.0), one(40.0), None]);
        let picture = svg(&Section { name: "x", title: "X & Y".into(), note: String::new(), figures: vec![figure] });
        assert!(picture.contains(r#"width="107.5""#) && picture.contains(r#"width="430.0""#), "{picture}");
        assert!(picture.contains("a &lt; b") && picture.contains("X &amp; Y") && picture.contains("40.0 ms (4 ×)"), "{picture}");
    }
}
