"""Where a machine's cgroups go, on hosts of every kind."""

from pathlib import Path

import pytest

from harness.machine import bounds


def test_own_cgroups_of_v1_and_v2_are_read_from_proc_and_found_in_a_mount() -> None:
    text = "4:cpu,cpuacct:/x\n3:pids:/\n2:name=systemd:/y\n0::/z\n"
    assert dict(bounds.own_cgroups(text)) == {
        "cpu": "/x",
        "cpuacct": "/x",
        "pids": "/",
        "name=systemd": "/y",
        "": "/z",
    }
    # A mount may show only a part of the hierarchy.
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
    found = bounds.unified(tmp_path, session)
    assert found == bounds.Hierarchy(session, frozenset(), True)
    assert bounds.unbounded((found,)) == {"pids", "memory"}
    for directory in (tmp_path, session.parent):
        (directory / "cgroup.subtree_control").write_text("cpu memory pids\n")
    found = bounds.unified(tmp_path, session)
    assert found == bounds.Hierarchy(session.parent, frozenset({"cpu", "pids", "memory"}), True)
    assert bounds.unbounded((found,)) == set()
