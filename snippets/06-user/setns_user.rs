//! setns(2) で、すでにあるユーザー名前空間に入る。
//!
//! 実行: cargo build --quiet --bin setns_user
//!       target/debug/setns_user /proc/PID/ns/user

use std::env;
use std::fs::{self, File};

use anyhow::{Context, Result, bail};
use nix::sched::{CloneFlags, setns};
use nix::unistd::{getegid, geteuid};

fn show(label: &str) -> Result<()> {
    let ns = fs::read_link("/proc/self/ns/user")?;
    let status = fs::read_to_string("/proc/thread-self/status")?;
    let caps = status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:\t"));
    let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
    let caps = caps.unwrap_or_default();
    println!(
        "{label:<8}{}  uid={uid:<6}gid={gid:<6}CapEff={caps}",
        ns.display()
    );
    Ok(())
}

// --8<-- [start:main]
fn main() -> Result<()> {
    let Some(path) = env::args().nth(1) else {
        bail!("usage: setns_user /proc/PID/ns/user");
    };

    show("before")?;
    let file = File::open(&path).context(path)?;
    setns(&file, CloneFlags::CLONE_NEWUSER).context("setns")?;
    drop(file);
    show("after")
}
// --8<-- [end:main]
