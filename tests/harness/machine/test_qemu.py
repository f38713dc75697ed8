"""Virtual machines: fresh, apart from each other and from the host, and gone afterwards."""

import sys
import time
from contextlib import closing
from pathlib import Path

import guests
import pytest
from guests import Open, quiet
from processes import ran

from harness.guest.world import read
from harness.image import kernels, store
from harness.image.image import Image
from harness.machine import MachineError, StillbornError, bounds, qemu
from harness.machine.channel import AgentGoneError
from harness.machine.namespaces import RESTRICTION
from harness.machine.qemu import Qemu, QemuMachine, acceleration, template

KERNEL = guests.GUEST.kernel
MACHINES = ("qemu",)


@pytest.fixture
def other_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with the same image and kernels, and no template."""
    theirs, ours = store.cache_directory(), tmp_path / "run-snippets"
    ours.mkdir()
    kernels.ensure(KERNEL, quiet)
    for path in [*theirs.glob("image-*"), *theirs.glob("kernel-*")]:
        (ours / path.name).symlink_to(path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return ours


def test_two_clones_never_share_random_numbers(backend: Qemu, shell: Open) -> None:
    sources = (
        "head -c 16 /dev/urandom | od -An -tx1",
        "head -c 16 /dev/random | od -An -tx1",
        "cat /proc/sys/kernel/random/uuid",
        "python3 -c 'import os; print(os.urandom(16))'",
        "python3 -c 'import random; print(random.random())'",
        "mktemp -u",
        "ip link add type veth; cat /sys/class/net/veth*/address",
    )
    with closing(backend.start()) as one, closing(backend.start()) as other:
        here, there = shell(one), shell(other)
        for source in sources:
            assert here(source)[0] != there(source)[0], source


def test_a_machine_has_just_booted_a_kernel_of_the_table_and_all_that_it_can_do(
    machine: QemuMachine, shell: Open
) -> None:
    assert machine.kernel.startswith(f"{KERNEL}.")
    run = shell(machine)
    assert abs(float(run("date +%s.%N")[0]) - time.time()) < 30
    assert float(run("cut -d' ' -f1 /proc/uptime")[0]) < 600
    assert run("for k in proc sysfs devpts mqueue cgroup2 tracefs debugfs bpf securityfs; do "
               "findmnt -n -t $k > /dev/null || echo no $k; done") == ("", 0)  # fmt: skip
    assert run("chrt -p $$ | head -1")[0].endswith("SCHED_OTHER\n")
    # Nothing of the host is there.
    assert run("ip -o link | grep -v ': lo:'") == ("", 1)
    assert run("cat /sys/block/vd*/ro") == ("1\n1\n", 0)
    assert run("findmnt -n -t 9p,virtiofs")[0] == ""
    # Every cgroup controller is handed on.
    run("cd /sys/fs/cgroup")
    assert run("diff cgroup.controllers cgroup.subtree_control") == ("", 0)
    assert run("grep -wo -e cpu -e io -e memory -e pids cgroup.controllers | wc -l") == ("4\n", 0)
    assert run("mkdir a; echo 8M > a/memory.max; cat a/memory.max") == ("8388608\n", 0)


def test_qemu_is_nobody_in_a_root_and_in_namespaces_with_nothing_of_the_host(
    machine: QemuMachine,
) -> None:
    there = Path(f"/proc/{machine.pid}")
    said = dict(line.split(":\t", 1) for line in (there / "status").read_text().splitlines())
    assert said["Uid"].split() == said["Gid"].split() == ["65534"] * 4
    assert (said["Groups"].strip(), said["NoNewPrivs"], said["Seccomp"]) == ("", "1", "2")
    assert {said[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Amb")} == {"0" * 16}
    for kind in ("mnt", "pid", "net", "ipc", "uts"):
        assert (there / "ns" / kind).readlink() != Path("/proc/self/ns", kind).readlink()
    shown = {one.name for one in (there / "root").iterdir()}
    assert not {"proc", "sys", "home", "tmp"} & shown
    assert {
        str(one.relative_to(there / "root/var")) for one in (there / "root/var").rglob("*")
    } == {"tmp"}
    assert {one.name for one in (there / "root/dev").iterdir()} <= {"null", "kvm"}
    # Of its files it writes the template's memory, a private copy of which is the machine's.
    mounts = [line.split() for line in (there / "mountinfo").read_text().splitlines()]
    writable = [one[4] for one in mounts if one[5].startswith("rw") and one[4] != "/"]
    assert [Path(path).name for path in writable] == ["memory", "tmp"]
    assert bounds.PREFIX in (there / "cgroup").read_text()


def test_an_ordinary_users_qemu_is_in_a_jail_too() -> None:
    code = """if True:
        import os
        from harness.guest import syscalls
        from harness.machine import jail
        flags, who = jail.namespaces(), (os.getuid(), os.getgid())
        if flags and not syscalls.clone3(flags)[0]:
            jail.enter([], *who)
            print(os.getuid(), sorted(os.listdir("/dev")), os.path.exists("/home"))
    """
    done = ran(
        "setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", sys.executable, "-c", code
    )
    forbidden = read("/proc/sys/user/max_user_namespaces") == "0\n" or read(RESTRICTION) == "1\n"
    assert ("1000 [" in done.stdout) != forbidden, done.stderr


def test_kernel_functions_can_be_probed_and_modules_loaded(
    machine: QemuMachine, shell: Open
) -> None:
    run = shell(machine)
    bpf = run("bpftrace -e 'BEGIN { printf(\"%s\\n\", comm); exit(); }' | tail -n +2")
    assert (bpf[0].strip(), bpf[1]) == ("bpftrace", 0)
    run("cd /sys/kernel/tracing; echo copy_utsname > set_ftrace_filter")
    run("echo function_graph > current_tracer; unshare -u true; echo nop > current_tracer")
    assert run("echo 'p:mine copy_utsname' > kprobe_events") == ("", 0)
    assert run("modprobe dummy && ip link add type dummy") == ("", 0)


def test_a_full_disk_is_the_machines_own(machine: QemuMachine, shell: Open) -> None:
    run = shell(machine)
    output, status = run("dd if=/dev/zero of=/big bs=1M 2>&1")
    assert ("No space left on device" in output, status) == (True, 1)
    assert run("true") == ("", 0)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("busybox reboot -f", "reboot: Restarting system"),
        ("echo c > /proc/sysrq-trigger", "Kernel panic - not syncing: sysrq triggered crash"),
        ("kill -SEGV 1; kill -KILL 1; echo o > /proc/sysrq-trigger; sleep 60", "sysrq: Power Off"),
    ],
)
def test_the_end_of_a_machine_is_told_by_its_console(
    backend: Qemu, shell: Open, line: str, said: str
) -> None:
    with closing(backend.start()) as machine:
        run = shell(machine)
        with pytest.raises(AgentGoneError):
            run(line)
        assert said in machine.epitaph()


def cut_short(whole: template.Template, folder: Path) -> template.Template:
    """A template as `whole`, with half of its state; the cache is others', too, and stays whole."""
    for path in whole.directory.iterdir():
        (folder / path.name).symlink_to(path)
    (folder / "state").unlink()
    half = whole.state.read_bytes()[: whole.state.stat().st_size // 2]
    (folder / "state").write_bytes(half)
    return template.Template(folder, whole.hardware)


def test_a_clone_that_does_not_come_alive_says_so_in_one_sentence(
    backend: Qemu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = cut_short(backend.template(), tmp_path)
    assert backend.template().whole
    assert not broken.whole
    with monkeypatch.context() as patch:
        patch.setattr(backend, "template", lambda: broken)
        with pytest.raises(StillbornError, match=r"No virtual machine could be started: .*QEMU"):
            backend.start()
    backend.start().close()


def test_a_broken_template_is_made_anew(other_cache: Path) -> None:
    """Its files are there and have the right sizes, but it doesn't start; beside it, a half."""
    notes: list[str] = []
    with closing(Qemu(guests.built(), notes.append, KERNEL)) as backend:
        built = backend.template()
        built.state.write_bytes(bytes(built.state.stat().st_size))
        (built.directory.parent / f"{built.directory.name}.part").mkdir()
    with (
        closing(Qemu(guests.built(), notes.append, KERNEL)) as backend,
        closing(backend.start()) as machine,
    ):
        assert machine.channel.request("hello")
    assert any("making it anew" in note for note in notes)
    assert not list(other_cache.glob("templates-*/*.part"))


def test_a_machine_that_does_not_boot_is_reported_with_its_console(
    other_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qemu, "PARAMETERS", "console=ttyS0 panic=-1 rdinit=/none")
    with (
        closing(Qemu(guests.built(), quiet, KERNEL)) as backend,
        pytest.raises(MachineError, match=r"No virtual machine boots here.*Kernel panic"),
    ):
        backend.start()
    assert not list(other_cache.glob("templates-*/????????????????"))


def test_kvm_is_not_touched_where_the_processor_lacks_it_or_it_has_failed_since_the_boot(
    other_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags = tmp_path / "cpuinfo"
    monkeypatch.setattr(acceleration, "DEVICE", tmp_path)  # readable and writable: it "opens"
    monkeypatch.setattr(acceleration, "CPUINFO", flags)
    flags.write_text("flags\t\t: fpu hypervisor\n")
    assert acceleration.candidates() == ("tcg",)
    flags.write_text("flags\t\t: fpu vmx\n")
    tried, notes = [], list[str]()

    def attempt(name: str) -> str:
        tried.append(name)
        if name == "kvm":
            raise MachineError("it hangs")
        return name

    assert acceleration.first_that_works(attempt, notes.append) == "tcg"
    assert acceleration.first_that_works(attempt, notes.append) == "tcg"
    assert tried == ["kvm", "tcg", "tcg"]
    assert len(notes) == 1
    # Other processors have no virtual machines at all.
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    with pytest.raises(MachineError, match="x86-64"):
        Qemu(Image("key", Path("/nowhere")), quiet, KERNEL)
