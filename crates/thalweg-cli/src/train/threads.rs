//! The thread pool of candle.

/// The environment variable for their number, which candle reads before its first sum.
const COUNT: &str = "CANDLE_NUM_THREADS";

/// Restarts the program with one such thread, unless the user has set their number.
///
/// candle adds large tensors on threads of its own, which share one lock and spin while they wait, so
/// that methods that train side by side take about twice as long. Setting a variable of the own
/// process would need `unsafe`; a restart does not. If the restart fails, the run continues, slower.
#[cfg(unix)]
pub fn restart_with_one() {
    use std::env;
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    if env::var_os(COUNT).is_none()
        && let Ok(program) = env::current_exe()
    {
        let mut arguments = env::args_os();
        let name = arguments.next().unwrap_or_else(|| program.clone().into());
        // It returns only if it fails.
        let _ = Command::new(program).arg0(name).args(arguments).env(COUNT, "1").exec();
    }
}

/// Other systems cannot replace a running program.
#[cfg(not(unix))]
pub fn restart_with_one() {}
