//! The Merkle tree over the log (RFC 6962, section 2.1, SHA-256): hashes, the frontier that grows it, roots.

use sha2::{Digest, Sha256};

/// A hash of the tree: a leaf, a node, or a root.
pub type Hash = [u8; 32];

/// The hash of a leaf: of the exact bytes of one record, without its newline.
pub fn leaf_hash(record: &[u8]) -> Hash {
    // RFC 6962, 2.1: a leaf is prefixed with 0x00, a node with 0x01, so that neither can pass for the other.
    Sha256::new().chain_update([0]).chain_update(record).finalize().into()
}

/// The hash of an inner node over its two children.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// All of a tree that appending needs: the roots of its perfect subtrees, largest first.
///
/// A tree of `n` leaves has one perfect subtree for each one bit of `n`, so a frontier holds at most 64 hashes,
/// appending costs two hashes on average, and the root at most 63.
///
/// ```
/// use panveil::audit::tree::{Frontier, empty_root, leaf_hash};
/// let mut frontier = Frontier::new();
/// assert_eq!(frontier.root(), empty_root());
/// frontier.append(leaf_hash(b"first record"));
/// assert_eq!((frontier.size(), frontier.root()), (1, leaf_hash(b"first record")));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// The frontier of the tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// The frontier of a tree of `size` leaves whose perfect subtrees have these roots, largest first.
    ///
    /// Nothing if the number of hashes is not that of the one bits of `size`.
    pub fn from_parts(size: u64, subtrees: Vec<Hash>) -> Option<Self> {
        let expected = usize::try_from(size.count_ones()).ok()?;
        (subtrees.len() == expected).then_some(Self { size, subtrees })
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees, largest first.
    pub fn subtrees(&self) -> &[Hash] {
        &self.subtrees
    }

    /// Adds the leaf with this hash at the end.
    pub fn append(&mut self, leaf: Hash) {
        let mut node = leaf;
        // Each trailing one bit of the old size is a perfect subtree as high as the one being carried.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.subtrees.push(node);
        self.size = self.size.saturating_add(1);
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        let mut from_the_right = self.subtrees.iter().rev();
        let Some(&smallest) = from_the_right.next() else { return empty_root() };
        from_the_right.fold(smallest, |right, left| node_hash(left, &right))
    }
}

#[cfg(test)]
mod tests {
    use super::{Frontier, Hash, empty_root, leaf_hash};
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use sha2::Sha256;

    fn unhex(text: &str) -> Hash {
        core::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
    }

    #[test]
    fn known_roots_of_the_certificate_transparency_test_data() {
        // The eight leaves and roots that the reference implementation of RFC 6962 is tested with.
        let leaves: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut frontier = Frontier::new();
        assert_eq!(frontier.root(), empty_root());
        assert_eq!(empty_root(), unhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        for (leaf, root) in leaves.iter().zip(roots) {
            frontier.append(leaf_hash(leaf));
            assert_eq!(frontier.root(), unhex(root), "at {}", frontier.size());
        }
    }

    #[test]
    fn roots_equal_those_of_an_independent_tree() {
        let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        let mut frontier = Frontier::new();
        for i in 0..1_000_u32 {
            let record = i.to_be_bytes().repeat(1 + i as usize % 40);
            frontier.append(leaf_hash(&record));
            other.push(record);
            assert_eq!(frontier.root().as_slice(), other.root().as_bytes().as_slice());
            let again = Frontier::from_parts(frontier.size(), frontier.subtrees().to_vec()).unwrap();
            assert_eq!(again, frontier);
        }
        assert_eq!(Frontier::from_parts(3, vec![[0; 32]]), None);
    }
}
