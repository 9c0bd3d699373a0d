//! An outline of components, as somebody types or pastes it: one per line, parts by indentation or
//! as `Group / Part`.

use allclear_incidents::writing::OutlineLine;

/// Lines of one outline; a longer one is refused.
const LINES_MAX: usize = 1_000;

/// Reads an outline. A group that is named again, as in `Group / Part` line after line, is one.
pub(super) fn read(text: &str) -> Result<Vec<OutlineLine>, String> {
    let mut outline: Vec<OutlineLine> = Vec::new();
    // For each open level: how far it is indented, and how deep its last name lies.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    for (number, line) in lines.enumerate() {
        if number == LINES_MAX {
            return Err(format!("these are more than {LINES_MAX} lines: add them in parts"));
        }
        let indent = indentation(line);
        while open.last().is_some_and(|(level, _)| *level >= indent) {
            open.pop();
        }
        let base = open.last().map_or(0, |(_, depth)| depth + 1);
        let names = names(line);
        if names.is_empty() {
            continue;
        }
        for (step, name) in names.iter().enumerate() {
            let depth = base + step;
            let is_last = step + 1 == names.len();
            if is_last || !is_open(&outline, depth, name) {
                outline.push(OutlineLine { depth, name: (*name).to_owned() });
            }
        }
        open.push((indent, base + names.len().saturating_sub(1)));
    }
    if outline.is_empty() {
        return Err("there is no name in it: write one component per line".to_owned());
    }
    Ok(outline)
}

/// Columns before a name; a tab counts as four, and the mark of a list belongs to the name.
fn indentation(line: &str) -> usize {
    let before = line.chars().take_while(|c| c.is_whitespace());
    before.map(|c| if c == '\t' { 4 } else { 1 }).sum()
}

/// The names in a line, the widest first.
fn names(line: &str) -> Vec<&str> {
    let line = line.trim();
    let bare = ["- ", "* ", "\u{2022} "].iter().find_map(|mark| line.strip_prefix(mark));
    let line = bare.unwrap_or(line);
    line.split(" / ").map(str::trim).filter(|name| !matches!(*name, "" | "/")).collect()
}

/// Whether the last line at a depth, with no wider one after it, has that name.
fn is_open(outline: &[OutlineLine], depth: usize, name: &str) -> bool {
    let last = outline.iter().rev().find(|line| line.depth <= depth);
    last.is_some_and(|line| line.depth == depth && line.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let outline = read(text).unwrap();
        let lines = outline.iter().map(|line| format!("{}{}", ">".repeat(line.depth), line.name));
        lines.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn one_per_line() {
        assert_eq!(told("Web shop\r\n\r\n  \nPayments\n"), "Web shop Payments");
        assert_eq!(told("- Web\n* Mail\n\u{2022} TCP/IP"), "Web Mail TCP/IP");
    }

    #[test]
    fn parts_by_indentation() {
        assert_eq!(told("API\n  Read\n  Write\nWeb"), "API >Read >Write Web");
        assert_eq!(told("API\n\tEurope\n\t\tBerlin\n\tAsia"), "API >Europe >>Berlin >Asia");
        assert_eq!(told("- API\n  - Read\n    - Fast\n- Web"), "API >Read >>Fast Web");
        assert_eq!(told("   API\n Web"), "API Web", "the first line may be indented");
        assert_eq!(told("A\n    B\n  C"), "A >B >C", "as far as it fits");
    }

    #[test]
    fn parts_by_name() {
        assert_eq!(told("API / Read\nAPI / Write\nWeb"), "API >Read >Write Web");
        assert_eq!(told("API\nAPI / Read"), "API >Read");
        assert_eq!(told("A / B / C\nA / B / D\nA / E"), "A >B >>C >>D >E");
        assert_eq!(told("A / B\n  C"), "A >B >>C");
        assert_eq!(told("A / B\nX\nA / C"), "A >B X A >C", "the store knows A by then");
    }

    #[test]
    fn nothing_and_too_much() {
        assert!(read(" \n\t\n").unwrap_err().contains("no name"));
        assert!(read(" / ").is_err());
        assert!(read(&"a\n".repeat(LINES_MAX)).is_ok());
        assert!(read(&"a\n".repeat(LINES_MAX + 1)).unwrap_err().contains("in parts"));
    }
}
