//! Tables of steps below a heading such as "Action items": a head, and a row for each step.

use super::dates::date_at;
use super::lines::Line;
use super::tables::cells;
use super::tokens::tokens;

/// Heads of columns that hold what is done.
const STEPS: [&str; 12] = [
    "action",
    "action item",
    "actions",
    "task",
    "item",
    "step",
    "what",
    "description",
    "follow-up",
    "follow up",
    "measure",
    "todo",
];

/// Heads of columns that hold by when.
const DUE: [&str; 8] =
    ["due", "due date", "by", "deadline", "eta", "date", "by when", "target date"];

/// Heads of columns that hold whether it is done.
const STATES: [&str; 3] = ["status", "state", "done"];

/// Heads of other columns that such tables have.
const OTHERS: [&str; 11] = [
    "owner",
    "who",
    "assignee",
    "responsible",
    "ticket",
    "priority",
    "type",
    "#",
    "id",
    "no",
    "no.",
];

/// Where the columns of a table of steps are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Steps {
    step: usize,
    due: Option<usize>,
    state: Option<usize>,
    /// Columns of numbers and the like, which say nothing beside a step.
    ids: Vec<usize>,
}

impl Steps {
    /// The table that a line is the head of.
    pub(super) fn at(line: &Line<'_>) -> Option<Self> {
        let names: Vec<String> = cells(line).into_iter().map(str::to_lowercase).collect();
        let place = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
        let is_known = |name: &String| {
            let known = STEPS.iter().chain(&DUE).chain(&STATES).chain(&OTHERS);
            name.is_empty() || known.into_iter().any(|known| known == name)
        };
        let known = names.iter().filter(|name| is_known(name)).count();
        let ids = names
            .iter()
            .enumerate()
            .filter(|(_, name)| matches!(name.as_str(), "#" | "id" | "no" | "no."));
        let ids = ids.map(|(at, _)| at).collect();
        let step = place(&STEPS).filter(|_| known >= 2)?;
        Some(Self { step, due: place(&DUE), state: place(&STATES), ids })
    }

    /// A row as a step: its words, and behind them who, by when, and whether it is done.
    pub(super) fn row(&self, line: &Line<'_>) -> Option<String> {
        let cells = cells(line);
        let step = cells.get(self.step).filter(|step| !step.is_empty())?;
        let others = cells
            .iter()
            .enumerate()
            .filter(|(at, cell)| *at != self.step && !cell.is_empty() && !self.ids.contains(at));
        let others: Vec<String> = others.map(|(at, cell)| self.other(at, cell)).collect();
        let is_done = |at: usize| {
            let cell = cells.get(at).map_or(String::new(), |cell| cell.to_lowercase());
            ["done", "yes", "completed", "complete", "closed", "finished", "x", "✓", "✔", "✅"]
                .contains(&cell.as_str())
        };
        let mark = if self.state.is_some_and(is_done) { "[x] " } else { "" };
        Some(match others.as_slice() {
            [] => format!("{mark}{step}"),
            others => format!("{mark}{step} ({})", others.join(", ")),
        })
    }

    /// What stands beside a step.
    fn other(&self, at: usize, cell: &str) -> String {
        let is_day = Some(at) == self.due && date_at(&tokens(cell), 0).is_some();
        if is_day { format!("due {cell}") } else { cell.to_owned() }
    }
}
