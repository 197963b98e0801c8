"""Stops a program at its k-th system call that writes, sends, renames or removes, before the kernel has done it.

strace counts such calls for each thread apart, so that a number names another call in every thread, and calls of a short
thread are never met. Here all threads share one count: from 1 to the last, every call is met once. A filter of the kernel
(seccomp) stops the program at these calls alone, and the one that started it (ptrace) says what happens then.
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from proof.card import Impossible

CALLS = {
    "x86_64": {
        "write": 1,
        "pwrite64": 18,
        "writev": 20,
        "pwritev": 296,
        "sendto": 44,
        "sendmsg": 46,
        "sendmmsg": 307,
        "fsync": 74,
        "fdatasync": 75,
        "ftruncate": 77,
        "rename": 82,
        "renameat": 264,
        "renameat2": 316,
        "mkdir": 83,
        "mkdirat": 258,
        "unlink": 87,
        "unlinkat": 263,
        "link": 86,
        "linkat": 265,
    },
    "aarch64": {
        "write": 64,
        "pwrite64": 68,
        "writev": 66,
        "pwritev": 70,
        "sendto": 206,
        "sendmsg": 211,
        "sendmmsg": 269,
        "fsync": 82,
        "fdatasync": 83,
        "ftruncate": 46,
        "renameat": 38,
        "renameat2": 276,
        "mkdirat": 34,
        "unlinkat": 35,
        "linkat": 37,
    },
}
"""Of the write path, by machine: name → number."""

BROKEN = 70
"""The code of a program that ended with an error nobody expected."""

_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_TRACEME, _CONT, _SETOPTIONS, _GETEVENTMSG = 0, 7, 0x4200, 0x4201
_OPTIONS = 0x2 | 0x4 | 0x8 | 0x80 | 0x100000  # fork, vfork, clone, seccomp; and all die with the tracer
_EVENT_SECCOMP = 7
_WALL = 0x40000000
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2
_ALLOW, _TRACE = 0x7FFF0000, 0x7FF00000


@dataclass
class Traced:
    """How a program ended. code: its exit code, or minus the signal that ended it; passed: its calls, in order."""

    code: int
    passed: list[str] = field(default_factory=list)


def run(program: Callable[[], int], at: Callable[[int, str, int], None] | None = None) -> Traced:
    """Run `program` in a forked process to its end. at(number, name, process): what happens before its number-th call.

    Without `at` nobody looks at its calls. The forking process must have no other threads. Raises Impossible.
    """
    if at is None:
        return _unwatched(program)
    numbers = _numbers()
    child = os.fork()
    if child == 0:
        _become(program, list(numbers.values()))
    _until_stopped(child)
    _ptrace(_SETOPTIONS, child, _OPTIONS)
    _ptrace(_CONT, child, 0)
    return _follow(child, list(numbers), at)


def kill_at(number: int) -> Callable[[int, str, int], None]:
    """SIGKILL before this call."""

    def _at(reached: int, _: str, process: int) -> None:
        if reached == number:
            os.kill(process, signal.SIGKILL)

    return _at


def _numbers() -> dict[str, int]:
    machine = platform.machine()
    if sys.platform != "linux" or machine not in CALLS:
        raise Impossible(f"it knows the system calls of Linux on {' and '.join(CALLS)}, not of {machine}")
    return CALLS[machine]


def _unwatched(program: Callable[[], int]) -> Traced:
    child = os.fork()
    if child == 0:
        _end_with(program)
    return Traced(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _become(program: Callable[[], int], numbers: list[int]) -> None:
    def _watched() -> int:
        os.setpgid(0, 0)
        if _ptrace(_TRACEME, 0, 0):
            return BROKEN  # which the other side sees as an end before the beginning
        os.kill(os.getpid(), signal.SIGSTOP)
        _install(numbers)
        return program()

    _end_with(_watched)


def _end_with(program: Callable[[], int]) -> None:
    code = BROKEN
    try:
        code = program()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException as error:  # noqa: BLE001 (whatever it is, this process ends here)
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _install(numbers: list[int]) -> None:
    """The filter: calls of other machines' numbering pass, ours stop with their place in the list, the rest pass."""
    code = [_step(0x20, value=4), _step(0x15, 1, 0, _ARCHITECTURE[platform.machine()]), _step(0x06, value=_ALLOW)]
    code.append(_step(0x20, value=0))
    for place, number in enumerate(numbers):
        code += [_step(0x15, 0, 1, number), _step(0x06, value=_TRACE | place)]
    code.append(_step(0x06, value=_ALLOW))
    steps = ctypes.create_string_buffer(b"".join(code))
    header = ctypes.create_string_buffer(struct.pack("HP", len(code), ctypes.addressof(steps)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(_SET_SECCOMP, _FILTER, header, 0, 0):
        raise Impossible(f"seccomp: {os.strerror(ctypes.get_errno())}")


def _step(code: int, if_true: int = 0, if_false: int = 0, value: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _until_stopped(child: int) -> None:
    _, status = os.waitpid(child, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        raise Impossible("ptrace is forbidden here → allow it (in a container: --cap-add SYS_PTRACE)")


def _follow(child: int, names: list[str], at: Callable[[int, str, int], None]) -> Traced:
    found = Traced(0)
    while True:
        thread, status = os.waitpid(-child, _WALL)
        if not os.WIFSTOPPED(status):
            if thread == child:
                found.code = os.waitstatus_to_exitcode(status)
                return found
            continue
        number, event = os.WSTOPSIG(status), status >> 16
        if event == _EVENT_SECCOMP and (place := _message(thread)) is not None:
            found.passed.append(names[place])
            at(len(found.passed), names[place], child)
        _ptrace(_CONT, thread, 0 if event or number == signal.SIGSTOP else number)


def _message(thread: int) -> int | None:
    value = ctypes.c_ulong()
    return value.value if _ptrace(_GETEVENTMSG, thread, ctypes.addressof(value)) == 0 else None


def _ptrace(request: int, process: int, data: int) -> int:
    """Errors are those of a thread that was killed meanwhile: its end is what waitpid tells next."""
    call = ctypes.CDLL(None).ptrace
    call.restype, call.argtypes = ctypes.c_long, [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    return int(call(request, process, None, data))
