//! The machine that the program runs on, as far as the system describes it.

use std::fs;

use serde::Serialize;
use thalweg::Simd;

/// Processor, memory and system.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Machine {
    /// The processor's name, or its architecture where the system gives no name.
    pub processor: String,
    /// Threads that can run at the same time.
    pub cores: usize,
    /// GiB of memory.
    pub memory_gib: Option<f64>,
    /// Size of the last-level cache, as the system formats it.
    pub cache: Option<String>,
    /// The operating system.
    pub system: String,
    /// The setting for transparent huge pages: `always`, `madvise` or `never`.
    pub large_pages: Option<String>,
    /// The widest SIMD instruction set.
    pub simd: String,
    /// The version of this library.
    pub thalweg: &'static str,
}

impl Machine {
    /// The machine that this program runs on.
    pub fn here() -> Self {
        let text = |path| fs::read_to_string(path).ok().map(|text| text.trim().to_owned());
        let kernel = text("/proc/sys/kernel/osrelease").map(|release| format!("Linux {release}"));
        let pages = text("/sys/kernel/mm/transparent_hugepage/enabled");
        // The mode that is set stands in brackets.
        let mode = |text: String| Some(text.split_once('[')?.1.split_once(']')?.0.to_owned());
        let total = memory("MemTotal").map(|bytes| bytes as f64 / f64::from(1 << 30));
        Self {
            processor: line("/proc/cpuinfo", "model name")
                .unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: total.map(|gib| (10.0 * gib).round() / 10.0),
            cache: text("/sys/devices/system/cpu/cpu0/cache/index3/size"),
            system: kernel.unwrap_or_else(|| std::env::consts::OS.to_owned()),
            large_pages: pages.and_then(mode),
            simd: Simd::widest().to_string(),
            thalweg: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// Bytes of memory that are available without swapping; `None` where the system does not say.
pub fn available_memory() -> Option<u64> {
    memory("MemAvailable")
}

fn memory(name: &str) -> Option<u64> {
    let kib: u64 = line("/proc/meminfo", name)?.split(' ').next()?.parse().ok()?;
    kib.checked_mul(1024)
}

/// What follows the first `name:` of a file of the system.
fn line(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let mut pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned())
}
