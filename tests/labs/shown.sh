# shellcheck shell=sh
# shown COMMAND RULE...: run a command of a lab in this shell, and show its
# output after the sed rules (see steps). It stays our shell's: cd, variables
# and jobs are there for the next command. What the Nth command said stays in
# $SHOWN.N, for a report. A second of waiting is as long as a busy machine takes for
# what a second is meant for.
shown_count=0
settled() { "$SETTLED" $$ "SHOWN=$SHOWN"; }
shown() {
	shown_count=$((shown_count + 1))
	# What reads its input would read the rest of the lab.
	eval "$(printf '%s\n' "$1" | sed -E 's/(^|; )(sleep [0-9.]+)(;|$)/\1\2; settled\3/g')" </dev/null >"$SHOWN" 2>&1
	shift
	for rule; do
		sed -E -e "$rule" "$SHOWN" >"$SHOWN.next"
		mv "$SHOWN.next" "$SHOWN"
	done
	cp "$SHOWN" "$SHOWN.$shown_count"
	cat "$SHOWN"
}
