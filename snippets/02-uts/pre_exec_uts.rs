//! forkとexecのあいだで子だけを新しいUTS名前空間に移し、そこでhostname(1) を動かす。
//!
//! 実行: cargo build --quiet --bin pre_exec_uts
//!       sudo target/debug/pre_exec_uts

use std::os::unix::process::CommandExt;
use std::process::{Command, exit};

use anyhow::{Context, Result};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{gethostname, sethostname};

fn main() -> Result<()> {
    let mut command = Command::new("hostname");
    // SAFETY: ここは、forkされた子がexecするまでのあいだに動く。ほかのスレッドはもういないので、
    // それが持っていたロックは放されない。2つの関数はシステムコールを呼ぶだけで、メモリを割り当てない。
    unsafe {
        command.pre_exec(|| {
            unshare(CloneFlags::CLONE_NEWUTS)?;
            sethostname("inner")?;
            Ok(())
        });
    }
    let status = command.status().context("hostname")?;
    println!("{}", gethostname()?.to_string_lossy());
    exit(status.code().unwrap_or(1));
}
