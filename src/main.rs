//! The binary `devarch`.

use std::process::ExitCode;

/// The system's own keeps what threads give back in places of their own, and asks for more instead of taking it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    devarch::cli::run(std::env::args_os())
}
