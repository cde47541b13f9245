//! The signals that stop a training run.

use std::io::{IsTerminal, stderr};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::{Failure, STOPPED, say};

/// A flag that SIGINT (Ctrl-C) and SIGTERM set; a second signal ends the program at once.
///
/// SIGHUP is left to the system, so that `nohup` works.
pub fn stop(resume: &str) -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    // The line may hold a progress bar.
    let clear = if stderr().is_terminal() { "\r\x1b[2K" } else { "" };
    let message = format!("{clear}stopped at once; resume with: {resume}");
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
    // With a handler, the limit on file sizes is a write error and does not end the program.
    register(SIGXFSZ, Arc::default())?;
    Ok(())
}
