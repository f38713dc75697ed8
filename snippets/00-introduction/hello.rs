//! 自分だけのUTS名前空間を作り、そこでのホスト名に挨拶する。
//!
//! 実行: cargo build --quiet --bin hello
//!       sudo target/debug/hello

use anyhow::{Context, Result};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{gethostname, sethostname};

fn main() -> Result<()> {
    unshare(CloneFlags::CLONE_NEWUTS).context("unshare")?;
    sethostname("unshared world").context("sethostname")?;
    let name = gethostname().context("gethostname")?;

    println!("Hello! {}", name.to_string_lossy());
    Ok(())
}
