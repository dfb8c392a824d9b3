# The config.json of an OCI bundle: the container of compose-run and floor.
# With $who ("root" or "user"), $root (a folder), $uid and $gid, and the seccomp
# rules as input.
def docker: [
	"CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID",
	"SETFCAP", "SETPCAP", "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE"
] | map("CAP_" + .);
def map_of(id): if $who == "root" then [{containerID: 0, hostID: 0, size: 4294967295}]
	else [{containerID: 0, hostID: (id | tonumber), size: 1}] end;
def on(folder; kind; more): {destination: folder, type: kind, source: kind, options: more};
. as $seccomp | {
	ociVersion: "1.0.2",
	process: {
		terminal: false, user: {uid: 0, gid: 0}, cwd: "/", args: ["/bin/true"],
		env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"],
		capabilities: {bounding: docker, effective: docker, permitted: docker},
		noNewPrivileges: true
	},
	root: {path: $root, readonly: false},
	hostname: "bench",
	mounts: [
		on("/proc"; "proc"; ["nosuid", "noexec", "nodev"]),
		on("/sys"; "sysfs"; ["nosuid", "noexec", "nodev", "ro"]),
		on("/dev"; "tmpfs"; ["nosuid", "noexec", "mode=755", "size=64k"]),
		on("/dev/pts"; "devpts"; ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]),
		on("/dev/shm"; "tmpfs"; ["nosuid", "noexec", "nodev", "mode=1777", "size=64m"]),
		on("/dev/mqueue"; "mqueue"; ["nosuid", "noexec", "nodev"])
	],
	linux: {
		namespaces: ["user", "pid", "network", "ipc", "uts", "mount", "cgroup"] | map({type: .}),
		uidMappings: map_of($uid), gidMappings: map_of($gid),
		maskedPaths: ["/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys",
			"/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
			"/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap"],
		readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
		seccomp: $seccomp
	}
}
