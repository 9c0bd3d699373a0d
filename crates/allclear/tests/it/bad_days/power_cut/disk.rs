//! A disk with a cache: what was done, what is safe, and what is left when the power goes.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::trace::Call;
use crate::bad_days::chance::Chance;

/// Bytes that a disk writes in one piece.
const SECTOR: usize = 512;

/// What becomes of the writes that were never made safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Luck {
    /// All of them are gone.
    None,
    /// So many percent of their sectors, lengths and names arrived, in any order.
    Percent(usize),
}

/// Which syncs the disk obeys; those that it does not prove that the story would notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obeys {
    /// All, as a good disk does.
    All,
    /// Those of files alone: names of new files stay in the cache.
    FilesAlone,
}

#[derive(Clone, Debug)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Length(usize),
    LengthMin(usize),
}

#[derive(Clone, Debug)]
enum EntryChange {
    Put(String, Node),
    Remove(String),
    Rename(String, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    File(usize),
    Folder(usize),
}

#[derive(Clone, Debug, Default)]
struct File {
    cached: Vec<u8>,
    safe: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Clone, Debug, Default)]
struct Folder {
    cached: BTreeMap<String, Node>,
    safe: BTreeMap<String, Node>,
    pending: Vec<EntryChange>,
}

/// The disk. The folder that is watched is there from the beginning, empty and safe.
#[derive(Debug)]
pub(crate) struct Disk {
    root: PathBuf,
    obeys: Obeys,
    files: Vec<File>,
    folders: Vec<Folder>,
    handles: HashMap<i64, Node>,
}

impl Disk {
    /// An empty disk.
    pub(crate) fn new(root: &Path, obeys: Obeys) -> Self {
        Self {
            root: root.to_owned(),
            obeys,
            files: Vec::new(),
            folders: vec![Folder::default()],
            handles: HashMap::new(),
        }
    }

    /// Does what a call did.
    pub(crate) fn carry_out(&mut self, call: &Call) {
        match call {
            Call::Process => self.handles.clear(),
            Call::Say { .. } => {}
            Call::Open { handle, path } => {
                let node = self.find(path);
                self.handles.insert(*handle, node);
            }
            Call::Create { handle, path } => {
                self.files.push(File::default());
                let node = Node::File(self.files.len() - 1);
                self.enter(path, node);
                self.handles.insert(*handle, node);
            }
            Call::Write { handle, at, bytes } => {
                self.change(*handle, Change::Write { at: *at, bytes: bytes.clone() });
            }
            Call::Length { handle, length } => self.change(*handle, Change::Length(*length)),
            Call::LengthMin { handle, length } => self.change(*handle, Change::LengthMin(*length)),
            Call::Sync { handle } => self.sync(*handle),
            Call::MakeFolder { path } => {
                self.folders.push(Folder::default());
                let node = Node::Folder(self.folders.len() - 1);
                self.enter(path, node);
            }
            Call::Remove { path } => {
                let (folder, name) = self.split(path);
                self.note(folder, EntryChange::Remove(name));
            }
            Call::Rename { from, to } => {
                let ((folder, from), (other, to)) = (self.split(from), self.split(to));
                assert_eq!(folder, other, "the rig does not model moves between folders");
                self.note(folder, EntryChange::Rename(from, to));
            }
            Call::Link { from, to } => {
                let node = self.find(from);
                self.enter(to, node);
            }
        }
    }

    fn find(&self, path: &Path) -> Node {
        let mut node = Node::Folder(0);
        for name in path.strip_prefix(&self.root).unwrap() {
            let Node::Folder(folder) = node else {
                panic!("{} lies in a file", path.display());
            };
            let name = name.to_str().unwrap();
            node = *self.folders[folder]
                .cached
                .get(name)
                .unwrap_or_else(|| panic!("the rig missed how {} was made", path.display()));
        }
        node
    }

    fn split(&self, path: &Path) -> (usize, String) {
        let Node::Folder(folder) = self.find(path.parent().unwrap()) else {
            panic!("{} lies in a file", path.display());
        };
        let name = path.file_name().unwrap().to_str().unwrap();
        (folder, name.to_owned())
    }

    fn enter(&mut self, path: &Path, node: Node) {
        let (folder, name) = self.split(path);
        self.note(folder, EntryChange::Put(name, node));
    }

    fn note(&mut self, folder: usize, change: EntryChange) {
        let folder = &mut self.folders[folder];
        change.apply(&mut folder.cached);
        folder.pending.push(change);
    }

    fn change(&mut self, handle: i64, change: Change) {
        let Some(Node::File(file)) = self.handles.get(&handle) else {
            panic!("the rig missed how handle {handle} was opened");
        };
        let file = &mut self.files[*file];
        change.apply(&mut file.cached);
        file.pending.push(change);
    }

