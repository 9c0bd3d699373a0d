//! The files of another monitor, read up to a length.

use std::io::Read;
use std::path::{Path, PathBuf};

use allclear_checks::import::{Imported, SourceFile, Unreadable, blackbox, gatus, kuma};
use allclear_checks::limits;
use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::cli::{ImportArgs, ImportFormat};
use crate::settings::Environment;

/// Reads the source in its format.
pub(super) async fn read(args: &ImportArgs, environment: &Environment) -> Result<Imported> {
    ensure!(
        args.targets.is_none() || args.format == ImportFormat::Blackbox,
        "--targets is for blackbox alone: leave it out"
    );
    ensure!(
        args.page.is_none() && args.timezone.is_none() && args.year.is_none(),
        "--page, --timezone and --year are for history: leave them out, this format holds checks"
    );
    // A variable that is no text cannot stand in one.
    let lookup = |name: &str| environment.text(name).ok().flatten();
    match args.format {
        ImportFormat::Gatus => {
            let files = yaml_files(&args.source)?;
            gatus::read(&files, &lookup).map_err(|error| refused(&error))
        }
        ImportFormat::UptimeKuma => {
            let source = &args.source;
            let file = if source.is_dir() { source.join("kuma.db") } else { source.clone() };
            let is_other = std::fs::metadata(&file).is_ok_and(|it| !it.is_file());
            ensure!(!is_other, "{} is no file: name the database itself", file.display());
            let database = allclear_store::read_kuma(&file).await?;
            kuma::read(&database, &file.display().to_string()).map_err(|error| refused(&error))
        }
        ImportFormat::Blackbox => {
            let targets = args.targets.as_deref().context("--targets FILE is missing")?;
            let folder = targets.parent().unwrap_or(Path::new(""));
            let beside = |pattern: &str| files_of(folder, pattern);
            let (modules, targets) = (one(&args.source, &args.source)?, one(targets, targets)?);
            blackbox::read(&modules, &targets, &beside).map_err(|error| refused(&error))
        }
        ImportFormat::Allclear | ImportFormat::Facts | ImportFormat::Log => {
            bail!("this format holds history, and no checks")
        }
    }
}

fn refused(error: &Unreadable) -> anyhow::Error {
    anyhow!("nothing was imported: {error}")
}

/// A file, or every file of a folder and the folders in it whose name says YAML, in order.
fn yaml_files(source: &Path) -> Result<Vec<SourceFile>> {
    if !source.is_dir() {
        return Ok(vec![one(source, source)?]);
    }
    let (mut folders, mut found) = (vec![source.to_owned()], Vec::new());
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        let cannot = || format!("{} cannot be read", folder.display());
        for entry in std::fs::read_dir(&folder).with_context(cannot)? {
            let entry = entry.with_context(cannot)?;
            looked_at += 1;
            ensure!(
                looked_at <= limits::IMPORTED_FILES_LOOKED_AT_MAX,
                "{} has more than {} entries: name the folder of the configuration itself",
                source.display(),
                limits::IMPORTED_FILES_LOOKED_AT_MAX
            );
            let path = entry.path();
            // A link to a folder is not followed: it may lead to itself. Kubernetes keeps what it mounts a
            // second time in folders that begin with two dots.
            if entry.file_type().with_context(cannot)?.is_dir() {
                let is_second = entry.file_name().as_encoded_bytes().starts_with(b"..");
                folders.extend((!is_second).then_some(path));
            } else if path.extension().is_some_and(|end| end == "yaml" || end == "yml") {
                found.push(path);
            }
        }
    }
    found.sort();
    ensure!(
        found.len() <= limits::IMPORTED_FILES_MAX,
        "{} holds {} files: {} are read at once",
        source.display(),
        found.len(),
        limits::IMPORTED_FILES_MAX
    );
    ensure!(
        !found.is_empty(),
        "{} holds no file whose name ends in .yaml or .yml",
        source.display()
    );
    found.iter().map(|path| file(path, source)).collect()
}

/// The files that a pattern names, as Prometheus reads it: in its last part, `*` stands for anything.
fn files_of(folder: &Path, pattern: &str) -> Result<Vec<SourceFile>, String> {
    let path = folder.join(pattern);
    let (parent, last) = (path.parent(), path.file_name().and_then(|name| name.to_str()));
    let (Some(parent), Some(last)) = (parent, last) else {
        return Err(format!("{pattern} names no file"));
    };
    let (before, after) = last.split_once('*').unwrap_or((last, ""));
    let is_meant = |name: &str| {
        name == last
            || (last.contains('*')
                && name.len() >= before.len() + after.len()
                && name.starts_with(before)
                && name.ends_with(after))
    };
    let entries = std::fs::read_dir(parent).map_err(|error| format!("{pattern}: {error}"))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut found: Vec<PathBuf> =
        names.filter(|name| is_meant(name)).map(|name| parent.join(name)).collect();
    found.sort();
    if found.is_empty() {
        return Err(format!("{pattern} is not here: its targets are not read"));
    }
    if found.len() > limits::IMPORTED_FILES_MAX {
        return Err(format!("{pattern} names more files than are read at once"));
    }
    found.iter().map(|path| file(path, folder).map_err(|error| format!("{error:#}"))).collect()
}

/// A file of a folder, as text. Whoever names a pipe means it; one that lies in a folder may have nobody
/// at its other end, and is not waited for.
fn file(path: &Path, within: &Path) -> Result<SourceFile> {
    let kind =
        std::fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?;
    ensure!(kind.is_file(), "{} is no file: take it out of the folder", path.display());
    one(path, within)
}

/// A file as text. Its name is told from the folder on that was named.
pub(super) fn one(path: &Path, within: &Path) -> Result<SourceFile> {
    let shown: PathBuf = match path.strip_prefix(within) {
        Ok(rest) if rest != Path::new("") => rest.to_owned(),
        _ => path.to_owned(),
    };
    let name = shown.display().to_string();
    let mut bytes = Vec::new();
    let most = limits::IMPORTED_YAML_BYTES_MAX;
    let limit = u64::try_from(most)? + 1;
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("{} cannot be read", path.display()))?;
    if bytes.len() > most {
        bail!("{} has more than {most} bytes: split it", path.display());
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| anyhow!("{} is not UTF-8 text: convert it", path.display()))?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    Ok(SourceFile { name, text })
}
