"""Where a machine's cgroups go, on hosts of every kind."""

from pathlib import Path

import pytest

from harness.machine.namespaces import bounds


def test_a_mixture_of_v1_and_v2_is_read_from_proc() -> None:
    text = "4:cpu,cpuacct:/x\n3:pids:/\n2:name=systemd:/y\n0::/z\n"
    assert dict(bounds.own_cgroups(text)) == {
        "cpu": "/x",
        "cpuacct": "/x",
        "pids": "/",
        "name=systemd": "/y",
        "": "/z",
    }


def test_a_mount_may_show_only_a_part_of_the_hierarchy() -> None:
    assert bounds.below("/cg", "/", "/a/b") == Path("/cg/a/b")
    assert bounds.below("/cg", "/docker/1", "/docker/1") == Path("/cg")
    assert bounds.below("/cg", "/docker/1", "/docker/1/x") == Path("/cg/x")


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A cgroup as deep as systemd puts a session; nobody hands controllers on yet."""
    session = tmp_path / "user.slice/session.scope"
    session.mkdir(parents=True)
    for directory in (tmp_path, session.parent, session):
        (directory / "cgroup.subtree_control").touch()
    return session


def test_machines_go_under_the_nearest_cgroup_that_hands_its_controllers_on(
    tmp_path: Path, session: Path
) -> None:
    for directory in (tmp_path, session.parent):
        (directory / "cgroup.subtree_control").write_text("cpu memory pids\n")
    found = bounds.unified(tmp_path, session)
    assert found == bounds.Hierarchy(session.parent, frozenset({"pids", "memory"}), True)
    assert bounds.unbounded((found,)) == set()


def test_without_controllers_there_is_a_cgroup_and_no_bound(tmp_path: Path, session: Path) -> None:
    found = bounds.unified(tmp_path, session)
    assert found == bounds.Hierarchy(session, frozenset(), True)
    assert bounds.unbounded((found,)) == {"pids", "memory"}
