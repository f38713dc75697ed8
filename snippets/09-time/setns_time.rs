//! setns(2) で、すでにあるTime名前空間に入る。時計が目の前で飛ぶ。
//!
//! 実行: cargo build --quiet --bin setns_time
//!       sudo target/debug/setns_time /proc/PID/ns/time

use std::env;
use std::fs::{self, File};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::libc;
use nix::sched::{CloneFlags, setns};
use nix::time::{ClockId, clock_gettime};

const DAY: f64 = 24.0 * 60.0 * 60.0;
// nixの知らないフラグでも、数から作れる
const CLONE_NEWTIME: CloneFlags = CloneFlags::from_bits_retain(libc::CLONE_NEWTIME);

fn boottime() -> Result<f64> {
    let time = clock_gettime(ClockId::CLOCK_BOOTTIME).context("clock_gettime")?;
    Ok(Duration::from(time).as_secs_f64())
}

fn show(label: &str) -> Result<()> {
    println!("{label} {}", fs::read_link("/proc/self/ns/time")?.display());
    Ok(())
}

// --8<-- [start:main]
fn main() -> Result<()> {
    let Some(path) = env::args().nth(1) else {
        bail!("usage: setns_time /proc/PID/ns/time");
    };

    show("before")?;
    let before = boottime()?;
    let file = File::open(&path).context(path)?;
    setns(&file, CLONE_NEWTIME).context("setns")?; // Time以外のファイルならEINVAL
    drop(file);
    let after = boottime()?;
    show("after ")?;
    println!("jumped {:+.0} days", (after - before) / DAY);
    Ok(())
}
// --8<-- [end:main]
