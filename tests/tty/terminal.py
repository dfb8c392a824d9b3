"""A person at a terminal: an interactive shell behind a real pty.

The test types, and reads what the screen shows. The pty does not echo, so
what is read was written by a program and never by the test itself.
"""

import ctypes
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

BIN = os.environ.get("BIN") or os.path.realpath(
    os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "bin"))
PROMPT = "outer> "
PATIENCE = float(os.environ.get("PATIENCE", "60"))  # seconds, of which a few are for a busy machine

CTRL_C, CTRL_D, CTRL_Z, CTRL_BACKSLASH = "\x03", "\x04", "\x1a", "\x1c"
PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """Whatever a test leaves behind becomes our child, and so is found."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Process:
    """One line of /proc/PID/stat."""

    def __init__(self, pid):
        with open(f"/proc/{pid}/stat") as file:
            text = file.read()
        self.pid = pid
        self.name = text[text.index("(") + 1:text.rindex(")")]
        fields = text[text.rindex(")") + 2:].split()
        self.state, self.parent, self.group = fields[0], int(fields[1]), int(fields[2])

    def __repr__(self):
        return f"{self.name}[{self.pid}, child of {self.parent}, {self.state}]"


def descendants():
    """All processes below this one, oldest first, without zombies of ours."""
    everyone = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                everyone[int(entry)] = Process(int(entry))
            except (OSError, ValueError):
                pass  # it ended meanwhile
    me, found = os.getpid(), []
    for process in everyone.values():
        above = process.parent
        while above in everyone and above != me:
            above = everyone[above].parent
        if above == me and not (process.state == "Z" and process.parent == me):
            found.append(process)
    return sorted(found, key=lambda process: process.pid)


def until(condition, what, patience=None):
    """Waits for a condition, and returns what it returned."""
    end = time.monotonic() + (patience or PATIENCE)
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"{what() if callable(what) else what}: not within "
                                 f"{patience or PATIENCE:g} s; running: {descendants()}")
        time.sleep(0.005)


class Terminal:
    shells = set()      # the pids of all terminals' shells

    def __init__(self, shell="bash", user=None, home="/"):
        words = {"bash": ["bash", "--norc", "--noprofile", "--noediting", "-i"],
                 "dash": ["dash", "-i"]}[shell]
        environment = {"PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
                       "PS1": PROMPT, "TERM": "dumb", "HOME": home, "SHELL": "/bin/sh",
                       "LC_ALL": "C", "HISTFILE": "/dev/null"}
        self.seen, self.position = "", 0
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            try:
                # Python ignores these two, and a shell would pass that on.
                signal.signal(signal.SIGPIPE, signal.SIG_DFL)
                signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
                modes = termios.tcgetattr(0)
                modes[3] &= ~termios.ECHO
                termios.tcsetattr(0, termios.TCSANOW, modes)
                os.chdir(home)
                if user is not None:
                    os.setgroups([])
                    os.setgid(user)
                    os.setuid(user)
                os.execvpe(words[0], words, environment)
            finally:
                os._exit(127)
        self.shells.add(self.pid)
        self.expect(PROMPT)

    def type(self, text):
        os.write(self.master, text.encode())

    def enter(self, line):
        self.type(line + "\n")

    def read(self, seconds):
        """Reads what is there now, or comes within some seconds."""
        if self.master is None or not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:  # EIO: all programs have closed the terminal
            data = b""
        self.seen += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)

    def expect(self, text, patience=None):
        """Waits until the screen shows a text; returns what came before it."""
        end = time.monotonic() + (patience or PATIENCE)
        while text not in self.seen[self.position:]:
            self.read(0.05)
            if time.monotonic() > end:
                raise AssertionError(f"{text!r} did not appear within {patience or PATIENCE:g} s"
                                     f"; running: {descendants()}")
        at = self.seen.index(text, self.position)
        before, self.position = self.seen[self.position:at], at + len(text)
        return before

    def run(self, line, prompt=PROMPT):
        """Enters a line and returns what it showed before the next prompt."""
        self.enter(line)
        return self.expect(prompt)

    def status(self):
        """The exit status of the line before."""
        self.enter("echo status=$?=")
        self.expect("status=")
        number = self.expect("=")
        self.expect(PROMPT)
        return int(number)

    def find(self, name, state=None):
        """Waits for a process of that name, in one of the states."""
        return until(lambda: next((process for process in self.others() if process.name == name
                                   and (state is None or process.state in state)), None),
                     f"a process '{name}'" + (f" in state {state}" if state else ""))

    def started(self, name):
        """Waits for a process of that name that our shell has started itself. (Not the
        one with the smallest number: numbers begin anew when they are used up.)"""
        return until(lambda: next((process for process in self.others() if process.name == name
                                   and process.parent == self.pid), None),
                     f"a process '{name}', started by the shell")

    def foreground(self, name):
        """Waits until a program of that name sleeps, and our shell has lent
        the terminal away."""
        return until(lambda: next((process for process in self.others() if process.name == name
                                   and process.state == "S"
                                   and os.tcgetpgrp(self.master) != self.pid), None),
                     f"a process '{name}' in the foreground")

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def others(self):
        """What runs besides the shells themselves. Which zombies of its own a
        shell has not waited for is its affair."""
        return [process for process in descendants() if process.pid not in self.shells
                and not (process.state == "Z" and process.parent in self.shells)]

    def close(self):
        """The window is closed, or the line is dropped: SIGHUP."""
        if self.master is not None:
            os.close(self.master)
            self.master = None
            self.shells.discard(self.pid)   # the number may come again


def reap_orphans():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def nobody():
    reap_orphans()
    return not descendants()


def end_everyone():
    """After a test that failed: ends what it left, which is ours."""
    for process in reversed(descendants()):
        try:
            os.kill(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    until(nobody, "the end of what a test left behind")
