//! The one place that reads environment variables.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Result, anyhow};

/// The environment as it was when the process started.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// Reads the environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// An environment of these variables: for tests.
    #[must_use]
    pub fn of(variables: &[(&str, &str)]) -> Self {
        Self(variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }

    /// A variable as text; an empty one counts as not set.
    ///
    /// # Errors
    /// Where it is not UTF-8.
    pub fn text(&self, name: &str) -> Result<Option<String>> {
        let Some(value) = self.0.get(&OsString::from(name)).filter(|value| !value.is_empty())
        else {
            return Ok(None);
        };
        let text = value.to_str().ok_or_else(|| anyhow!("the variable {name} is not UTF-8"))?;
        Ok(Some(text.to_owned()))
    }

    /// A variable as a path; an empty one counts as not set.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.0.get(&OsString::from(name)).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    /// The folder for data where no setting names one.
    ///
    /// # Errors
    /// Where the environment names no home either.
    pub fn data_folder(&self) -> Result<PathBuf> {
        self.path("STATE_DIRECTORY")
            .or_else(|| Some(self.path("XDG_DATA_HOME")?.join("allclear")))
            .or_else(|| Some(self.path("HOME")?.join(".local/share/allclear")))
            .ok_or_else(|| anyhow!("no folder for data: name one with --data DIR or ALLCLEAR_DATA"))
    }
}
