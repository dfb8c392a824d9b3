# Bundles as others make them: umoci, Podman, runc's and crun's own 'spec'. Each
# runs under runc, under crun and here, and a probe inside finds the same.

load helper

setup() {
	ns-user true 2>/dev/null || skip "this user may make no user namespace here"
	command -v jq >/dev/null || skip "jq is missing"
	cd "$BATS_TEST_TMPDIR"
	export XDG_RUNTIME_DIR=$PWD/run TMPDIR=$PWD
	mkdir run root
	"$BATS_TEST_DIRNAME/../../lab/rootfs" root >/dev/null ||
		skip "no busybox root: is busybox-static installed?"
	"${CC:-gcc}" -std=gnu11 -D_GNU_SOURCE -O2 -static -o root/probe "$BATS_TEST_DIRNAME/../same/probe.c"
}

# Podman mounts a /dev/shm in the mount table that it is called from.
teardown() {
	umount -l "$BATS_TEST_TMPDIR"/storage/vfs-containers/*/userdata/shm 2>/dev/null || true
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# Runs a bundle under another runtime. crun before 1.9 does not know v2 beside v1.
theirs() {	# ENGINE BUNDLE
	if is_root; then
		unshare -m sh -c 'umount /sys/fs/cgroup/unified 2>/dev/null
			exec "$@"' sh "$1" run -b "$2" "makers-$$-$1" </dev/null
	else
		# Its mount table is that of a user namespace, for the same reason.
		timeout 20 "$1" --root "$PWD/state" run -b "$2" "makers-$$-$1" </dev/null
	fi
}

# What differs from runtime to runtime by its nature: devices are made or bound,
# and masks are of the machine's /dev/null or of one of theirs; v1's cgroups that
# have a limit are shown, or all; a cgroup namespace; the link /dev/core. Theirs
# have a pipe, and a session of their own; ours dies with its supervisor.
# (Which signals are ignored comes from the caller, and runc, a program of Go, changes
# two.)
facts() {
	sed -E 's/,(nodev|relatime|seclabel|inode64)//g; s/ - .*//; s#^(mount: /(proc|sys)/[^ ]*) .*#\1#' |
		grep -vE '^mount: /dev/(null|zero|full|random|urandom|tty|console) |/sys/fs/cgroup|^descriptor
^dies with|^SigIgn|^own (session|process group)|^session known|^(namespace )?cgroup|core( |$)|nodev' | sort -u
}

# The bundle $1 under each runtime that is here.
compare() {
	local engine tested=0
	host=$(root/probe --host)
	jq --arg host "$host" '.process.terminal = false | .process.args = ["/probe", $host] | del(.linux.cgroupsPath)' \
		"$1/config.json" >new && mv new "$1/config.json"
	compose-run --bundle "$1" </dev/null >ours 2>ours.errors || { cat ours.errors; return 1; }
	facts <ours >ours.facts
	[ "$(wc -l <ours.facts)" -gt 30 ]
	for engine in runc crun; do
		command -v "$engine" >/dev/null || continue
		theirs "$engine" "$1" >theirs 2>theirs.errors || continue
		[ -s theirs ] || continue
		facts <theirs >theirs.facts
		diff theirs.facts ours.facts
		tested=$((tested + 1))
	done
	[ "$tested" -gt 0 ] || skip "runs here; neither runc nor crun does, to compare: $(tail -n 1 theirs.errors)"
}

umoci_image() {
	command -v umoci >/dev/null || skip "umoci is missing (a package of this name)"
	umoci init --layout oci >/dev/null
	umoci new --image oci:box >/dev/null
	umoci insert $1 --image oci:box root / >/dev/null
}

@test "a bundle of umoci unpack" {
	is_root || skip "an ordinary user has umoci unpack --rootless"
	umoci_image
	umoci unpack --image oci:box box >/dev/null
	compare box
}

@test "a bundle of umoci unpack --rootless" {
	if is_root; then skip "for an ordinary user: its ids are mapped to the one that unpacked it"; fi
	umoci_image --rootless
	umoci unpack --rootless --image oci:box box >/dev/null
	compare box
}

@test "a bundle of runc spec, and of crun spec" {
	local engine rootless= made=0
	is_root || rootless=--rootless
	for engine in runc crun; do
		command -v "$engine" >/dev/null || continue
		rm -rf box && mkdir box && cp -a root box/rootfs
		(cd box && "$engine" spec $rootless) || continue
		made=$((made + 1))
		compare box
	done
	[ "$made" -gt 0 ] || skip "neither runc nor crun is here"
}

@test "a bundle of Podman's" {
	is_root || skip "as an ordinary user Podman needs ranges of ids, which this one may not have"
	command -v podman >/dev/null || skip "podman is missing (a package of this name)"
	pod() {
		podman --root "$PWD/storage" --runroot "$PWD/state" --tmpdir "$PWD/tmp" --storage-driver vfs \
			--cgroup-manager=cgroupfs --events-backend=file "$@"
	}
	tar -C root -c . | pod import -c 'CMD ["/bin/sh"]' - local/box >log 2>&1 ||
		skip "podman makes no image here: $(tail -n 1 log)"
	pod create --name box --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --network none \
		local/box sh >log 2>&1 || skip "podman makes no container here: $(tail -n 1 log)"
	# It writes the config.json, mounts the root, and hands both to its runtime,
	# which may refuse this machine.
	pod init box >log 2>&1 || true
	config=$(find storage -name config.json | head -n 1)
	[ -n "$config" ] || skip "podman has written no config.json: $(tail -n 1 log)"
	mkdir box
	# Its /dev/shm was mounted in a mount table that is gone; the user namespace
	# and the network are none of its either.
	cp "$config" box
	cp "$(jq -r '.root.path' box/config.json)/probe" root/probe
	compare box
}
