import os
import time
from collections.abc import Mapping
from pathlib import Path

from cloud_service.broker.passwords import PasswordFolder
from cloud_service.local.broker_users import PAUSE_S, BrokerUsers


class Watch:
    """Users with a clock of the test's own, and what was written."""

    def __init__(self, folder: Path) -> None:
        self.folder = PasswordFolder(folder)
        self.now_s = 0.0
        self.written: list[dict[str, str]] = []
        self.users = BrokerUsers(self.folder, self._write, lambda: self.now_s)

    def _write(self, passwords: Mapping[str, str]) -> None:
        self.written.append(dict(passwords))


def test_the_broker_starts_anew_for_each_gateway_that_comes_changes_or_goes(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "gateways")
    changes = (("keep", "gw-1", "one"), ("keep", "gw-1", "two"), ("forget", "gw-1"))
    for action, *arguments in changes:
        getattr(watch.folder, action)(*arguments)
        watch.now_s += PAUSE_S
        assert watch.users.renew(), action
        assert not watch.users.renew(), action

    assert [{}, {"gw-1": "one"}, {"gw-1": "two"}, {}] == watch.written


def test_several_that_come_together_need_one_restart(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch.folder.keep("gw-1", "one")
    assert watch.users.renew()
    for number in range(2, 20):
        watch.folder.keep(f"gw-{number}", "x")
        watch.now_s += 0.1
        assert not watch.users.renew()
    watch.now_s += PAUSE_S

    assert watch.users.renew()
    assert 19 == len(watch.written[-1])


def test_the_same_password_again_is_no_reason_for_a_restart(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch.folder.keep("gw-1", "one")
    assert watch.users.renew()
    watch.now_s += PAUSE_S
    watch.folder.keep("gw-1", "one")

    assert not watch.users.renew()


def test_a_change_in_the_same_tick_as_the_one_before_is_not_missed(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch.folder.keep("gw-1", "one")
    tick_ns = time.time_ns()
    os.utime(tmp_path, ns=(tick_ns, tick_ns))
    assert watch.users.renew()
    watch.folder.keep("gw-2", "two")
    os.utime(tmp_path, ns=(tick_ns, tick_ns))
    watch.now_s += PAUSE_S

    assert watch.users.renew()
