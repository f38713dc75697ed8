//! clone(2) で子を新しいユーザー名前空間に生み、その対応表を親が書く。
//! 親が書き終えるまで、子はパイプで待つ。
//!
//! 実行: cargo build --quiet --bin clone_user
//!       target/debug/clone_user

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, exit};

use anyhow::{Context, Result};
use nix::fcntl::OFlag;
use nix::sched::{CloneFlags, clone};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{Pid, getegid, geteuid, pipe2};

const STACK_SIZE: usize = 1024 * 1024;

// --8<-- [start:main]
fn child(mut wait: impl Read, command: &mut Command) -> isize {
    // 親が書けずに終わると、何も読めない
    if wait.read_exact(&mut [0]).is_err() {
        return 1;
    }
    println!("child   uid={}", geteuid());
    // 対応づけたあとのexecなら、rootとして特権を持ったまま
    eprintln!("grep: {}", command.exec());
    1
}

fn put(pid: Pid, file: &str, text: &str) -> Result<()> {
    let path = format!("/proc/{pid}/{file}");
    fs::write(&path, text).context(path)
}

fn main() -> Result<()> {
    let mut stack = vec![0; STACK_SIZE];
    let flags = CloneFlags::CLONE_NEWUSER;
    let signal = Some(Signal::SIGCHLD as i32);
    let mut command = Command::new("grep");
    command.args(["CapEff", "/proc/self/status"]);
    let (reader, writer) = pipe2(OFlag::O_CLOEXEC).context("pipe2")?;
    let (reader, mut writer) = (File::from(reader), Some(File::from(writer)));
    let start = || {
        drop(writer.take()); // 閉じないと、親が死んでもreadが終わらない
        child(&reader, &mut command)
    };

    // SAFETY: スレッドは1本だけで、CLONE_VM を渡さないから、子はメモリの写しの上で動く。
    let pid = unsafe { clone(Box::new(start), &mut stack, flags, signal) }.context("clone")?;
    drop(reader);

    put(pid, "uid_map", &format!("0 {} 1", geteuid()))?;
    put(pid, "setgroups", "deny")?;
    put(pid, "gid_map", &format!("0 {} 1", getegid()))?;
    let path = format!("/proc/{pid}");
    let owner = fs::metadata(&path).context(path)?.uid();
    println!("parent  uid={}, child's uid={owner}", geteuid());
    if let Some(mut writer) = writer {
        writer.write_all(b"!").context("write")?;
    }

    match waitpid(pid, None).context("waitpid")? {
        WaitStatus::Exited(_, code) => exit(code),
        _ => exit(1),
    }
}
// --8<-- [end:main]
