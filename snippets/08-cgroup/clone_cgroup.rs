//! clone3(2) で、はじめから別のcgroupにいて、そこをルートと見る子を作る。
//!
//! 実行: cargo build --quiet --bin clone_cgroup
//!       sudo target/debug/clone_cgroup

use std::fs::{self, DirBuilder, File};
use std::os::fd::AsRawFd;
use std::process::exit;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

const DEMO: &str = "/sys/fs/cgroup/demo";
const CLONE_INTO_CGROUP: u64 = 0x2_0000_0000;

fn show(label: &str) -> Result<()> {
    let ns = fs::read_link("/proc/self/ns/cgroup")?;
    let text = fs::read_to_string("/proc/self/cgroup")?;
    let path = text.lines().find_map(|line| line.strip_prefix("0::")); // cgroup v2の行
    println!(
        "{label:<8}{}  self={}",
        ns.display(),
        path.unwrap_or_default()
    );
    Ok(())
}

/// 空のcgroup。捨てられるときに消す
struct Cgroup(&'static str);

impl Drop for Cgroup {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir(self.0) {
            eprintln!("{}: {error}", self.0);
        }
    }
}

// --8<-- [start:clone3]
/// 子には0を、親には子のPIDを返す。スレッドが1本のプロセスからだけ使う
///
/// # Safety
///
/// fork(2) と同じ。ほかのスレッドがあれば、その持つロックは、子では放されない。
unsafe fn clone3(flags: u64, cgroup: &File) -> nix::Result<Pid> {
    // SAFETY: 整数だけの構造体で、0は「指定しない」を表す。
    let mut args: libc::clone_args = unsafe { std::mem::zeroed() };
    args.flags = flags;
    args.exit_signal = libc::SIGCHLD as u64;
    args.cgroup = cgroup.as_raw_fd() as u64;
    // SAFETY: 構造体とその大きさを渡す。stackを渡さないので、fork(2) と同じく続く。
    let pid = unsafe { libc::syscall(libc::SYS_clone3, &args, size_of_val(&args)) };
    Errno::result(pid).map(|pid| Pid::from_raw(pid as i32))
}
// --8<-- [end:clone3]

fn main() -> Result<()> {
    show("parent")?;
    DirBuilder::new()
        .recursive(true)
        .create(DEMO)
        .context("mkdir")?; // すでにあってもよい
    let demo = Cgroup(DEMO);
    let file = File::open(demo.0).context("open")?;

    let flags = CLONE_INTO_CGROUP | libc::CLONE_NEWCGROUP as u64;
    // SAFETY: スレッドは1本だけ。
    let pid = unsafe { clone3(flags, &file) }.context("clone3")?;
    if pid.as_raw() == 0 {
        let shown = show("child");
        exit(if shown.is_ok() { 0 } else { 1 }); // 捨てずに終わる。cgroupを消すのは親
    }

    let status = waitpid(pid, None).context("waitpid")?;
    drop(demo);
    match status {
        WaitStatus::Exited(_, code) => exit(code),
        _ => exit(1),
    }
}
