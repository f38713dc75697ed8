//! clone(2) で、はじめから別のUTS名前空間にいる子プロセスを作る。
//!
//! 実行: cargo build --quiet --bin clone_uts
//!       sudo target/debug/clone_uts

use std::fs;
use std::process::exit;

use anyhow::{Context, Result};
use nix::sched::{CloneFlags, clone};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{gethostname, sethostname};

const STACK_SIZE: usize = 1024 * 1024;

fn show(label: &str) -> Result<()> {
    let ns = fs::read_link("/proc/self/ns/uts")?;
    let name = gethostname()?;
    println!("{label:<8}{}  {}", ns.display(), name.to_string_lossy());
    Ok(())
}

fn child() -> Result<()> {
    sethostname("inner").context("sethostname")?;
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
    let flags = CloneFlags::CLONE_NEWUTS;
    let signal = Some(Signal::SIGCHLD as i32);

    // SAFETY: このプロセスのスレッドは1本だけなので、ほかのスレッドがロックを持ったまま
    // 複製されることはない。CLONE_VM を渡さないから、子が使うスタックも親とは別の写しになる。
    let pid = unsafe { clone(Box::new(start), &mut stack, flags, signal) }.context("clone")?;

    let status = waitpid(pid, None).context("waitpid")?;
    show("parent")?;
    match status {
        WaitStatus::Exited(_, code) => exit(code),
        _ => exit(1),
    }
}
