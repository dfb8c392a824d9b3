# shellcheck shell=sh
# What a process inside can see of its isolation, as text that is the same in
# two containers built alike. Run by the shell of the new root; the arguments
# are the namespaces outside.
echo "pid $$, uid $(id -u), groups $(id -G)"
echo "uid map $(cat /proc/self/uid_map)"
for namespace in cgroup ipc mnt net pid user uts; do
	inside=$(readlink /proc/self/ns/$namespace)
	case " $* " in
	*" $inside "*) echo "the $namespace namespace is the one outside" ;;
	esac
done
grep -E '^(Cap|NoNewPrivs|Seccomp)' /proc/self/status
# The place, read-only or not, the type.
sed 's/^[^ ]* [^ ]* [^ ]* [^ ]* \([^ ]*\) \(r[ow]\)[^ ]* .*- \([^ ]*\) [^ ]* \(r[ow]\).*/mount \1 \2 \3 \4/
	s/ rw \(.*\) ro$/ ro \1/; s/ r[ow]$//' /proc/self/mountinfo | sort
for name in /dev/*; do
	echo "$name $(readlink "$name")"
done
ip link show lo | grep -o '<.*>'
set -- /proc/self/fd/*
echo "$# descriptors"
