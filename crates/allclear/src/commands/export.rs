//! `allclear export`: history out.

use allclear_incidents::history::left_out::left_out;
use allclear_incidents::history::own::AllclearFile;
use allclear_incidents::history::{import, to_facts};
use allclear_store::Store;
use anyhow::{Result, bail};

use super::DONE;
use crate::cli::{ExportArgs, ExportFormat};
use crate::output::{remark, say_json};
use crate::settings::Settings;

/// Writes pages to standard output. A server may go on meanwhile.
pub(super) async fn run(args: &ExportArgs, settings: &Settings) -> Result<u8> {
    let store = Store::open_existing(&settings.location).await?;
    let mut pages = Vec::new();
    for page in store.list_status_pages().await? {
        if args.page.as_ref().is_none_or(|slug| page.slug == *slug) {
            pages.push(import::contents(&store, page).await?);
        }
    }
    store.close().await;
    if let (Some(slug), true) = (&args.page, pages.is_empty()) {
        bail!("there is no status page `{slug}`");
    }
    match (args.format, pages.as_slice()) {
        (ExportFormat::Allclear, pages) => {
            for page in pages.iter().filter(|contents| contents.page.is_protected()) {
                remark(&format!(
                    "The password of `{}` is left out: where this is brought in, nobody can read \
                     the page until somebody sets one.",
                    page.page.slug
                ));
            }
            say_json(&AllclearFile::of(pages.to_vec()))?;
        }
        (ExportFormat::Facts, [page]) => {
            say_json(&to_facts::facts_of(page)?)?;
            let left_out = left_out(page);
            if !left_out.is_empty() {
                remark("Facts leave out what follows. `--format allclear` keeps everything.");
            }
            for (what, count) in left_out {
                remark(&format!("  {what}: {count}"));
            }
        }
        (ExportFormat::Facts, pages) => {
            bail!("facts are of one page, and there are {}: name one with --page", pages.len())
        }
    }
    Ok(DONE)
}
