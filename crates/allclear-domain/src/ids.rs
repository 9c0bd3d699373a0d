//! Ids. Inside, each noun has its own type over a `UUIDv7`, written with a prefix (`inc_…`); what a
//! page shows also has a [`PublicId`], used in addresses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is not an id of the expected type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id of the form {form}")]
pub struct InvalidId {
    text: String,
    form: &'static str,
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// The id as the store keeps it.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix($prefix)
                    .and_then(|rest| Uuid::try_parse(rest).ok())
                    .map(Self)
                    .ok_or_else(|| InvalidId {
                        text: text.to_owned(),
                        form: concat!($prefix, "… with 32 hexadecimal digits"),
                    })
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }
    };
}

id_type!(
    /// Id of a status page.
    StatusPageId, "pag_"
);
id_type!(
    /// Id of a component.
    ComponentId, "cmp_"
);
id_type!(
    /// Id of a component status set by hand.
    StatusSettingId, "sts_"
);
id_type!(
    /// Id of an incident.
    IncidentId, "inc_"
);
id_type!(
    /// Id of a maintenance window.
    MaintenanceId, "mnt_"
);
id_type!(
    /// Id of a maintenance series.
    SeriesId, "ser_"
);
id_type!(
    /// Id of a reminder.
    ReminderId, "rem_"
);
id_type!(
    /// Id of an announcement.
    AnnouncementId, "ann_"
);
id_type!(
    /// Id of a template.
    TemplateId, "tpl_"
);
id_type!(
    /// Id of a check.
    CheckId, "chk_"
);
id_type!(
    /// Id of an entry of the expiry ledger.
    ExpiryId, "exp_"
);
id_type!(
    /// Id of an address at which calendars read the expiry ledger.
    ExpiryFeedId, "fed_"
);
id_type!(
    /// Id of an outage.
    OutageId, "out_"
);
id_type!(
    /// Id of an incident update or a maintenance update.
    UpdateId, "upd_"
);
id_type!(
    /// Id of an internal note.
    NoteId, "nte_"
);
id_type!(
    /// Id of an audit entry.
    AuditEntryId, "aud_"
);

id_type!(
    /// Id of a person.
    PersonId, "per_"
);
id_type!(
    /// Id of a session.
    SessionId, "ses_"
);
id_type!(
    /// Id of an API token.
    TokenId, "tok_"
);
id_type!(
    /// Id of a one-time link.
    LinkId, "lnk_"
);
id_type!(
    /// Id of a passkey.
    PasskeyId, "pky_"
);

id_type!(
    /// Id of a secret that the store keeps sealed.
    SecretId, "sec_"
);

/// What a page shows of an id: 12 characters of `[a-z0-9]`, as Statuspage's API has them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PublicId([u8; 12]);

impl PublicId {
    const ALPHABET: [u8; 36] = *b"abcdefghijklmnopqrstuvwxyz0123456789";

    /// From twelve digits, each taken modulo 36.
    #[must_use]
    pub fn from_digits(digits: [u8; 12]) -> Self {
        Self(digits.map(|digit| Self::ALPHABET[usize::from(digit % 36)]))
    }

    /// The twelve characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII gets in, so this never takes the fallback.
        std::str::from_utf8(&self.0).unwrap_or("000000000000")
    }
}

impl fmt::Display for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PublicId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        <[u8; 12]>::try_from(text.as_bytes())
            .ok()
            .filter(|bytes| bytes.iter().all(|byte| Self::ALPHABET.contains(byte)))
            .map(Self)
            .ok_or_else(|| InvalidId {
                text: text.to_owned(),
                form: "12 characters of a-z and 0-9",
            })
    }
}

impl From<PublicId> for String {
    fn from(id: PublicId) -> Self {
        id.as_str().to_owned()
    }
}

impl TryFrom<String> for PublicId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}
