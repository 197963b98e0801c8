"""Run as a program: leave the caller's rights if asked, tie this process to its owner's life, become the command.

    python -I -S leash.py SIGNAL OWNER IDENTITY COMMAND...

This is a program of its own, and not a `preexec_fn`, because Python code between fork and exec can hang when the
owner has other threads (and Python 3.12 warns of it). It costs about 20 ms, once per child. It imports nothing of
ours: it starts with the caller's rights, so it can read its own file even in a private home, and loses them here.

The kernel sends SIGNAL when the *thread* that started us ends: start children from the main thread.
"""

from __future__ import annotations

import ctypes
import os
import pathlib
import signal
import sys

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
INNER_ID = 1000


def leave_rights(identity: str) -> None:
    """`same` keeps the user; `namespace` shows it as an ordinary one inside; a number becomes that user."""
    if identity == "namespace":
        _enter_namespace()
    elif identity != "same":
        number = int(identity)
        os.setgroups([])
        os.setgid(number)
        os.setuid(number)


def _enter_namespace() -> None:
    user, group = os.geteuid(), os.getegid()
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "this kernel allows no user namespace")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{INNER_ID} {user} 1"),
        ("gid_map", f"{INNER_ID} {group} 1"),
    ):
        with pathlib.Path(f"/proc/self/{name}").open("w", encoding="ascii") as file:
            file.write(text)


def tie_to_owner(number: int, owner: int) -> None:
    """Ask for signal `number` at the owner's death. After the change of user, which would undo it."""
    if sys.platform != "linux":
        return  # elsewhere only the process register ends what a killed demo left
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != owner:  # the owner died before we asked
        os.kill(os.getpid(), signal.SIGKILL)


def main(arguments: list[str]) -> None:
    """Become the command; any failure ends with code 127 and one line on stderr."""
    number, owner, identity, *command = arguments
    try:
        leave_rights(identity)
        tie_to_owner(int(number), int(owner))
        os.execvp(command[0], command)
    except OSError as error:
        print(f"cannot start {command[0]}: {error}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
