//! The tree that says of which generation each row is, so that a row put back from yesterday is noticed today.
//!
//! A code over each row alone cannot tell the newest version of a row from an older one, nor a row that was never
//! there from one that was deleted. So the index lists every row with the generation that wrote it last. It is a
//! tree of small nodes over the rows' tags, four bits a level: each node is a row itself, whose generation stands
//! in its parent, and the root stands in the head. What is read through it is thereby the newest, as of the head.

use std::collections::BTreeMap;

use super::contract::{Snapshot, Transaction};
use super::fields::Fields;
use super::row_keys::{RowKeys, Tag};
use super::table::Table;
use crate::error::{Error, Result};

/// A leaf that would grow beyond this is split; 64 entries are 1.5 KB.
const LEAF: usize = 64;

/// The part of the index that a transaction has touched so far.
pub(super) struct Index {
    nodes: BTreeMap<Path, Held>,
}

/// The way from the root to a node: one nibble of the tag for each level. The root's is empty.
type Path = Vec<u8>;

struct Held {
    /// `None` once the node is empty and to be removed.
    node: Option<Node>,
    changed: bool,
}

enum Node {
    /// Tags in ascending order, each with the generation of its row.
    Leaf(Vec<(Tag, u64)>),
    /// The generations of the sixteen children, 0 where there is none.
    Branch(Box<[u64; 16]>),
}

impl Index {
    /// The index of a store without rows.
    pub(super) fn empty() -> Self {
        Self::with_root(Node::Leaf(Vec::new()))
    }

    /// The index whose root the head holds.
    pub(super) fn from_root(bytes: &[u8]) -> Result<Self> {
        Node::decode(bytes).map(Self::with_root)
    }

    fn with_root(root: Node) -> Self {
        let held = Held { node: Some(root), changed: false };
        Self { nodes: BTreeMap::from([(Path::new(), held)]) }
    }

    /// The root, for the head.
    pub(super) fn root(&self) -> Result<Vec<u8>> {
        let root = self.nodes.get(&Path::new()).and_then(|held| held.node.as_ref());
        Ok(root.ok_or(Error::Internal)?.encode())
    }

    /// The generation of the row called `tag`, or `None` if there is no such row.
    pub(super) fn find<S: Snapshot + ?Sized>(
        &mut self,
        rows: &mut S,
        keys: &RowKeys,
        tag: &Tag,
    ) -> Result<Option<u64>> {
        let Descent::Leaf(path) = self.descend(rows, keys, tag)? else { return Ok(None) };
        let leaf = self.leaf(&path)?;
        let found = leaf.binary_search_by_key(tag, |(tag, _)| *tag).ok();
        Ok(found.and_then(|at| leaf.get(at)).map(|(_, generation)| *generation))
    }

    /// Notes that the row called `tag` is now of generation `next`.
    pub(super) fn set<S: Snapshot + ?Sized>(
        &mut self,
        rows: &mut S,
        keys: &RowKeys,
        tag: &Tag,
        next: u64,
    ) -> Result<()> {
        let path = match self.descend(rows, keys, tag)? {
            Descent::Leaf(path) => path,
            Descent::Absent(path) => {
                let held = Held { node: Some(Node::Leaf(Vec::new())), changed: true };
                self.nodes.insert(path.clone(), held);
                path
            }
        };
        let leaf = self.leaf(&path)?;
        match leaf.binary_search_by_key(tag, |(tag, _)| *tag) {
            Ok(at) => leaf.get_mut(at).ok_or(Error::Internal)?.1 = next,
            Err(at) => leaf.insert(at, (*tag, next)),
        }
        self.touch(&path, next)?;
        self.split(path, next)
    }

