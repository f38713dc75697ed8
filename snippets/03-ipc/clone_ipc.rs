//! clone(2) で、はじめから別のIPC名前空間にいる子プロセスを作る。
//!
//! 実行: cargo build --quiet --bin clone_ipc
//!       sudo target/debug/clone_ipc

use std::fs;
use std::process::exit;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc;
use nix::sched::{CloneFlags, clone};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitStatus, waitpid};

const STACK_SIZE: usize = 1024 * 1024;
const KEY: libc::key_t = 0x2026;

fn msgget(flags: i32) -> nix::Result<i32> {
    // SAFETY: 数を渡すだけで、メモリには触れない。
    Errno::result(unsafe { libc::msgget(KEY, flags) })
}

fn show(label: &str) -> Result<()> {
    let ns = fs::read_link("/proc/self/ns/ipc")?;
    let found = match msgget(0) {
        Ok(msqid) => format!("id {msqid}"),
        Err(errno) => errno.desc().to_string(),
    };
    println!("{label:<8}{}  {found}", ns.display());
    Ok(())
}

// --8<-- [start:main]
fn child() -> Result<()> {
    msgget(libc::IPC_CREAT | libc::IPC_EXCL | 0o600).context("msgget")?;
    show("child")
}

/// 子はここから始まり、戻り値が終了ステータスになる
fn start() -> isize {
    match child() {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("child: {error:#}");
            1
        }
    }
}

fn main() -> Result<()> {
    let mut stack = vec![0; STACK_SIZE];
    let flags = CloneFlags::CLONE_NEWIPC;
    let signal = Some(Signal::SIGCHLD as i32);

    // SAFETY: スレッドは1本だけで、CLONE_VM を渡さないから、子はメモリの写しの上で動く。
    let pid = unsafe { clone(Box::new(start), &mut stack, flags, signal) }.context("clone")?;

    let status = waitpid(pid, None).context("waitpid")?;
    show("parent")?;
    match status {
        WaitStatus::Exited(_, code) => exit(code),
        _ => exit(1),
    }
}
// --8<-- [end:main]
