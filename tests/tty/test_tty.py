#!/usr/bin/env python3
"""Terminals: what a person at an interactive shell sees of ns-pid.

Each test runs as root, and as an ordinary user with ns-user in front. After
each, nothing that it started may be left.

    test_tty.py [WORD]...   only the tests with all these words in their name
"""

import os
import shutil
import signal
import sys
import tempfile
import time
import unittest

from terminal import (BIN, CTRL_BACKSLASH, CTRL_C, CTRL_D, CTRL_Z, PROMPT, Terminal,
                      adopt_orphans, descendants, end_everyone, nobody, until)

INNER = "inner> "
COMPLAINTS = ("Cannot set tty", "job control", "ioctl", "tcsetattr", "cannot ")
SHELLS = {"bash": "bash --norc --noprofile --noediting", "dash": "dash"}


def words(process):
    """The command line of a process."""
    try:
        with open(f"/proc/{process.pid}/cmdline") as file:
            return file.read().split("\0")[:-1]
    except OSError:
        return []


class Cases:
    """The tests. A subclass says who runs them, and behind which chain."""

    user = None     # the uid of the person at the terminal
    ns_pid = ""     # what they type

    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="strata-tty.")
        if self.user is not None:
            os.chown(self.home, self.user, self.user)
        self.opened = []

    def tearDown(self):
        try:
            if not self.failed:
                for terminal in self.opened:
                    if terminal.master is not None:
                        until(lambda: not terminal.others(), "only the shell is left", 30)
            for terminal in self.opened:
                terminal.close()
            until(nobody, "nothing is left once the terminal is closed", 30)
        finally:
            if self.failed:
                for terminal in self.opened:
                    print("    the screen showed:",
                          "\n    | ".join([""] + terminal.seen.splitlines()), sep="")
            end_everyone()
            shutil.rmtree(self.home)

    @property
    def failed(self):
        result = self._outcome.result
        return any(test is self for test, _ in result.failures + result.errors)

    def terminal(self, shell="bash"):
        terminal = Terminal(shell, self.user, self.home)
        self.opened.append(terminal)
        return terminal

    def script(self, shell, text):
        """Writes a script to the home directory; returns the line to run it."""
        with open(os.path.join(self.home, "script"), "w") as file:
            file.write(text)
        return f"{shell} ./script"

    def assert_shell_works(self, t):
        """The outer shell has its terminal back: it reads, and runs jobs."""
        t.enter("read -r line && echo \"got <$line>\"")
        t.enter("some words")
        t.expect("got <some words>")
        t.expect(PROMPT)
        t.enter("dash -c 'echo up; exec sleep 100'")
        t.expect("up\n")
        t.type(CTRL_C)
        t.expect(PROMPT)
        self.assertEqual(t.status(), 130)

    def assert_stopped(self, t):
        """^Z: the shell has the prompt back, and lists the job as stopped."""
        t.type(CTRL_Z)
        t.expect("topped")
        t.expect(PROMPT)
        self.assertIn("topped", t.run("jobs"))

    # An interactive shell inside.

    def inner_shell(self, t, name, ns_pid=None):
        t.enter(f"PS1='{INNER}' {ns_pid or self.ns_pid} -- {SHELLS[name]}")
        before = t.expect(INNER)
        for complaint in COMPLAINTS:
            self.assertNotIn(complaint, before)

    def assert_inner_shell_works(self, name, outer="bash", ns_pid=None):
        t = self.terminal(outer)
        self.inner_shell(t, name, ns_pid)

        t.enter("/bin/sleep 100")
        t.foreground("sleep")
        t.type(CTRL_Z)
        t.expect(INNER)
        t.find("sleep", "T")
        self.assertIn("topped", t.run("jobs", INNER))
        t.enter("fg")
        t.foreground("sleep")
        t.type(CTRL_C)
        t.expect(INNER)
        until(lambda: not [p for p in descendants() if p.name == "sleep"], "sleep has ended")

        t.run("/bin/sleep 100 &", INNER)
        t.find("sleep", "S")
        self.assertIn("unning", t.run("jobs", INNER))
        t.find(name, "S")   # it reads: a signal before that would wait with it for a line
        t.type(CTRL_C)      # at the prompt: for the shell, and for no job
        t.expect(INNER)
        t.find("sleep", "S")

        t.enter("exit 7")
        if "there are" in t.expect(PROMPT if name == "dash" else "exit\n"):
            t.enter("exit 7")
        if name == "bash":
            t.expect(PROMPT)
        self.assertEqual(t.status(), 7)
        for complaint in COMPLAINTS:
            self.assertNotIn(complaint, t.seen)
        self.assert_shell_works(t)

    def test_dash_inside_has_job_control_and_gives_the_terminal_back(self):
        self.assert_inner_shell_works("dash")

    def test_bash_inside_has_job_control_and_gives_the_terminal_back(self):
        self.assert_inner_shell_works("bash")

    def test_bash_inside_dash_has_job_control(self):
        self.assert_inner_shell_works("bash", "dash")

    def test_dash_inside_two_namespaces_has_job_control(self):
        self.assert_inner_shell_works("dash", ns_pid=f"{self.ns_pid} ns-pid")

    def test_bash_inside_two_namespaces_has_job_control(self):
        self.assert_inner_shell_works("bash", ns_pid=f"{self.ns_pid} ns-pid")

    def test_dash_behind_a_reaper_has_job_control(self):
        self.assert_inner_shell_works("dash", ns_pid=f"{self.ns_pid} ns-pid --reap")

    def test_bash_behind_a_reaper_has_job_control(self):
        self.assert_inner_shell_works("bash", ns_pid=f"{self.ns_pid} ns-pid --reap")

    def test_a_shell_started_in_an_inner_shell_has_job_control(self):
        t = self.terminal()
        self.inner_shell(t, "bash")
        t.enter(f"PS1='second> ' ns-pid -- {SHELLS['dash']}")
        t.expect("second> ")
        t.enter("/bin/sleep 100")
        t.foreground("sleep")
        t.type(CTRL_C)
        t.expect("second> ")
        t.enter("exit 5")
        t.expect(INNER)
        self.assertIn("5", t.run("echo $?", INNER))
        t.enter("exit 4")
        t.expect(PROMPT)
        self.assertEqual(t.status(), 4)
        self.assert_shell_works(t)

    def test_the_end_of_input_ends_the_inner_shell(self):
        t = self.terminal()
        self.inner_shell(t, "dash")
        t.type(CTRL_D)
        t.expect(PROMPT)
        self.assertEqual(t.status(), 0)
        self.assert_shell_works(t)

    def test_an_inner_shell_that_is_killed_leaves_the_terminal_to_the_outer_one(self):
        t = self.terminal()
        self.inner_shell(t, "bash")
        t.enter("/bin/sleep 100")       # has the terminal
        t.foreground("sleep")
        os.kill(t.find("bash").pid, signal.SIGKILL)
        t.expect(PROMPT)
        self.assertEqual(t.status(), 137)
        self.assert_shell_works(t)

    # A program without handlers. As PID 1 the kernel spares it the keys.

    # compose-run --step.

    def step_to(self, t, link):
        """Says yes to each layer until one is asked about."""
        while link + ":" not in t.expect("q stop: "):
            t.enter("")

    def test_step_asks_before_each_layer_and_has_a_shell_in_between(self):
        t = self.terminal()
        t.enter("compose-run --step --without cgroup -- sh -c 'echo inside $(hostname)'")
        self.step_to(t, "ns-uts")
        t.enter("s")
        t.expect("'exit' leads back.")
        # In a PID namespace already, and not yet in one for host names.
        t.enter("echo pid $$ host $(cat /proc/sys/kernel/hostname)")
        t.expect(f"pid 2 host {os.uname().nodename}\n")
        t.enter("/bin/sleep 100")
        t.foreground("sleep")
        t.type(CTRL_C)
        t.enter("exit")
        self.step_to(t, "ns-uts")
        t.enter("")
        for _ in ("ns-ipc", "ns-net", "ns-mnt", "chroot", "capdrop", "lsm"):
            t.expect("q stop: ")
            t.enter("")
        t.expect("All layers are there")
        t.expect("inside strata\n")
        t.expect(PROMPT)
        self.assertEqual(t.status(), 0)
        self.assert_shell_works(t)

    def test_step_leaves_a_layer_out_when_asked_to_and_says_so(self):
        t = self.terminal()
        t.enter("compose-run --step --without cgroup -- sh -c 'grep Seccomp: /proc/self/status; hostname'")
        self.step_to(t, "ns-uts")
        t.enter("k")
        t.expect("ns-uts is left out")
        self.step_to(t, "lsm")
        t.enter("k")
        t.expect("but for what was left out")
        t.expect(f"Seccomp:\t0\n{os.uname().nodename}\n")
        t.expect(PROMPT)

    def test_step_stops_when_asked_to_and_at_the_end_of_input(self):
        t = self.terminal()
        for answer in ("q\n", CTRL_D):
            t.enter("compose-run --step --without cgroup -- sh -c 'echo r''an'")
            self.step_to(t, "capdrop")
            t.type(answer)
            self.assertNotIn("ran", t.expect("the program was not run"))
            t.expect(PROMPT)
            self.assertEqual(t.status(), 125)
            self.assert_shell_works(t)

    # compose-run --name without -d: somebody more stands behind the container.

    def test_a_container_with_a_name_stops_and_goes_on_as_one_without(self):
        self.stops_and_goes_on("XDG_RUNTIME_DIR=$PWD compose-run --without cgroup --rm "
                               f"--name tty-{os.getpid()} -- sleep 100")

    def test_a_shell_in_a_container_with_a_name_has_job_control(self):
        self.assert_inner_shell_works("dash", ns_pid="XDG_RUNTIME_DIR=$PWD compose-run --rm "
                                      f"--without cgroup --name tty-{os.getpid()} -e PS1")

    # compose-run -t: a terminal of the container's own.

    def test_a_terminal_of_its_own_is_another_one_and_as_large(self):
        t = self.terminal()
        t.resize(33, 111)
        t.enter("compose-run -t --without cgroup -- sh -c 'stty size; read -r line; echo \"<$line>\"; "
                "stty size; sleep 100'")
        t.expect("33 111\n")
        inner = t.find("sh", "S")
        self.assertNotEqual(os.stat(f"/proc/{inner.pid}/fd/0").st_rdev,
                            os.stat(f"/proc/{t.pid}/fd/0").st_rdev)
        t.resize(44, 122)
        t.enter("some words")
        t.expect("<some words>\n")
        t.expect("44 122\n")
        t.find("sleep", "S")
        t.type(CTRL_C)
        t.expect(PROMPT)
        self.assertEqual(t.status(), 130)
        self.assert_shell_works(t)

    def test_a_terminal_of_its_own_keeps_the_exit_status_and_all_output(self):
        t = self.terminal()
        t.enter("compose-run -t --without cgroup -- sh -c 'seq 5000; exit 7'")
        t.expect("4999\n5000\n")
        t.expect(PROMPT)
        self.assertEqual(t.status(), 7)
        self.assert_shell_works(t)

    def test_a_shell_in_a_terminal_of_its_own_has_job_control(self):
        t = self.terminal()
        t.enter(f"PS1='{INNER}' compose-run -t --without cgroup -e PS1 -- dash -i")
        before = t.expect(INNER)
        for complaint in COMPLAINTS:
            self.assertNotIn(complaint, before)
        t.enter("/bin/sleep 100")
        t.find("sleep", "S")
        t.type(CTRL_Z)
        t.expect(INNER)
        t.find("sleep", "T")
        t.enter("fg")
        t.find("sleep", "S")
        t.type(CTRL_C)
        t.expect(INNER)
        t.enter("exit 3")
        t.expect(PROMPT)
        self.assertEqual(t.status(), 3)
        self.assert_shell_works(t)

    def test_a_launcher_that_is_killed_takes_the_container_with_it(self):
        t = self.terminal()
        t.enter("compose-run -t --without cgroup -- sleep 100")
        t.find("sleep", "S")
        outermost = t.started("compose-run")
        os.kill(outermost.pid, signal.SIGKILL)
        until(lambda: not [p for p in descendants() if p.name == "sleep"], "sleep has ended")
        t.expect(PROMPT)
        t.enter("stty sane -echo")
        t.expect(PROMPT)
        self.assert_shell_works(t)

    def test_in_the_background_it_stops_and_in_front_it_has_the_keys(self):
        t = self.terminal()
        t.enter("compose-run -t --without cgroup -- sh -c 'read -r line; echo \"<$line>\"' &")
        t.find("compose-run", "T")
        self.assert_shell_works(t)
        t.enter("fg")
        t.find("sh", "S")
        t.enter("some words")
        t.expect("<some words>\n")
        t.expect(PROMPT)
        self.assertEqual(t.status(), 0)
        self.assert_shell_works(t)

    def test_when_nobody_reads_its_output_any_more_it_is_hung_up(self):
        t = self.terminal()
        t.enter("compose-run -t --without cgroup -- yes | head -1")
        t.expect("y\n")
        t.expect(PROMPT)
        self.assert_shell_works(t)

    def test_keys_that_the_program_does_not_read_keep_no_signal_away(self):
        t = self.terminal()
        t.enter("compose-run -t --without cgroup -- sh -c 'stty raw -echo; trap \"exit 5\" TERM; "
                "echo rea''dy; while :; do sleep 0.1; done'")
        t.expect("ready")
        outermost = t.started("compose-run")
        os.set_blocking(t.master, False)
        end = time.monotonic() + 2
        while time.monotonic() < end:
            try:
                os.write(t.master, b"x" * 4096)
            except BlockingIOError:
                time.sleep(0.05)
        os.set_blocking(t.master, True)
        os.kill(outermost.pid, signal.SIGTERM)
        until(lambda: not [p for p in descendants() if p.pid == outermost.pid], "it has ended")
        t.close()

    def ends_with_key(self, line, key, status, shell="bash"):
        t = self.terminal(shell)
        t.enter(line)
        t.foreground("sleep")
        start = time.monotonic()
        t.type(key)
        t.expect(PROMPT)
        self.assertLess(time.monotonic() - start, 50)   # and not after its 100 seconds
        self.assertEqual(t.status(), status)
        self.assert_shell_works(t)

    def stops_and_goes_on(self, line, t=None):
        t = t or self.terminal()
        t.enter(line)
        t.foreground("sleep")
        self.assert_stopped(t)
        t.find("sleep", "T")
        self.assert_shell_works(t)
        t.run("bg")
        t.find("sleep", "S")
        t.enter("fg")
        t.foreground("sleep")
        self.assert_stopped(t)
        t.enter("fg")
        t.foreground("sleep")
        t.type(CTRL_C)
        t.expect(PROMPT)
        self.assertEqual(t.status(), 130)
        self.assert_shell_works(t)

    def test_ctrl_c_ends_a_program_without_a_handler_at_once(self):
        self.ends_with_key(f"{self.ns_pid} -- sleep 100", CTRL_C, 130)

    def test_ctrl_c_ends_it_for_dash_outside_too(self):
        self.ends_with_key(f"{self.ns_pid} -- sleep 100", CTRL_C, 130, "dash")

    def test_ctrl_backslash_ends_it_too(self):
        self.ends_with_key(f"{self.ns_pid} -- sleep 100", CTRL_BACKSLASH, 131)

    def test_ctrl_z_stops_it_and_fg_and_bg_let_it_go_on(self):
        self.stops_and_goes_on(f"{self.ns_pid} -- sleep 100")

    def test_ctrl_z_and_fg_work_for_dash_outside_too(self):
        t = self.terminal("dash")
        t.enter(f"{self.ns_pid} -- sleep 100")
        t.foreground("sleep")
        self.assert_stopped(t)
        t.enter("fg")
        t.foreground("sleep")
        t.type(CTRL_C)
        t.expect(PROMPT)
        self.assertEqual(t.status(), 130)

    def test_keys_work_for_a_shell_command_that_waits(self):
        self.stops_and_goes_on(f"{self.ns_pid} -- sh -c 'sleep 100; true'")

    def test_keys_work_inside_two_namespaces(self):
        self.stops_and_goes_on(f"{self.ns_pid} ns-pid -- sleep 100")

    def test_keys_work_inside_three_namespaces(self):
        self.stops_and_goes_on(f"{self.ns_pid} ns-pid ns-pid -- sleep 100")

    def test_keys_work_behind_a_reaper(self):
        self.stops_and_goes_on(f"{self.ns_pid} ns-pid --reap -- sleep 100")

    def test_keys_work_behind_a_reaper_in_the_second_namespace(self):
        self.stops_and_goes_on(f"{self.ns_pid} ns-pid ns-pid --reap -- sleep 100")

    def test_keys_work_behind_a_reaper_without_a_namespace(self):
        self.stops_and_goes_on("ns-pid --reap -- sleep 100")

    def test_a_second_ctrl_z_is_not_undone_by_a_reaper_that_is_late(self):
        # strace holds up what the reaper sends: the program, which the shell
        # has continued with it, is stopped again before that.
        self.stops_and_goes_on("strace -D -qq -o /dev/null -e inject=kill:delay_enter=1000000"
                               " ns-pid --reap -- sleep 100")

    def test_ctrl_backslash_works_behind_a_reaper(self):
        self.ends_with_key(f"{self.ns_pid} ns-pid --reap -- sleep 100", CTRL_BACKSLASH, 131)

    def test_keys_work_with_other_links_between(self):
        self.stops_and_goes_on(f"{self.ns_pid} ns-mnt ns-uts -- sleep 100")

    def test_keys_work_with_a_fresh_proc_between_two_namespaces(self):
        self.stops_and_goes_on(f"{self.ns_pid} ns-mnt ns-pid ns-mnt -- sleep 100")

    def test_a_program_with_a_handler_hears_ctrl_c_once_and_decides(self):
        t = self.terminal()
        t.enter(f"{self.ns_pid} -- bash -c 'n=0; trap \"n=\\$((n + 1))\" INT; echo up;"
                " until [ $n -gt 0 ]; do sleep 0.1; done; sleep 1; echo heard $n; exit 3'")
        t.expect("up\n")
        t.type(CTRL_C)
        t.expect("heard 1\n")
        t.expect(PROMPT)
        self.assertEqual(t.status(), 3)
        self.assert_shell_works(t)

    def test_a_program_that_ignores_the_keys_is_left_alone(self):
        t = self.terminal()
        t.enter(f"{self.ns_pid} -- sh -c 'trap \"\" INT QUIT TSTP; echo up; read -r line; sleep 0.5; exit 3'")
        t.expect("up\n")
        t.type(CTRL_C + CTRL_BACKSLASH + CTRL_Z + "\n")
        t.expect(PROMPT)
        self.assertEqual(t.status(), 3)
        self.assertNotIn("topped", t.seen)

    def test_a_program_that_stops_its_own_group_is_stopped(self):
        # As an editor does with ^Z once it has put the screen in order.
        t = self.terminal()
        # PID 1 itself is spared the signal, and would go on; it is its supervisor
        # who stops it then, and that takes as long as it takes.
        t.enter(f"{self.ns_pid} -- sh -c 'echo up; kill -TSTP 0; until [ -e go ]; do sleep 0.1; done;"
                " echo on; exit 3'")
        t.expect("up\n")
        self.assertNotIn("on\n", t.expect("topped"))
        t.expect(PROMPT)
        with open(os.path.join(self.home, "go"), "w"):
            pass
        t.enter("fg")
        t.expect("on\n")
        t.expect(PROMPT)
        self.assertEqual(t.status(), 3)

    def test_a_program_behind_a_reaper_that_stops_itself_is_stopped(self):
        t = self.terminal()
        t.enter(f"{self.ns_pid} ns-pid --reap -- "
                "sh -c 'echo up; kill -STOP $$; echo on; exit 3'")
        t.expect("up\n")
        t.expect("topped")
        t.expect(PROMPT)
        t.enter("fg")
        t.expect("on\n")
        t.expect(PROMPT)
        self.assertEqual(t.status(), 3)

    # In a pipeline.

    def test_what_is_typed_goes_through_a_pipeline(self):
        t = self.terminal()
        t.enter(f"{self.ns_pid} -- cat | cat")
        t.find("cat", "S")
        t.enter("hello")
        t.expect("hello\n")
        t.type(CTRL_D)
        t.expect(PROMPT)
        self.assert_shell_works(t)

    def test_ctrl_c_ends_a_pipeline(self):
        t = self.terminal()
        t.enter(f"{self.ns_pid} -- cat | cat")
        until(lambda: len([p for p in t.others() if p.name == "cat"]) == 2, "two cats")
        t.type(CTRL_C)
        t.expect(PROMPT)
        self.assertEqual(t.status(), 130)
        self.assert_shell_works(t)

    def test_the_end_of_a_pipeline_ends_its_beginning(self):
        t = self.terminal()
        self.assertEqual(t.run(f"yes | {self.ns_pid} -- head -n 1").strip(), "y")
        # PID 1 is spared SIGPIPE, so yes finds the error and says so.
        self.assertEqual(t.run(f"{self.ns_pid} -- yes 2>/dev/null | head -n 1; echo ${{PIPESTATUS[*]}}")
                         .split(), ["y", "1", "0"])
        self.assert_shell_works(t)

    def test_keys_work_at_the_beginning_of_a_pipeline(self):
        self.stops_and_goes_on(f"set -o pipefail; {self.ns_pid} -- sh -c 'sleep 100' | cat")

    def test_keys_work_at_the_end_of_a_pipeline(self):
        self.stops_and_goes_on(f"true | {self.ns_pid} -- sleep 100")

    def test_keys_work_in_two_namespaces_in_a_pipeline(self):
        self.stops_and_goes_on(f"set -o pipefail; {self.ns_pid} ns-pid -- sleep 100 | cat")

    def test_keys_work_behind_a_reaper_in_a_pipeline(self):
        self.stops_and_goes_on(f"set -o pipefail; {self.ns_pid} ns-pid --reap -- sleep 100 | cat")

    # What the program may not do with a terminal that it shares with the shell.

    def test_a_program_in_a_container_types_no_line_for_the_shell(self):
        # CVE-2017-5226. A pty, a prompt, and a line that is typed by ioctl.
        try:
            with open("/proc/sys/dev/tty/legacy_tiocsti") as file:
                if file.read().strip() == "0":
                    self.skipTest("dev.tty.legacy_tiocsti=1")
        except FileNotFoundError:
            pass    # before 6.2, and it works for everybody
        typist = ("import errno, fcntl, sys, termios\n"
                  "for character in b'echo by\\\\ -hand\\n':\n"
                  "    try: fcntl.ioctl(0, termios.TIOCSTI, bytes([character])); print('typed')\n"
                  "    except OSError as error: print(errno.errorcode[error.errno])\n")
        t = self.terminal()
        with open(os.path.join(self.home, "typist.py"), "w") as file:
            file.write(typist)
        t.enter("python3 typist.py")
        t.expect("by -hand\n")      # the shell outside executed it
        t.expect(PROMPT)
        t.enter("compose-run --without cgroup -- python3 -c "
                "\"$(cat typist.py)\"; echo over")
        shown = t.expect("over\n").split()
        self.assertEqual(shown, ["EPERM"] * 15)
        t.expect(PROMPT)
        t.read(0.3)
        self.assertNotIn("by -hand", t.seen[t.position:])
        self.assert_shell_works(t)

    # In the background.

    def test_a_program_started_in_the_background_can_be_fetched(self):
        t = self.terminal()
        t.run(f"{self.ns_pid} -- sleep 100 &")
        t.find("sleep", "S")
        self.assert_shell_works(t)
        t.enter("fg")
        t.foreground("sleep")
        self.assert_stopped(t)
        t.enter("fg")
        t.foreground("sleep")
        t.type(CTRL_C)
        t.expect(PROMPT)
        self.assertEqual(t.status(), 130)

    def test_a_program_that_ends_in_the_background_does_not_take_the_terminal(self):
        t = self.terminal()
        t.run(f"{self.ns_pid} -- sleep 0.3 &")
        t.enter("/bin/sleep 1; echo slept; read -r line; echo \"got <$line>\"")
        t.expect("slept")
        t.enter("words")
        t.expect("got <words>")
        t.expect(PROMPT)
        self.assert_shell_works(t)

    def test_a_program_in_the_background_that_reads_is_stopped(self):
        t = self.terminal()
        t.run(f"{self.ns_pid} -- cat &")
        t.find("cat", "T")
        until(lambda: "topped" in t.run("jobs"), "the job is listed as stopped")
        t.enter("fg")
        t.foreground("cat")
        t.enter("hello")
        t.expect("hello\n")
        t.type(CTRL_D)
        t.expect(PROMPT)
        self.assertEqual(t.status(), 0)
        self.assert_shell_works(t)

    def test_dash_in_the_background_waits_until_it_is_fetched(self):
        t = self.terminal()
        t.run(f"PS1='{INNER}' {self.ns_pid} -- dash &")
        until(lambda: "topped" in t.run("jobs"), "the job is listed as stopped")
        self.assert_shell_works(t)
        self.fetch_dash(t)

    def test_a_stop_that_comes_behind_fg_is_out_of_date(self):
        # dash asks for the terminal again and again until it is stopped. strace
        # holds up who tells the supervisor, so that it hears of the last time
        # when dash has been fetched.
        t = self.terminal()
        t.run(f"PS1='{INNER}' strace -D -f -qq -o /dev/null"
              f" -e inject=rt_sigqueueinfo:delay_enter=1000000 {self.ns_pid} -- dash &")
        until(lambda: time.sleep(0.1) or "topped" in t.run("jobs"), "the job is stopped")
        self.fetch_dash(t, 1.5)

    def fetch_dash(self, t, after=0):
        t.enter("fg")
        t.expect(INNER)     # in the line that the outer shell shows
        t.expect(INNER)
        time.sleep(after)
        t.enter("exit 7")
        t.expect(PROMPT)
        self.assertEqual(t.status(), 7)

    def test_bash_in_the_background_leaves_the_terminal_to_the_outer_shell(self):
        # As PID 1 it can't stop itself until it is fetched, and may give up.
        t = self.terminal()
        t.enter(f"PS1='{INNER}' {self.ns_pid} -- {SHELLS['bash']} &")
        t.expect(PROMPT)
        time.sleep(0.5)
        self.assert_shell_works(t)
        t.run("kill -9 %1; wait")

    def test_kill_of_a_job_reaches_the_program(self):
        t = self.terminal()
        t.run(f"{self.ns_pid} -- sh -c 'trap \"exit 9\" TERM; while :; do sleep 0.1; done' &")
        t.find("sleep")
        # Not for %1: at a prompt bash says how a job has ended, and forgets the job.
        t.run("kill %1")
        t.run("wait $!")
        self.assertEqual(t.status(), 9)

    # In a script.

    def scripts_ends_by_ctrl_c(self, shell, ns_pid):
        t = self.terminal()
        t.enter(self.script(shell, f"echo begin\n{ns_pid} sleep 100\necho went on\n"))
        t.expect("begin\n")
        t.foreground("sleep")
        t.type(CTRL_C)
        self.assertNotIn("went on", t.expect(PROMPT))
        self.assertEqual(t.status(), 130)
        self.assert_shell_works(t)

    def test_ctrl_c_ends_a_dash_script(self):
        self.scripts_ends_by_ctrl_c("dash", f"{self.ns_pid} --")

    def test_ctrl_c_ends_a_bash_script(self):
        self.scripts_ends_by_ctrl_c("bash", f"{self.ns_pid} --")

    def test_ctrl_c_ends_a_bash_script_inside_two_namespaces(self):
        self.scripts_ends_by_ctrl_c("bash", f"{self.ns_pid} ns-pid --")

    def test_ctrl_c_ends_a_bash_script_behind_a_reaper(self):
        self.scripts_ends_by_ctrl_c("bash", f"{self.ns_pid} ns-pid --reap --")

    def test_ctrl_c_ends_a_script_that_runs_a_script(self):
        # bash as PID 1 is not among them: it sends itself SIGINT, is spared
        # it, and goes on.
        for inner in "dash -c", "ns-pid --reap -- dash -c", "ns-pid --reap -- bash -c":
            t = self.terminal()
            t.enter(self.script("bash", f"{self.ns_pid} -- {inner} 'sleep 100; echo inner went on'"
                                        "\necho outer went on\n"))
            t.foreground("sleep")
            t.type(CTRL_C)
            self.assertNotIn("went on", t.expect(PROMPT))
            self.assertEqual(t.status(), 130)

    def test_ctrl_c_at_an_inner_prompt_does_not_end_the_script_outside(self):
        for name in SHELLS:
            t = self.terminal()
            t.enter(self.script("bash", f"PS1='{INNER}' {self.ns_pid} -- {SHELLS[name]}\n"
                                        "echo went on $?\n"))
            t.expect(INNER)
            t.find(name, "S")
            t.type(CTRL_C)
            t.expect(INNER)
            t.enter("exit")
            t.expect("went on 130\n")
            t.expect(PROMPT)

    def test_ctrl_c_does_not_end_a_script_whose_program_handles_it(self):
        t = self.terminal()
        t.enter(self.script("bash", f"{self.ns_pid} -- bash -c 'trap \"exit 3\" INT; echo up;"
                                    " while :; do sleep 0.1; done'\necho went on $?\n"))
        t.expect("up\n")
        t.type(CTRL_C)
        t.expect("went on 3\n")
        t.expect(PROMPT)

    def test_ctrl_z_stops_a_script_and_fg_lets_it_go_on(self):
        for shell in "bash", "dash":
            t = self.terminal()
            t.enter(self.script(shell, f"{self.ns_pid} -- sleep 100\necho went on\n"))
            t.foreground("sleep")
            self.assert_stopped(t)
            t.find("sleep", "T")
            self.assert_shell_works(t)
            t.enter("fg")
            os.kill(t.foreground("sleep").pid, signal.SIGKILL)
            t.expect("went on\n")
            t.expect(PROMPT)
            self.assert_shell_works(t)
            t.close()

    def test_a_script_reads_from_the_terminal_afterwards(self):
        t = self.terminal()
        t.enter(self.script("dash", f"PS1='{INNER}' {self.ns_pid} -- dash\n"
                                    "read -r line\necho \"script got <$line>\"\n"))
        t.expect(INNER)
        t.enter("/bin/sleep 0.1")
        t.expect(INNER)
        t.enter("exit")
        t.enter("words")
        t.expect("script got <words>")
        t.expect(PROMPT)

    def test_ctrl_c_ends_a_loop_at_the_prompt(self):
        for reap in "", "ns-pid --reap":
            t = self.terminal()
            t.enter(f"for i in 1 2 3; do {self.ns_pid} {reap} -- sleep 100; done; echo loop over")
            t.foreground("sleep")
            t.type(CTRL_C)
            self.assertNotIn("loop over", t.expect(PROMPT))
            until(lambda: not t.others(), "no sleep is left")
            self.assertEqual(t.status(), 130)
            t.close()

    def test_ctrl_c_ends_two_programs_side_by_side(self):
        t = self.terminal()
        with open(os.path.join(self.home, "Makefile"), "w") as file:
            file.write(f"all: a b\na b:\n\t@{self.ns_pid} -- sleep 100\n")
        t.enter("make -j2")
        until(lambda: [p.name for p in t.others()].count("sleep") == 2, "two sleeps")
        t.type(CTRL_C)
        t.expect(PROMPT)
        until(lambda: not t.others(), "nothing is left")
        self.assert_shell_works(t)

    # The terminal goes away.

    def goes_with_the_terminal(self, line, name="sleep", shell="bash"):
        t = self.terminal(shell)
        t.enter(line)
        t.find(name)
        time.sleep(0.1)
        t.close()
        until(nobody, "nothing is left")

    def test_a_program_ends_with_its_terminal(self):
        for shell in "bash", "dash":
            self.goes_with_the_terminal(f"{self.ns_pid} -- sleep 100", shell=shell)

    def test_a_shell_ends_with_its_terminal(self):
        for name in SHELLS:
            self.goes_with_the_terminal(f"{self.ns_pid} -- {SHELLS[name]} -c"
                                        " 'sleep 100; true'")

    def test_an_interactive_shell_ends_with_its_terminal(self):
        for name in SHELLS:
            t = self.terminal()
            self.inner_shell(t, name)
            t.enter("sleep 100")
            t.foreground("sleep")
            t.close()
            until(nobody, "nothing is left")

    def test_a_pipeline_ends_with_its_terminal(self):
        for shell in "bash", "dash":
            self.goes_with_the_terminal(f"{self.ns_pid} -- sleep 100 | cat", shell=shell)

    def test_a_script_ends_with_its_terminal(self):
        for shell in "bash", "dash":
            self.goes_with_the_terminal(
                self.script(shell, f"{self.ns_pid} -- sleep 100\nsleep 101\n"), shell=shell)

    def test_nested_programs_end_with_their_terminal(self):
        for between in "ns-pid", "ns-pid --reap", "ns-pid ns-pid --reap":
            self.goes_with_the_terminal(f"{self.ns_pid} {between} -- sleep 100")

    def test_a_background_program_ends_with_its_terminal(self):
        self.goes_with_the_terminal(f"{self.ns_pid} -- sleep 100 &")

    def test_a_stopped_program_ends_with_its_terminal(self):
        for shell in "bash", "dash":
            t = self.terminal(shell)
            t.enter(f"{self.ns_pid} -- sleep 100")
            t.foreground("sleep")
            self.assert_stopped(t)
            t.close()
            until(nobody, "nothing is left")

    def test_a_program_with_nohup_outlives_its_terminal(self):
        t = self.terminal()
        t.enter(f"nohup {self.ns_pid} -- sleep 100; true")
        program = t.find("sleep").pid
        t.close()
        until(lambda: t.pid not in [process.pid for process in descendants()], "the shell is gone")
        time.sleep(0.7)
        self.assertIn("sleep", [process.name for process in descendants()])
        os.kill(program, signal.SIGKILL)
        until(nobody, "it has ended")

    # Started in other ways.

    def test_setsid_gives_it_no_terminal_and_that_works(self):
        t = self.terminal()
        t.run(f"setsid -w {self.ns_pid} -- sh -c 'exit 7'")
        self.assertEqual(t.status(), 7)
        t.run(f"setsid {self.ns_pid} -- sleep 0.5")
        self.assert_shell_works(t)

    def test_a_session_leader_of_its_own_terminal_is_not_stuck_by_ctrl_z(self):
        # As in `ssh -t HOST ns-pid -- sleep 1`: no shell could continue it.
        t = self.terminal()
        t.enter(f"exec {self.ns_pid} -- sh -c 'echo up; sleep 2; echo over; sleep 100'")
        t.expect("up\n")
        t.find("sleep", "S")
        t.type(CTRL_Z)
        t.expect("over\n")
        until(lambda: [p for p in descendants() if words(p) == ["sleep", "100"]],
              "the shell waits for the second sleep")
        t.type(CTRL_C)
        until(nobody, "it has ended")

    def test_a_closed_stdin_is_no_hindrance(self):
        t = self.terminal()
        t.run(f"{self.ns_pid} -- sh -c 'exit 7' <&-")
        self.assertEqual(t.status(), 7)
        self.ends_with_key(f"{self.ns_pid} -- sleep 100 <&-", CTRL_C, 130)

    def test_all_descriptors_closed_are_no_hindrance(self):
        t = self.terminal()
        t.run(f"{self.ns_pid} -- sh -c 'exit 7' <&- >&- 2>&-")
        self.assertEqual(t.status(), 7)

    def test_the_program_gets_no_descriptor_of_ours(self):
        t = self.terminal()
        self.assertEqual(t.run(f"{self.ns_pid} ns-pid --reap -- ls /proc/self/fd").split(),
                         t.run("ls /proc/self/fd").split())

    def test_ignored_signals_stay_ignored(self):
        t = self.terminal()
        look = "grep -E 'Sig(Blk|Ign)' /proc/self/status"
        for signals in "CHLD", "INT", "TTOU", "HUP", "CHLD,INT,QUIT,TSTP,TTIN,TTOU,HUP,TERM":
            env = f"env --ignore-signal={signals}"
            expected = t.run(f"{env} {look}")
            self.assertIn("SigIgn", expected)
            self.assertEqual(t.run(f"{env} {self.ns_pid} -- {look}"), expected)
            self.assertEqual(t.run(f"{env} {self.ns_pid} ns-pid --reap {look}"), expected)
            t.run(f"{env} {self.ns_pid} -- sh -c 'exit 7'")
            self.assertEqual(t.status(), 7)

    def test_blocked_signals_stay_blocked(self):
        t = self.terminal()
        look = "grep -E 'Sig(Blk|Ign)' /proc/self/status"
        env = "env --block-signal=INT,TERM,CHLD"
        expected = t.run(f"{env} {look}")
        self.assertEqual(t.run(f"{env} {self.ns_pid} -- {look}"), expected)

    def test_a_term_signal_is_passed_on_and_the_kernel_drops_it(self):
        t = self.terminal()
        until_told = os.path.join(self.home, "until-told")
        os.mkfifo(until_told)
        os.chmod(until_told, 0o666)
        t.enter(f"timeout 100 {self.ns_pid} -- cat until-told")
        t.find("cat", "S")
        os.kill(t.find("timeout").pid, signal.SIGALRM)      # its time is over
        t.expect("[PID-TERM]")
        with open(until_told, "w"):
            pass
        self.assertNotIn("PID-TERM", t.expect(PROMPT))
        self.assertEqual(t.status(), 124)

    def test_a_term_signal_ends_a_program_behind_a_reaper(self):
        t = self.terminal()
        start = time.monotonic()
        t.enter(f"timeout --preserve-status 100 {self.ns_pid} ns-pid --reap -- sleep 100")
        t.find("sleep", "S")
        os.kill(t.find("timeout").pid, signal.SIGALRM)      # its time is over
        self.assertNotIn("PID-TERM", t.expect(PROMPT))
        self.assertLess(time.monotonic() - start, 50)
        self.assertEqual(t.status(), 143)

    def test_a_kill_after_a_timeout_leaves_nothing(self):
        t = self.terminal()
        for line in "sleep 100", "sh -c 'sleep 100 & sleep 100'", "ns-pid --reap sleep 100":
            t.enter(f"timeout -k 0.3 0.3 {self.ns_pid} {line}")
            t.expect(PROMPT)
            until(lambda: not t.others(), "nothing is left")
        self.assert_shell_works(t)

    def test_an_alarm_set_before_reaches_the_program(self):
        t = self.terminal()
        t.enter(f"perl -e 'alarm 6; exec @ARGV' {self.ns_pid} -- "
                "sh -c 'trap \"exit 9\" ALRM; while :; do sleep 0.1; done'")
        t.expect(PROMPT)
        self.assertEqual(t.status(), 9)

    def test_a_new_size_of_the_window_reaches_the_program(self):
        for between in "", "ns-pid --reap", "ns-pid":
            t = self.terminal()
            t.resize(24, 80)
            t.enter(f"{self.ns_pid} {between} -- bash -c 'trap \"stty size; exit 9\" WINCH;"
                    " echo up; while :; do sleep 0.1; done'")
            t.expect("up\n")
            t.resize(33, 77)
            t.expect("33 77\n")
            t.expect(PROMPT)
            self.assertEqual(t.status(), 9)

    # Killed.

    def supervisor_killed(self, line):
        t = self.terminal()
        t.enter(line)
        t.foreground("sleep")
        time.sleep(0.1)
        os.kill(t.started("ns-pid").pid, signal.SIGKILL)
        t.expect(PROMPT)
        self.assertEqual(t.status(), 137)
        until(lambda: not t.others(), "nothing is left")
        self.assert_shell_works(t)

    def test_a_killed_supervisor_takes_all_along(self):
        for line in ("", "ns-pid --", "ns-pid --reap --", "sh -c 'sleep 100 & \"$@\"' sh"):
            self.supervisor_killed(f"{self.ns_pid} {line} sleep 100")

    def test_a_killed_supervisor_takes_along_a_program_that_changed_its_uid(self):
        if os.getuid() != 0 or self.user is not None:
            self.skipTest("only root can change its uid")
        self.supervisor_killed(f"{self.ns_pid} -- setpriv --reuid 1000 --regid 1000"
                               " --clear-groups sleep 100")
        self.supervisor_killed(f"{self.ns_pid} ns-pid --reap setpriv --reuid 1000 --regid 1000"
                               " --clear-groups sleep 100")

    def test_a_killed_program_is_reported_as_killed(self):
        t = self.terminal()
        for between in "", "ns-pid --reap", "ns-pid":
            t.enter(f"{self.ns_pid} {between} -- sleep 100")
            os.kill(t.foreground("sleep").pid, signal.SIGKILL)
            t.expect(PROMPT)
            self.assertEqual(t.status(), 137)
        self.assert_shell_works(t)

    def test_a_program_ended_by_another_signal_is_reported_so(self):
        t = self.terminal()
        t.run(f"{self.ns_pid} ns-pid --reap -- sh -c 'kill -TERM $$'")
        self.assertEqual(t.status(), 143)
        t.run(f"{self.ns_pid} -- sh -c 'kill -SEGV $$; exit 7'")    # PID 1 is spared that
        self.assertEqual(t.status(), 7)


