"""bubblewrapの引数を1つずつ足し、探り（probe.sh）の結果が変わった行を表示する。

実行: python3 arguments.py ROOT（sudoは要らない。compare.pyと、ROOTに/probeが要る）
"""

from compare import ROOT, look

STEPS = (
    "--dev /dev",
    "--unshare-pid",
    "--unshare-net",
    "--unshare-ipc",
    "--unshare-uts",
    "--unshare-cgroup",
    "--clearenv --setenv PATH /bin",
    "--remount-ro /",
    "--unshare-user --uid 0 --gid 0 --cap-add CAP_NET_ADMIN",
    "--disable-userns",
)


def main() -> None:
    box = ["bwrap", "--bind", ROOT, "/", "--proc", "/proc"]
    before = look(box)
    print("--bind ROOT / --proc /proc")
    print("  ", *[f"{row}={seen}" for row, seen in before.items() if seen in ("new", "leaked")])
    for step in STEPS:
        box += step.split()
        after = look(box)
        print(step)
        print("  ", *[f"{row}={seen}" for row, seen in after.items() if seen != before[row]])
        before = after


main()
