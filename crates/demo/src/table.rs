//! Tables as wide as the page, in which no word is ever broken: where the columns do not fit, each row becomes a paragraph.

use comfy_table::{
    Attribute, Cell as Styled, Color, ColumnConstraint, ContentArrangement, LineStyle, Table as Grid, TableStyle, Width, presets,
};

use crate::wrapping::{longest_line, longest_word, wrapped};

/// Left and right of each cell.
const PADDING: usize = 2;
/// How far a paragraph stands in under its first line.
const INDENT: &str = "  ";

/// What stands in one place.
pub(crate) struct Cell {
    text: String,
    color: Option<Color>,
}

impl Cell {
    pub(crate) fn new(text: impl ToString) -> Self {
        Self { text: text.to_string(), color: None }
    }

    pub(crate) fn colored(text: impl ToString, color: Color) -> Self {
        Self { text: text.to_string(), color: Some(color) }
    }
}

impl<T: ToString> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}

/// Rows under named columns.
pub(crate) struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
    style: TableStyle,
}

impl Table {
    /// For rows of several lines each, with a line between them.
    pub(crate) fn new<const N: usize>(columns: [&'static str; N]) -> Self {
        Self { columns: columns.into(), rows: Vec::new(), style: presets::UTF8_HORIZONTAL_ONLY }
    }

    /// For rows of one line each.
    pub(crate) fn dense<const N: usize>(columns: [&'static str; N]) -> Self {
        Self { style: presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()), ..Self::new(columns) }
    }

    pub(crate) fn add_row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table on a page of this width.
    pub(crate) fn on_page(&self, width: usize, styled: bool) -> String {
        match self.widths(width) {
            Some(widths) => self.grid(&widths, width, styled),
            None => self.paragraphs(width, styled),
        }
    }

    /// How wide each column becomes: as its longest word at least, as its longest line at most, and what is left shared fairly. None
    /// where the words do not fit side by side.
    fn widths(&self, width: usize) -> Option<Vec<usize>> {
        let measured = |of: fn(&str) -> usize| -> Vec<usize> {
            let texts = |column: usize| self.rows.iter().filter_map(move |row| row.get(column)).map(|cell| cell.text.as_str());
            let columns = self.columns.iter().enumerate();
            columns.map(|(column, name)| texts(column).chain([*name]).map(of).max().unwrap_or_default() + PADDING).collect()
        };
        let (mut widths, most) = (measured(longest_word), measured(longest_line));
        // One more between two columns.
        let between = widths.len().saturating_sub(1);
        let mut left = width.checked_sub(widths.iter().sum::<usize>() + between)?;
        loop {
            let growing: Vec<_> = (0..widths.len()).filter(|column| widths[*column] < most[*column]).collect();
            let share = left.checked_div(growing.len()).unwrap_or_default();
            if share == 0 {
                return Some(widths);
            }
            for column in growing {
                let more = share.min(most[column] - widths[column]);
                widths[column] += more;
                left -= more;
            }
        }
    }

    fn grid(&self, widths: &[usize], width: usize, styled: bool) -> String {
        let mut grid = Grid::new();
        grid.load_style(self.style)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width.try_into().unwrap_or(u16::MAX))
            .set_header(self.columns.iter().map(|column| Styled::new(column).add_attribute(Attribute::Bold)));
        for row in &self.rows {
            grid.add_row(row.iter().map(|cell| {
                let styled = Styled::new(&cell.text);
                cell.color.map_or(styled.clone(), |color| styled.fg(color))
            }));
        }
        for (column, width) in grid.column_iter_mut().zip(widths) {
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed((*width).try_into().unwrap_or(u16::MAX))));
        }
        if styled {
            grid.enforce_styling();
        } else {
            grid.force_no_tty();
        }
        grid.to_string()
    }

    /// The first cell of a row, and the others under it.
    fn paragraphs(&self, width: usize, styled: bool) -> String {
        let mut lines = Vec::new();
        for row in &self.rows {
            for (column, cell) in row.iter().enumerate() {
                let indent = if column == 0 { "" } else { INDENT };
                for line in cell.text.lines().flat_map(|line| wrapped(line, width, indent)) {
                    lines.push(painted(&line, cell.color.filter(|_| styled)));
                }
            }
            lines.push(String::new());
        }
        lines.join("\n")
    }
}

/// A line in a colour, as the grid would have it.
fn painted(line: &str, color: Option<Color>) -> String {
    use anstyle::{AnsiColor, Style};

    let style = match color {
        Some(Color::Green) => AnsiColor::BrightGreen.on_default(),
        Some(Color::Red) => AnsiColor::BrightRed.on_default(),
        Some(Color::Yellow) => AnsiColor::BrightYellow.on_default(),
        _ => Style::new(),
    };
    format!("{style}{line}{style:#}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const ANNOTATION: &str = "audit: NOT_FORWARDED. nothing sends /aws/neptune/orders-graph/audit to \
                              arn:aws:logs:eu-west-1:444455556666:destination:audit-trail: add a subscription filter";

    fn table() -> Table {
        let mut table = Table::new(["Cluster, and its fate", "Verdict", "Annotation"]);
        table.add_row(["orders-graph\nforwarded to nobody".into(), Cell::colored("NON_COMPLIANT", Color::Red), ANNOTATION.into()]);
        table.add_row(["sandbox".into(), Cell::colored("COMPLIANT", Color::Green), "audit: in sync".into()]);
        table
    }

    fn words(text: &str) -> HashSet<&str> {
        text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).collect()
    }

    #[test]
    fn no_word_is_broken_and_none_is_lost_on_any_page() {
        let whole = table().on_page(1000, false);
        for width in 10..300 {
            let page = table().on_page(width, false);
            let lost: Vec<_> = words(ANNOTATION).into_iter().filter(|word| !words(&page).contains(word)).collect();
            assert!(lost.is_empty(), "at {width}: {lost:?} in\n{page}");
            assert!(words(&page).is_subset(&words(&whole)), "at {width}:\n{page}");
        }
    }

    #[test]
    fn no_line_is_wider_than_the_page_but_for_a_single_word() {
        for width in 30..300 {
            for line in table().on_page(width, false).lines() {
                let fits = line.trim_end().chars().count() <= width;
                assert!(fits || line.split_whitespace().count() == 1, "at {width}: {line}");
            }
        }
    }

    #[test]
    fn a_wide_page_is_used_and_a_narrow_one_gets_paragraphs() {
        let widest = |width| table().on_page(width, false).lines().map(|line| line.chars().count()).max();
        assert!(widest(110) >= Some(108) && widest(110) <= Some(110), "{:?}", widest(110));
        assert!(widest(180) >= Some(178) && widest(180) <= Some(180), "{:?}", widest(180));
        assert!(table().on_page(110, false).contains('─'));
        assert!(!table().on_page(60, false).contains('─'));
    }

    #[test]
    fn colours_appear_where_they_are_asked_for() {
        for width in [60, 160] {
            assert!(table().on_page(width, true).contains('\u{1b}'));
            assert!(!table().on_page(width, false).contains('\u{1b}'));
        }
    }
}