class AsRoot(Cases, unittest.TestCase):
    ns_pid = "ns-pid"

    def setUp(self):
        if os.getuid() != 0:
            self.skipTest("root")
        super().setUp()


class AsOrdinaryUser(Cases, unittest.TestCase):
    ns_pid = "ns-user ns-pid"

    def setUp(self):
        if not os.access(os.path.join(BIN, "ns-user"), os.X_OK):
            self.skipTest("bin/ns-user")
        self.user = 1000 if os.getuid() == 0 else None
        super().setUp()


class Sentences(unittest.TestResult):
    """Prints the name of each test as a sentence, with the outcome."""

    passed = 0

    def say(self, mark, test, more=""):
        who = "root" if isinstance(test, AsRoot) else "ordinary user"
        print(f"{mark} {who}: {test._testMethodName[5:].replace('_', ' ')}{more}", flush=True)

    def addSuccess(self, test):
        self.passed += 1
        self.say("ok    ", test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.say("FAILED", test, "\n    " + str(error[1]).replace("\n", "\n    "))

    def addError(self, test, error):
        super().addError(test, error)
        self.say("FAILED", test, "\n" + self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.say("skip  ", test, f" (missing: {reason})")


def all_tests(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from all_tests(test)
        else:
            yield test


def main():
    adopt_orphans()
    words = sys.argv[1:]
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    chosen = [test for test in all_tests(suite)
              if all(word in test.id().replace("_", " ") for word in words)]
    result = Sentences()
    for test in chosen:
        test(result)
    failed = len({id(test) for test, _ in result.failures + result.errors})
    print(f"{result.passed} passed, {failed} failed, {len(result.skipped)} skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
