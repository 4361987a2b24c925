//! Parse, run, exit code.

use rebalance::cli::{self, Host};
use rebalance::parquet;
use std::process::ExitCode;

/// A plan is some hundreds of small texts: the allocator of the C library takes a fifth of a batch's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A damaged price file is told as one, and not in the words of the decoder that panicked. Any other panic ends the whole
    // program there and then, whichever thread it is of: nothing goes on with half of a state.
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !parquet::quiet() {
            usual(panic);
            std::process::abort();
        }
    }));
    let args = std::env::args_os().collect();
    let mut out = std::io::stdout().lock();
    let mut err = std::io::stderr().lock();
    let code = match Host::of_process(&mut out, &mut err) {
        Ok(mut host) => cli::run(args, &mut host),
        Err(fault) => fault.code(),
    };
    ExitCode::from(code)
}
