//! unshare(2) で新しいIPC名前空間に移り、外と同じキーで共有メモリを作る。
//!
//! 実行: cargo build --quiet --bin unshare_ipc
//!       sudo target/debug/unshare_ipc

use std::ffi::{CStr, CString, c_char, c_void};
use std::fs::{self, File};
use std::ptr;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc;
use nix::sched::{CloneFlags, setns, unshare};

const KEY: libc::key_t = 0x2026;
const SIZE: usize = 4096;

/// つないだ共有メモリ。捨てられるときに切り離す
struct Attached(*mut c_void);

impl Attached {
    fn new(shmid: i32) -> nix::Result<Self> {
        // SAFETY: 置く場所はカーネルが選ぶので、使っているメモリに重なることはない。
        let memory = unsafe { libc::shmat(shmid, ptr::null(), 0) };
        if memory as isize == -1 {
            return Err(Errno::last());
        }
        Ok(Self(memory))
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        // SAFETY: newがつないだもので、これより長く借りている者はいない。
        unsafe { libc::shmdt(self.0) };
    }
}

fn put(text: &str) -> Result<i32> {
    let text = CString::new(text)?;
    anyhow::ensure!(text.as_bytes_with_nul().len() <= SIZE, "text is too long");
    // SAFETY: 数を渡すだけで、メモリには触れない。
    let shmid = unsafe { libc::shmget(KEY, SIZE, libc::IPC_CREAT | libc::IPC_EXCL | 0o600) };
    let shmid = Errno::result(shmid).context("shmget")?;
    let memory = Attached::new(shmid).context("shmat")?;
    // SAFETY: 書き込む先はSIZEバイトあり、textはそれを越えない。
    unsafe { libc::strcpy(memory.0.cast::<c_char>(), text.as_ptr()) };
    Ok(shmid)
}

fn get() -> nix::Result<String> {
    // SAFETY: 数を渡すだけで、メモリには触れない。
    let shmid = Errno::result(unsafe { libc::shmget(KEY, 0, 0) })?;
    let memory = Attached::new(shmid)?;
    // SAFETY: 0で終わる文字列を、putがそこに書いた。
    let text = unsafe { CStr::from_ptr(memory.0.cast::<c_char>()) };
    Ok(text.to_string_lossy().into_owned())
}

fn show(label: &str) -> Result<()> {
    let ns = fs::read_link("/proc/self/ns/ipc")?;
    let found = get().unwrap_or_else(|errno| errno.desc().to_string());
    println!("{label:<8}{}  {found}", ns.display());
    Ok(())
}

// --8<-- [start:main]
/// 外に作った共有メモリ。捨てられるときに消す
struct Outer(i32);

impl Drop for Outer {
    fn drop(&mut self) {
        // SAFETY: 消すだけで、メモリには触れない。
        if unsafe { libc::shmctl(self.0, libc::IPC_RMID, ptr::null_mut()) } < 0 {
            eprintln!("shmctl: {}", Errno::last());
        }
    }
}

/// 移る前のIPC名前空間。捨てられるときに、そこへ戻る
struct Home(File);

impl Home {
    fn leave() -> Result<Self> {
        let home = File::open("/proc/self/ns/ipc")?;
        unshare(CloneFlags::CLONE_NEWIPC).context("unshare")?;
        Ok(Self(home))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Err(error) = setns(&self.0, CloneFlags::CLONE_NEWIPC) {
            eprintln!("setns: {error}");
        }
    }
}

fn main() -> Result<()> {
    let _outer = Outer(put("outer")?);
    show("before")?;

    // あとから作った home が先に捨てられるので、どこで失敗しても、戻ってから消す
    let home = Home::leave()?;
    show("unshare")?; // 名前空間が変わり、同じキーが見つからなくなる
    put("inner")?;
    show("after")?;

    drop(home);
    show("back")
}
// --8<-- [end:main]
