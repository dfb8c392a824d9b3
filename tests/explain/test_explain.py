"""What --explain and --dry-run tell is what the kernel is asked for.

Each chain runs three times: with STRATA_EXPLAIN=1, with --dry-run, and silently
under strace. Then
  - each call that was told stands in the source, as it was printed;
  - the told calls are found among those of strace, in the same order;
  - no call that changes something stands between them untold;
  - --dry-run tells the same calls as --explain, and makes none that changes
    anything;
  - nothing about the result is different for having been explained.

The last line has the sums. Needs strace.
"""
import difflib
import glob
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get('BIN', TOP + '/bin')
ROOT = os.geteuid() == 0

# What changes something, for us or for others. Each must be told.
CHANGES = set('''unshare setns mount umount2 pivot_root chroot chdir fchdir sethostname
setdomainname mkdir mkdirat mknodat symlinkat rmdir unlink unlinkat open_tree move_mount mount_setattr
fsopen fsconfig fsmount capset setgroups setresuid setresgid setuid setgid seccomp
landlock_create_ruleset landlock_add_rule landlock_restrict_self close_range fork sendto setpgid
setsid tcsetpgrp prlimit64 personality ptrace write create'''.split())
# prctl(2) is many calls; these only ask.
ASKS = ('PR_GET_', 'PR_CAPBSET_READ', 'PR_CAP_AMBIENT_IS_SET')

# What a function of our own does, as it appears in the source: the call that it
# must make, and those that go with it.
OWN = {
    'prlimit': ('prlimit64', []),
    'write_file': ('write', ['create']),
    'write_knob': ('write', ['create']),
    'write_in': ('write', ['create']),
    'join': ('write|fork', ['create']),
    'read_file': ('openat', ['read']),
    'read_knob': ('openat', ['read']),
    'fork_into': ('fork', []),
    'run_mapper': ('fork', ['execve', 'wait4']),
    'try_another': ('fork', []),
    'terminal_ear': ('fork', ['setpgid']),
    'raise_ambient': ('prctl', ['prctl', 'capset', 'capget']),
    'make_below': ('', ['mkdirat', 'mknodat', 'create', 'openat', 'openat2']),
    'cgroup_open': ('openat', []),
    'cgroup_open_new': ('openat', ['flock']),
    'open_below': ('openat2|openat', []),
    'open_below_with': ('openat2|openat', []),
    'socketpair': ('socketpair', []),
    'open_covered': ('', ['openat2', 'openat', 'open_tree']),
    'receive_ack': ('recvfrom', []),
    'netlink_change': ('sendto', []),
    'set_up': ('sendto', []),
    'open': ('openat|create', []),
    'signalfd': ('signalfd4', []),
    'pipe': ('pipe2|pipe', []),
    'send': ('sendto', []),
    'poll': ('poll|ppoll', []),
    'tcsetpgrp': ('tcsetpgrp', []),
    'mkdir': ('mkdir|mkdirat', []),
    'readlink': ('readlink|readlinkat', []),
}

passed = failed = skipped = 0


def report(good, name, text=''):
    global passed, failed
    passed, failed = passed + good, failed + (not good)
    print('%sok %s' % ('' if good else 'not ', name))
    if not good:
        print('\n'.join('    ' + line for line in text.splitlines()))
    sys.stdout.flush()


def environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith('STRATA_')}
    return dict(kept, PATH=BIN + ':' + kept.get('PATH', ''), LC_ALL='C', **more)


def run(words, **more):
    return subprocess.run(words, env=environment(**more), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding='utf-8', errors='replace', timeout=120)


def told_in(text):
    """The calls that --explain or --dry-run has printed, in order.

    A call is the line behind "TOOL: phrase; see PAGE"."""
    told = []
    lines = text.split('\n')
    for here, line in zip(lines[1:], lines):
        if re.match(r'[a-z-]+: .*; see [a-z0-9_]+\(\d\)$', line):
            told.append(here.strip())
    return told


