//! unshare(2) のあとに生まれる子が、新しいPID名前空間のPID 1になる。
//!
//! 実行: cargo build --quiet --bin unshare_pid
//!       sudo target/debug/unshare_pid

use std::fs;
use std::io::ErrorKind;
use std::process::exit;

use anyhow::{Context, Result};
use nix::sched::{CloneFlags, unshare};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork, getpid, getppid};

fn namespace(name: &str) -> Result<String> {
    let path = format!("/proc/self/ns/{name}");
    match fs::read_link(&path) {
        Ok(link) => Ok(link.display().to_string()),
        // 最初の子が生まれるまで、答えられない版がある
        Err(error) if error.kind() == ErrorKind::NotFound => Ok("ENOENT".to_string()),
        Err(error) => Err(error).context(path),
    }
}

fn show(label: &str) -> Result<()> {
    let (own, children) = (namespace("pid")?, namespace("pid_for_children")?);
    println!("{label:<8}pid={} ns={own} children={children}", getpid());
    Ok(())
}

// --8<-- [start:main]
fn main() -> Result<()> {
    show("before")?;
    unshare(CloneFlags::CLONE_NEWPID).context("unshare")?;
    show("unshare")?; // 自分は元の名前空間のまま。変わったのは子の行き先だけ

    // SAFETY: スレッドは1本だけなので、子はふつうのプログラムとして動ける。
    let pid = match unsafe { fork() }.context("fork")? {
        ForkResult::Child => {
            println!("{:<8}pid={} ppid={}", "child", getpid(), getppid());
            return Ok(());
        }
        ForkResult::Parent { child } => child,
    };
    let status = waitpid(pid, None).context("waitpid")?;
    show("after")?;
    println!("{:<8}the child was {pid} here", "");
    match status {
        WaitStatus::Exited(_, code) => exit(code),
        _ => exit(1),
    }
}
// --8<-- [end:main]
