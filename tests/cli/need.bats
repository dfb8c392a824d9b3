# lab/need, which sees to it that packages are there. apt-get, dpkg-query, id
# and sudo are played here: nothing is installed.

bats_require_minimum_version 1.5.0

setup() {
	NEED=$(realpath "$BATS_TEST_DIRNAME/../../lab/need")
	cd "$BATS_TEST_TMPDIR"
	mkdir bin
	play dpkg-query 'for last; do :; done; grep -qx "$last" there && echo "install ok installed"'
	# A fresh machine: without a list there is nothing to install from.
	play apt-get 'echo "apt-get $*" >>did; case $1 in
		update) : >list ;;
		install) [ -e list ] || exit 100; shift
			for word; do case $word in -*) ;; *) echo "$word" >>there ;; esac; done ;;
		esac'
	echo first >there
	: >did
}

# play NAME SCRIPT: a program of that name, which comes first.
play() {
	printf '#!/bin/sh\n%s\n' "$2" >"bin/$1"
	chmod 755 "bin/$1"
}

# need USER PACKAGE...
need() {
	play id "echo $1"
	shift
	PATH=$PWD/bin:/usr/bin:/bin run "$NEED" "$@"
}

@test "what is there needs nothing, and nothing is said" {
	need 0 first
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ ! -s did ]
}

@test "root gets what is missing, with its name; the list of packages is fetched if need be" {
	need 0 first second third
	[ "$status" -eq 0 ]
	[[ $output == "need: installing the missing packages"*": second third" ]]
	grep -q '^apt-get update' did
	grep -qx second there
	grep -qx third there
	not_installed_again=$(grep -c first there)
	[ "$not_installed_again" -eq 1 ]
}

@test "who has no rights gets the line that root can paste, and it works" {
	play sudo 'exit 1'
	need 1000 first second third
	[ "$status" -eq 1 ]
	[ ! -s did ]
	[[ $output == *"are missing: second third"* ]]
	line=${lines[-1]}
	[[ $line == *"apt-get update && apt-get install -y --no-install-recommends second third" ]]
	PATH=$PWD/bin:$PATH sh -c "$line"
	need 1000 first second third
	[ "$status" -eq 0 ]
}

@test "root whose apt-get fails gets the line as well" {
	play apt-get 'exit 100'
	need 0 second
	[ "$status" -eq 1 ]
	[[ ${lines[-1]} == *"apt-get install"*" second" ]]
}

@test "another apt-get that is at work is waited for" {
	play apt-get 'case "$*" in *" -o DPkg::Lock::Timeout="*) ;; *) exit 100 ;; esac; echo "$*" >>there
		for word; do echo "$word" >>there; done'
	need 0 second
	[ "$status" -eq 0 ]
	grep -qx second there
}

@test "--print installs nothing, not even as root" {
	need 0 --print second
	[ "$status" -eq 1 ]
	[[ ${lines[-1]} == *"apt-get install"*" second" ]]
	[ ! -s did ]
}

@test "in a terminal sudo's question comes after what it is for" {
	play sudo 'if [ "$1" = -v ]; then echo PASSWORD >/dev/tty; else exec "$@"; fi'
	play id 'echo 1000'
	python3 - "$NEED" >said <<-'END'
		import os, pty, sys
		os.environ["PATH"] = os.getcwd() + "/bin:/usr/bin:/bin"
		pty.spawn([sys.argv[1], "first", "second"], stdin_read=lambda fd: b"")
	END
	grep -qx second there
	[[ $(tr -d '\r' <said) == "need: "*" second"$'\n'"PASSWORD"* ]]
}
