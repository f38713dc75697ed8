//! setns(2) で、すでにあるIPC名前空間に入る。
//!
//! 実行: cargo build --quiet --bin setns_ipc
//!       sudo target/debug/setns_ipc /proc/PID/ns/ipc

use std::env;
use std::ffi::{CStr, c_char};
use std::fs::{self, File};
use std::ptr;

use anyhow::{Context, Result, bail};
use nix::errno::Errno;
use nix::libc;
use nix::sched::{CloneFlags, setns};

fn get() -> nix::Result<String> {
    // SAFETY: 数を渡すだけで、メモリには触れない。
    let shmid = Errno::result(unsafe { libc::shmget(0x2026, 0, 0) })?;
    // SAFETY: 置く場所はカーネルが選ぶので、使っているメモリに重なることはない。
    let memory = unsafe { libc::shmat(shmid, ptr::null(), libc::SHM_RDONLY) };
    if memory as isize == -1 {
        return Err(Errno::last());
    }
    // SAFETY: 0で終わる文字列がそこにあり、切り離すのは写したあと。
    let text = unsafe { CStr::from_ptr(memory.cast::<c_char>()) }
        .to_string_lossy()
        .into_owned();
    // SAFETY: いまつないだもので、もう誰も借りていない。
    unsafe { libc::shmdt(memory) };
    Ok(text)
}

fn show(label: &str) -> Result<()> {
    let ns = fs::read_link("/proc/self/ns/ipc")?;
    let found = get().unwrap_or_else(|errno| errno.desc().to_string());
    println!("{label:<8}{}  {found}", ns.display());
    Ok(())
}

// --8<-- [start:main]
fn main() -> Result<()> {
    let Some(path) = env::args().nth(1) else {
        bail!("usage: setns_ipc /proc/PID/ns/ipc");
    };

    show("before")?;
    let file = File::open(&path).context(path)?;
    setns(&file, CloneFlags::CLONE_NEWIPC).context("setns")?; // IPC以外のファイルならEINVAL
    drop(file);
    show("after")
}
// --8<-- [end:main]
