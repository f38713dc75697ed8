//! clone3(2) で、はじめから別のTime名前空間にいる子を作る。ずれは、もう決められない。
//!
//! 実行: cargo build --quiet --bin clone_time
//!       sudo target/debug/clone_time

use std::fs;
use std::process::exit;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

fn show(label: &str) -> Result<()> {
    println!(
        "{label:<8}{}",
        fs::read_link("/proc/self/ns/time")?.display()
    );
    Ok(())
}

// --8<-- [start:main]
/// 子には0を、親には子のPIDを返す
///
/// # Safety
///
/// fork(2) と同じ。ほかのスレッドがあれば、その持つロックは、子では放されない。
unsafe fn clone3(flags: i32) -> nix::Result<Pid> {
    // SAFETY: 整数だけの構造体で、0は「指定しない」を表す。
    let mut args: libc::clone_args = unsafe { std::mem::zeroed() };
    args.flags = flags as u64;
    args.exit_signal = libc::SIGCHLD as u64;
    // SAFETY: 構造体とその大きさを渡す。stackを渡さないので、fork(2) と同じく続く。
    let pid = unsafe { libc::syscall(libc::SYS_clone3, &args, size_of_val(&args)) };
    Errno::result(pid).map(|pid| Pid::from_raw(pid as i32))
}

fn child() -> Result<()> {
    show("child")?;
    if let Err(error) = fs::write("/proc/self/timens_offsets", "boottime 604800 0\n") {
        let errno = Errno::from_raw(error.raw_os_error().unwrap_or_default());
        println!("child   timens_offsets: {}", errno.desc());
    }
    Ok(())
}

fn main() -> Result<()> {
    // SAFETY: スレッドは1本だけ。
    let pid = unsafe { clone3(libc::CLONE_NEWTIME) }.context("clone3")?;
    if pid.as_raw() == 0 {
        return child();
    }

    let status = waitpid(pid, None).context("waitpid")?;
    show("parent")?;
    match status {
        WaitStatus::Exited(_, code) => exit(code),
        _ => exit(1),
    }
}
// --8<-- [end:main]
