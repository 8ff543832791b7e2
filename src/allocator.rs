//! The allocator, and when it gives memory back.

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

/// Has free pages given back at once. After the usual second, a long article takes a fifth more memory, and an ordinary build is no faster.
///
/// Call it before the first thread starts: the function is not thread safe.
#[expect(unsafe_code, reason = "a function of the allocator's C library")]
pub(crate) fn give_back_at_once() {
    // SAFETY: the declaration is that of `mimalloc.h`, whose library the static above links; the option exists (0 to 46), and the function
    // writes it and nothing else. No other thread runs yet.
    unsafe { mi_option_set(PURGE_DELAY, 0) }
}
