"""Rotation of the wrapping key. After each step every process can go on, whether it has the old key or the new one."""

from __future__ import annotations

from employment_warehouse import settings
from employment_warehouse.database import OWN_LOGIN, connect
from employment_warehouse.identity import wrap_for, wrapping_keys_in_force


def rotate_keys() -> str:
    """Replace the wrapping key; what was done, in words. An interrupted rotation is finished by the next call.

    In a home: a new key is kept beside the old one; both open the data key; the new one becomes the key; the old one
    opens nothing any more. Where the keys are given to the process, as on a server, the operator replaces the key
    between the first call, after which both open, and the second. Raises UserError (`no_next_key`), WrongKey.
    """
    with settings.keys_stand_still():
        return _rotate()


def _rotate() -> str:
    keys = settings.secret_keys()
    if wrapping_keys_in_force() > 1 and keys.next_wrapping_key is None:
        return _finish()
    keys = settings.choose_next_wrapping_key()
    assert keys.next_wrapping_key is not None
    wrap_for(keys.wrapping_key, keys.next_wrapping_key)
    if settings.are_keys_given():
        return (
            "新旧密钥现均可用。请以新密钥替换旧密钥并重启各程序，再运行本命令"
            " | both keys open now: put the new one in the place of the old, restart the programs, and run this again"
        )
    settings.adopt_next_wrapping_key(keys.next_wrapping_key)
    return _finish()


def _finish() -> str:
    keys = settings.secret_keys()
    with connect(OWN_LOGIN) as connection:  # what is not recorded is not finished
        connection.execute("select ops.record_key_rotation(%s)", (keys.version,))
        wrap_for(keys.wrapping_key)
    return f"封存密钥已更换，第 {keys.version} 版 | the wrapping key is replaced: version {keys.version}"
