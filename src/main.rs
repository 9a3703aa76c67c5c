//! The binary `devarch`.
//!
//! Run by users and by container images. It must not contain anything but the call of the command line.

use std::process::ExitCode;

/// The allocator of the system keeps freed memory in arenas of single threads, and requests more instead of reusing it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    devarch::cli::run(std::env::args_os())
}