def name_of(call):
    call = re.sub(r'^\(int\)', '', call)
    call = re.sub(r'^syscall\(SYS_', '', call)
    return re.match(r'\w+', call).group(0)


def lines_of(log):
    """The lines of a strace log, without the calls that the kernel began anew
    (when somebody else held a lock of the network's): they come once more."""
    lines = []
    for line in open(log, errors='replace'):
        if 'ERESTARTNOINTR' not in line:
            lines.append(line)
        elif 'resumed>' in line:
            process = line.split()[0] + ' '
            begun = max(i for i, other in enumerate(lines) if other.startswith(process))
            del lines[begun]
    return lines


def events_of(log, program):
    """The system calls of a strace log up to the program's start, as
    (name, line): forks are "fork", opening for writing is "create"."""
    events = []
    for line in lines_of(log):
        line = re.sub(r'^\d+ +', '', line).strip()
        line = re.sub(r'^<\.\.\. (\w+) resumed>.*', r'resumed \1', line)
        match = re.match(r'(\w+)\(', line)
        if not match:
            continue
        name = match.group(1)
        if line.startswith('execve("%s",' % program) and ' = -1' not in line:
            break
        if name in ('clone', 'clone3', 'fork', 'vfork'):
            name = 'fork'
        if name in ('openat', 'open', 'creat') and re.search(r'O_WRONLY|O_RDWR|O_CREAT', line) \
                and not re.search(r'"/dev/(null|tty)"', line):
            name = 'create'
        if name == 'ioctl' and 'TIOCSPGRP' in line:
            name = 'tcsetpgrp'
        # To stdout, stderr: what is said. Sizes of 8 are eventfds and the like.
        if name == 'write' and re.match(r'write\([012](<[^>]*>)?,', line):
            continue
        events.append((name, line))
    return events


def changes(name, line):
    # It asks for a number.
    if 'CREATE_RULESET_VERSION' in line:
        return False
    if name == 'prlimit64' and re.search(r'prlimit64\(\d+, \w+, NULL', line):
        return False
    if name == 'prctl':
        return not any(ask in line for ask in ASKS)
    return name in CHANGES


def compare(told, events):
    """Walks both; returns what does not fit, or ''."""
    at = 0
    companions = []

    def untold(name, line):
        return changes(name, line) and not (name in companions)

    for call in told:
        name = name_of(call)
        wanted, along = OWN.get(name, (name, []))
        if not wanted:
            companions = along
            continue
        found = None
        for i in range(at, len(events)):
            event, line = events[i]
            if re.fullmatch(wanted, event) and argument_fits(call, line):
                found = i
                break
            if event in along:
                continue
            if untold(event, line):
                return 'told: %s\nmade: %s' % (call, line)
        if found is None:
            return 'told, and never made: %s' % call
        at, companions = found + 1, along
    for name, line in events[at:]:
        if untold(name, line):
            return 'made at the end, and not told: %s' % line
    return ''


def argument_fits(call, line):
    """Constants in the told call are in strace's line, where it prints them."""
    for word in re.findall(r'\b(?:CLONE_NEW\w+|PR_[A-Z]\w+|FSCONFIG_\w+|MS_[A-Z]+)\b', call):
        if word not in line:
            return False
    # With NULL at its end it sets, before that it asks.
    if call.startswith('prlimit('):
        return call.endswith('NULL)') == (', NULL) = ' in line)
    return ('RULESET_VERSION' in call) == ('RULESET_VERSION' in line)


def source():
    text = ''
    for path in sorted(glob.glob(TOP + '/tools/*/*.c')):
        with open(path) as file:
            text += file.read()
    return re.sub(r'\s+', ' ', text)


SOURCE = source()


def in_source(call):
    return re.sub(r'\s+', ' ', call) in SOURCE


