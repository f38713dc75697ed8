//! setns(2) で、すでにあるcgroup名前空間に入る。いるcgroupは動かない。
//!
//! 実行: cargo build --quiet --bin setns_cgroup
//!       sudo target/debug/setns_cgroup /proc/PID/ns/cgroup

use std::env;
use std::fs::{self, File};

use anyhow::{Context, Result, bail};
use nix::sched::{CloneFlags, setns};

fn show(label: &str) -> Result<()> {
    let ns = fs::read_link("/proc/self/ns/cgroup")?;
    let text = fs::read_to_string("/proc/self/cgroup")?;
    let path = text.lines().find_map(|line| line.strip_prefix("0::")); // cgroup v2の行
    println!(
        "{label:<8}{}  self={}",
        ns.display(),
        path.unwrap_or_default()
    );
    Ok(())
}

// --8<-- [start:main]
fn main() -> Result<()> {
    let Some(path) = env::args().nth(1) else {
        bail!("usage: setns_cgroup /proc/PID/ns/cgroup");
    };

    show("before")?;
    let file = File::open(&path).context(path)?;
    setns(&file, CloneFlags::CLONE_NEWCGROUP).context("setns")?;
    drop(file);
    show("after")
}
// --8<-- [end:main]
