# Adds .targets to the results: what was wanted, and what came out. A ratio
# whose parts were not both measured is null.
(.results | map({(.id): .}) | add) as $all
| def ratio(one; other): if $all[one] and $all[other]
	then $all[one].median / $all[other].median else null end;
def target(what; value; most; unit): {what: what, value: value, most: most, unit: unit,
	met: (if value == null then null else value <= most end)};
def faster(what; one; other; most): target(what; ratio(one; other); most; "");
def over(one; two): if one and two and two > 0 then one / two else null end;
.targets = [
	faster("compose-run to floor, root"; "compose-run-root"; "floor-root"; 1.3),
	faster("  to bubblewrap, root"; "compose-run-root"; "bwrap-root"; 0.5),
	faster("  to crun, root"; "compose-run-root"; "crun-root"; 0.3),
	faster("  to runc, root"; "compose-run-root"; "runc-root"; 0.08),
	faster("  to unshare with all namespaces, root"; "compose-run-root"; "unshare-root"; 1.0),
	faster("  to bubblewrap, ordinary user"; "compose-run-user"; "bwrap-user"; 0.5),
	target("  system calls of one start, root"; $all["compose-run-root"].calls; 150; "calls"),
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