def check(name, chain, folder):
    """chain: words of tools; the program is added."""
    program = '/bin/true'
    explained = run(chain + ['--', program], STRATA_EXPLAIN='1')
    if explained.returncode != 0:
        report(False, name, 'does not run:\n' + explained.stderr[-1500:])
        return
    dry = run(chain[:1] + ['--dry-run'] + chain[1:] + ['--', program])
    log = folder + '/log'
    silent = run(['strace', '-f', '-qq', '-v', '-o', log] + chain + ['--', program])
    events = events_of(log, program)

    short = chain[0] == 'compose-run' and '--chain' not in chain
    told, planned = told_in(explained.stderr), told_in(dry.stderr)
    if not short:
        missing = [call for call in told if not in_source(call)]
        report(told and not missing, name + ': the told calls stand in the source',
               '\n'.join(missing) or 'nothing was told')
        said = compare(told, events)
        report(not said, name + ': --explain tells what strace sees', said)
        report(planned == told, name + ': --dry-run tells the same calls',
               '\n'.join(difflib.unified_diff(told, planned, 'explain', 'dry-run', '', '', 0)))
    missing = [call for call in planned if not in_source(call)]
    report(dry.returncode == 0 and planned and not missing,
           name + ': --dry-run tells calls of the source',
           'status %d\n%s' % (dry.returncode, '\n'.join(missing) or dry.stderr[-500:]))
    said = compare(planned, events)
    report(not said, name + ': --dry-run tells what strace sees', said)
    report(silent.returncode == 0 and silent.stderr == '' or 'note: ' in silent.stderr,
           name + ': without --explain nothing is told', silent.stderr[-500:])

    # A dry run does nothing.
    run(['strace', '-f', '-qq', '-v', '-o', log] + chain[:1] + ['--dry-run'] + chain[1:] +
        ['--', program])
    done = [line for event, line in events_of(log, program)
            if changes(event, line) and not re.search(r'"[^"]*", \[', line)]
    report(not done, name + ': --dry-run changes nothing', '\n'.join(done[:5]))


def anywhere(name, chain):
    """A dry run works without privilege, environment, or /proc."""
    program = '/bin/true'
    first = run(chain[:1] + ['--dry-run'] + chain[1:] + ['--', program])
    words = [BIN + '/' + chain[0], '--dry-run'] + chain[1:] + ['--', program]
    # Whose home is covered is a part of what compose-run does.
    home = {k: os.environ[k] for k in ('HOME',) if k in os.environ}
    bare = subprocess.run(words, env=home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding='utf-8', cwd='/', timeout=60)
    report(bare.returncode == 0 and told_in(bare.stderr) == told_in(first.stderr),
           name + ': --dry-run is the same without an environment', bare.stderr[-500:])


def sys_is_read_only():
    """The kernel then shows a user namespace none that can be written to."""
    with open('/proc/self/mountinfo') as table:
        options = [row.split()[5] for row in table if row.split()[4] == '/sys']
    return bool(options) and 'ro' in options[-1].split(',')


