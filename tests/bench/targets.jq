# Adds to the results each one's ratio to the floor, and .targets: what was
# wanted, and what came out. Ratios are taken within a round, between starts
# that are seconds apart, and the median of those is it: a busy minute of the
# machine then does not matter. One whose parts were not both measured is null.
# .floor is what the floor itself reaches: no program can do better there.
(.results | map({(.id): .}) | add) as $all
| def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
def ratio(one; other): if $all[one] and $all[other]
	then [$all[one].rounds, $all[other].rounds] | transpose | map(.[0] / .[1]) | median
	else null end;
def target(what; value; most; unit): {what: what, value: value, most: most, unit: unit,
	met: (if value == null then null else value <= most end)};
def faster(what; one; other; most): target(what; ratio(one; other); most; "")
	+ (if one | startswith("compose-run") then {floor: ratio("floor-" + (one | split("-") | last); other)} else {} end);
def over(one; two): if one and two and two > 0 then one / two else null end;
.results |= map(. + {to_floor: ratio(.id; "floor-" + .who),
	to_theirs: ratio(.id; if .id | startswith("one-") then "their-" + .id[4:]
		elif .id | startswith("typed-") then "theirs-" + .who else "" end)})
| .targets = [
	faster("compose-run to floor, root"; "compose-run-root"; "floor-root"; 1.3),
	faster("  to bubblewrap, root"; "compose-run-root"; "bwrap-root"; 0.5),
	faster("  to crun, root"; "compose-run-root"; "crun-root"; 0.3),
	faster("  to runc, root"; "compose-run-root"; "runc-root"; 0.08),
	faster("compose-run --bundle to crun, root"; "compose-run-bundle-root"; "crun-root"; 0.3),
	faster("  to runc, root"; "compose-run-bundle-root"; "runc-root"; 0.08),
	faster("  to runc, ordinary user"; "compose-run-bundle-user"; "runc-user"; 0.08),
	faster("compose-run to unshare with all namespaces, root"; "compose-run-root"; "unshare-root"; 1.0),
	faster("  to bubblewrap, ordinary user"; "compose-run-user"; "bwrap-user"; 0.5),
	(target("  system calls of one start, root"; $all["compose-run-root"].calls; 150; "calls")
		+ {floor: $all["floor-root"].calls}),
	target("  peak memory"; [$all["compose-run-root", "compose-run-user"].rss // empty] | max;
		2048; "KiB"),
	target("  8 at once, to one after another"; over($all["compose-run-root"].eight_at_once;
		$all["compose-run-root"].in_a_row); 1.2; ""),
	target("  many in a row, last tenth to first";
		over($all["compose-run-root"].last_tenth; $all["compose-run-root"].first_tenth); 1.2; ""),
	faster("typed chain of ten to theirs, root"; "typed-root"; "theirs-root"; 1.0),
	faster("typed chain of nine to theirs, user"; "typed-user"; "theirs-user"; 1.0),
	(["ns-pid", "ns-uts", "ns-mnt", "ns-ipc", "ns-net", "ns-user"][]
		| faster(. + " to unshare"; "one-" + .; "their-" + .; 0.8))
]
