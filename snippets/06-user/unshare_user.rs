//! unshare(2) で自分だけを新しいユーザー名前空間に移し、自分をrootに対応づける。
//!
//! 実行: cargo build --quiet --bin unshare_user
//!       target/debug/unshare_user

use std::fs;

use anyhow::{Context, Result};
use nix::sched::{CloneFlags, unshare};
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
/// 対応表は1回のwrite(2) で書く
fn put(path: &str, text: &str) -> Result<()> {
    fs::write(path, text).context(path.to_string())
}

fn main() -> Result<()> {
    // 移ったあとでは、もとのIDを尋ねられない
    let uid_map = format!("0 {} 1", geteuid());
    let gid_map = format!("0 {} 1", getegid());
    show("before")?;

    // スレッドが2本以上あると、EINVALになる
    unshare(CloneFlags::CLONE_NEWUSER).context("unshare")?;
    show("unshare")?; // 特権はあるが、IDはまだ対応していない

    put("/proc/self/uid_map", &uid_map)?;
    put("/proc/self/setgroups", "deny")?; // これがないと、次の行がEPERM
    put("/proc/self/gid_map", &gid_map)?;
    show("mapped")
}
// --8<-- [end:main]
