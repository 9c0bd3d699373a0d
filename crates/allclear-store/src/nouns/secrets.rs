//! Secrets as rows, sealed. Whoever writes gives them open, and nothing open is ever bound to a statement.

use std::collections::HashMap;

use allclear_domain::ids::SecretId;
use allclear_domain::limits::ROWS_PER_STATEMENT_MAX;
use allclear_domain::{Entropy, SecretText};
use uuid::Uuid;

use crate::engine::{Bind, Link};
use crate::error::{BadRow, StoreError};
use crate::keyring::{Keyring, SealedFor, ShutSecret};
use crate::row::Row;
use crate::sql::secrets as sql;
use crate::store::Store;
use crate::transaction::Transaction;

/// A secret to seal.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// Its id.
    pub id: SecretId,
    /// What it is for. It opens for nothing else.
    pub context: String,
    /// The secret.
    pub text: SecretText,
}

/// Sealed secrets, to be opened one by one.
#[derive(Debug, Default)]
pub struct SealedSecrets {
    keyring: Keyring,
    rows: HashMap<SecretId, SealedRow>,
}

#[derive(Debug)]
struct SealedRow {
    owner_id: Uuid,
    context: String,
    key_id: String,
    sealed: Vec<u8>,
}

impl SealedRow {
    fn open(&self, keyring: &Keyring, id: SecretId) -> Result<SecretText, ShutSecret> {
        let sealed_for =
            SealedFor { id: id.uuid(), owner_id: self.owner_id, context: &self.context };
        keyring.open(&self.key_id, &self.sealed, &sealed_for)
    }
}

impl SealedSecrets {
    /// Opens the secret of an owner that was sealed for something.
    ///
    /// # Errors
    /// Where there is none, it belongs to somebody else or was sealed for something else, or there is no
    /// key for it.
    pub fn open(
        &self,
        id: SecretId,
        owner_id: Uuid,
        context: &str,
    ) -> Result<SecretText, ShutSecret> {
        let row = self.rows.get(&id).ok_or(ShutSecret::Missing)?;
        if row.owner_id != owner_id || row.context != context {
            return Err(ShutSecret::Damaged);
        }
        row.open(&self.keyring, id)
    }
}

fn read(row: &Row) -> Result<(SecretId, SealedRow), BadRow> {
    let columns = row.of("secrets", "sec_");
    let sealed = SealedRow {
        owner_id: columns.uuid("owner_id")?,
        context: columns.text("context")?,
        key_id: columns.text("key_id")?,
        sealed: columns.bytes("sealed")?,
    };
    Ok((columns.uuid("id")?.into(), sealed))
}

/// Rows that cannot be read are left out: to whom they belong, they are missing.
async fn list(
    link: &mut Link,
    text: &'static str,
    binds: Vec<Bind>,
) -> Result<HashMap<SecretId, SealedRow>, StoreError> {
    let rows = link.fetch_all(text, binds).await?;
    Ok(rows.iter().filter_map(|row| read(row).ok()).collect())
}

/// How many secrets are sealed with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedBy {
    /// Id of the key.
    pub key_id: String,
    /// How many.
    pub secrets: i64,
    /// Whether that key is there.
    pub is_there: bool,
}

