//! The allocator, and how little memory it holds.

use std::ffi::{c_int, c_long};

use mimalloc::MiMalloc;

/// Rows are many small strings, allocated in one thread and dropped in another: with this allocator a rebuild takes a fifth
/// less time than with the C library's.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// `mi_option_purge_delay` in `mimalloc.h`: the milliseconds after which free pages go back to the system.
const PURGE_DELAY: c_int = 15;

#[expect(unsafe_code, reason = "a function of the allocator's C library")]
unsafe extern "C" {
    fn mi_option_set(option: c_int, value: c_long);
}

/// Has free pages given back at once, and no huge ones used. After the usual second, a long article takes a fifth more memory; with pages of
/// 2 MiB, of which a few kilobytes are used, a build takes a sixth more. Neither is faster.
///
/// Call it before the first thread starts: the allocator's function is not thread safe.
#[expect(unsafe_code, reason = "a function of the allocator's C library")]
pub(crate) fn hold_little() {
    // A system that knows no huge pages uses none.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    // SAFETY: the declaration is that of `mimalloc.h`, whose library the static above links; the option exists (0 to 46), and the function
    // writes it and nothing else. No other thread runs yet.
    unsafe { mi_option_set(PURGE_DELAY, 0) }
}
