//! setns(2) で、すでにあるUTS名前空間に入る。
//!
//! 実行: cargo build --quiet --bin setns_uts
//!       sudo target/debug/setns_uts /proc/PID/ns/uts

use std::env;
use std::fs::{self, File};

use anyhow::{Context, Result, bail};
use nix::sched::{CloneFlags, setns};
use nix::unistd::gethostname;

fn show(label: &str) -> Result<()> {
    let ns = fs::read_link("/proc/self/ns/uts")?;
    let name = gethostname()?;
    println!("{label:<8}{}  {}", ns.display(), name.to_string_lossy());
    Ok(())
}

fn main() -> Result<()> {
    let Some(path) = env::args().nth(1) else {
        bail!("usage: setns_uts /proc/PID/ns/uts");
    };

    show("before")?;
    let file = File::open(&path).context(path)?;
    setns(&file, CloneFlags::CLONE_NEWUTS).context("setns")?; // UTS以外のファイルならEINVAL
    drop(file);
    show("after")
}
