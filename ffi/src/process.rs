//! The objects of this process, and how a forked child notices that they are not its own.

use std::ffi::c_void;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicPtr, AtomicU8, Ordering};

use panveil::{Error, Result};
use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap_anonymous, munmap};

use crate::handle::Objects;

/// The objects of one process.
///
/// A forked child finds its parent's. Their locks may be held by threads that the child does not have, so it touches
/// none of them and leaves them where they are; what it opens goes into a world of its own.
pub(crate) struct World {
    /// How many forks this process is away from the one that used the library first, modulo 16.
    pub(crate) depth: u8,
    pub(crate) objects: Objects,
    process: u32,
    page: Option<Page>,
    #[expect(
        dead_code,
        reason = "keeps the parent's world within reach, so that leak checkers know it is meant"
    )]
    before: Option<&'static World>,
}

/// The world of this process, for calls with a handle.
///
/// # Errors
/// [`Error::Forked`] in a child that has opened nothing of its own.
pub(crate) fn world() -> Result<&'static World> {
    match newest() {
        Some(world) if world.is_ours() => Ok(world),
        Some(_) => Err(Error::Forked),
        None => begin(None),
    }
}

/// The world of this process, for calls that open a vault: a forked child begins a new one.
pub(crate) fn world_to_open_in() -> Result<&'static World> {
    match newest() {
        Some(world) if world.is_ours() => Ok(world),
        before => begin(before),
    }
}

static NEWEST: AtomicPtr<World> = AtomicPtr::new(null_mut());

fn newest() -> Option<&'static World> {
    let world = NonNull::new(NEWEST.load(Ordering::Acquire))?;
    // SAFETY: only `begin` stores here, pointers to worlds that are leaked and never written again.
    Some(unsafe { world.as_ref() })
}

/// Makes a world. No lock is taken, so that a fork at any moment leaves nothing locked in the child.
fn begin(before: Option<&'static World>) -> Result<&'static World> {
    let old = before.map_or(null_mut(), |world| std::ptr::from_ref(world).cast_mut());
    let depth = before.map_or(0, |world| world.depth.wrapping_add(1) & 0x0f);
    let made = Box::into_raw(Box::new(World {
        depth,
        objects: Objects::new(depth),
        process: std::process::id(),
        page: Page::new(),
        before,
    }));
    if NEWEST.compare_exchange(old, made, Ordering::AcqRel, Ordering::Acquire).is_err() {
        // SAFETY: it came from `Box::into_raw` just now and was given to nobody.
        drop(unsafe { Box::from_raw(made) });
    }
    newest().filter(|world| world.is_ours()).ok_or(Error::Internal)
}

impl World {
    fn is_ours(&self) -> bool {
        match &self.page {
            Some(page) => page.is_ours(),
            None => self.process == std::process::id(),
        }
    }
}

/// A byte that is 1 in the process that wrote it and 0 in its children (`MADV_WIPEONFORK`, Linux 4.14).
///
/// Asking for the process id instead is a system call, which takes as long as making a token.
struct Page(NonNull<AtomicU8>);

// SAFETY: the byte is atomic, and the page lives as long as the value.
unsafe impl Send for Page {}
// SAFETY: as above.
unsafe impl Sync for Page {}

impl Page {
    fn new() -> Option<Self> {
        // SAFETY: a new mapping at a place of the kernel's choice overlaps nothing.
        let mapped = unsafe {
            mmap_anonymous(null_mut(), LENGTH, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE)
        };
        let page = Self(NonNull::new(mapped.ok()?.cast())?);
        // SAFETY: advises on exactly the mapping made above, of which nobody else knows.
        let wiped = unsafe { madvise(page.0.as_ptr().cast::<c_void>(), LENGTH, Advice::LinuxWipeOnFork) };
        wiped.ok()?;
        page.byte().store(1, Ordering::Release);
        Some(page)
    }

    fn is_ours(&self) -> bool {
        self.byte().load(Ordering::Acquire) == 1
    }

    fn byte(&self) -> &AtomicU8 {
        // SAFETY: the page is mapped readable and writable while `self` lives, and is used through atomics only.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // SAFETY: the mapping made in `new`; no reference into it outlives `self`.
        let _ = unsafe { munmap(self.0.as_ptr().cast::<c_void>(), LENGTH) };
    }
}

/// The kernel rounds it up to a page.
const LENGTH: usize = 1;