def cases(folder):
    """Of each tool, all it can do; by name, as (chain)."""
    global skipped
    own = [] if ROOT else ['ns-user']
    os.makedirs(folder + '/a/b')
    os.makedirs(folder + '/lower')
    os.makedirs(folder + '/place')
    open(folder + '/file', 'w').close()
    yield 'ns-user', ['ns-user']
    yield 'ns-user -c --keep-caps', ['ns-user', '-c', '--keep-caps']
    yield 'ns-user --no-more', ['ns-user', '--no-more']
    yield 'ns-uts', own + ['ns-uts', '--hostname', 'box', '--domainname', 'dom']
    yield 'ns-ipc', own + ['ns-ipc', '--sysctl', 'kernel.msgmax=5000']
    yield 'ns-net', own + ['ns-net', '--sysctl', 'net.ipv4.ip_forward=1']
    yield 'ns-pid', own + ['ns-pid', '--pid-file', folder + '/pid']
    yield 'ns-pid --reap', own + ['ns-pid', 'ns-pid', '--reap']
    yield 'ns-mnt', own + ['ns-mnt']
    yield 'ns-mnt with a /proc', own + ['ns-pid', 'ns-mnt']
    yield 'ns-mnt with mounts', own + [
        'ns-pid', 'ns-net', 'ns-mnt', '--bind', folder + '/a:' + folder + '/place',
        '--ro-bind', folder + '/file:' + folder + '/file', '--tmpfs', '/mnt:size=1m',
        '--proc', '/proc', '--sys', '/sys', '--dev', '/dev',
        '--overlay', folder + '/lower:' + folder + '/a', '--mask', '/sys/firmware']
    yield 'ns-mnt over / and .', own + ['ns-mnt', '--remount-ro', '/', '--tmpfs', '/mnt',
                                       '--tmpfs', TOP]
    yield 'ns-mnt with devices', own + [
        'ns-mnt', '--propagation', 'slave', '--tmpfs', '/mnt', '--devices', '/mnt',
        '--mount', 'type=bind,src=%s,dst=%s,bind-recursive=disabled,private' % (
            folder + '/file', folder + '/file'),
        # The times of a mount from outside are locked for an ordinary user.
        '--mount', 'type=bind,src=%s,dst=%s,rslave%s' % (
            folder + '/lower', folder + '/a', ',strictatime' if ROOT else '')]
    yield 'chroot', own + ['chroot', '/']
    yield 'chroot --pivot', own + ['ns-mnt', '--ro-bind', '/:/mnt', 'chroot', '--pivot', '/mnt',
                                   'ns-uts', '--hostname', 'inside']
    yield 'capdrop', own + ['capdrop']
    yield 'capdrop --preset docker', own + ['capdrop', '--preset', 'docker']
    yield 'capdrop --umask', own + ['capdrop', '--keep', 'kill', '--inheritable', 'kill',
                                    '--bounding', 'chown', '--umask', '027']
    yield 'lsm', own + ['lsm']
    yield 'lsm with Landlock', own + ['lsm', '--rox', '/', '--rw', '/dev/null',
                                      '--best-effort']
    if ROOT:
        yield 'ns-mnt with mapped ids', ['ns-mnt', '--mount', 'type=bind,src=%s/a,dst=%s/place,'
                                         'idmap=0:100000:65536' % (folder, folder)]
        yield 'cgroup', ['cgroup', '--pids-limit', '50', '--memory', '64M']
        yield 'ns-user without us', ['ns-user', '--uid-map', '0:1000:10', '--gid-map', '0:1000:10']
        yield 'capdrop --user', ['capdrop', '--user', '1000:1000']
    yield 'compose-run', ['compose-run']
    yield 'compose-run with options', ['compose-run', '--hostname', 'lab', '--tmpfs', '/mnt',
                                       '--read-only', '-w', '/', '--init']
    yield 'compose-run with limits and mounts', [
        'compose-run', '--ulimit', 'nofile=60:70', '--ulimit', 'core=0', '--sysctl',
        'kernel.msgmax=9000', '--device', '/dev/zero:/dev/other', '--overlay', '/usr/share:/srv',
        '--mount', 'type=bind,src=/usr,dst=/opt,ro', '-v', '/etc']
    if sys_is_read_only():
        skipped += 1
        print('ok explain compose-run --privileged # skip /sys is read-only here, as in most containers')
    else:
        yield 'compose-run --privileged', ['compose-run', '--privileged']


def main():
    if subprocess.run(['sh', '-c', 'command -v strace'], stdout=subprocess.DEVNULL).returncode:
        print('ok explain # skip strace is missing\n0 passed, 0 failed, 1 skipped')
        return 0
    pattern = sys.argv[1] if len(sys.argv) > 1 else ''
    with tempfile.TemporaryDirectory(dir='/var/tmp') as folder:
        for name, chain in cases(folder):
            if pattern in name:
                check(name, chain, folder)
                anywhere(name, chain)
    print('%d passed, %d failed, %d skipped' % (passed, failed, skipped))
    return failed != 0


if __name__ == '__main__':
    sys.exit(main())
