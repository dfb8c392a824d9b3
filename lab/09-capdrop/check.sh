# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any

make_secret() {
	rm -f "$folder/secret"
	secret=42-$(date +%N)
	echo "$secret" >"$folder/secret"
	chmod 000 "$folder/secret"
}

# set_of NAME: one of the shell's five sets, in words.
set_of() { capdrop --print "$inside" | sed -n "s/^$1 *//p"; }

# all_sets: the names that stand in any of the five, a line each; or "all..."
all_sets() { capdrop --print "$inside" | sed -e '/^no_new_privs/d' -e 's/^[a-z]* *//' -e '/^none$/d' -e '/^all/!s/,/\n/g' | sort -u; }

is_user() {
	who=$(ask 'id -u')
	[ "$who" = "$1" ] || no "the shell is user $who inside, not $1"
	[ "$verdict" = yes ]
}

title_1="a root shell that can read 'secret', and has just one capability"
check_1() {
	make_secret
	start "$1"
	a_shell || return
	is_user 0 || return
	if [ "$(stat -c %a "$folder/secret")" != 0 ]; then
		no "the line has changed the mode of secret, so that anybody may read it; it is to stay 000"
		return
	fi
	had=$(all_sets)
	if [ "$(ask "cat '$folder/secret'")" != "$secret" ]; then
		if [ -z "$had" ]; then
			no "the shell can't read secret: it has no capability at all; which one reads what nobody may?"
		elif [ "$(set_of effective)" = none ]; then
			no "the shell can't read secret: $had is in its bounding set, which is a limit and gives nothing; effective is empty"
		else
			no "the shell can't read secret; its capabilities are: $(set_of effective)"
		fi
		return
	fi
	case $had in
	all | all\ but*)
		no "it can read secret, but has nearly all capabilities: $(set_of effective)" \
			"--drop says what goes and leaves the others; --keep says what stays"
		;;
	*"
"*)
		no "it can read secret, but has $(echo "$had" | wc -l) capabilities in its sets: $(echo "$had" | paste -sd, -)" \
			"one of them is enough"
		;;
	esac
}

title_2="a shell of user 1000 whose commands have net_bind_service, and no other capability"
check_2() {
	start "$1"
	a_shell || return
	is_user 1000 || return
	# As a command of the shell has it, so behind one more execve.
	command=$(ask "sed -n 's/^Cap\(Eff\|Prm\):.//p' /proc/self/status" | sort -u)
	case $command in
	0000000000000400) ;;
	0000000000000000)
		if [ "$(set_of bounding)" = net_bind_service ]; then
			no "the commands of the shell have no capability: net_bind_service is in the bounding set only, the limit" \
				"a user other than 0 keeps at an execve what is ambient, and loses what was just kept"
		else
			no "the commands of the shell have no capability: a user other than 0 takes only what is ambient along to a program"
		fi
		;;
	0*)
		no "the commands of the shell have these capabilities: $(set_of effective); net_bind_service alone is asked for" \
			"(as numbers: $command)"
		;;
	*) no "what the shell's commands have could not be read; it said:" "| $command" "$(said)" ;;
	esac
}

title_3="a root shell without capabilities, in which a new user namespace brings none back"
check_3() {
	start "$1"
	a_shell || return
	is_user 0 || return
	if [ "$(set_of effective)" != none ]; then
		no "the shell still has capabilities: $(set_of effective)"
		return
	elif [ "$(ask 'command -v unshare >/dev/null && echo yes')" != yes ]; then
		no "there is no program 'unshare' in the shell's root directory, with which the checker would try"
		return
	fi
	case $(ask 'unshare --user --keep-caps grep ^CapEff /proc/self/status') in
	*CapEff*[1-9a-f]*)
		no "the shell typed 'unshare --user --keep-caps grep ^CapEff /proc/self/status', and all were back" \
			"capdrop alone does not forbid to make a user namespace; the shell has $(filters)"
		;;
	esac
}

# What stands in the way of a new user namespace, in words.
filters() {
	case $(field Seccomp) in
	2) echo "a seccomp filter, but one that was chosen while CAP_SYS_ADMIN was there, and so allows it" ;;
	*) echo "neither a limit nor a filter that would" ;;
	esac
}
