//! The program `yagura`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::main()
}
