//! A disk in memory that knows what a power cut would leave of it, and fails where it is told to.
//!
//! It promises no more than disks and file systems do. What is written reaches the disk by a sync of the file, and until then
//! in any order, by sectors, or not at all; the length of a file is one such thing more. Names reach it by a sync of their
//! directory, and until then each change of them may or may not have; syncing a file says nothing of its name.

mod content;
mod fault;
mod handle;
mod locks;
mod node;
mod power_cut;

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::time::SystemTime;

pub use fault::{FOR_EVER, Operation, Plan};
pub use handle::{Dir, DirLock, File};
pub use node::Unsynced;

use self::fault::Faults;
use self::locks::RangeLocks;
use self::node::{DirNode, FileNode, Node};
use self::power_cut::Reach;
use crate::random::Random;
use crate::sync::{Arc, Mutex, MutexGuard};

const ROOT: u64 = 0;

/// Which syncs only say that they did: what no test of durability may pass on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lies {
    pub files: bool,
    pub dirs: bool,
}

#[derive(Clone)]
pub struct Disk(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    watch: Mutex<Option<Watch>>,
    interruption: Mutex<Option<Interruption>>,
}

struct State {
    nodes: BTreeMap<u64, Inode>,
    /// Numbers changes, nodes and open files.
    last: u64,
    ranges: RangeLocks,
    locked_dirs: HashSet<u64>,
    faults: Faults,
    lies: Lies,
    random: Random,
}

#[derive(Clone)]
struct Inode {
    node: Node,
    modified: SystemTime,
}

/// Looks at what power cuts would leave, at each change of the disk.
struct Watch {
    percent: usize,
    look: Box<dyn FnMut(Disk) + Send>,
}

struct Interruption {
    after: usize,
    deed: Box<dyn FnOnce() + Send>,
}

impl Disk {
    pub fn new(seed: u64) -> Self {
        let root = Inode { node: Node::Dir(DirNode::default()), modified: SystemTime::now() };
        Self::with(BTreeMap::from([(ROOT, root)]), ROOT, seed)
    }

    fn with(nodes: BTreeMap<u64, Inode>, last: u64, seed: u64) -> Self {
        let state = State {
            nodes,
            last,
            ranges: RangeLocks::default(),
            locked_dirs: HashSet::new(),
            faults: Faults::default(),
            lies: Lies::default(),
            random: Random(seed),
        };
        Self(Arc::new(Shared { state: Mutex::new(state), watch: Mutex::default(), interruption: Mutex::default() }))
    }

    pub fn lying(self, lies: Lies) -> Self {
        self.state().lies = lies;
        self
    }

    pub fn root(&self) -> crate::dir::Dir {
        crate::dir::Dir::Simulated(Dir::new(self.clone(), ROOT))
    }

    /// From now on shows `look` what a power cut would leave, at so many in a hundred changes.
    pub fn watch(&self, percent: usize, look: impl FnMut(Disk) + Send + 'static) {
        *self.0.watch.lock().unwrap() = Some(Watch { percent, look: Box::new(look) });
    }

    /// Ends that.
    pub fn unwatch(&self) {
        *self.0.watch.lock().unwrap() = None;
    }

    /// Has somebody do a deed right before a file is synced, after so many other syncs.
    pub fn interrupt(&self, after: usize, deed: impl FnOnce() + Send + 'static) {
        *self.0.interruption.lock().unwrap() = Some(Interruption { after, deed: Box::new(deed) });
    }

    /// A file is about to be synced.
    fn be_interrupted(&self) {
        let mut planned = self.0.interruption.lock().unwrap();
        let now = match planned.as_mut() {
            Some(Interruption { after: 0, .. }) => planned.take(),
            Some(later) => {
                later.after -= 1;
                None
            }
            None => None,
        };
        drop(planned);
        if let Some(now) = now {
            (now.deed)();
        }
    }

    /// Runs something while operations fail; how many of the planned ones it asked for.
    pub fn failing<T>(&self, plan: Plan, run: impl FnOnce() -> T) -> (T, usize) {
        self.state().faults.begin(plan);
        let result = run();
        (result, self.state().faults.end())
    }

    /// What is there after a power cut now.
    pub fn power_cut(&self) -> Self {
        self.state().power_cut()
    }

    /// Does something to the disk, and shows what a power cut would leave then.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        let result = change(&mut self.state());
        if let Some(watch) = self.0.watch.lock().unwrap().as_mut() {
            let image = {
                let mut state = self.state();
                state.random.percent(watch.percent).then(|| state.power_cut())
            };
            image.into_iter().for_each(&mut watch.look);
        }
        result
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }
}

impl State {
    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn add(&mut self, node: Node) -> u64 {
        let number = self.next();
        self.nodes.insert(number, Inode { node, modified: SystemTime::now() });
        number
    }

    fn dir(&mut self, number: u64) -> io::Result<&mut DirNode> {
        match self.nodes.get_mut(&number).map(|inode| &mut inode.node) {
            Some(Node::Dir(dir)) => Ok(dir),
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    fn file(&mut self, number: u64) -> io::Result<&mut FileNode> {
        match self.nodes.get_mut(&number).map(|inode| &mut inode.node) {
            Some(Node::File(file)) => Ok(file),
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    /// What a name leads to; several names with slashes between them lead on, and a dot leads nowhere else.
    fn find(&mut self, dir: u64, path: &str) -> io::Result<u64> {
        path.split('/').filter(|name| *name != ".").try_fold(dir, |dir, name| {
            self.dir(dir)?.now.get(name).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
        })
    }

    fn reach(&mut self) -> Reach {
        let mut unsynced = Vec::new();
        for inode in self.nodes.values() {
            match &inode.node {
                Node::File(file) => unsynced.extend(file.pending.iter().map(|(number, _)| *number)),
                Node::Dir(dir) => unsynced.extend(dir.pending.iter().map(|(number, _)| *number)),
            }
        }
        Reach::any(&mut self.random, &unsynced)
    }

    fn power_cut(&mut self) -> Disk {
        let reach = self.reach();
        let mut left = BTreeMap::new();
        let mut found = vec![ROOT];
        while let Some(number) = found.pop() {
            let node = match &self.nodes[&number].node {
                Node::File(file) => Node::File(FileNode::with(power_cut::of_file(file, reach, &mut self.random))),
                Node::Dir(dir) => {
                    let names = power_cut::of_dir(dir, reach, &mut self.random);
                    found.extend(names.values());
                    Node::Dir(DirNode::with(names))
                }
            };
            // Long ago, so that what is left over is swept.
            left.insert(number, Inode { node, modified: SystemTime::UNIX_EPOCH });
        }
        Disk::with(left, self.last, self.random.number())
    }
}