impl Store {
    /// All secrets, sealed.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_sealed_secrets(&self) -> Result<SealedSecrets, StoreError> {
        let rows = list(&mut self.read().await?, sql::LIST, vec![]).await?;
        Ok(SealedSecrets { keyring: self.keyring().clone(), rows })
    }

    /// The secrets of one owner, sealed.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_sealed_secrets_of(
        &self,
        owner_id: Uuid,
    ) -> Result<SealedSecrets, StoreError> {
        let rows = list(&mut self.read().await?, sql::LIST_OF, vec![Bind::Uuid(owner_id)]).await?;
        Ok(SealedSecrets { keyring: self.keyring().clone(), rows })
    }

    /// By which keys secrets are sealed.
    ///
    /// # Errors
    /// Where the database fails or a row does not make sense.
    pub async fn list_keys_of_secrets(&self) -> Result<Vec<SealedBy>, StoreError> {
        let rows = self.read().await?.fetch_all(sql::COUNT_BY_KEY, vec![]).await?;
        let sealed_by = |row: &Row| {
            let columns = row.of("secrets", "sec_");
            let key_id = columns.text("key_id")?;
            let is_there = self.keyring().ids().contains(&key_id.as_str());
            Ok(SealedBy { is_there, key_id, secrets: columns.integer("secrets")? })
        };
        Ok(rows.iter().map(sealed_by).collect::<Result<_, BadRow>>()?)
    }

    /// Seals every secret with the key that seals now which is sealed with a former one; gives how many.
    /// What does not open stays as it is.
    ///
    /// # Errors
    /// Where the database fails; then nothing was changed.
    pub async fn reseal_secrets(&self, entropy: &Entropy) -> Result<usize, StoreError> {
        let keyring = self.keyring();
        let Some(current) = keyring.ids().first().map(|id| (*id).to_owned()) else { return Ok(0) };
        let keys = self.list_keys_of_secrets().await?;
        if !keys.iter().any(|one| one.is_there && one.key_id != current) {
            return Ok(0);
        }
        let mut transaction = self.begin().await?;
        let listed = list(transaction.link()?, sql::LIST, vec![]).await;
        let mut resealed = 0;
        for (id, row) in transaction.note(listed)? {
            if row.key_id == current {
                continue;
            }
            let Ok(text) = row.open(keyring, id) else { continue };
            let sealed_for =
                SealedFor { id: id.uuid(), owner_id: row.owner_id, context: &row.context };
            let sealed = keyring.seal(&text, &sealed_for, entropy);
            let Some((key_id, sealed)) = sealed else { continue };
            let binds = vec![Bind::Uuid(id.uuid()), Bind::Text(key_id), Bind::Bytes(sealed)];
            transaction.execute(sql::RESEAL, binds).await?;
            resealed += 1;
        }
        transaction.commit().await?;
        Ok(resealed)
    }
}

impl Transaction {
    /// Why no secret can be sealed, and what to do; nothing where one can.
    #[must_use]
    pub fn cannot_seal(&self) -> Option<&str> {
        self.keyring().absence()
    }

    /// Seals secrets of an owner, and writes them.
    ///
    /// # Errors
    /// Where there is no key, or the database fails.
    pub async fn insert_secrets(
        &mut self,
        owner_id: Uuid,
        secrets: &[NewSecret],
        entropy: &Entropy,
    ) -> Result<(), StoreError> {
        for chunk in secrets.chunks(ROWS_PER_STATEMENT_MAX) {
            let mut rows = Vec::with_capacity(chunk.len());
            for NewSecret { id, context, text } in chunk {
                let sealed_for = SealedFor { id: id.uuid(), owner_id, context };
                let sealed = self.keyring().seal(text, &sealed_for, entropy);
                let (key_id, sealed) = sealed.ok_or_else(|| {
                    let why = self.keyring().absence().unwrap_or("it is too long");
                    StoreError::refused(format!("no secret can be sealed: {why}"))
                })?;
                rows.push(vec![
                    Bind::Uuid(id.uuid()),
                    Bind::Uuid(owner_id),
                    Bind::Text(context.clone()),
                    Bind::Text(key_id),
                    Bind::Bytes(sealed),
                ]);
            }
            let written = self.link()?.insert(&sql::INSERT, rows).await;
            self.note(written)?;
        }
        Ok(())
    }

    /// Removes secrets.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_secrets(&mut self, ids: &[SecretId]) -> Result<(), StoreError> {
        for id in ids {
            self.execute(sql::REMOVE, vec![Bind::Uuid(id.uuid())]).await?;
        }
        Ok(())
    }

    /// Removes the secrets of an owner.
    pub(super) async fn remove_secrets_of(&mut self, owner_id: Uuid) -> Result<(), StoreError> {
        self.execute(sql::REMOVE_OF, vec![Bind::Uuid(owner_id)]).await.map(|_| ())
    }
}
