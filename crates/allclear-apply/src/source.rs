//! Files as they were found: a single one, or all of a folder.

use std::path::Path;

use allclear_domain::limits;

use crate::error::{ApplyError, Problem};

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its name, without its folder.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

/// What is applied together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources {
    /// The files, by name.
    pub files: Vec<SourceFile>,
    /// Whether they are all that there is. Of a single file, only what came from it can be removed.
    pub is_folder: bool,
}

impl Sources {
    /// Sorts the files, and checks that there are some, not too many, and not too much in them.
    ///
    /// # Errors
    /// Where they cannot be applied together.
    pub fn of(mut files: Vec<SourceFile>, is_folder: bool) -> Result<Self, ApplyError> {
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let refuse =
            |file: &str, text: String| Err(ApplyError::Files(vec![Problem::of(file, text)]));
        let bytes: usize = files.iter().map(|file| file.text.len()).sum();
        if files.is_empty() {
            return refuse("", "there is no file whose name ends in .toml: write one".to_owned());
        }
        if files.len() > limits::APPLIED_FILES_MAX {
            let max = limits::APPLIED_FILES_MAX;
            return refuse("", format!("these are {} files, {max} at most", files.len()));
        }
        if bytes > limits::APPLIED_BYTES_MAX {
            let max = limits::APPLIED_BYTES_MAX;
            return refuse("", format!("the files have {bytes} bytes, {max} at most"));
        }
        if let Some(bad) = files.iter().find(|file| !is_name(&file.name)) {
            let shown: String = bad.name.chars().take(80).collect();
            let text = format!("`{}` is no name for a file here", shown.escape_debug());
            return refuse("", text);
        }
        let mut names = files.windows(2);
        if let Some(twice) = names.find_map(|pair| match pair {
            [a, b] if a.name == b.name => Some(&a.name),
            _ => None,
        }) {
            return refuse(twice, "stands twice: give each file its own name".to_owned());
        }
        Ok(Self { files, is_folder })
    }
}

/// A name that pages and the audit log can show.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 255
        && !name.contains(['/', '\\'])
        && !name.chars().any(char::is_control)
}

/// Reads a file, or every `*.toml` of a folder; folders below it are left alone.
///
/// # Errors
/// Where something cannot be read, or there is nothing to read.
pub fn read_sources(path: &Path) -> Result<Sources, ApplyError> {
    let is_folder = path.is_dir();
    let mut paths = Vec::new();
    if is_folder {
        let unreadable =
            |error: std::io::Error| Problem::of(&path.display().to_string(), error.to_string());
        for entry in std::fs::read_dir(path).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let is_toml = path.extension().is_some_and(|extension| extension == "toml");
            if is_toml && path.is_file() {
                paths.push(path);
            }
        }
    } else {
        paths.push(path.to_owned());
    }
    let mut files = Vec::new();
    let mut bytes = 0;
    for path in paths.iter().take(limits::APPLIED_FILES_MAX + 1) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        let unreadable =
            |error: std::io::Error| Problem::of(&path.display().to_string(), error.to_string());
        bytes += std::fs::metadata(path).map_err(unreadable)?.len();
        if bytes > u64::try_from(limits::APPLIED_BYTES_MAX).unwrap_or(u64::MAX) {
            let text = format!("the files have more than {} bytes", limits::APPLIED_BYTES_MAX);
            return Err(Problem::of(&name, text).into());
        }
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        files.push(SourceFile { name, text });
    }
    Sources::of(files, is_folder)
}
