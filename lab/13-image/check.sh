# shellcheck shell=sh disable=SC2034,SC2154 # lab/lab reads these, and sets those
needs=any
packages='umoci skopeo jq'

# skopeo asks for settings that not every machine has; here nothing is signed.
# (What the line itself said stays in err.)
look_into() { skopeo --insecure-policy inspect "$@" 2>"$scratch/skopeo"; }

make_dir() {
	rm -rf "${folder:?}/$1"
	new_mark=mark-$(date +%N)
	rootfs "$folder/$1" >/dev/null 2>"$scratch/err" && echo "$new_mark" >"$folder/$1/etc/mark" && return
	no "the checker can't make the directory $1:" "$(said)"
	return 1
}

title_1="the image mine:hello of the directory box1, with the command 'sh' and GREETING=hi"
check_1() {
	rm -rf "$folder/mine" "$folder/box1.look"
	make_dir box1 || return
	output "$1"
	[ -e "$folder/mine/index.json" ] || {
		no "there is no image 'mine' (no mine/index.json); umoci init makes one" "$(said)"
		return
	}
	tags=$(umoci ls --layout "$folder/mine" 2>/dev/null | tr '\n' ' ')
	case " $tags" in
	*" hello "*) ;;
	*)
		no "the image has no tag 'hello'; it has: ${tags:-none}" "$(said)"
		return
		;;
	esac
	config=$(look_into --config "oci:$folder/mine:hello") || {
		no "skopeo can't read the image:" "$(sed -n '1,4s/^/| /p' "$scratch/skopeo")"
		return
	}
	layers=$(printf '%s' "$config" | jq '.rootfs.diff_ids | length')
	if [ "$layers" != 1 ]; then
		no "it has $layers layers; box1 is one layer: each umoci insert adds one, and takes two words, what and where to" "$(said)"
		return
	fi
	umoci unpack --rootless --image "$folder/mine:hello" "$folder/box1.look" >/dev/null 2>"$scratch/umoci" ||
		no "umoci can't unpack it:" "$(sed -n '1,4s/^/| /p' "$scratch/umoci")"
	if [ "$(cat "$folder/box1.look/rootfs/etc/mark" 2>/dev/null)" != "$new_mark" ]; then
		no "in its root directory there is no etc/mark of box1; there are: $(cd "$folder/box1.look/rootfs" && echo * | cut -c1-60)" \
			"the last word of umoci insert is the place inside, / for a root directory"
	elif [ "$(printf '%s' "$config" | jq -c '.config.Cmd')" != '["sh"]' ]; then
		no "its command is $(printf '%s' "$config" | jq -c '.config.Cmd // "not set"'), and not [\"sh\"]" "$(other_tag)"
	elif [ "$(printf '%s' "$config" | jq '.config.Env // [] | index("GREETING=hi")')" = null ]; then
		no "its environment is $(printf '%s' "$config" | jq -c '.config.Env // "not set"'), without GREETING=hi" "$(other_tag)"
	fi
	rm -rf "$folder/box1.look"
}

other_tag() { [ "$tags" = "hello " ] || echo "the image has more tags than that one ($tags); what was changed, which of them?"; }

# A layer each: a key, another one, none.
make_leak() {
	old_key=key-old-$(date +%N)
	last_key=key-$(date +%N)
	leak=$scratch/leak
	rm -rf "$folder/leak" "$leak"
	# In a directory of its own: umoci makes nothing where it finds anything.
	# (Its insert does not fill up the last file of an archive, and tar complains;
	# so the last thing is a directory.)
	mkdir -p "$leak/etc/local" && (
		cd "$leak" && echo "$old_key" >etc/key && echo box >etc/hostname &&
			umoci init --layout image && umoci new --image image &&
			umoci insert --rootless --image image etc /etc &&
			echo "$last_key" >etc/key && umoci insert --rootless --image image etc /etc &&
			umoci insert --rootless --image image --whiteout /etc/key && umoci gc --layout image
	) >/dev/null 2>"$scratch/err" && mv "$leak/image" "$folder/leak" && return
	no "the checker can't make the image leak:" "$(said)"
	return 1
}

