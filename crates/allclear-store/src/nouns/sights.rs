//! What vantage points see, as rows, and the stretches in which they were blind.

use allclear_domain::check::{BlindSpell, Sight, VantagePoint};
use allclear_domain::limits::BLIND_SPELLS_MAX;
use serde::de::DeserializeOwned;

use super::document;
use crate::engine::Bind;
use crate::error::{BadRow, StoreError};
use crate::row::{Row, micros};
use crate::sql::sights as sql;
use crate::store::Store;
use crate::transaction::Transaction;

fn read<T: DeserializeOwned>(table: &'static str, row: &Row) -> Result<T, BadRow> {
    row.of(table, "").document()
}

impl Store {
    /// What a vantage point sees, where it ever looked. What cannot be read is found out anew.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn find_sight(&self, vantage: &VantagePoint) -> Result<Option<Sight>, StoreError> {
        let binds = vec![Bind::Text(vantage.to_string())];
        let rows = self.read().await?.fetch_all(sql::FIND, binds).await?;
        Ok(rows.first().and_then(|row| read("sights", row).ok()))
    }

    /// The blind spell of a vantage point that goes on.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn find_open_blind_spell(
        &self,
        vantage: &VantagePoint,
    ) -> Result<Option<BlindSpell>, StoreError> {
        let binds = vec![Bind::Text(vantage.to_string())];
        let rows = self.read().await?.fetch_all(sql::FIND_OPEN_SPELL, binds).await?;
        Ok(rows.first().and_then(|row| read("blind_spells", row).ok()))
    }

    /// The latest blind spells of a vantage point, newest first, `most` of them. What cannot be read is
    /// left out.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list_latest_blind_spells(
        &self,
        vantage: &VantagePoint,
        most: u16,
    ) -> Result<Vec<BlindSpell>, StoreError> {
        let binds = vec![Bind::Text(vantage.to_string()), Bind::Integer(i64::from(most))];
        let rows = self.read().await?.fetch_all(sql::LIST_LATEST_SPELLS, binds).await?;
        Ok(rows.iter().filter_map(|row| read("blind_spells", row).ok()).collect())
    }
}

impl Transaction {
    /// Writes what a vantage point sees, and blind spells as they are by now; the last one counts where
    /// one is named twice. The oldest spells go when there are too many.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn put_seen(
        &mut self,
        sight: Option<&Sight>,
        spells: impl Iterator<Item = &BlindSpell>,
    ) -> Result<(), StoreError> {
        if let Some(sight) = sight {
            let row = vec![Bind::Text(sight.vantage.to_string()), document(sight)?];
            let written = self.link()?.upsert(&sql::UPSERT, vec![row]).await;
            self.note(written)?;
        }
        for spell in spells {
            let row = vec![
                Bind::Text(spell.vantage.to_string()),
                Bind::Integer(micros(spell.began_at)),
                Bind::MaybeInteger(spell.ended_at.map(micros)),
                document(spell)?,
            ];
            let written = self.link()?.upsert(&sql::UPSERT_SPELL, vec![row]).await;
            self.note(written)?;
            let binds = vec![
                Bind::Text(spell.vantage.to_string()),
                Bind::Integer(i64::from(BLIND_SPELLS_MAX)),
            ];
            self.execute(sql::REMOVE_OLD_SPELLS, binds).await?;
        }
        Ok(())
    }
}
