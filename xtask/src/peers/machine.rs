//! The machine and the programs of a measurement, as a sentence.

use std::fs;
use std::process::Command;

/// Processor, cores, memory, kernel, pages and our compiler, as far as the system tells.
pub fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = line("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok())
        .map(|kib| format!("{:.0} GiB of memory", kib / f64::from(1 << 20)));
    let cache = fs::read_to_string("/sys/devices/system/cpu/cpu0/cache/index3/size").ok();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").ok();
    let pages = fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled").ok();
    let pages = pages.and_then(|text| Some(text.split_once('[')?.1.split_once(']')?.0.to_owned()));
    let parts = [
        Some(line("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.into())),
        Some(format!("{cores} cores")),
        cache.map(|size| format!("{} of last-level cache", size.trim())),
        memory,
        Some(match kernel {
            Some(release) => format!("Linux {}", release.trim()),
            None => std::env::consts::OS.into(),
        }),
        pages.map(|mode| format!("large pages: {mode}")),
        rustc(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What follows the first `name:` of a file of the system.
fn line(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let mut pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned())
}

/// The compiler's name and version, without its commit.
fn rustc() -> Option<String> {
    let output = Command::new("rustc").arg("--version").current_dir(crate::root()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.split(" (").next()?.trim().to_owned())
}
