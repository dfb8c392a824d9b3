# shellcheck shell=sh
# shown COMMAND RULE...: run a command of a lab in this shell, and show its
# output after the sed rules (see steps). It stays our shell's: cd, variables
# and jobs are there for the next command.
shown() {
	eval "$1" >"$SHOWN" 2>&1
	shift
	for rule; do
		sed -E -e "$rule" "$SHOWN" >"$SHOWN.next"
		mv "$SHOWN.next" "$SHOWN"
	done
	cat "$SHOWN"
}
