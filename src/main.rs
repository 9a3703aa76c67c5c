//! The binary `devarch`.

use std::process::ExitCode;

fn main() -> ExitCode {
    devarch::cli::run(std::env::args_os())
}
