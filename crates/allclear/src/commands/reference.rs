//! `allclear reference`: the reference pages that are made from the code.

use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;

use super::DONE;
use crate::cli::Cli;
use crate::settings::{reference_markdown, sample_file};

/// Writes every generated page into a folder.
pub(super) fn run(folder: &Path) -> Result<u8> {
    std::fs::create_dir_all(folder)?;
    for (name, text) in pages() {
        let path = folder.join(name);
        std::fs::write(&path, text)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(DONE)
}

/// Every generated page, by file name.
fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("settings.md", reference_markdown()),
        ("allclear.toml", sample_file()),
        ("commands.md", commands_markdown()),
        ("api.md", allclear_web::api::openapi::reference()),
    ]
}

fn commands_markdown() -> String {
    let mut text = String::from(
        "# Commands\n\nThis page is made from the code: `cargo xtask docs` writes it.\n",
    );
    let mut command = Cli::command().term_width(100).disable_version_flag(true);
    command.build();
    add(&mut text, &mut command, &mut Vec::new());
    text
}

fn add(text: &mut String, command: &mut clap::Command, above: &mut Vec<String>) {
    above.push(command.get_name().to_owned());
    let help = command.render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    text.push_str(&format!(
        "\n## `{}`\n\n```text\n{}\n```\n",
        above.join(" "),
        help.join("\n").trim()
    ));
    for child in command.get_subcommands_mut() {
        if !child.is_hide_set() && child.get_name() != "help" {
            add(text, child, above);
        }
    }
    above.pop();
}
