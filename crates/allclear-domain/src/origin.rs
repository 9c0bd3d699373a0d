//! The origin of something that a file declares: the next time that file is applied, it is as the
//! file says.

use serde::{Deserialize, Serialize};

use crate::audit::Subject;

/// That something comes from a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// What.
    pub subject: Subject,
    /// The name of the file, without its folder.
    pub file: String,
}
