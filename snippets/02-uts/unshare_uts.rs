//! unshare(2) で自分だけを新しいUTS名前空間に移し、ホスト名を変える。
//!
//! 実行: cargo build --quiet --bin unshare_uts
//!       sudo target/debug/unshare_uts

use std::fs;

use anyhow::{Context, Result};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{gethostname, sethostname};

fn show(label: &str) -> Result<()> {
    let ns = fs::read_link("/proc/self/ns/uts")?;
    let name = gethostname()?;
    println!("{label:<8}{}  {}", ns.display(), name.to_string_lossy());
    Ok(())
}

fn main() -> Result<()> {
    show("before")?;

    unshare(CloneFlags::CLONE_NEWUTS).context("unshare")?;
    show("unshare")?; // 名前空間は変わったが、名前はまだ元の値の写し

    sethostname("inner").context("sethostname")?;
    show("after")
}