    fn sync(&mut self, handle: i64) {
        match self.handles[&handle] {
            Node::File(file) => {
                let file = &mut self.files[file];
                for change in std::mem::take(&mut file.pending) {
                    change.apply(&mut file.safe);
                }
            }
            Node::Folder(folder) if self.obeys == Obeys::All => {
                let folder = &mut self.folders[folder];
                folder.pending.clear();
                folder.safe = folder.cached.clone();
            }
            Node::Folder(_) => {}
        }
    }

    /// Every file as programs see it while the power is on.
    pub(crate) fn cached(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let entries = |folder: &Folder| folder.cached.clone();
        let contents = |file: &File| file.cached.clone();
        self.walk(0, Path::new(""), &mut { entries }, &mut { contents }, &mut files);
        files
    }

    /// Every file as it is found when the power is back.
    pub(crate) fn after_power_cut(
        &self,
        luck: Luck,
        chance: &mut Chance,
    ) -> BTreeMap<PathBuf, Vec<u8>> {
        let Luck::Percent(percent) = luck else {
            let mut files = BTreeMap::new();
            let entries = |folder: &Folder| folder.safe.clone();
            let contents = |file: &File| file.safe.clone();
            self.walk(0, Path::new(""), &mut { entries }, &mut { contents }, &mut files);
            return files;
        };
        let mut other = Chance::from_seed(chance.next());
        let mut entries = |folder: &Folder| {
            let mut entries = folder.safe.clone();
            for change in &folder.pending {
                if other.percent(percent) {
                    change.apply(&mut entries);
                }
            }
            entries
        };
        let mut contents = |file: &File| {
            let mut bytes = file.safe.clone();
            for change in &file.pending {
                change.apply_some(&mut bytes, percent, chance);
            }
            bytes
        };
        let mut files = BTreeMap::new();
        self.walk(0, Path::new(""), &mut entries, &mut contents, &mut files);
        files
    }

    fn walk(
        &self,
        folder: usize,
        at: &Path,
        entries: &mut impl FnMut(&Folder) -> BTreeMap<String, Node>,
        contents: &mut impl FnMut(&File) -> Vec<u8>,
        files: &mut BTreeMap<PathBuf, Vec<u8>>,
    ) {
        for (name, node) in entries(&self.folders[folder]) {
            let path = at.join(&name);
            match node {
                // Shared memory in a file's clothes: written through a mapping, made anew by whoever
                // opens the database first.
                Node::File(_) if name.ends_with("-shm") => {}
                Node::File(file) => {
                    files.insert(path, contents(&self.files[file]));
                }
                Node::Folder(folder) => self.walk(folder, &path, entries, contents, files),
            }
        }
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write { at, bytes: new } => put(bytes, *at, new),
            Self::Length(length) => bytes.resize(*length, 0),
            Self::LengthMin(length) => bytes.resize(bytes.len().max(*length), 0),
        }
    }

    /// A write arrives in sectors, each or not; a length arrives or not.
    fn apply_some(&self, bytes: &mut Vec<u8>, percent: usize, chance: &mut Chance) {
        let Self::Write { at, bytes: new } = self else {
            if chance.percent(percent) {
                self.apply(bytes);
            }
            return;
        };
        let (mut at, mut rest) = (*at, new.as_slice());
        while !rest.is_empty() {
            let (sector, after) = rest.split_at(rest.len().min(SECTOR - at % SECTOR));
            if chance.percent(percent) {
                put(bytes, at, sector);
            }
            at += sector.len();
            rest = after;
        }
    }
}

fn put(bytes: &mut Vec<u8>, at: usize, new: &[u8]) {
    let end = at + new.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[at..end].copy_from_slice(new);
}

impl EntryChange {
    fn apply(&self, entries: &mut BTreeMap<String, Node>) {
        match self {
            Self::Put(name, node) => {
                entries.insert(name.clone(), *node);
            }
            Self::Remove(name) => {
                entries.remove(name);
            }
            Self::Rename(from, to) => {
                if let Some(node) = entries.remove(from) {
                    entries.insert(to.clone(), node);
                }
            }
        }
    }
}

/// Lays files out below a folder.
pub(crate) fn lay_out(files: &BTreeMap<PathBuf, Vec<u8>>, below: &Path) {
    for (path, bytes) in files {
        let path = below.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// Every file below a folder, without shared memory.
pub(crate) fn found(below: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![below.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.to_str().unwrap().ends_with("-shm") {
                let bytes = std::fs::read(&path).unwrap();
                files.insert(path.strip_prefix(below).unwrap().to_owned(), bytes);
            }
        }
    }
    files
}