    /// Notes that there is no row called `tag` any more.
    pub(super) fn remove<S: Snapshot + ?Sized>(
        &mut self,
        rows: &mut S,
        keys: &RowKeys,
        tag: &Tag,
        next: u64,
    ) -> Result<()> {
        let Descent::Leaf(path) = self.descend(rows, keys, tag)? else { return Ok(()) };
        self.leaf(&path)?.retain(|(held, _)| held != tag);
        self.touch(&path, next)
    }

    /// Writes the nodes that changed, all but the root.
    pub(super) fn write<T: Transaction + ?Sized>(
        &self,
        rows: &mut T,
        keys: &RowKeys,
        next: u64,
    ) -> Result<()> {
        let changed = self.nodes.iter().filter(|(path, held)| held.changed && !path.is_empty());
        for (path, held) in changed {
            match &held.node {
                Some(node) => {
                    rows.put(Table::Index, path, &keys.seal(Table::Index, path, &node.encode(), next)?)?
                }
                None => rows.delete(Table::Index, path)?,
            }
        }
        Ok(())
    }

    /// Reads the whole tree; says how many rows and how many stored nodes it has.
    pub(super) fn walk<S: Snapshot + ?Sized>(&mut self, rows: &mut S, keys: &RowKeys) -> Result<(u64, u64)> {
        let (mut entries, mut nodes) = (0u64, 0u64);
        let mut open = vec![Path::new()];
        while let Some(path) = open.pop() {
            let children = match self.node(&path)? {
                Node::Leaf(leaf) => {
                    entries = entries.saturating_add(leaf.len() as u64);
                    continue;
                }
                Node::Branch(children) => **children,
            };
            for (nibble, generation) in (0u8..).zip(children).filter(|(_, generation)| *generation != 0) {
                let mut child = path.clone();
                child.push(nibble);
                self.load(rows, keys, &child, generation)?;
                nodes = nodes.saturating_add(1);
                open.push(child);
            }
        }
        Ok((entries, nodes))
    }

    /// Goes down to the leaf in which `tag` stands or would stand.
    fn descend<S: Snapshot + ?Sized>(&mut self, rows: &mut S, keys: &RowKeys, tag: &Tag) -> Result<Descent> {
        let mut path = Path::new();
        for nibble in tag.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
            let Node::Branch(children) = self.node(&path)? else { return Ok(Descent::Leaf(path)) };
            let generation = *children.get(usize::from(nibble)).ok_or(Error::Internal)?;
            path.push(nibble);
            if generation == 0 {
                return Ok(Descent::Absent(path));
            }
            self.load(rows, keys, &path, generation)?;
        }
        // 33 nodes on one path would mean more than 64 rows with one tag.
        match self.node(&path)? {
            Node::Leaf(_) => Ok(Descent::Leaf(path)),
            Node::Branch(_) => Err(Error::StoreDamaged),
        }
    }

    fn load<S: Snapshot + ?Sized>(
        &mut self,
        rows: &mut S,
        keys: &RowKeys,
        path: &[u8],
        generation: u64,
    ) -> Result<()> {
        if self.nodes.get(path).is_some_and(|held| held.node.is_some()) {
            return Ok(());
        }
        let stored = rows.get(Table::Index, path)?.ok_or(Error::StoreDamaged)?;
        let (found, value) = keys.open(Table::Index, path, &stored)?;
        if found != generation {
            return Err(Error::StoreDamaged);
        }
        let held = Held { node: Some(Node::decode(value)?), changed: false };
        self.nodes.insert(path.to_vec(), held);
        Ok(())
    }

    /// Marks a leaf and all above it as changed; drops nodes that became empty.
    fn touch(&mut self, path: &[u8], next: u64) -> Result<()> {
        let mut alive = true;
        for depth in (0..=path.len()).rev() {
            let (above, below) = path.split_at_checked(depth).ok_or(Error::Internal)?;
            let held = self.nodes.get_mut(above).ok_or(Error::Internal)?;
            held.changed = true;
            let empty = match (&mut held.node, below.first()) {
                (Some(Node::Leaf(leaf)), None) => leaf.is_empty(),
                (Some(Node::Branch(children)), Some(nibble)) => {
                    let child = children.get_mut(usize::from(*nibble)).ok_or(Error::Internal)?;
                    *child = if alive { next } else { 0 };
                    children.iter().all(|generation| *generation == 0)
                }
                _ => return Err(Error::Internal),
            };
            if empty {
                held.node = above.is_empty().then(|| Node::Leaf(Vec::new()));
            }
            alive = !empty;
        }
        Ok(())
    }

    /// Makes a branch of a leaf that has grown too long, and again of its child if all went into one.
    fn split(&mut self, mut path: Path, next: u64) -> Result<()> {
        while self.leaf(&path)?.len() > LEAF {
            let entries = core::mem::take(self.leaf(&path)?);
            let mut children = Box::new([0; 16]);
            let mut longest = (0, 0);
            for nibble in 0u8..16 {
                let part: Vec<_> =
                    entries.iter().filter(|(tag, _)| nibble_at(tag, path.len()) == nibble).copied().collect();
                if part.is_empty() {
                    continue;
                }
                longest = longest.max((part.len(), nibble));
                *children.get_mut(usize::from(nibble)).ok_or(Error::Internal)? = next;
                let mut child = path.clone();
                child.push(nibble);
                self.nodes.insert(child, Held { node: Some(Node::Leaf(part)), changed: true });
            }
            self.nodes.insert(path.clone(), Held { node: Some(Node::Branch(children)), changed: true });
            path.push(longest.1);
        }
        Ok(())
    }

    fn node(&self, path: &[u8]) -> Result<&Node> {
        self.nodes.get(path).and_then(|held| held.node.as_ref()).ok_or(Error::Internal)
    }

    fn leaf(&mut self, path: &[u8]) -> Result<&mut Vec<(Tag, u64)>> {
        match self.nodes.get_mut(path).and_then(|held| held.node.as_mut()) {
            Some(Node::Leaf(leaf)) => Ok(leaf),
            _ => Err(Error::Internal),
        }
    }
}

