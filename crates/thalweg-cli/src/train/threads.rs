//! The threads that candle keeps for itself.

/// How candle is told how many they are, before its first sum.
const COUNT: &str = "CANDLE_NUM_THREADS";

/// Starts the program once more with one of them, unless the user has said how many.
///
/// candle adds large tensors on threads of its own, which all share one lock and spin while they
/// wait: methods that train side by side wait there for one another, and take about twice as
/// long. The number is read from the environment, which a program without `unsafe` can set for
/// another only. Where it cannot be started again all goes on, slower.
#[cfg(unix)]
pub fn settle() {
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

/// Elsewhere a program cannot take the place of another.
#[cfg(not(unix))]
pub fn settle() {}
