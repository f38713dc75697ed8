//! setns(2) で子の行き先を、すでにあるPID名前空間にする。
//!
//! 実行: cargo build --quiet --bin setns_pid
//!       sudo target/debug/setns_pid /proc/PID/ns/pid

use std::env;
use std::fs::{self, File};
use std::process::exit;

use anyhow::{Context, Result, bail};
use nix::sched::{CloneFlags, setns};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork, getpid, getppid};

fn show(label: &str) -> Result<()> {
    let own = fs::read_link("/proc/self/ns/pid")?;
    let children = fs::read_link("/proc/self/ns/pid_for_children")?;
    println!(
        "{label:<8}pid={} ns={} children={}",
        getpid(),
        own.display(),
        children.display()
    );
    Ok(())
}

// --8<-- [start:main]
fn main() -> Result<()> {
    let Some(path) = env::args().nth(1) else {
        bail!("usage: setns_pid /proc/PID/ns/pid");
    };

    show("before")?;
    let file = File::open(&path).context(path)?;
    // PID以外のファイルや、祖先の名前空間ならEINVAL
    setns(&file, CloneFlags::CLONE_NEWPID).context("setns")?;
    drop(file);
    show("setns")?;

    // SAFETY: スレッドは1本だけなので、子はふつうのプログラムとして動ける。
    let pid = match unsafe { fork() }.context("fork")? {
        ForkResult::Child => {
            println!("{:<8}pid={} ppid={}", "child", getpid(), getppid());
            return Ok(());
        }
        ForkResult::Parent { child } => child, // PID 1がもういなければ、forkがENOMEM
    };
    match waitpid(pid, None).context("waitpid")? {
        WaitStatus::Exited(_, code) => exit(code),
        _ => exit(1),
    }
}
// --8<-- [end:main]
