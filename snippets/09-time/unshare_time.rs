//! unshare(2) で新しいTime名前空間を作り、boottimeを7日進めてから、子を生む。
//!
//! 実行: cargo build --quiet --bin unshare_time
//!       sudo target/debug/unshare_time

use std::fs;
use std::process::exit;

use anyhow::{Context, Result};
use nix::libc;
use nix::sched::{CloneFlags, unshare};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::time::{ClockId, clock_gettime};
use nix::unistd::{ForkResult, fork};

const DAY: i64 = 24 * 60 * 60;
// nixの知らないフラグでも、数から作れる
const CLONE_NEWTIME: CloneFlags = CloneFlags::from_bits_retain(libc::CLONE_NEWTIME);

fn boottime() -> Result<i64> {
    Ok(clock_gettime(ClockId::CLOCK_BOOTTIME)
        .context("clock_gettime")?
        .tv_sec())
}

fn show(label: &str, start: i64) -> Result<()> {
    let own = fs::read_link("/proc/self/ns/time")?;
    let children = fs::read_link("/proc/self/ns/time_for_children")?;
    let shift = (boottime()? - start + DAY / 2) / DAY;
    println!(
        "{label:<8}{} for_children={} {shift:+} days",
        own.display(),
        children.display()
    );
    Ok(())
}

// --8<-- [start:main]
fn main() -> Result<()> {
    let start = boottime()?;
    show("before", start)?;
    unshare(CLONE_NEWTIME).context("unshare")?;

    // ここで書く。子が生まれるかexecしたあとでは、もう書けない
    let path = "/proc/self/timens_offsets";
    fs::write(path, format!("boottime {} 0\n", 7 * DAY)).context(path)?;
    show("unshare", start)?; // 自分はまだ元の名前空間にいる

    // SAFETY: スレッドは1本だけなので、子はふつうのプログラムとして動ける。
    let pid = match unsafe { fork() }.context("fork")? {
        ForkResult::Child => return show("child", start),
        ForkResult::Parent { child } => child,
    };
    let status = waitpid(pid, None).context("waitpid")?;
    show("parent", start)?;
    match status {
        WaitStatus::Exited(_, code) => exit(code),
        _ => exit(1),
    }
}
// --8<-- [end:main]
