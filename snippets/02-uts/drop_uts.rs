//! 値が捨てられる順を変えると、後始末が別の名前空間で行われる。
//!
//! 実行: cargo build --quiet --bin drop_uts
//!       sudo target/debug/drop_uts

use std::ffi::OsString;
use std::fs::File;

use anyhow::{Context, Result};
use nix::sched::{CloneFlags, setns, unshare};
use nix::unistd::{gethostname, sethostname};

/// 移る前のUTS名前空間。捨てられるときに、そこへ戻る
struct Home(File);

impl Home {
    fn leave() -> Result<Self> {
        let home = File::open("/proc/self/ns/uts")?;
        unshare(CloneFlags::CLONE_NEWUTS).context("unshare")?;
        Ok(Self(home))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Err(error) = setns(&self.0, CloneFlags::CLONE_NEWUTS) {
            eprintln!("setns: {error}");
        }
    }
}

/// 変える前のホスト名。捨てられるときに、それに戻す
struct Name(OsString);

impl Name {
    fn change(to: &str) -> Result<Self> {
        let before = gethostname()?;
        sethostname(to).context("sethostname")?;
        Ok(Self(before))
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        if let Err(error) = sethostname(&self.0) {
            eprintln!("sethostname: {error}");
        }
    }
}

/// フィールドは、書いた順に捨てられる
struct Visit {
    _home: Home,
    _name: Name,
}

fn show(label: &str) -> Result<()> {
    println!("{label:<10}{}", gethostname()?.to_string_lossy());
    Ok(())
}

/// 変数は、作ったのと逆の順に捨てられる
fn by_variables() -> Result<()> {
    let _home = Home::leave()?;
    sethostname("inner")?;
    let _name = Name::change("working")?;
    show("variables")
}

fn by_fields() -> Result<()> {
    let home = Home::leave()?;
    sethostname("inner")?;
    let name = Name::change("working")?;
    let _visit = Visit {
        _home: home,
        _name: name,
    };
    show("fields")
}

fn main() -> Result<()> {
    unshare(CloneFlags::CLONE_NEWUTS).context("unshare")?; // ほんとうの名前は変えない
    sethostname("outer")?;
    by_variables()?;
    show("then")?;
    by_fields()?;
    show("then")
}