enum Descent {
    Leaf(Path),
    Absent(Path),
}

impl Node {
    fn encode(&self) -> Vec<u8> {
        match self {
            Node::Leaf(entries) => {
                let mut bytes = vec![0];
                for (tag, generation) in entries {
                    bytes.extend_from_slice(tag);
                    bytes.extend_from_slice(&generation.to_be_bytes());
                }
                bytes
            }
            Node::Branch(children) => {
                let mut bytes = vec![1];
                children.iter().for_each(|generation| bytes.extend_from_slice(&generation.to_be_bytes()));
                bytes
            }
        }
    }

    fn decode(bytes: &[u8]) -> Result<Self> {
        let (kind, rest) = bytes.split_first().ok_or(Error::StoreDamaged)?;
        match kind {
            0 => {
                let (entries, []) = rest.as_chunks::<24>() else { return Err(Error::StoreDamaged) };
                entries.iter().map(|entry| decode_entry(entry)).collect::<Result<_>>().map(Node::Leaf)
            }
            1 => {
                let (children, []) = rest.as_chunks::<8>() else { return Err(Error::StoreDamaged) };
                let children: Vec<u64> = children.iter().map(|child| u64::from_be_bytes(*child)).collect();
                Ok(Node::Branch(children.into_boxed_slice().try_into().map_err(|_| Error::StoreDamaged)?))
            }
            _ => Err(Error::StoreVersion),
        }
    }
}

fn decode_entry(entry: &[u8]) -> Result<(Tag, u64)> {
    let mut fields = Fields::new(entry);
    Ok((fields.bytes()?, fields.u64()?))
}

fn nibble_at(tag: &Tag, depth: usize) -> u8 {
    let byte = tag.get(depth / 2).copied().unwrap_or(0);
    if depth.is_multiple_of(2) { byte >> 4 } else { byte & 15 }
}
