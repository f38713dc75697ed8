"""Virtual machines: fresh, apart from each other and from the host, and gone afterwards."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import guests
import pytest
from guests import quiet

from harness.image import kernels, store
from harness.image.image import Image
from harness.machine import MachineError, StillbornError, channel
from harness.machine.channel import AgentGoneError
from harness.machine.qemu import Qemu, QemuMachine, acceleration, command, template

OWNER = """
import sys
import guests
from harness.machine.qemu import Qemu
backend = Qemu(guests.built(), guests.quiet, guests.GUEST.kernel)
machine = backend.start()
print(backend._launcher.keeper.pid, machine.pid, flush=True)
sys.stdin.read()
"""

KERNEL = guests.GUEST.kernel
MACHINES = ("qemu",)
Open = Callable[..., Callable[[str], tuple[str, int]]]


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


def wait_for_end(pidfd: int) -> None:
    """A pidfd reads as ready when its process has ended (pidfd_open(2))."""
    assert select.select([pidfd], [], [], 60)[0], "the process is still there"


def test_a_machine_has_its_own_kernel_of_the_table(machine: QemuMachine) -> None:
    assert machine.kernel.startswith(f"{KERNEL}.")


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


def test_the_clock_is_right_and_the_machine_has_just_booted(
    machine: QemuMachine, shell: Open
) -> None:
    run = shell(machine)
    assert abs(float(run("date +%s.%N")[0]) - time.time()) < 30
    assert float(run("cut -d' ' -f1 /proc/uptime")[0]) < 600


def test_the_machine_looks_like_a_booted_debian(machine: QemuMachine, shell: Open) -> None:
    run = shell(machine)
    assert run("findmnt -n -o PROPAGATION /") == ("shared\n", 0)
    assert run("hostname; cat /etc/hostname") == ("unshared\nunshared\n", 0)
    assert run("cat /proc/self/cgroup") == ("0::/\n", 0)
    assert run("cat /proc/1/comm; tr -d '\\0' < /proc/1/environ") == ("init\n", 0)
    assert run("stat -c %a /tmp /dev/shm /dev/null") == ("1777\n1777\n666\n", 0)
    assert run("stat -c %g:%a $(tty)") == ("5:620\n", 0)
    assert run("umask; ulimit -Sn; ulimit -c") == ("0022\n1024\n0\n", 0)
    assert run("for k in proc sysfs devpts mqueue cgroup2 tracefs debugfs bpf securityfs; do "
               "findmnt -n -t $k > /dev/null || echo no $k; done") == ("", 0)  # fmt: skip
    assert run("chrt -p $$ | head -1")[0].endswith("SCHED_OTHER\n")


def test_nothing_of_the_host_is_there(machine: QemuMachine, shell: Open) -> None:
    run = shell(machine)
    assert run("ip -o link | grep -v ': lo:'") == ("", 1)
    assert run("cat /sys/block/vd*/ro") == ("1\n1\n", 0)
    assert run("findmnt -n -t 9p,virtiofs")[0] == ""


def test_every_cgroup_controller_is_handed_on(machine: QemuMachine, shell: Open) -> None:
    run = shell(machine)
    run("cd /sys/fs/cgroup")
    assert run("diff cgroup.controllers cgroup.subtree_control") == ("", 0)
    assert run("grep -wo -e cpu -e io -e memory -e pids cgroup.controllers | wc -l") == ("4\n", 0)
    assert run("mkdir a; echo 8M > a/memory.max; cat a/memory.max") == ("8388608\n", 0)


def test_a_kernel_function_can_be_probed(machine: QemuMachine, shell: Open) -> None:
    run = shell(machine)
    run("cd /sys/kernel/tracing; echo copy_utsname > set_ftrace_filter")
    run("echo function_graph > current_tracer; unshare -u true; echo nop > current_tracer")
    assert run("echo 'p:mine copy_utsname' > kprobe_events") == ("", 0)
    assert run("modprobe dummy && ip link add type dummy") == ("", 0)


def test_bpftrace_runs(machine: QemuMachine, shell: Open) -> None:
    command = "bpftrace -e 'BEGIN { printf(\"%s\\n\", comm); exit(); }' | tail -n +2"
    output, status = shell(machine)(command)
    assert (output.strip(), status) == ("bpftrace", 0)


def test_a_full_disk_is_the_machines_own(machine: QemuMachine, shell: Open) -> None:
    run = shell(machine)
    output, status = run("dd if=/dev/zero of=/big bs=1M 2>&1")
    assert "No space left on device" in output
    assert status == 1
    assert run("true") == ("", 0)


def test_full_memory_kills_a_process_and_not_the_machine(machine: QemuMachine, shell: Open) -> None:
    run = shell(machine)
    _, status = run("python3 -c '[b\"x\" * (i + (1 << 20)) for i in range(1024)]'")
    assert status == 128 + signal.SIGKILL
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


def test_the_epitaph_says_what_killed_qemu(machine: QemuMachine) -> None:
    os.kill(machine.pid, signal.SIGKILL)
    assert machine.channel.stream.recv(1) == b""
    assert machine.epitaph().startswith("QEMU was killed by SIGKILL")


def test_a_machine_that_hangs_is_killed_and_called_so(
    machine: QemuMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "ANSWER_SECONDS", 0.5)
    os.kill(machine.pid, signal.SIGSTOP)
    with pytest.raises(AgentGoneError, match="stopped answering"):
        machine.channel.request("hello")
    assert "did not answer" in machine.epitaph()


def cut_short(whole: template.Template, folder: Path) -> template.Template:
    """A template as `whole`, with half of its state; the cache is others', too, and stays whole."""
    for path in whole.directory.iterdir():
        (folder / path.name).symlink_to(path)
    state = folder / "state"
    state.unlink()
    half = whole.state.read_bytes()[: whole.state.stat().st_size // 2]
    state.write_bytes(half)
    return template.Template(folder, whole.hardware)


def test_a_clone_that_does_not_come_alive_says_so_in_one_sentence(
    backend: Qemu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = cut_short(backend.template(), tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(backend, "template", lambda: broken)
        with pytest.raises(StillbornError, match=r"No virtual machine could be started: .*QEMU"):
            backend.start()
    backend.start().close()


def test_nothing_is_left_after_close(backend: Qemu) -> None:
    machine = backend.start()
    pidfd = os.pidfd_open(machine.pid)
    machine.close()
    machine.close()  # twice is the same as once
    assert select.select([pidfd], [], [], 0)[0]
    os.close(pidfd)


@pytest.mark.parametrize("victim", ["owner", "spawner"])
def test_no_qemu_is_left_when_the_harness_is_killed(victim: str) -> None:
    words = [sys.executable, "-c", OWNER]
    path = {"PYTHONPATH": str(Path(guests.__file__).parent)}
    with subprocess.Popen(
        words, env=os.environ | path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as owner:
        assert owner.stdout is not None
        spawner, qemu = map(int, owner.stdout.readline().split())
        pidfds = [os.pidfd_open(spawner), os.pidfd_open(qemu)]
        os.kill(owner.pid if victim == "owner" else spawner, signal.SIGKILL)
        for pidfd in pidfds:
            wait_for_end(pidfd)
            os.close(pidfd)
        owner.kill()


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


def test_a_template_that_was_cut_short_is_not_used(backend: Qemu, tmp_path: Path) -> None:
    assert backend.template().whole
    assert not cut_short(backend.template(), tmp_path).whole


def test_a_machine_that_does_not_boot_is_reported_with_its_console(
    other_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "KERNEL_COMMAND_LINE", "console=ttyS0 panic=-1 rdinit=/none")
    with (
        closing(Qemu(guests.built(), quiet, KERNEL)) as backend,
        pytest.raises(MachineError, match=r"No virtual machine boots here.*Kernel panic"),
    ):
        backend.start()
    assert not list(other_cache.glob("templates-*/????????????????"))


def test_kvm_that_fails_is_left_alone_until_the_next_boot(
    other_cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(acceleration, "DEVICE", tmp_path)  # readable and writable: it "opens"
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("flags\t\t: fpu vmx\n")
    monkeypatch.setattr(acceleration, "CPUINFO", cpuinfo)
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


def test_without_virtualisation_in_the_processor_kvm_is_not_touched(
    other_cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(acceleration, "DEVICE", tmp_path)
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("flags\t\t: fpu hypervisor\n")
    monkeypatch.setattr(acceleration, "CPUINFO", cpuinfo)
    assert acceleration.candidates() == ("tcg",)


def test_other_processors_have_no_virtual_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    with pytest.raises(MachineError, match="x86-64"):
        Qemu(Image("key", Path("/nowhere")), quiet, KERNEL)