title_2="the last etc/key of the image leak, which its top layer removes"
check_2() {
	make_leak || return
	look_for_key "$1"
	[ "$verdict" = yes ] || return
	# Who takes the blobs in the order of their names is right for one image of
	# two. So a second one, where that order is the other one.
	was=$(order_of_names)
	for _ in 1 2 3 4 5 6 7 8; do
		make_leak || return
		[ "$(order_of_names)" = "$was" ] || break
	done
	look_for_key "$1"
	[ "$verdict" = yes ] || reason="for one image that was right, and for the next one it is not: $reason
the names of blobs are sums, and their order in the directory says nothing; that of the layers is in the manifest"
}

# order_of_names: which of the layers with a key has the smaller name, 0 or 1?
order_of_names() {
	manifest=$(jq -r '.manifests[0].digest' "$folder/leak/index.json")
	jq '.layers | if .[0].digest < .[1].digest then 0 else 1 end' "$folder/leak/blobs/sha256/${manifest#sha256:}"
}

look_for_key() {
	output "$1"
	case $printed in
	"$last_key") ;;
	"$old_key") no "that is the key of the first layer; a later one has replaced it" ;;
	*"$last_key"*) no "the key is in it, but there is more: one line is asked for, that of the last one" "it printed: $(printf '%s' "$printed" | head -n 3)" ;;
	"")
		no "it printed nothing" "$(said)" \
			"in the image as a whole the file is gone, and the top layer has its whiteout only; but each layer is a tar archive of its own (and tar prints a file with -O)"
		;;
	*) no "it printed something else: $(printf '%s' "$printed" | head -c 200 | tr -cd ' -~')" "$(said)" ;;
	esac
}

# What tar makes of two layers: a file that a whiteout in the upper one removes.
make_layers() {
	make_dir low || return
	low_mark=$new_mark
	rm -rf "$folder/top" "$folder/root1"
	mkdir -p "$folder/top/etc" "$folder/root1"
	echo gone >"$folder/low/etc/gone"
	top_mark=top-$(date +%N)
	echo "$top_mark" >"$folder/top/etc/hostname"
	: >"$folder/top/etc/.wh.gone"
}

title_3="a root shell in the two layers low and top, where /etc/gone is not there, and low stays as it is"
check_3() {
	make_layers || return
	find "$folder/low" | sort >"$scratch/before"
	start "$1"
	a_shell || return
	if [ "$(ask 'cat /etc/mark')" != "$low_mark" ]; then
		no "the root directory of the shell is not made of low: /etc/mark is not there" \
			"in its / there are: $(ask 'echo /*' | cut -c1-60) ..."
	elif [ "$(ask 'cat /etc/hostname')" != "$top_mark" ]; then
		no "/etc/hostname is that of low: the upper layer has to stand first" \
			"or top is not in it at all"
	elif [ "$(ask 'id -u')" != 0 ]; then
		no "the shell is user $(ask 'id -u'), not root"
	elif ask '[ -e /etc/gone ]'; then
		no "/etc/gone is there: $(ask 'ls -A /etc' | tr '\n' ' ')" \
			"the kernel's overlay takes no .wh. file for a whiteout, but a character device 0, 0 with the file's own name"
	elif ask '[ -e /etc/.wh.gone ]'; then
		no "/etc/gone is not there, but the whiteout of the archive is: /etc/.wh.gone"
	elif [ ! -e "$folder/low/etc/gone" ]; then
		no "the file was removed from low itself; another image that has this layer would miss it"
	elif ! ask 'echo x >/etc/made'; then
		no "in the shell's root directory nothing can be written" "$(said)"
	elif [ -e "$folder/top/etc/made" ] || [ -e "$folder/low/etc/made" ]; then
		no "what the shell writes gets into the layers themselves: there is an etc/made in one of them now"
	elif ! find "$folder/low" | sort | cmp -s - "$scratch/before"; then
		no "low is not as it was: $(find "$folder/low" | sort | diff "$scratch/before" - | grep '^[<>]' | head -n 3)"
	fi
}
