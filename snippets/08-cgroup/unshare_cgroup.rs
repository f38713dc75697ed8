//! cgroupに移ってから unshare(2) して、そこをルートとするcgroup名前空間に移る。
//!
//! 実行: cargo build --quiet --bin unshare_cgroup
//!       sudo target/debug/unshare_cgroup（終わったら sudo rmdir /sys/fs/cgroup/demo）

use std::fs::{self, DirBuilder};

use anyhow::{Context, Result};
use nix::sched::{CloneFlags, unshare};

const DEMO: &str = "/sys/fs/cgroup/demo";

/// cgroup v2の行（0::で始まる）を探し、そのパスを返す
fn path(file: &str) -> Result<String> {
    let text = fs::read_to_string(file).context(file.to_string())?;
    let path = text.lines().find_map(|line| line.strip_prefix("0::"));
    path.map(str::to_string)
        .with_context(|| format!("{file}: no cgroup v2"))
}

fn show(label: &str) -> Result<()> {
    let ns = fs::read_link("/proc/self/ns/cgroup")?;
    let (own, init) = (path("/proc/self/cgroup")?, path("/proc/1/cgroup")?);
    println!("{label:<8}{}  self={own:<6} init={init}", ns.display());
    Ok(())
}

// --8<-- [start:main]
fn main() -> Result<()> {
    show("before")?;
    DirBuilder::new()
        .recursive(true)
        .create(DEMO)
        .context("mkdir")?; // すでにあってもよい
    fs::write(format!("{DEMO}/cgroup.procs"), "0").context("cgroup.procs")?; // 0は、書いた自分
    show("moved")?;

    unshare(CloneFlags::CLONE_NEWCGROUP).context("unshare")?;
    show("unshare") // いるcgroupは同じまま、ルートだけが変わった
}
// --8<-- [end:main]
