//! What people sign in with, as rows.

use allclear_domain::Credentials;
use allclear_domain::ids::PersonId;
use allclear_domain::session::SecretDigest;

use crate::engine::{Bind, Link};
use crate::error::StoreError;
use crate::row::micros;
use crate::sql::credentials as sql;
use crate::store::Store;
use crate::transaction::Transaction;

impl Store {
    /// What a person signs in with; `None` where they have chosen no password yet.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_credentials(&self, id: PersonId) -> Result<Option<Credentials>, StoreError> {
        find(&mut self.read().await?, id).await
    }

    /// How many recovery codes a person has left.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_recovery_codes(&self, id: PersonId) -> Result<usize, StoreError> {
        let binds = vec![Bind::Uuid(id.uuid())];
        let row = self.read().await?.fetch_optional(sql::COUNT_RECOVERY_CODES, binds).await?;
        let Some(row) = row else { return Ok(0) };
        let codes = row.of("recovery_codes", "").integer("codes")?;
        Ok(usize::try_from(codes).unwrap_or_default())
    }
}

impl Transaction {
    /// What a person signs in with, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails or the row does not make sense.
    pub async fn find_credentials(
        &mut self,
        id: PersonId,
    ) -> Result<Option<Credentials>, StoreError> {
        let found = find(self.link()?, id).await;
        self.note(found)
    }

    /// Writes what a person signs in with over what they signed in with before.
    ///
    /// # Errors
    /// Where the person is not there, or the database fails.
    pub async fn set_credentials(&mut self, credentials: &Credentials) -> Result<(), StoreError> {
        let binds = vec![
            Bind::Uuid(credentials.person_id.uuid()),
            Bind::Text(credentials.password_hash.clone()),
            Bind::MaybeText(credentials.totp_secret.clone()),
            Bind::Integer(credentials.totp_step),
            Bind::Integer(micros(credentials.changed_at)),
            Bind::Integer(self.revision()),
        ];
        self.execute(sql::SET, binds).await.map(|_| ())
    }

    /// Uses the code of a time step up. Gives whether it was still to be used: a code opens once,
    /// also for two who try at the same moment.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn use_totp_step(&mut self, id: PersonId, step: i64) -> Result<bool, StoreError> {
        let binds =
            vec![Bind::Uuid(id.uuid()), Bind::Integer(step), Bind::Integer(self.revision())];
        Ok(self.execute(sql::USE_TOTP_STEP, binds).await? == 1)
    }

    /// Gives a person these recovery codes and no others.
    ///
    /// # Errors
    /// Where the person is not there, two are the same, or the database fails.
    pub async fn set_recovery_codes(
        &mut self,
        id: PersonId,
        codes: &[SecretDigest],
    ) -> Result<(), StoreError> {
        self.execute(sql::REMOVE_RECOVERY_CODES, vec![Bind::Uuid(id.uuid())]).await?;
        for code in codes {
            let binds = vec![
                Bind::Uuid(id.uuid()),
                Bind::Text(code.0.clone()),
                Bind::Integer(self.revision()),
            ];
            self.execute(sql::ADD_RECOVERY_CODE, binds).await?;
        }
        Ok(())
    }

    /// Uses a recovery code up. Gives whether the person had it: of several who try, one gets
    /// `true`.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn use_recovery_code(
        &mut self,
        id: PersonId,
        code: &SecretDigest,
    ) -> Result<bool, StoreError> {
        let binds = vec![Bind::Uuid(id.uuid()), Bind::Text(code.0.clone())];
        Ok(self.execute(sql::USE_RECOVERY_CODE, binds).await? == 1)
    }
}

async fn find(link: &mut Link, id: PersonId) -> Result<Option<Credentials>, StoreError> {
    let row = link.fetch_optional(sql::FIND, vec![Bind::Uuid(id.uuid())]).await?;
    let Some(row) = row else { return Ok(None) };
    let columns = row.of("credentials", "per_");
    Ok(Some(Credentials {
        person_id: columns.uuid("id")?.into(),
        password_hash: columns.text("password_hash")?,
        totp_secret: columns.maybe_text("totp_secret")?,
        totp_step: columns.integer("totp_step")?,
        changed_at: columns.instant("changed_at")?,
    }))
}
