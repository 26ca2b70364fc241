//! Proofs about the tree: that a record is in it, and that it only grew (RFC 6962, sections 2.1.1 and 2.1.2;
//! checked by the algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2).

use super::tree::{Frontier, Hash, node_hash};

/// The root of the tree with these leaf hashes.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::new();
    leaves.iter().for_each(|leaf| frontier.append(*leaf));
    frontier.root()
}

/// The audit path of leaf `index`, deepest sibling first; nothing if there is no such leaf.
pub fn inclusion(leaves: &[Hash], index: u64) -> Option<Vec<Hash>> {
    let mut index = usize::try_from(index).ok().filter(|index| *index < leaves.len())?;
    let mut part = leaves;
    let mut path = Vec::new();
    while part.len() > 1 {
        let (left, right) = part.split_at(split(part.len()));
        match index.checked_sub(left.len()) {
            None => {
                path.push(root(right));
                part = left;
            }
            Some(within) => {
                path.push(root(left));
                (index, part) = (within, right);
            }
        }
    }
    path.reverse();
    Some(path)
}

/// The proof that the tree of the first `old` leaves is a prefix of the tree of all; nothing if `old` is 0 or
/// larger than the tree.
pub fn consistency(leaves: &[Hash], old: u64) -> Option<Vec<Hash>> {
    let mut old = usize::try_from(old).ok().filter(|old| (1..=leaves.len()).contains(old))?;
    let mut part = leaves;
    // RFC 6962, 2.1.2: the old root itself is left out while the old tree is a whole subtree of the new one.
    let mut known = true;
    let mut path = Vec::new();
    while old < part.len() {
        let (left, right) = part.split_at(split(part.len()));
        if old <= left.len() {
            path.push(root(right));
            part = left;
        } else {
            path.push(root(left));
            old = old.saturating_sub(left.len());
            part = right;
            known = false;
        }
    }
    if !known {
        path.push(root(part));
    }
    path.reverse();
    Some(path)
}

/// Whether `path` proves that the leaf with this hash stands at `index` in the tree of `size` leaves with `root`.
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let mut position = index;
    let mut last = size.saturating_sub(1);
    let mut node = *leaf;
    for sibling in path {
        if last == 0 {
            return false;
        }
        if position & 1 == 1 || position == last {
            node = node_hash(sibling, &node);
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            node = node_hash(&node, sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    last == 0 && node == *root
}

/// Whether `path` proves that the tree of `old_size` leaves with `old_root` is a prefix of the tree of `new_size`
/// leaves with `new_root`.
///
/// Every tree is consistent with the empty one and with itself, by an empty path.
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    path: &[Hash],
) -> bool {
    if old_size > new_size {
        return false;
    }
    if old_size == new_size || old_size == 0 {
        let trivial = old_size == 0 && *old_root == super::tree::empty_root() && old_size != new_size;
        return path.is_empty() && (trivial || old_root == new_root);
    }
    // A perfect old tree is its own first node, and is left out of the path.
    let (first, rest) = match (old_size.is_power_of_two(), path.split_first()) {
        (true, _) => (*old_root, path),
        (false, Some((first, rest))) => (*first, rest),
        (false, None) => return false,
    };
    let mut position = old_size.saturating_sub(1);
    let mut last = new_size.saturating_sub(1);
    while position & 1 == 1 {
        position >>= 1;
        last >>= 1;
    }
    let (mut old_node, mut new_node) = (first, first);
    for sibling in rest {
        if last == 0 {
            return false;
        }
        if position & 1 == 1 || position == last {
            old_node = node_hash(sibling, &old_node);
            new_node = node_hash(sibling, &new_node);
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            new_node = node_hash(&new_node, sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    last == 0 && old_node == *old_root && new_node == *new_root
}

/// The size of the left subtree: the largest power of two below `size` (which is at least 2).
fn split(size: usize) -> usize {
    size.div_ceil(2).next_power_of_two()
}

#[cfg(test)]
mod tests {
    use super::{consistency, inclusion, root, split, verify_consistency, verify_inclusion};
    use crate::audit::tree::{Hash, leaf_hash};
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use proptest::prelude::*;
    use sha2::Sha256;

    fn leaves(count: u32) -> Vec<Hash> {
        (0..count).map(|i| leaf_hash(&i.to_be_bytes())).collect()
    }

    #[test]
    fn the_left_subtree_is_the_largest_power_of_two_below_the_size() {
        for (size, left) in [(2, 1), (3, 2), (4, 2), (5, 4), (6, 4), (7, 4), (8, 4), (9, 8), (1025, 1024)] {
            assert_eq!(split(size), left, "{size}");
        }
    }

    #[test]
    fn proofs_equal_those_of_an_independent_tree_and_verify() {
        for size in 1..=70_u32 {
            let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
            (0..size).for_each(|i| other.push(i.to_be_bytes().to_vec()));
            let all = leaves(size);
            let top = root(&all);
            for index in 0..size {
                let path = inclusion(&all, index.into()).unwrap();
                assert_eq!(path.concat(), other.prove_inclusion(index as usize).as_bytes());
                assert!(verify_inclusion(&all[index as usize], index.into(), size.into(), &path, &top));
            }
            for old in 1..=size {
                let path = consistency(&all, old.into()).unwrap();
                let theirs = other.prove_consistency((size - old) as usize);
                if old < size {
                    assert_eq!(path.concat(), theirs.as_bytes(), "{old} of {size}");
                }
                let before = root(&all[..old as usize]);
                assert!(verify_consistency(old.into(), &before, size.into(), &top, &path));
            }
        }
        assert_eq!(inclusion(&leaves(3), 3), None);
        assert_eq!(consistency(&leaves(3), 4), None);
        assert_eq!(consistency(&leaves(3), 0), None);
    }

    proptest! {
        #[test]
        fn a_changed_proof_leaf_index_or_size_is_refused(
            size in 1_u32..300, pick in any::<u32>(), node in any::<usize>(), bit in 0_usize..256,
        ) {
            let all = leaves(size);
            let top = root(&all);
            let index = pick % size;
            let leaf = all[index as usize];
            let mut path = inclusion(&all, index.into()).unwrap();
            prop_assert!(!verify_inclusion(&leaf_hash(b"x"), index.into(), size.into(), &path, &top));
            prop_assert!(!verify_inclusion(&leaf, u64::from(index) + 1, size.into(), &path, &top));
            prop_assert!(!verify_inclusion(&leaf, index.into(), u64::MAX, &path, &top));
            path.push(top);
            prop_assert!(!verify_inclusion(&leaf, index.into(), size.into(), &path, &top));
            path.pop();
            if !path.is_empty() {
                let at = node % path.len();
                path[at][bit / 8] ^= 1 << (bit % 8);
                prop_assert!(!verify_inclusion(&leaf, index.into(), size.into(), &path, &top));
            }
            let old = 1 + pick % size;
            let before = root(&all[..old as usize]);
            let mut grown = consistency(&all, old.into()).unwrap();
            prop_assert!(verify_consistency(old.into(), &before, size.into(), &top, &grown));
            if old < size {
                prop_assert!(!verify_consistency(old.into(), &top, size.into(), &top, &grown));
                let at = node % grown.len();
                grown[at][bit / 8] ^= 1 << (bit % 8);
                prop_assert!(!verify_consistency(old.into(), &before, size.into(), &top, &grown));
            }
        }
    }
}
