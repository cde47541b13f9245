//! What the system and the user send to a training run.

use std::io::{IsTerminal, stderr};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::{Failure, STOPPED, say};

/// A flag that Ctrl-C and a request to terminate set; where it is set already they end the program at
/// once.
///
/// That a terminal has gone away is left to the system, so that `nohup` does what it is for.
pub fn stop(go_on: &str) -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    // A bar may stand in the line.
    let clear = if stderr().is_terminal() { "\r\x1b[2K" } else { "" };
    let message = format!("{clear}stopped at once; go on with: {go_on}");
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            say(&message);
            process::exit(i32::from(STOPPED));
        }
    })
    .map_err(Failure::failed)?;
    #[cfg(unix)]
    others(&stop).map_err(Failure::failed)?;
    Ok(stop)
}

#[cfg(unix)]
fn others(stop: &Arc<AtomicBool>) -> std::io::Result<()> {
    use signal_hook::consts::{SIGTERM, SIGXFSZ};
    use signal_hook::flag::{register, register_conditional_shutdown};

    register_conditional_shutdown(SIGTERM, i32::from(STOPPED), Arc::clone(stop))?;
    register(SIGTERM, Arc::clone(stop))?;
    // Once somebody listens, a file that may not grow is an error of writing and not the end.
    register(SIGXFSZ, Arc::default())?;
    Ok(())
}
