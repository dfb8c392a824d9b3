# The shells' completions, made from --help by tools/common/completion.

load helper

setup_file() {
	export MADE="$BATS_FILE_TMPDIR/completion"
	"$BATS_TEST_DIRNAME/../../tools/common/completion" "$BIN" "$MADE"
}

# What bash would offer for a line whose last word is being typed.
offered() {
	bash --norc --noprofile -c '
		. "$MADE/strata.bash"
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		COMP_LINE=$*
		COMP_POINT=${#COMP_LINE}
		function=$(complete -p "${1##*/}" | sed "s/.*-F \([^ ]*\).*/\1/")
		"$function" "${1##*/}" "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"
		printf "%s\n" "${COMPREPLY[@]}"' - "$@" 2>errors
	[ ! -s errors ] || { cat errors; return 1; }
}

setup() { cd "$BATS_TEST_TMPDIR"; }

@test "bash completes all eleven tools" {
	for tool in ns-pid ns-uts ns-mnt ns-ipc ns-net ns-user chroot cgroup capdrop lsm compose-run; do
		run offered "$tool" --vers
		[ "$output" = --version ] || { echo "$tool: $output"; false; }
	done
}

@test "bash offers every option of --help, long and short" {
	for tool in ns-mnt capdrop compose-run; do
		offered "$tool" - | sort -u >offers
		"$tool" --help | grep -E '^ +-' | grep -oE '(^ +|  |, )--?[A-Za-z][A-Za-z-]*' |
			tr -d ' ,' | sort -u >help
		diff help offers
	done
}

@test "bash offers the words that an option takes" {
	run offered ns-mnt --propagation ''
	[ "$(sort <<<"$output" | xargs)" = "private shared slave unchanged" ]
	run offered ns-mnt --propagation sh
	[ "$output" = shared ]
	run offered compose-run --network ''
	[ "$(sort <<<"$output" | xargs)" = "bridge host none user" ]
	run offered capdrop --preset ''
	[ "$(sort <<<"$output" | xargs)" = "all docker none" ]
	run offered ns-user --setgroups d
	[ "$output" = deny ]
}

@test "bash completes a value behind '=' as well" {
	run offered ns-mnt --propagation = pri
	[ "$output" = private ]
	run offered ns-mnt --propagation =
	[ "${#lines[@]}" -eq 4 ]
	run offered ns-mnt --propagation = private --no-p
	[ "$output" = --no-proc ]
}

@test "bash offers capabilities, each of a list" {
	for option in --keep --drop --add --ambient; do
		run offered capdrop "$option" net_b
		[ "$(xargs <<<"$output")" = "net_bind_service net_broadcast" ]
	done
	run offered capdrop --keep chown,sys_ti
	[ "$output" = chown,sys_time ]
	run offered compose-run --cap-add sys_ti
	[ "$output" = sys_time ]
	run offered compose-run --cap-drop AL
	[ "$output" = ALL ]
}

@test "bash offers all capabilities" {
	offered capdrop --keep '' | sort >offers
	[ "$(wc -l <offers)" -ge 40 ]
	grep -qx chown offers
	grep -qx checkpoint_restore offers
}

@test "bash offers the layers of compose-run --without" {
	run offered compose-run --without ns-u
	[ "$(sort <<<"$output" | xargs)" = "ns-user ns-uts" ]
	run offered compose-run --without cgroup,cap
	[ "$output" = cgroup,capdrop ]
}

@test "bash offers files and directories, with blanks in their names" {
	mkdir 'my folder'
	touch 'my file' other
	run offered lsm --ro my
	[ "$(sort <<<"$output")" = "my file"$'\n'"my folder" ]
	run offered ns-mnt --root my
	[ "$output" = "my folder" ]
	run offered ns-uts --hostname o
	[ "$output" = other ]
	# Behind the colon of SRC:DST too.
	run offered ns-mnt --bind /etc : ot
	[ "$output" = other ]
}

@test "bash offers process ids to --join" {
	sleep 30 3>&- &
	pid=$!
	run offered ns-uts --join "$pid"
	run offered ns-uts -j "$pid"
	kill "$pid"
	grep -qx "$pid" <<<"$output"
}

@test "bash goes on with the next tool of a chain" {
	run offered ns-pid ns-ut
	grep -qx ns-uts <<<"$output"
	run offered ns-pid ns-uts --hostn
	[ "$output" = --hostname ]
	run offered ns-pid -x ns-mnt --propagation slave -- capdrop --preset doc
	[ "$output" = docker ]
	run offered ns-user "$BIN/ns-net" --no-l
	[ "$output" = --no-lo ]
}

@test "bash offers the commands of PATH as the program" {
	run offered ns-pid -- unam
	grep -qx uname <<<"$output"
	run offered ns-uts --hostname box unam
	grep -qx uname <<<"$output"
	# An option of the next word is none of ours.
	run offered ns-uts uname --hostn
	[[ $output != *--hostname* ]]
}

@test "bash offers a directory as chroot's new root, and then a program" {
	mkdir newroot
	touch newfile
	run offered chroot new
	[ "$output" = newroot ]
	run offered chroot --pivot newroot unam
	grep -qx uname <<<"$output"
	run offered chroot newroot ns-uts --domain
	[ "$output" = --domainname ]
}

@test "bash-completion's own functions complete the program's options" {
	file=${BASH_COMPLETION-/usr/share/bash-completion/bash_completion}
	[ -e "$file" ] || skip "bash-completion is not installed"
	run bash --norc --noprofile -c '
		. "$1"
		. "$MADE/strata.bash"
		COMP_WORDS=(ns-pid -- chown --refer)
		COMP_CWORD=3
		COMP_LINE="${COMP_WORDS[*]}"
		COMP_POINT=${#COMP_LINE}
		_strata ns-pid --refer chown
		printf "%s\n" "${COMPREPLY[@]}"' - "$file"
	[[ $output == *--reference* ]]
}

@test "the completion for bash is good bash, and sets no name of others" {
	bash -n "$MADE/strata.bash"
	bash --norc -c '
		compgen -A function >before
		. "$MADE/strata.bash"
		compgen -A function | comm -13 before - | grep -v "^_strata" >others' || true
	[ ! -s others ] || { cat others; false; }
}

@test "the completion for zsh is good zsh" {
	command -v zsh >/dev/null || skip "zsh is not installed"
	zsh -n "$MADE/_strata"
}

@test "the completion for zsh has every option of --help" {
	read -r first <"$MADE/_strata"
	[ "$first" = "#compdef ns-pid ns-uts ns-mnt ns-ipc ns-net ns-user chroot cgroup capdrop lsm compose-run" ]
	for tool in ns-pid cgroup compose-run; do
		awk -v tool="$tool" '$0 == tool ")" { on = 1 } on; /;;$/ { on = 0 }' "$MADE/_strata" |
			grep -oE "^[[:space:]]+'\*--?[A-Za-z-]+" | grep -oE -e '--?[A-Za-z-]+$' | sort -u >made
		"$tool" --help | grep -E '^ +-' | grep -oE '(^ +|  |, )--?[A-Za-z][A-Za-z-]*' |
			tr -d ' ,' | sort -u >help
		diff help made
	done
}

@test "without the tools, the generator fails and writes nothing" {
	run "$BATS_TEST_DIRNAME/../../tools/common/completion" "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/out"
	[ "$status" -eq 125 ]
	[ ! -e "$BATS_TEST_TMPDIR/out/strata.bash" ]
}
