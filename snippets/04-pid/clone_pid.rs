//! clone(2) で子を新しいPID名前空間に生み、1つのプロセスの2つのPIDを並べる。
//!
//! 実行: cargo build --quiet --bin clone_pid
//!       sudo target/debug/clone_pid

use std::fs::{self, File};
use std::io::Read;
use std::process::exit;

use anyhow::{Context, Result};
use nix::sched::{CloneFlags, clone};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{getpid, getppid, pipe};

const STACK_SIZE: usize = 1024 * 1024;

// --8<-- [start:main]
/// 子はここから始まり、戻り値が終了ステータスになる
fn child(mut wait: impl Read) -> isize {
    // 親が調べ終えてパイプを閉じるまで待つ
    if let Err(error) = wait.read(&mut [0]) {
        eprintln!("read: {error}");
        return 1;
    }
    println!("child   getpid()={} getppid()={}", getpid(), getppid());
    0
}

fn main() -> Result<()> {
    let mut stack = vec![0; STACK_SIZE];
    let flags = CloneFlags::CLONE_NEWPID;
    let signal = Some(Signal::SIGCHLD as i32);
    let (reader, writer) = pipe().context("pipe")?;
    let (reader, mut writer) = (File::from(reader), Some(writer));
    let start = || {
        drop(writer.take()); // 親から写された端。閉じないと、自分を待つことになる
        child(&reader)
    };

    // SAFETY: スレッドは1本だけで、CLONE_VM を渡さないから、子はメモリの写しの上で動く。
    let pid = unsafe { clone(Box::new(start), &mut stack, flags, signal) }.context("clone")?;

    let path = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&path).context(path)?;
    let pids = status.lines().find_map(|line| line.strip_prefix("NSpid:"));
    let pids: Vec<&str> = pids.unwrap_or_default().split_whitespace().collect();
    println!("parent  clone()={pid} NSpid: {}", pids.join(" "));
    drop(writer);

    match waitpid(pid, None).context("waitpid")? {
        WaitStatus::Exited(_, code) => exit(code),
        _ => exit(1),
    }
}
// --8<-- [end:main]
