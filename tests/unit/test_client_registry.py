"""An edit of the clients' file holds at once, however close upon another one."""

import os
from pathlib import Path

from interline.runtime.clients import ClientRegistry
from tests.gateway.support import write_clients


def test_two_edits_in_one_tick_of_the_clock_are_both_seen(tmp_path: Path) -> None:
    file = write_clients(tmp_path)
    registry = ClientRegistry(file)
    first = file.read_text()
    file.write_text(first.replace("[[clients]]", "[[clients]]\ntells_wms = false", 1))
    changed = file.stat()
    assert next(client.tells_wms for client in registry.all()) is False
    file.write_text(first)
    os.utime(file, ns=(changed.st_atime_ns, changed.st_mtime_ns))
    assert next(client.tells_wms for client in registry.all()) is True


def test_a_file_that_was_read_half_written_is_read_again(tmp_path: Path) -> None:
    file = write_clients(tmp_path)
    registry = ClientRegistry(file)
    changed = file.read_text().replace("[[clients]]", "[[clients]]\ntells_wms = false", 1)
    file.write_text("")
    half = file.stat()
    assert next(client.tells_wms for client in registry.all()) is True, "it stays as it was"
    file.write_text(changed)
    os.utime(file, ns=(half.st_atime_ns, half.st_mtime_ns))
    assert next(client.tells_wms for client in registry.all()) is False
