# shellcheck shell=bash
# A bundle to try things with, for bundle*.bats.

# Makes box/rootfs, with busybox, and box/config.json.
make_box() {
	ns-user true 2>/dev/null || skip "this user may make no user namespace here"
	cd "$BATS_TEST_TMPDIR" || return
	mkdir box
	"$BATS_TEST_DIRNAME/../../lab/rootfs" box/rootfs >/dev/null ||
		skip "no busybox root: is busybox-static installed?"
	config ''
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# Writes box/config.json: a small container, in which statements of Python's
# change something. An ordinary user's has a user namespace.
config() {
	python3 - "$(id -u)" "$(id -g)" "$*" >box/config.json <<-'END'
		import json, sys
		uid, gid = int(sys.argv[1]), int(sys.argv[2])
		capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]
		c = {
		    "ociVersion": "1.0.2",
		    "process": {
		        "user": {"uid": 0, "gid": 0},
		        "args": ["sh"],
		        "env": ["PATH=/bin", "TERM=xterm"],
		        "cwd": "/",
		        "capabilities": {key: capabilities for key in ("bounding", "permitted", "effective")},
		        "noNewPrivileges": True,
		    },
		    "root": {"path": "rootfs", "readonly": True},
		    "hostname": "box",
		    "mounts": [
		        {"destination": "/proc", "type": "proc", "source": "proc"},
		        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
		         "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
		        {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
		         "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]},
		    ],
		    "linux": {
		        "namespaces": [{"type": t} for t in ("pid", "network", "ipc", "uts", "mount")],
		        "resources": {"devices": [{"allow": False, "access": "rwm"}]},
		        "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
		        "readonlyPaths": ["/proc/sys", "/proc/irq"],
		    },
		}
		p, l = c["process"], c["linux"]
		if uid:
		    l["namespaces"].append({"type": "user"})
		    l["uidMappings"] = [{"containerID": 0, "hostID": uid, "size": 1}]
		    l["gidMappings"] = [{"containerID": 0, "hostID": gid, "size": 1}]
		    del l["resources"]
		def mount(destination, **keys):
		    c["mounts"].append({"destination": destination, **keys})
		exec(sys.argv[3])
		json.dump(c, sys.stdout, indent=1)
	END
}

# Without a cgroup of one's own a note says so each time.
box() {
	local status=0
	compose-run --bundle box "$@" 2>errors || status=$?
	grep -v 'note: no cgroup of its own' errors >&2 || true
	return $status
}

run_box() { run box "$@"; }

# $output is run's.
# shellcheck disable=SC2154
refused() {
	local what=$1
	shift
	run_box "$@"
	[ "$status" -eq 125 ]
	[[ $output == *"$what"* ]]
	! grep -q INSIDE <<<"$output"
}
